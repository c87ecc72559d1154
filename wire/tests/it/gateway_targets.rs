//! What the fuzz targets of `wire/fuzz` claim of any bytes that could be a request, a signature header or a message of the
//! gateway's API. As in `targets.rs`, a claim that does not hold panics.

#![expect(clippy::unwrap_used, reason = "a target that cannot go on shall fail here")]

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::antom::{
    Ack, BatchPayRequest, CancelRequest, CaptureRequest, CreatePaymentSessionRequest, CreateVaultingSessionRequest,
    Envelope, FieldRule, Headers, InquiryPaymentRequest, InquiryRefundRequest, NotifyCapture, NotifyPayment,
    NotifyRefund, NotifyReversal, NotifyVaulting, Operation, Outline, PayRequest, Product, RefundRequest, Route,
    Severity, Signature, check_fields, string_to_sign,
};

/// A request: its target on the first line, a header on each further one, the body behind a blank line.
pub fn envelope(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let target = lines.next().unwrap_or_default().to_owned();
    let headers: Headers = lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.into(), v.into())).collect();
    let envelope =
        Envelope { method: "POST".to_owned(), target, headers: headers.clone(), body: body.to_owned().into() };
    let written = envelope.path_and_query().to_owned();
    assert!(envelope.target.ends_with(&written) || written == "/", "nothing is made up: {written:?}");
    assert!(written.starts_with(envelope.path()), "the path is where path and query begin");
    assert!(!envelope.path().contains('?'));
    let paths = envelope.signed_paths();
    assert_eq!(
        paths.first().map(AsRef::as_ref),
        Some(written.as_str()),
        "what was written was signed, if anything was"
    );
    assert!(paths.len() <= 2);
    if let Some(single) = paths.get(1) {
        let path = single.split('?').next().unwrap();
        assert!(!path.contains("//") && single.len() < written.len(), "{single:?}");
    }
    if let Route::Operation(operation) = Route::of(envelope.path()) {
        assert!(envelope.path().trim_end_matches('/').ends_with(operation.as_str()));
        assert!(paths.iter().all(|path| { Route::of(path.split('?').next().unwrap()) == Route::Operation(operation) }));
    }
    for (name, _) in headers.iter() {
        assert_eq!(headers.value(&name.to_ascii_uppercase()), headers.value(&name.to_ascii_lowercase()));
        assert!(headers.value(name).is_some());
    }
    let signed = string_to_sign("POST", &written, "C", "0", &envelope.body);
    assert!(signed.ends_with(&envelope.body) && signed.starts_with(b"POST "), "the body is signed byte for byte");
}

/// The value of a signature header.
pub fn signature(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Signature::parse(&text) {
        Ok(signature) => {
            let again = Signature::parse(&signature.to_string()).unwrap();
            assert_eq!((&again.algorithm, &again.bytes), (&signature.algorithm, &signature.bytes));
            assert_eq!(again.key_version.as_deref(), Some(signature.key_version.as_deref().unwrap_or("1")));
            assert_eq!(again.to_string(), signature.to_string(), "it is written in one way");
        }
        Err(error) => assert!(error.to_string().len() < 200, "a stranger's text is not repeated"),
    }
}

/// A message: the first byte says which, the rest is its body.
pub fn message(data: &[u8]) {
    let Some((kind, body)) = data.split_first() else { return };
    for status in [200, 500] {
        if Ack::read(status, body).is_ok() {
            assert_eq!(status, 200, "HTTP 200 alone acknowledges");
            let ack: Ack = serde_json::from_slice(body).unwrap();
            assert!(ack.result.is_success());
        }
    }
    let Ok(body @ Value::Object(_)) = serde_json::from_slice::<Value>(body) else { return };
    match usize::from(*kind) % 14 {
        8 => is_read_back::<NotifyPayment>(body),
        9 => is_read_back::<NotifyRefund>(body),
        10 => is_read_back::<NotifyCapture>(body),
        11 => is_read_back::<NotifyReversal>(body),
        13 => is_read_back::<NotifyVaulting>(body),
        // The operations, of which the ninth came later.
        request => match Operation::ALL[request.min(8)] {
            Operation::Pay => {
                let product = Product::of(&body).unwrap_or(Product::EntryCode);
                fits::<PayRequest>(body, &[product.discriminators(), product.fields(), PayRequest::FIELDS]);
            }
            Operation::BatchPay => fits::<BatchPayRequest>(body, &[BatchPayRequest::FIELDS]),
            Operation::CreatePaymentSession => {
                fits::<CreatePaymentSessionRequest>(body, &[CreatePaymentSessionRequest::FIELDS]);
            }
            Operation::InquiryPayment => fits::<InquiryPaymentRequest>(body, &[InquiryPaymentRequest::FIELDS]),
            Operation::Cancel => fits::<CancelRequest>(body, &[CancelRequest::FIELDS]),
            Operation::Refund => fits::<RefundRequest>(body, &[RefundRequest::FIELDS]),
            Operation::InquiryRefund => fits::<InquiryRefundRequest>(body, &[InquiryRefundRequest::FIELDS]),
            Operation::Capture => fits::<CaptureRequest>(body, &[CaptureRequest::FIELDS]),
            Operation::CreateVaultingSession => {
                fits::<CreateVaultingSessionRequest>(body, &[CreateVaultingSessionRequest::FIELDS]);
            }
        },
    }
}

/// What its tables let pass is read, and what is read is written as it was.
fn fits<T: Serialize + DeserializeOwned>(body: Value, tables: &[&'static [FieldRule]]) {
    let problems: Vec<_> = tables.iter().flat_map(|table| check_fields(&body, table)).collect();
    let (unknown, known): (Vec<_>, Vec<_>) =
        Outline::of(tables).check(&body).into_iter().partition(|problem| problem.severity == Severity::Note);
    assert_eq!(known, problems, "one pass says what rule by rule says");
    assert!(unknown.len() <= 8, "a stranger's names are not all repeated");
    for problem in &problems {
        let text = problem.to_string();
        assert!(!problem.path.is_empty() && text.len() < 2048, "{text}");
    }
    let body = texts(body);
    if problems.iter().all(|problem| problem.severity == Severity::Lint) {
        let read = serde_json::from_value::<T>(body.clone());
        assert!(read.is_ok(), "the tables let it pass, the type does not: {:?} {body}", read.err());
    }
    is_read_back::<T>(body);
}

/// What is read is written in a form that reads as the same.
fn is_read_back<T: Serialize + DeserializeOwned>(body: Value) {
    let Ok(read) = serde_json::from_value::<T>(body) else { return };
    let written = serde_json::to_value(&read).unwrap();
    let again: T = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), written);
}

/// Numbers and booleans as texts, as the gateway reads them.
fn texts(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Bool(bool) => Value::String(bool.to_string()),
        Value::Array(values) => values.into_iter().map(texts).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, texts(value))).collect(),
        Value::Null | Value::String(_) => value,
    }
}
