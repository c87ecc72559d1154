//! Every fault and every effect, how to ask for it, and what arrives then. `docs/gateway-faults.md` is made from this list, and each of its
//! rows is run by a test.

/// A row of the page.
#[derive(Debug, Clone, Copy)]
pub struct FaultRow {
    /// What goes wrong.
    pub fault: &'static str,
    /// The script that asks for it.
    pub ask: &'static str,
    /// What the merchant gets.
    pub arrives: &'static str,
}

const fn row(fault: &'static str, ask: &'static str, arrives: &'static str) -> FaultRow {
    FaultRow { fault, ask, arrives }
}

/// What may be wrong with an answer.
pub const OF_ANSWERS: &[FaultRow] = &[
    row(
        "carried out, and the answer lost",
        "faults: [{lose-answer: {on: pay}}]",
        "the connection closes without a byte; the payment is there",
    ),
    row(
        "not carried out, and no answer",
        "faults: [{lose-answer: {on: pay, carried-out: false}}]",
        "the connection closes without a byte; there is no payment",
    ),
    row("no answer, ever", "faults: [{lose-answer: {on: pay, how: silence}}]", "nothing; the connection stays open"),
    row(
        "connection reset",
        "faults: [{lose-answer: {on: pay, how: reset}}]",
        "a reset (RST); between programs in one process a close",
    ),
    row(
        "late",
        "faults: [{delay-answer: {on: pay, for: 9s}}]",
        "the answer, 9 s later; the call was carried out at once",
    ),
    row(
        "cut",
        "faults: [{cut-answer: {on: pay, bytes: 20}}]",
        "the headers with the whole length, 20 bytes of the body, the end; half of it unless given",
    ),
    row(
        "trickling",
        "faults: [{trickle-answer: {on: pay, bytes: 16, every: 200ms}}]",
        "the answer, 16 bytes of the body at a time, 200 ms before each",
    ),
    row(
        "a proxy's page",
        "faults: [{html-answer: {on: pay, status: 503}}]",
        "HTTP 503 and a page of HTML, unsigned; the payment is there. 502 unless given",
    ),
    row(
        "a proxy's page, and nothing done",
        "faults: [{html-answer: {on: pay, carried-out: false}}]",
        "HTTP 502 and a page of HTML, unsigned; there is no payment",
    ),
    row(
        "signed with a foreign key",
        "faults: [{forge-answer: {on: pay}}]",
        "a signature of a key that is not the gateway's",
    ),
    row("not signed", "faults: [{forge-answer: {on: pay, signature: absent}}]", "no signature header"),
    row(
        "changed after it was signed",
        "faults: [{forge-answer: {on: pay, signature: tampered-body}}]",
        "a blank more before the body",
    ),
    row(
        "with another time than was signed",
        "faults: [{forge-answer: {on: pay, signature: other-time}}]",
        "response-time one second later than the one in the signature",
    ),
    row(
        "signed for another path",
        "faults: [{forge-answer: {on: pay, signature: other-path}}]",
        "a signature over another path",
    ),
    row(
        "signed for another client",
        "faults: [{forge-answer: {on: pay, signature: other-client}}]",
        "rightly signed, with the client-id of somebody else",
    ),
    row(
        "signature that is none",
        "faults: [{forge-answer: {on: pay, signature: garbled}}]",
        "a signature that is no base64",
    ),
    row(
        "wrong ids",
        "faults: [{alter-answer: {on: pay, set: {paymentId: \"20260101000000000000000000000000000\"}}}]",
        "another paymentId, rightly signed",
    ),
    row(
        "wrong amounts",
        "faults: [{alter-answer: {on: pay, set: {paymentAmount.value: \"1\"}}}]",
        "another amount, rightly signed",
    ),
    row(
        "fields missing",
        "faults: [{alter-answer: {on: pay, set: {paymentId: null}}}]",
        "null in place of the paymentId, rightly signed",
    ),
    row(
        "unknown fields",
        "faults: [{extra-fields: {on: pay}}]",
        "four more fields, one of them long, and one more in result",
    ),
    row(
        "a key twice",
        "faults: [{repeat-key: {on: pay, key: paymentId, value: X}}]",
        "paymentId twice, first the wrong one; `place: last` turns them round",
    ),
    row(
        "blanks around it",
        "faults: [{respell-answer: {on: pay}}]",
        "blanks and line feeds before and after the body, signed with it",
    ),
    row(
        "a byte order mark",
        "faults: [{respell-answer: {on: pay, as: bom}}]",
        "EF BB BF before the body, signed with it",
    ),
    row(
        "over several lines",
        "faults: [{respell-answer: {on: pay, as: pretty}}]",
        "the same JSON with line feeds and indentation, signed so",
    ),
    row(
        "escapes",
        "faults: [{respell-answer: {on: pay, as: escapes}}]",
        "the same JSON with escaped slashes and letters, signed so",
    ),
    row(
        "header names Like-This",
        "faults: [{odd-headers: {on: pay, how: title-case}}]",
        "Client-Id, Response-Time, Signature",
    ),
    row(
        "header names LIKE-THIS",
        "faults: [{odd-headers: {on: pay, how: upper-case}}]",
        "CLIENT-ID, RESPONSE-TIME, SIGNATURE",
    ),
    row(
        "headers in another order",
        "faults: [{odd-headers: {on: pay, how: reversed}}]",
        "signature first, content-type last",
    ),
    row(
        "blanks in the signature",
        "faults: [{odd-headers: {on: pay, how: blanks}}]",
        "a blank after each comma of the signature",
    ),
    row(
        "signature not percent-encoded",
        "faults: [{odd-headers: {on: pay, how: unescaped}}]",
        "the base64 with its own + / and =",
    ),
    row("headers twice", "faults: [{odd-headers: {on: pay, how: twice}}]", "each header twice, the same"),
    row(
        "headers that look alike",
        "faults: [{odd-headers: {on: pay, how: others}}]",
        "x-signature-input, x-response-time-ms and tracerid before the others",
    ),
    row("no content-type", "faults: [{odd-headers: {on: pay, how: no-content-type}}]", "no content-type"),
    row(
        "no response-time",
        "faults: [{odd-headers: {on: pay, how: no-response-time}}]",
        "no response-time: it cannot be verified",
    ),
    row("no client-id", "faults: [{odd-headers: {on: pay, how: no-client-id}}]", "no client-id: it cannot be verified"),
    row(
        "wrong client-id",
        "faults: [{odd-headers: {on: pay, how: wrong-client-id}}]",
        "another client-id than the one that was signed",
    ),
];

/// What may be wrong with a notification.
pub const OF_NOTIFICATIONS: &[FaultRow] = &[
    row(
        "lost",
        "faults: [{lose-notification: {on: notifyPayment}}]",
        "nothing, and no repeats; the next notification comes",
    ),
    row("late", "faults: [{delay-notification: {for: 5m}}]", "the notification, 5 minutes later"),
    row(
        "early",
        "faults: [{early-notification: {on: pay}}]",
        "the notification, and only when it was answered the answer to pay; after 10 s at the latest",
    ),
    row(
        "repeated",
        "faults: [{repeat-notification: {deliveries: 3, every: 2s}}]",
        "3 deliveries, each 2 s after the one before was answered, acknowledged or not",
    ),
    row("concurrent", "faults: [{concurrent-notification: {deliveries: 3}}]", "3 deliveries at once"),
    row(
        "reordered",
        "{buyer: [{pends: {for: 5s}}], faults: [reorder-notification]}",
        "PAYMENT_RESULT, and a second later the PAYMENT_PENDING from before it; after a minute at the latest",
    ),
    row("pending first", "buyer: [{pends: {for: 5s}}]", "PAYMENT_PENDING with S, 5 s later PAYMENT_RESULT"),
    row(
        "signed with a foreign key",
        "faults: [spoil-notification]",
        "a delivery that does not verify; the one after it does",
    ),
    row(
        "not signed",
        "faults: [{spoil-notification: {signature: absent}}]",
        "a delivery without a signature; the one after it has one",
    ),
    row(
        "tampered with",
        "faults: [{spoil-notification: {signature: tampered-body}}]",
        "a delivery with a blank more before its body; the one after it is whole",
    ),
    row(
        "with another time than was signed",
        "faults: [{spoil-notification: {signature: other-time}}]",
        "request-time one second later than the one in the signature",
    ),
    row(
        "signed for another path",
        "faults: [{spoil-notification: {signature: other-path}}]",
        "a signature over another path",
    ),
    row(
        "wrong client",
        "faults: [{spoil-notification: {signature: other-client}}]",
        "rightly signed, with the client-id of somebody else",
    ),
    row(
        "signature that is none",
        "faults: [{spoil-notification: {signature: garbled}}]",
        "a signature that is no base64",
    ),
    row(
        "other amount",
        "faults: [{alter-notification: {set: {paymentAmount.value: \"1\"}}}]",
        "a delivery that tells another amount, rightly signed; the one after it tells the right one",
    ),
    row(
        "other currency",
        "faults: [{alter-notification: {set: {paymentAmount.currency: USD}}}]",
        "a delivery that tells another currency, rightly signed",
    ),
    row(
        "unknown order",
        "faults: [{alter-notification: {set: {paymentRequestId: NOBODY-1}}}]",
        "a delivery about a payment that nobody made, rightly signed",
    ),
    row(
        "missing fields",
        "faults: [{alter-notification: {set: {paymentTime: null, pspCustomerInfo: null}}}]",
        "a delivery with null where the field was",
    ),
    row(
        "forged",
        "{buyer: [leaves], faults: [forge-notification]}",
        "a second after the payment began, a success that never was, with a foreign key's signature",
    ),
    row(
        "forged for an unknown order",
        "{buyer: [leaves], faults: [{forge-notification: {signature: valid, set: {paymentRequestId: NOBODY-1}}}]}",
        "a success of a payment that nobody made, rightly signed, beside the genuine ones",
    ),
    row(
        "a redirect in answer to it",
        "{}",
        "no acknowledgement: it is not followed, and the notification comes again after 2 minutes",
    ),
];

/// What may come after an answer: of payments, refunds and captures.
pub const EFFECTS: &[FaultRow] = &[
    row("the buyer pays", "buyer: [{pays: {after: 5s}}]", "after 5 s the payment is SUCCESS, and notified"),
    row(
        "the buyer declines",
        "buyer: [{declines: {code: RISK_REJECT, after: 5s}}]",
        "after 5 s the payment is FAIL with that code; notified only with `notify-failure`, when it is in store",
    ),
    row("the buyer leaves", "buyer: [leaves]", "the payment stays PROCESSING until it expires, ORDER_IS_CLOSED"),
    row(
        "the buyer pays too late",
        "buyer: [{pays-late: {after: 5s}}]",
        "expired, and the money that comes 5 s later goes back by itself: the payment stays FAIL",
    ),
    row(
        "the buyer pays after the cancel",
        "buyer: [{pays-late: {after: 5s}}]",
        "cancelled, and the money that comes 5 s later goes back by itself: the payment stays CANCELLED",
    ),
    row(
        "late money that cannot go back",
        "buyer: [{pays-late: {after: 5s, reversal: 1h}}]",
        "an hour after the money came a notifyReversal; the payment stays as it was",
    ),
    row(
        "the bank takes its time",
        "buyer: [{pends: {after: 3s, for: 24h}}]",
        "PENDING for a day, then SUCCESS, each notified",
    ),
    row(
        "a card that is authorised only",
        "buyer: [{authorises: {for: 2h}}]",
        "SUCCESS at once and nothing captured; released, which is CANCELLED, after 2 h",
    ),
    row(
        "a refund that takes time",
        "refunds: [{succeeds: {after: 1h}}]",
        "REFUND_IN_PROCESS; after an hour SUCCESS, and notifyRefund",
    ),
    row(
        "a refund that fails later",
        "refunds: [{fails: {after: 1h}}]",
        "REFUND_IN_PROCESS; after an hour FAIL, and notifyRefund with F",
    ),
    row(
        "a capture that takes time",
        "captures: [{succeeds: {after: 1h}}]",
        "CAPTURE_IN_PROCESS; after an hour it is taken, and notifyCapture",
    ),
    row("a capture that fails", "captures: [fails]", "PROCESS_FAIL, and notifyCapture with F"),
    row(
        "a capture that fails later",
        "captures: [{fails: {after: 1h}}]",
        "CAPTURE_IN_PROCESS; after an hour notifyCapture with F, and the amount may be captured again",
    ),
    row(
        "the gateway's own capture fails",
        "captures: [{fails: {code: PROCESS_FAIL}}]",
        "the payment's SUCCESS, then notifyCapture with F; released after seven days unless the merchant captures",
    ),
];

/// The page.
#[must_use]
pub fn page() -> String {
    let mut lines = vec![
        "# sim-antom: every fault, and how to ask for it".to_owned(),
        String::new(),
        "Made from the code; a test runs each row. Beside its own words each rule takes those that say when it applies:".to_owned(),
        "`where`, `nth`, `times`, `from`, `until`, `chance` and `seed`, see [gateway.md](gateway.md#when-a-rule-applies). `on` names an".to_owned(),
        "operation or a notification; without it the rule is about any. Of each word the first rule that fits applies, so".to_owned(),
        "several words may spoil one message.".to_owned(),
    ];
    for (title, rows) in
        [("Answers", OF_ANSWERS), ("Notifications", OF_NOTIFICATIONS), ("What comes after an answer", EFFECTS)]
    {
        lines.push(format!("\n## {title}\n"));
        lines.push("| fault | how to ask for it | what arrives |\n|---|---|---|".to_owned());
        lines.extend(rows.iter().map(|row| format!("| {} | `{}` | {} |", row.fault, row.ask, row.arrives)));
    }
    lines.join("\n") + "\n"
}
