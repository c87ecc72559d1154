// An adapter between the conformance harness and an integration: one JSON-RPC message a line on stdin and stdout.
// Put your own code where it says TODO; `conformance driver-check` tells what comes next.
// Run from its source: java Driver.java. With a JSON library at hand, replace the class Json.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public class Driver {
    static final Map<String, Map<String, Object>> orders = new LinkedHashMap<>();
    static Map<String, Object> config = Map.of();

    static Object call(String method, Map<String, Object> params) {
        String order = (String) params.get("order");
        switch (method) {
            case "initialize":
                // TODO: configure your integration: "terminal" (port, profile, ids), "gateway" (url, clientId, keys).
                config = params;
                return Map.of(
                    "name", "my integration", "version", "0",
                    // TODO: add "edc" once checkout sells at the terminal, "antom" once it pays at the gateway.
                    "roles", List.of(),
                    // TODO: add "cancel", "refund", "restart", "clock" and ways to sell ("order-code", "session", …) as they work.
                    "capabilities", List.of());
            case "checkout":
                // TODO: sell the order: "by" is "terminal", "entry-code" or another way that you offer, "amount" is in minor units.
                orders.put(order, Map.of("state", "failed", "reason", "checkout is not connected yet"));
                return Map.of("state", "failed");
            case "orderStatus":
                // TODO: ask your integration: open, paid, failed, cancelled, refunded or parked.
                return orders.getOrDefault(order, Map.of("state", "failed", "reason", "no such order"));
            case "clientEvent":
                return screen.hear((String) params.get("channel"), params.get("payload"));
            case "clientState":
            case "clientPress":
                // TODO: on clientPress with "again", answer the "session" too with which the app opens the SDK's form again.
                // An app whose screen may go (onDestroy) offers the capability "screen" and answers clientScreen; one at the
                // terminal (AMSEDCPayment) offers "terminal-sdk": docs/driver.md.
                return screen.shown(null);
            case "shutdown":
                return Map.of();
            default:
                throw new UnsupportedOperationException("there is no method " + method);
        }
    }

    static final Screen screen = new Screen();

    /**
     * An app's handler of the client SDK's callbacks, for the role "client". The types below stand in for the vendor's, so that
     * it compiles without the vendor's library: TODO put your own handler here, and its screen behind Screen.
     */
    static class Handler implements OnCheckoutListener {
        @Override
        public void onEventCallback(String eventCode, AMSEventResult eventResult) {
            // By the exact code; what is not known is let pass. Whether it is paid, your server says.
            switch (eventCode == null ? "" : eventCode) {
                case "SDK_PAYMENT_SUCCESSFUL", "SDK_PAYMENT_PROCESSING", "SDK_PAYMENT_ERROR" -> screen.show("pending");
                case "SDK_PAYMENT_FAIL" -> screen.show("failed");
                case "SDK_PAYMENT_CANCEL" -> screen.show("cancelled");
                default -> { }
            }
        }

        /** Of the Payment Element: the error counts before the status. */
        public void onSubmitPayCallback(AMSStatusResult result) {
            screen.show(result.getError() != null && result.getStatus() == AMSStatus.FAIL ? "failed" : "pending");
        }
    }

    interface OnCheckoutListener {
        void onEventCallback(String eventCode, AMSEventResult eventResult);
    }

    record AMSEventResult(String message, Map<String, Object> result) {
        String getMessage() { return message; }
        Map<String, Object> getResult() { return result; }
    }

    enum AMSStatus { SUCCESS, FAIL, PROCESSING, PENDING, CANCELLED }

    record AMSResultError(String code, String message) { }

    record AMSStatusResult(AMSStatus status, AMSResultError error) {
        AMSStatus getStatus() { return status; }
        AMSResultError getError() { return error; }
    }

    /** What the buyer sees, and the way from a message of the harness to a callback. */
    static class Screen {
        private final Handler handler = new Handler();
        private String view = "form";

        void show(String view) { this.view = view; }

        @SuppressWarnings("unchecked")
        Map<String, Object> hear(String channel, Object payload) {
            Map<String, Object> event = payload instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
            try {
                if ("onSubmitPayCallback".equals(channel)) {
                    Map<String, Object> error = (Map<String, Object>) event.get("error");
                    handler.onSubmitPayCallback(new AMSStatusResult(
                        AMSStatus.valueOf((String) event.getOrDefault("status", "FAIL")),
                        error == null ? null : new AMSResultError((String) error.get("code"), (String) error.get("message"))));
                } else {
                    Map<String, Object> result = (Map<String, Object>) event.get("result");
                    handler.onEventCallback((String) event.get("code"), new AMSEventResult((String) event.get("message"), result));
                }
                return shown(null);
            } catch (RuntimeException thrown) {
                return shown(thrown.toString());
            }
        }

        Map<String, Object> shown(String threw) {
            Map<String, Object> told = new LinkedHashMap<>(Map.of("shows", List.of(view)));
            if (threw != null) told.put("threw", threw);
            return told;
        }
    }

    @SuppressWarnings("unchecked")
    public static void main(String[] arguments) throws Exception {
        // stdout carries answers and nothing else; log to System.err.
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Map<String, Object> request = (Map<String, Object>) new Json(line).value();
            String method = (String) request.get("method");
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("jsonrpc", "2.0");
            answer.put("id", request.get("id"));
            try {
                answer.put("result", call(method, (Map<String, Object>) request.getOrDefault("params", Map.of())));
            } catch (UnsupportedOperationException unknown) {
                answer.put("error", Map.of("code", -32601, "message", unknown.getMessage()));
            } catch (RuntimeException problem) {
                // One request that fails must not end the adapter.
                answer.put("error", Map.of("code", -32000, "message", problem.toString()));
            }
            out.println(Json.text(answer));
            if (method.equals("shutdown")) return;
        }
    }

    /** As much JSON as the protocol needs. Numbers are kept as Long or Double. */
    static class Json {
        private final String text;
        private int at = 0;

        Json(String text) { this.text = text; }

        Object value() {
            blanks();
            char c = text.charAt(at);
            if (c == '{') {
                Map<String, Object> map = new LinkedHashMap<>();
                for (at++, blanks(); text.charAt(at) != '}'; ) {
                    String key = string();
                    blanks();
                    at++;
                    map.put(key, value());
                    comma();
                }
                at++;
                return map;
            }
            if (c == '[') {
                List<Object> list = new ArrayList<>();
                for (at++, blanks(); text.charAt(at) != ']'; comma()) list.add(value());
                at++;
                return list;
            }
            if (c == '"') return string();
            int start = at;
            while (at < text.length() && ",]} \t".indexOf(text.charAt(at)) < 0) at++;
            String word = text.substring(start, at);
            if (word.equals("null")) return null;
            if (word.equals("true") || word.equals("false")) return word.equals("true");
            return word.matches("-?\\d+") ? (Object) Long.valueOf(word) : (Object) Double.valueOf(word);
        }

        private void blanks() { while (Character.isWhitespace(text.charAt(at))) at++; }

        private void comma() {
            blanks();
            if (text.charAt(at) == ',') at++;
            blanks();
        }

        private String string() {
            StringBuilder out = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                char c = text.charAt(at);
                if (c != '\\') { out.append(c); continue; }
                c = text.charAt(++at);
                if (c == 'u') { out.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16)); at += 4; }
                else out.append(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : c == 'f' ? '\f' : c);
            }
            at++;
            return out.toString();
        }

        static String text(Object value) {
            if (value instanceof Map<?, ?> map) {
                List<String> parts = new ArrayList<>();
                map.forEach((key, inner) -> parts.add(text(key) + ":" + text(inner)));
                return "{" + String.join(",", parts) + "}";
            }
            if (value instanceof List<?> list) return "[" + String.join(",", list.stream().map(Json::text).toList()) + "]";
            if (!(value instanceof String string)) return String.valueOf(value);
            StringBuilder out = new StringBuilder("\"");
            for (char c : string.toCharArray()) {
                if (c == '"' || c == '\\') out.append('\\').append(c);
                else if (c < ' ') out.append(String.format("\\u%04x", (int) c));
                else out.append(c);
            }
            return out.append('"').toString();
        }
    }
}
