//! Messages of both wires: what is understood reads back, what exists makes sense, nothing panics.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};
use wire::antom::{Ack, FieldNeed, PayRequest, Severity, check_fields};
use wire::edc::{Command, CommandResult, Hello, Invocation};
use wire::money::Currency;

use super::bytes::garbage;
use super::config;
use super::json::{json_value, near};

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_command_that_is_understood_reads_back_as_it_was_written(
        object in prop_oneof![near(purchase()), near(purchase_cancel())],
    ) {
        match Invocation::parse(&object) {
            Ok(invocation) => {
                let again = invocation.packet().json().unwrap();
                prop_assert_eq!(Invocation::parse(&again), Ok(invocation));
            }
            Err(fault) => prop_assert!(!fault.to_string().is_empty()),
        }
    }

    #[test]
    fn a_sale_that_exists_makes_sense(object in near(purchase())) {
        let Ok(Invocation { command: Command::Purchase(request), .. }) = Invocation::parse(&object) else {
            return Ok(());
        };
        if let Ok(sale) = request.sale() {
            prop_assert!((1..=999_999_999).contains(&sale.total.minor));
            prop_assert_eq!(sale.total.currency, Currency::KRW);
            prop_assert!((1..=64).contains(&sale.request_id.chars().count()));
            prop_assert!(sale.installments == 0 || (2..=12).contains(&sale.installments));
            prop_assert!((1..=240).contains(&sale.expiry.as_secs()));
            prop_assert_eq!(sale.registration_no.chars().count(), 10);
        }
    }

    #[test]
    fn a_computed_tax_is_the_eleventh_that_is_nearest(won in 1_u64..=999_999_999) {
        let mut object = purchase();
        object["commandRequestParams"]["paymentAmount"]["value"] = json!(won.to_string());
        object["commandRequestParams"]["creditPayPlan"]["installmentNum"] = json!("0");
        object["commandRequestParams"].as_object_mut().unwrap().shift_remove("taxAmount");
        let Ok(Invocation { command: Command::Purchase(request), .. }) =
            Invocation::parse(object.as_object().unwrap())
        else {
            panic!("{object}");
        };
        let tax = request.sale().unwrap().tax_or_computed().minor;
        prop_assert!((tax * 11).abs_diff(won) * 2 <= 11, "{} of {}", tax, won);
    }

    #[test]
    fn a_result_that_is_understood_reads_back_as_it_was_written(object in near(result())) {
        if let Ok(result) = CommandResult::parse(&object) {
            let again = result.packet().json().unwrap();
            prop_assert_eq!(CommandResult::parse(&again), Ok(result));
        }
    }

    #[test]
    fn a_hello_that_is_understood_reads_back_as_it_was_written(object in near(hello())) {
        if let Ok(hello) = Hello::parse(&object) {
            prop_assert!(!hello.merchant_id.is_empty());
            let again = hello.packet().json().unwrap();
            prop_assert_eq!(Hello::parse(&again), Ok(hello));
        }
    }

    #[test]
    fn no_object_makes_a_parser_panic(value in json_value()) {
        let object = match value {
            Value::Object(object) => object,
            other => Map::from_iter([("id".to_owned(), other)]),
        };
        let _ = Invocation::parse(&object);
        let _ = CommandResult::parse(&object);
        let _ = Hello::parse(&object);
        let body = Value::Object(object);
        let _ = check_fields(&body, PayRequest::ENTRY_CODE_DISCRIMINATORS);
        let _ = check_fields(&body, PayRequest::ENTRY_CODE_FIELDS);
        let _ = Ack::read(200, body.to_string().as_bytes());
    }

    #[test]
    fn a_broken_rule_is_named_by_its_path(body in near(pay("x"))) {
        let body = Value::Object(body);
        for table in [PayRequest::ENTRY_CODE_DISCRIMINATORS, PayRequest::ENTRY_CODE_FIELDS] {
            for problem in check_fields(&body, table) {
                prop_assert!(table.iter().any(|rule| rule.path == problem.path), "{:?}", problem);
                let named = problem.to_string().starts_with(problem.path.as_str());
                prop_assert!(named, "{}", problem);
                prop_assert!(problem.problem.len() < 512, "{:?}", problem);
            }
        }
    }

    #[test]
    fn a_pay_request_that_fits_the_tables_is_read_and_written_without_loss(text in "\\PC{1,64}") {
        let body = pay(&text);
        for table in [PayRequest::ENTRY_CODE_DISCRIMINATORS, PayRequest::ENTRY_CODE_FIELDS] {
            prop_assert_eq!(check_fields(&body, table), []);
        }
        let request: PayRequest = serde_json::from_value(body).unwrap();
        prop_assert_eq!(&request.payment_request_id, &text);
        let again: PayRequest = serde_json::from_slice(&serde_json::to_vec(&request).unwrap()).unwrap();
        prop_assert_eq!(again, request);
    }

    #[test]
    fn a_required_field_that_is_taken_away_is_missed(
        at in select(PayRequest::ENTRY_CODE_FIELDS.iter().map(|r| (r.path, r.need)).collect::<Vec<_>>()),
    ) {
        let (path, need) = at;
        let mut body = pay("x");
        let (parent, key) = path.rsplit_once('.').unwrap_or(("", path));
        let pointer = if parent.is_empty() { String::new() } else { format!("/{}", parent.replace('.', "/")) };
        prop_assert!(body.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().shift_remove(key).is_some());
        let problems = check_fields(&body, PayRequest::ENTRY_CODE_FIELDS);
        let severity = problems.iter().find(|p| p.path == path).map(|p| p.severity);
        prop_assert_eq!(severity, match need {
            FieldNeed::Required => Some(Severity::Error),
            FieldNeed::Expected => Some(Severity::Lint),
            FieldNeed::Optional | FieldNeed::When(_) | FieldNeed::ExpectedWhen(_) => None,
        });
    }

    #[test]
    fn only_200_with_s_success_acknowledges(
        status in prop_oneof![Just(200_u16), 201_u16..300, any::<u16>()],
        object in near(json!({"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"}})),
    ) {
        let result = |key: &str| object.get("result").and_then(|r| r.get(key)).and_then(Value::as_str);
        let body = Value::Object(object.clone()).to_string();
        if Ack::read(status, body.as_bytes()).is_ok() {
            prop_assert_eq!(status, 200);
            prop_assert_eq!((result("resultCode"), result("resultStatus")), (Some("SUCCESS"), Some("S")));
        }
    }

    #[test]
    fn no_bytes_make_an_acknowledgement_panic(status: u16, body in garbage(60)) {
        prop_assert!(Ack::read(status, &body).is_err());
    }
}

fn purchase() -> Value {
    json!({
        "id": "1", "commandName": "Purchase", "options": {},
        "commandRequestParams": {
            "requestId": "R-1",
            "paymentAmount": {"value": "50000", "currency": "KRW"},
            "taxAmount": {"value": "4545", "currency": "KRW"},
            "tipAmount": {"value": "0", "currency": "KRW"},
            "creditPayPlan": {"installmentNum": "3"},
            "paymentExpiryTime": "60",
            "acquirerInfo": {"acquirerTerminalId": "T1", "acquirerRegistrationNo": "1234567890"}
        }
    })
}

fn purchase_cancel() -> Value {
    json!({
        "id": "2", "commandName": "PurchaseCancel", "options": {},
        "commandRequestParams": {
            "requestId": "R-2",
            "paymentAmount": {"value": "50000", "currency": "KRW"},
            "tipAmount": {"value": "0", "currency": "KRW"},
            "creditPayPlan": {"installmentNum": "3"},
            "acquirerInfo": {"acquirerMetaData": "AAAA", "acquirerTerminalId": "T1"}
        }
    })
}

fn result() -> Value {
    json!({
        "id": "1", "commandName": "Purchase", "outcome": "success", "errorCode": "CommandDeviceBusy", "errorMessage": "",
        "responseData": {
            "responseCommand": "Purchase",
            "requestId": "R-1",
            "paymentAmount": {"value": "50000", "currency": "KRW"},
            "creditPayPlan": {"installmentNum": "0"},
            "result": {"resultCode": "SUCCESS", "resultMessage": "success"},
            "acquirerInfo": {"acquirerMetaData": "AAAA", "acquirerName": "KICC", "signData": "AAAA"},
            "paymentResultInfo": {"issuerCode": "01", "funding": "CREDIT", "paymentMethodType": "CARD", "cardBin": "12345678"},
            "extendInfo": {"AD1": "a", "AD2": "b"}
        }
    })
}

fn hello() -> Value {
    json!({"provider": "KICC", "options": {"merchantId": "M", "useBuiltInDialog": false}})
}

fn pay(text: &str) -> Value {
    json!({
        "productCode": "IN_STORE_PAYMENT",
        "paymentRequestId": text,
        "paymentAmount": {"currency": "JPY", "value": "1200"},
        "paymentMethod": {"paymentMethodType": "CONNECT_WALLET"},
        "paymentFactor": {"inStorePaymentScenario": "EntryCode"},
        "order": {
            "referenceOrderId": text,
            "orderDescription": text,
            "orderAmount": {"currency": "JPY", "value": "1200"},
            "merchant": {
                "referenceMerchantId": text, "merchantMCC": "5812", "merchantName": text,
                "store": {"referenceStoreId": text, "storeName": text, "storeMCC": "5812"}
            },
            "env": {"userAgent": text}
        },
        "settlementStrategy": {"settlementCurrency": "USD"},
        "paymentNotifyUrl": "https://m.test/n",
        "paymentRedirectUrl": "https://m.test/r",
        "paymentExpiryTime": "2026-01-05T10:00:00Z",
        "merchantRegion": "JP"
    })
}
