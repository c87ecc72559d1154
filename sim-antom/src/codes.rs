//! Every result code, and how to ask for it: by script, by trigger word, by a cause of its own.
//! `docs/gateway-codes.md` is made from this, and each of its lines is run by a test.

use wire::antom::{CodeLine, NOTIFY_PAYMENT, Operation, PAYMENT_RESULT_CODE, ResultStatus, codes};

/// What makes the gateway answer any operation with a code, without being told to.
const GATE: &[(&str, &str)] = &[
    ("ACCESS_DENIED", "an API key that nobody has"),
    ("CLIENT_INVALID", "a Client-Id that is missing or unknown"),
    ("INVALID_SIGNATURE", "a signature that does not fit"),
    ("KEY_NOT_FOUND", "a client without a public key"),
    ("MEDIA_TYPE_NOT_ACCEPTABLE", "a Content-Type other than application/json"),
    ("METHOD_NOT_SUPPORTED", "a method other than POST"),
    ("NO_INTERFACE_DEF", "a path that names no operation"),
    ("PARAM_ILLEGAL", "a required field that is missing, or one that is illegal"),
    ("REQUEST_TRAFFIC_EXCEED_LIMIT", "more calls than `rate-limit` allows; a full ledger"),
];

/// What makes one operation answer with a code.
const OWN: &[(Operation, &str, &str)] = &[
    (Operation::Pay, "SUCCESS", "Entry Code, Order Code; paid at once otherwise"),
    (Operation::Pay, "PAYMENT_IN_PROCESS", "a cashier payment; a User-presented one that the buyer must confirm"),
    (Operation::Pay, "CURRENCY_NOT_SUPPORT", "a currency that the provider does not deal in"),
    (Operation::Pay, "PAYMENT_AMOUNT_EXCEED_LIMIT", "more than `limits` allows"),
    (Operation::Pay, "REPEAT_REQ_INCONSISTENT", "the same id with another amount"),
    (Operation::Pay, "ORDER_IS_CLOSED", "the same id after the payment expired"),
    (Operation::Pay, "ORDER_IS_CANCELED", "the same id after a cancel"),
    (Operation::BatchPay, "SUCCESS", "the same id after the batch was paid"),
    (Operation::BatchPay, "PAYMENT_IN_PROCESS", "a new batch"),
    (Operation::BatchPay, "CURRENCY_NOT_SUPPORT", "a currency that the provider does not deal in"),
    (Operation::BatchPay, "PAYMENT_AMOUNT_EXCEED_LIMIT", "more than `limits` allows"),
    (Operation::BatchPay, "REPEAT_REQ_INCONSISTENT", "the same id with another amount"),
    (Operation::BatchPay, "ORDER_IS_CLOSED", "the same id after the batch expired"),
    (Operation::BatchPay, "ORDER_IS_CANCELED", "the same id after a cancel"),
    (Operation::CreatePaymentSession, "SUCCESS", "a new session"),
    (Operation::CreatePaymentSession, "CURRENCY_NOT_SUPPORT", "a currency that the provider does not deal in"),
    (Operation::CreatePaymentSession, "PAYMENT_AMOUNT_EXCEED_LIMIT", "more than `limits` allows"),
    (Operation::CreatePaymentSession, "REPEAT_REQ_INCONSISTENT", "the same id with another amount"),
    (Operation::CreatePaymentSession, "ORDER_IS_CLOSED", "the same id after the session expired"),
    (Operation::CreatePaymentSession, "ORDER_IS_CANCELED", "the same id after a cancel"),
    (Operation::CreatePaymentSession, "SETTLE_CONTRACT_NOT_MATCH", "a currency outside `settlement-currencies`"),
    (Operation::InquiryPayment, "SUCCESS", "a payment that is known"),
    (Operation::InquiryPayment, "ORDER_NOT_EXIST", "one that is not"),
    (Operation::Cancel, "SUCCESS", "a payment that is open, or paid today"),
    (Operation::Cancel, "ORDER_NOT_EXIST", "a payment that is not known"),
    (Operation::Cancel, "CANCEL_WINDOW_EXCEED", "the day after, from 00:15 at +08:00"),
    (Operation::Cancel, "PROCESS_FAIL", "a payment that was refunded, even partly"),
    (Operation::Cancel, "ORDER_STATUS_INVALID", "a card payment that was captured"),
    (Operation::Cancel, "PAYMENT_METHOD_NOT_SUPPORTED", "a payment by JKOPAY, or by an Indonesian method"),
    (Operation::Refund, "SUCCESS", "a payment that is paid"),
    (Operation::Refund, "REFUND_IN_PROCESS", "`isAsyncRefund`; an entry of `refunds`"),
    (Operation::Refund, "ORDER_NOT_EXIST", "a payment that is not known"),
    (Operation::Refund, "ORDER_STATUS_INVALID", "a payment that is not paid"),
    (Operation::Refund, "ORDER_IS_CANCELED", "a payment that was cancelled"),
    (Operation::Refund, "REFUND_AMOUNT_EXCEED", "more than was paid, all refunds together"),
    (Operation::Refund, "REFUND_WINDOW_EXCEED", "more than 365 days after the payment"),
    (Operation::Refund, "CURRENCY_NOT_SUPPORT", "a currency other than the payment's"),
    (Operation::Refund, "REPEAT_REQ_INCONSISTENT", "the same id with another amount"),
    (Operation::InquiryRefund, "SUCCESS", "a refund that is known"),
    (Operation::InquiryRefund, "REFUND_NOT_EXIST", "one that is not"),
    (Operation::Capture, "SUCCESS", "a card payment with `captureMode: MANUAL`"),
    (Operation::Capture, "CAPTURE_IN_PROCESS", "an entry of `captures`"),
    (Operation::Capture, "CAPTURE_AMOUNT_EXCEED", "more than was authorised, all captures together"),
    (Operation::Capture, "CAPTURE_WINDOW_EXCEED", "more than seven days after a payment that was captured in part"),
    (Operation::Capture, "MULTIPLE_CAPTURES_NOT_SUPPORTED", "another one after the last"),
    (Operation::Capture, "ORDER_NOT_EXIST", "a payment that is not known"),
    (Operation::Capture, "ORDER_STATUS_INVALID", "a payment that is not a card's, or not paid"),
    (Operation::Capture, "ORDER_IS_CANCELED", "a payment that was cancelled"),
    (Operation::Capture, "ORDER_IS_CLOSED", "a payment that failed"),
    (Operation::Capture, "REPEAT_REQ_INCONSISTENT", "the same id with another amount"),
    (Operation::CreateVaultingSession, "SUCCESS", "a new session, or the same id again"),
];

/// What makes an operation answer with a code by itself.
#[must_use]
pub fn natural_cause(operation: Operation, code: &str) -> Option<&'static str> {
    let own = OWN.iter().find(|(on, name, _)| *on == operation && *name == code).map(|(_, _, cause)| *cause);
    own.or_else(|| GATE.iter().find(|(name, _)| *name == code).map(|(_, cause)| *cause))
}

/// Where the trigger word of an operation stands, and what comes before its code; none where no text is sent.
#[must_use]
pub const fn trigger_place(operation: Operation) -> Option<(&'static str, &'static str)> {
    Some(match operation {
        Operation::Pay => ("order.orderDescription", ""),
        Operation::BatchPay => ("orderList[].orderDescription", ""),
        Operation::CreatePaymentSession => ("order.orderDescription", ""),
        Operation::Refund => ("refundReason", ""),
        Operation::InquiryPayment => ("the description of the payment's order", "inquiryPayment:"),
        Operation::Cancel => ("the description of the payment's order", "cancel:"),
        Operation::InquiryRefund => ("the description of the payment's order", "inquiryRefund:"),
        Operation::Capture => ("the description of the payment's order", "capture:"),
        Operation::CreateVaultingSession => return None,
    })
}

/// The page.
#[must_use]
pub fn page() -> String {
    let mut lines = vec![
        "# sim-antom: every code, and how to ask for it".to_owned(),
        String::new(),
        "Made from the code; a test asks for each line in each of its ways. A script's `code` may be any code of this page,"
            .to_owned(),
        "for any operation. A trigger word is written into a text of the request; `triggers: false` in a script's settings"
            .to_owned(),
        "turns them off. Tables of cancel, refund, inquiryRefund, capture, inquiryPayment and the sessions hold"
            .to_owned(),
        "what the provider's pages name; they are not published whole.".to_owned(),
    ];
    for operation in Operation::ALL {
        let place = trigger_place(operation);
        let told = place.map_or_else(
            || "It has no text for trigger words.".to_owned(),
            |(place, _)| format!("Trigger words stand in {place}."),
        );
        lines.push(format!("\n## {operation}\n{told}\n"));
        lines.push("| code | | by script | by trigger word | by itself |\n|---|---|---|---|---|".to_owned());
        lines.extend(codes(operation).iter().map(|line| {
            let cause = natural_cause(operation, line.code).unwrap_or("–");
            if line.status == ResultStatus::S {
                return format!("| {} | S | – | – | {cause} |", line.code);
            }
            let (code, status) = (line.code, line.status);
            let word = place.map_or_else(|| "–".to_owned(), |(_, prefix)| format!("`[sim:{prefix}{code}]`"));
            format!("| {code} | {status:?} | `answers: [{{on: {operation}, code: {code}}}]` | {word} | {cause} |")
        }));
    }
    for (title, table, note) in [
        (
            "paymentResultCode",
            PAYMENT_RESULT_CODE,
            "How a payment itself stands, in inquiryPayment. PAYMENT_IN_PROCESS and UNKNOWN_EXCEPTION are not final: the payment stays in progress.",
        ),
        (
            "notifyPayment",
            NOTIFY_PAYMENT,
            "The result in a notification; of in-store payments that fail only with `notify-failure: true`.",
        ),
    ] {
        lines.push(format!("\n## {title}\n{note} Trigger words stand in the order's description.\n"));
        lines.push("| code | | by script | by trigger word |\n|---|---|---|---|".to_owned());
        lines.extend(table.iter().map(result_line));
    }
    lines.join("\n") + "\n"
}

fn result_line(line: &CodeLine) -> String {
    let (code, status) = (line.code, line.status);
    if status == ResultStatus::S {
        return format!("| {code} | S | `buyer: [{{pays: {{}}}}]` | `[sim:result:{code}]` |");
    }
    format!("| {code} | {status:?} | `buyer: [{{declines: {{code: {code}}}}}]` | `[sim:result:{code}]` |")
}
