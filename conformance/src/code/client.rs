//! The codes of the SDK in the buyer's browser or app, and how each reaches a page.

use std::sync::LazyLock;

use super::catalogue::{Entry, How, Side};

/// Family, code, meaning in our words.
const EVENTS: &[(&str, &str, &str)] = &[
    ("status", "SDK_START_OF_LOADING", "the form begins to load"),
    ("status", "SDK_END_OF_LOADING", "the form has been painted, or its error page"),
    ("status", "SDK_PAYMENT_CANCEL", "the buyer left without submitting"),
    ("status", "SDK_CALL_URL_SUCCESS", "a redirect or a wallet's app is about to open; may come more than once"),
    ("status", "SDK_CALL_URL_ERROR", "a redirect could not be opened"),
    ("status", "SDK_REDIRECT", "the shop has to open the given URLs itself"),
    ("status", "SDK_DUPLICATE_SUBMISSION_BEHAVIOR", "submit was pressed again while one is under way"),
    ("status", "SDK_FORM_VERIFICATION_FAILED", "the form has fields to be corrected"),
    ("status", "SDK_PAYMENT_CHALLENGE", "the buyer is asked to identify himself"),
    ("status", "SDK_PAYMENT_AUTHORIZATION_SUCCESSFUL", "the buyer's part is done; the result is still to come"),
    ("error", "SDK_LAUNCH_PAYMENT_APP_ERROR", "a wallet's app could not be opened; a fallback may follow"),
    ("error", "SDK_INTERNAL_ERROR", "something inside the SDK failed"),
    ("error", "SDK_CREATEPAYMENT_PARAMETER_ERROR", "the session or a parameter of the call is wrong"),
    ("error", "SDK_INIT_PARAMETER_ERROR", "a parameter of the initialisation is wrong"),
    ("error", "SDK_CREATECOMPONENT_ERROR", "the component could not be made: network, session, or a second one"),
    ("error", "SDK_CREATE_COMPONENT_ERROR", "the element could not be made or mounted"),
    ("error", "SDK_SUBMIT_NETWORK_ERROR", "the network failed during submit"),
    ("result", "SDK_PAYMENT_SUCCESSFUL", "paid, as the client sees it; the server decides"),
    ("result", "SDK_PAYMENT_PROCESSING", "not known yet; ask the server"),
    ("result", "SDK_PAYMENT_FAIL", "failed; the paymentResultCode says why"),
    ("result", "SDK_PAYMENT_ERROR", "the payment is in an abnormal state; ask the server"),
    ("result", "SDK_PAYMENT_RETRY", "failed, and the buyer may try again on the page"),
];

/// The events that are known, documented or not.
pub(crate) fn client_codes() -> &'static [&'static str] {
    static CODES: LazyLock<Vec<&str>> = LazyLock::new(|| EVENTS.iter().map(|(_, code, _)| *code).collect());
    CODES.as_slice()
}

/// Every code of the client.
pub(super) fn all() -> impl Iterator<Item = Entry> {
    EVENTS.iter().map(|(family, code, meaning)| Entry {
        side: Side::Client,
        on: "event",
        family,
        code,
        status: None,
        meaning,
        how: how(code),
    })
}

/// By a script; what the SDK itself tells comes about by itself too.
fn how(code: &'static str) -> How {
    let cause = match code {
        "SDK_START_OF_LOADING" => Some("createComponent or mountComponent is called"),
        "SDK_END_OF_LOADING" => Some("the form is shown"),
        "SDK_PAYMENT_CANCEL" => Some("the buyer closes the form: the step `close: {}`"),
        "SDK_CALL_URL_SUCCESS" => Some("the buyer is sent elsewhere: the step `redirect: {}`"),
        "SDK_LAUNCH_PAYMENT_APP_ERROR" => Some("a wallet's app cannot be opened: `redirect: {scheme-url: …}`"),
        "SDK_CREATECOMPONENT_ERROR" => Some("the SDK's question about the session fails: `query: {fails: {}}`"),
        "SDK_CREATEPAYMENT_PARAMETER_ERROR" => Some("the session's data are missing, or cannot be read"),
        "SDK_CREATE_COMPONENT_ERROR" => Some("an Element is mounted twice, or after destroy"),
        _ => None,
    };
    let script = format!("client: [{{times: always, steps: [{{after: 500ms}}, {{emit: {{code: {code}}}}}]}}]");
    let ask = "open a page with the client SDK in the browser of the line above, and begin to pay: half a second after the \
               form is shown the page is told it";
    How::Client { script, ask, cause }
}
