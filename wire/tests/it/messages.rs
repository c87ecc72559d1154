//! Each message of the gateway with every field that the documents name: nothing is refused, and nothing gets lost.

use rstest::rstest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wire::antom::{
    BatchPayRequest, BatchPayResponse, CancelRequest, CancelResponse, CaptureRequest, CaptureResponse,
    CreatePaymentSessionRequest, CreatePaymentSessionResponse, CreateVaultingSessionRequest,
    CreateVaultingSessionResponse, FieldRule, InquiryPaymentRequest, InquiryPaymentResponse, InquiryRefundRequest,
    InquiryRefundResponse, NotifyCapture, NotifyPayment, NotifyRefund, NotifyReversal, NotifyVaulting, Outline,
    PayRequest, PayResponse, Product, RefundRequest, RefundResponse, Severity, check_fields,
};

const TIME: &str = "2026-01-05T18:00:00+08:00";

fn amount() -> Value {
    json!({"currency": "JPY", "value": "1000"})
}

fn address() -> Value {
    json!({"region": "JP", "state": "13", "city": "Tokyo", "address1": "1", "address2": "2", "zipCode": "100", "label": "x"})
}

fn name() -> Value {
    json!({"firstName": "A", "middleName": "B", "lastName": "C", "fullName": "A B C"})
}

fn goods() -> Value {
    json!([{
        "referenceGoodsId": "G", "goodsName": "tea", "goodsCategory": "food/tea", "goodsBrand": "b", "goodsSkuName": "s",
        "goodsUnitAmount": amount(), "goodsQuantity": "2", "goodsUrl": "https://m.test/g",
        "goodsImageUrl": "https://m.test/i", "deliveryMethodType": "DIGITAL", "goodsDiscountAmount": amount(),
        "priceId": "p", "goodsEndsOnTime": TIME, "crossSell": true, "taxCode": "t", "taxBehavior": "x",
    }])
}

fn env() -> Value {
    json!({
        "terminalType": "APP", "osType": "IOS", "userAgent": "u", "clientIp": "127.0.0.1", "deviceTokenId": "d",
        "cookieId": "c", "extendInfo": "{}", "storeTerminalId": "T", "storeTerminalRequestTime": TIME,
        "browserInfo": {"acceptHeader": "*/*", "javaEnabled": false, "javaScriptEnabled": true, "language": "ja",
                        "userAgent": "u"},
        "colorDepth": 24, "screenHeight": 800, "screenWidth": 600, "timeZoneOffset": -480, "deviceBrand": "b",
        "deviceModel": "m", "deviceLanguage": "ja", "deviceId": "i", "osVersion": "1",
    })
}

fn order() -> Value {
    json!({
        "referenceOrderId": "O", "orderDescription": "tea", "orderAmount": amount(), "orderDiscountAmount": amount(),
        "subTotalOrderAmount": amount(),
        "merchant": {
            "referenceMerchantId": "M", "merchantName": "Shop", "merchantMCC": "5812", "merchantDisplayName": "Shop",
            "merchantAddress": address(), "merchantRegisterDate": TIME,
            "store": {"referenceStoreId": "S", "storeName": "Shop 1", "storeMCC": "5812", "storeDisplayName": "s",
                      "storeTerminalId": "T", "storeOperatorId": "o", "storePhoneNo": "1", "storeAddress": address()},
            "merchantType": "ENTERPRISE",
        },
        "goods": goods(),
        "shipping": {
            "shippingName": name(), "shippingAddress": address(), "shippingCarrier": "c", "shippingPhoneNo": "1",
            "shipToEmail": "a@b.test", "shippingFee": amount(), "shippingFeeId": "f", "shippingDescription": "d",
            "deliveryEstimate": {"minimum": {}, "maximum": {}},
        },
        "buyer": {
            "referenceBuyerId": "B", "buyerName": name(), "buyerPhoneNo": "1", "buyerEmail": "a@b.test",
            "buyerRegistrationTime": TIME, "isAccountVerified": true, "successfulOrderCount": 3,
        },
        "env": env(), "extendInfo": "{}", "transit": {}, "lodging": {}, "gaming": {}, "needDeclaration": false,
        "declaration": {"declarationBizScene": "x"},
    })
}

fn method() -> Value {
    json!({
        "paymentMethodType": "CARD", "paymentMethodId": "tok", "paymentMethodMetaData": {"cardNo": "1"},
        "funding": "CREDIT", "customerId": "c", "extendInfo": "{}", "requireIssuerAuthentication": true,
    })
}

fn plan() -> Value {
    json!({
        "installmentNum": 3, "interval": "MONTH", "creditPayFeeType": "PERCENTAGE", "feePercentage": 10,
        "filteredInstallmentPeriods": [2, 3], "interestRate": "0.1",
    })
}

fn factor() -> Value {
    json!({"inStorePaymentScenario": "EntryCode", "isPaymentEvaluation": false, "presentmentMode": "BUNDLE",
           "captureMode": "MANUAL", "isAuthorization": true})
}

fn pay(code: &str, scenario: &str, kind: &str) -> Value {
    let mut body = json!({
        "productCode": code, "paymentRequestId": "PR-1", "paymentAmount": amount(), "paymentMethod": method(),
        "paymentFactor": factor(), "order": order(), "env": env(), "paymentNotifyUrl": "https://m.test/n",
        "paymentRedirectUrl": "https://m.test/r", "paymentExpiryTime": TIME,
        "settlementStrategy": {"settlementCurrency": "USD"}, "creditPayPlan": plan(), "appId": "a",
        "merchantRegion": "JP", "userRegion": "JP", "merchantAccountId": "m", "locale": "ja_JP", "extendInfo": "{}",
        "metadata": "{}",
    });
    body["paymentFactor"]["inStorePaymentScenario"] = json!(scenario);
    body["paymentMethod"]["paymentMethodType"] = json!(kind);
    body
}

fn quote() -> Value {
    json!({"guaranteed": false, "quoteId": "q", "quoteCurrencyPair": "JPY/CNY", "quotePrice": 0.04712,
           "quoteStartTime": TIME, "quoteExpiryTime": TIME})
}

fn three_ds() -> Value {
    json!({"threeDSVersion": "2.2.0", "eci": "05", "cavv": "c", "dsTransactionId": "d", "xid": "x", "challenged": true,
           "threeDStransactionStatusReason": "r", "challengeCancel": "01", "exemptionType": "e", "threeDSOffered": true})
}

fn acquirer() -> Value {
    json!({"acquirerName": "n", "referenceRequestId": "r", "acquirerTransactionId": "t", "acquirerMerchantId": "m",
           "acquirerResultCode": "c", "acquirerResultMessage": "x", "acquirerMerchantName": "m",
           "acquirerReasonDescription": "d", "ptspTransactionId": "p", "acquirerCardToken": "k"})
}

fn card_result() -> Value {
    json!({
        "cardNo": "4***", "cardBrand": "VISA", "cardToken": "t", "cardBin": "405469", "lastFour": "0768",
        "issuerName": "i", "issuingCountry": "JP", "funding": "CREDIT", "paymentMethodRegion": "JP",
        "cardCategory": "CONSUMER", "expiryMonth": "12", "expiryYear": "30", "cardholderName": "A", "avsResultRaw": "A",
        "cvvResultRaw": "Y", "networkTransactionId": "n", "refusalCodeRaw": "05", "refusalReasonRaw": "r",
        "merchantAdviceCode": "1", "exemptionRequested": {}, "credentialTypeUsed": "PAN", "rrn": "r",
        "authorizationCode": "a", "creditPayPlan": plan(), "acquirerInfo": acquirer(), "threeDSResult": three_ds(),
        "incrementalAuthorizationAvailable": false, "extendedAuthorizationAvailable": false,
        "refundOnAuthorizationAvailable": true, "userAuthorizationStatus": "x", "accountNo": "1", "fingerprint": "f",
    })
}

fn customer() -> Value {
    json!({"pspName": "ALIPAYCN", "pspCustomerId": "2088", "displayCustomerId": "a*", "displayCustomerName": "A",
           "customer2088Id": "2088", "extendInfo": "{}"})
}

fn form() -> Value {
    json!({"method": "POST", "redirectUrl": "https://w.test", "parameters": "{}", "actionFormType": "RedirectActionForm"})
}

fn code_form() -> Value {
    json!({"paymentMethodType": "CONNECT_WALLET", "expireTime": TIME, "extendInfo": "{}",
           "codeDetails": [{"codeValue": "x", "displayType": "TEXT", "codeValueType": "QRCODE"}]})
}

fn success() -> Value {
    json!({"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."})
}

fn promotion() -> Value {
    json!([{"promotionType": "DISCOUNT", "discount": {"discountTag": "t", "discountName": "n",
            "savingsAmount": amount(), "estimateSavingsAmount": amount()}}])
}

#[track_caller]
fn survives<T: Serialize + DeserializeOwned>(body: &Value) {
    let message: T = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&message).unwrap(), body);
}

#[track_caller]
fn fits<T: Serialize + DeserializeOwned>(body: &Value, tables: &[&'static [FieldRule]]) {
    for table in tables {
        assert_eq!(check_fields(body, table), []);
    }
    assert_eq!(Outline::of(tables).check(body), [], "the tables know all of it");
    survives::<T>(body);
    // Every line of the tables is about a field that is there, so each of them has been tried.
    for rule in tables.iter().copied().flatten() {
        let found = rule.path.split('.').try_fold(body, |value, key| value.get(key));
        assert!(found.is_some(), "{} is not in the example", rule.path);
    }
}

#[rstest]
#[case(Product::EntryCode, "IN_STORE_PAYMENT", "EntryCode", "CONNECT_WALLET")]
#[case(Product::OrderCode, "IN_STORE_PAYMENT", "OrderCode", "CONNECT_WALLET")]
#[case(Product::UserPresented, "IN_STORE_PAYMENT", "PaymentCode", "CONNECT_WALLET")]
#[case(Product::Cashier, "CASHIER_PAYMENT", "EntryCode", "GCASH")]
#[case(Product::AutoDebit, "AGREEMENT_PAYMENT", "EntryCode", "GCASH")]
fn a_pay_request_of_each_product(
    #[case] product: Product,
    #[case] code: &str,
    #[case] scenario: &str,
    #[case] kind: &str,
) {
    let body = pay(code, scenario, kind);
    assert_eq!(Product::of(&body), Some(product));
    fits::<PayRequest>(&body, &[product.discriminators(), PayRequest::FIELDS, product.fields()]);
    for other in Product::ALL.into_iter().filter(|other| *other != product) {
        assert_ne!(check_fields(&body, other.discriminators()), [], "{other:?}");
    }
}

/// What the documents say of a field's look, and the real gateway is not known to insist on, is told and let pass.
#[test]
fn what_the_documents_say_of_a_field_is_told_and_refused_by_a_strict_reader_alone() {
    let in_store = pay("IN_STORE_PAYMENT", "EntryCode", "CONNECT_WALLET");
    let cashier = pay("CASHIER_PAYMENT", "EntryCode", "CARD");
    let told = |body: &Value, pointer: &str, value: Value| {
        let mut body = body.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        let product = Product::of(&body).unwrap();
        let tables = [product.discriminators(), product.fields(), PayRequest::FIELDS];
        let problems = Outline::of(&tables).check(&body);
        let told: std::collections::BTreeSet<_> =
            problems.into_iter().map(|p| (p.path, p.severity == Severity::Lint)).collect();
        told.into_iter().collect::<Vec<_>>()
    };
    for (pointer, value, path) in [
        ("/order/merchant/merchantMCC", json!("58"), "order.merchant.merchantMCC"),
        ("/order/merchant/store/storeMCC", json!("58x2"), "order.merchant.store.storeMCC"),
        ("/order/goods/0/goodsQuantity", json!("0"), "order.goods[0].goodsQuantity"),
        ("/order/goods/0/goodsUrl", json!("here"), "order.goods[0].goodsUrl"),
        ("/order/goods/0", json!({"goodsName": "tea"}), "order.goods[0].referenceGoodsId"),
        ("/merchantRegion", json!("DE"), "merchantRegion"),
        ("/settlementStrategy/settlementCurrency", json!("jpy"), "settlementStrategy.settlementCurrency"),
        ("/settlementStrategy/settlementCurrency", json!("QQQ"), "settlementStrategy.settlementCurrency"),
        ("/env/colorDepth", json!(7), "env.colorDepth"),
        ("/env/timeZoneOffset", json!("abc"), "env.timeZoneOffset"),
        ("/env/timeZoneOffset", json!(2_147_483_648_i64), "env.timeZoneOffset"),
        ("/creditPayPlan", json!({"interval": "MONTH"}), "creditPayPlan.installmentNum"),
        ("/creditPayPlan/feePercentage", json!(null), "creditPayPlan.feePercentage"),
        ("/metadata", json!({"k": "v"}), "metadata"),
        ("/metadata", json!("x".repeat(2049)), "metadata"),
        ("/paymentRequestId", json!("PR\u{0}1"), "paymentRequestId"),
        ("/paymentNotifyUrl", json!("https://m.test/\u{fc}"), "paymentNotifyUrl"),
    ] {
        assert_eq!(told(&in_store, pointer, value.clone()), [(path.to_owned(), true)], "{pointer} {value}");
    }
    assert_eq!(told(&cashier, "/merchantRegion", json!("DE")), []);
    let bare = json!({"paymentMethodType": "CARD"});
    let path = "paymentMethod.paymentMethodMetaData".to_owned();
    assert_eq!(told(&cashier, "/paymentMethod", bare), [(path, true)]);
    assert_eq!(told(&cashier, "/paymentMethod/paymentMethodMetaData", json!(null)), [], "paid by its token");
    for (pointer, value, path) in [
        ("/paymentNotifyUrl", json!("http://"), "paymentNotifyUrl"),
        ("/paymentNotifyUrl", json!("http://exa mple/"), "paymentNotifyUrl"),
        ("/paymentRedirectUrl", json!("back"), "paymentRedirectUrl"),
        ("/paymentExpiryTime", json!("2026-01-05T18:00:00+25:00"), "paymentExpiryTime"),
        ("/creditPayPlan/installmentNum", json!(1), "creditPayPlan.installmentNum"),
    ] {
        assert_eq!(told(&in_store, pointer, value.clone()), [(path.to_owned(), false)], "{pointer} {value}");
    }
    assert_eq!(told(&cashier, "/paymentRedirectUrl", json!("myapp://back")), []);
}

/// Tables and messages know the same fields: none of those that the messages have is told to be unknown.
#[test]
fn the_tables_know_every_field_of_the_messages() {
    for (product, code, scenario, kind) in [
        (Product::EntryCode, "IN_STORE_PAYMENT", "EntryCode", "CONNECT_WALLET"),
        (Product::Cashier, "CASHIER_PAYMENT", "EntryCode", "CARD"),
    ] {
        let mut body = pay(code, scenario, kind);
        let tables = [product.discriminators(), product.fields(), PayRequest::FIELDS];
        assert_eq!(Outline::of(&tables).check(&body), []);
        body["order"]["goods"][0]["colour"] = json!("green");
        let problems = Outline::of(&tables).check(&body);
        let told: Vec<_> = problems.iter().map(|p| (p.severity, p.path.as_str())).collect();
        assert_eq!(told, [(Severity::Note, "order.goods[0].colour")]);
    }
}

#[test]
fn the_other_requests() {
    let batch = json!({
        "productCode": "CASHIER_PAYMENT", "batchPaymentRequestId": "B-1", "paymentAmount": amount(),
        "paymentMethod": method(), "paymentRedirectUrl": "https://m.test/r", "env": env(),
        "orderList": [order(), order()], "paymentNotifyUrl": "https://m.test/n", "paymentFactor": factor(),
        "paymentExpiryTime": TIME, "userRegion": "JP", "creditPayPlan": plan(), "appId": "a",
    });
    fits::<BatchPayRequest>(&batch, &[BatchPayRequest::FIELDS]);
    let session = json!({
        "productCode": "CASHIER_PAYMENT", "paymentRequestId": "PR-1", "paymentAmount": amount(), "order": order(),
        "paymentMethod": method(), "productScene": "CHECKOUT_PAYMENT", "paymentRedirectUrl": "https://m.test/r",
        "paymentNotifyUrl": "https://m.test/n", "settlementStrategy": {"settlementCurrency": "USD"},
        "paymentSessionExpiryTime": TIME, "paymentExpiryTime": TIME, "paymentFactor": factor(),
        "creditPayPlan": plan(), "env": env(), "merchantRegion": "JP", "userRegion": "JP", "merchantAccountId": "m",
        "locale": "ja_JP", "metadata": "{}", "allowedPaymentMethodRegions": ["JP"], "enableInstallmentCollection": true,
        "savedPaymentMethods": [{}], "availablePaymentMethod": {}, "agreementInfo": {}, "riskData": {},
        "subscriptionInfo": {}, "subscriptionPlan": {}, "customizedInfo": {}, "paymentQuote": quote(),
        "processingAmount": amount(), "scopes": ["x"],
    });
    fits::<CreatePaymentSessionRequest>(&session, &[CreatePaymentSessionRequest::FIELDS]);
    let inquiry = json!({"paymentRequestId": "PR-1", "paymentId": "1", "merchantAccountId": "m"});
    fits::<InquiryPaymentRequest>(&inquiry, &[InquiryPaymentRequest::FIELDS]);
    let vaulting = json!({
        "paymentMethodType": "CARD", "vaultingRequestId": "V-1", "vaultingNotificationUrl": "https://m.test/v",
        "redirectUrl": "https://m.test/back", "merchantRegion": "SG", "is3DSAuthentication": true,
    });
    fits::<CreateVaultingSessionRequest>(&vaulting, &[CreateVaultingSessionRequest::FIELDS]);
    let cancel = json!({"paymentId": "1", "paymentRequestId": "PR-1", "merchantAccountId": "m"});
    fits::<CancelRequest>(&cancel, &[CancelRequest::FIELDS]);
    let refund = json!({
        "refundRequestId": "RR-1", "paymentId": "1", "refundAmount": amount(), "referenceRefundId": "r",
        "refundReason": "r", "refundNotifyUrl": "https://m.test/r", "captureId": "c", "isAsyncRefund": true,
        "extendInfo": "{}", "metadata": "{}", "refundDetails": [{"refundAmount": amount(), "refundFrom": "SELLER"}],
        "customizedInfo": {}, "refundToBankInfo": {}, "refundSourceAccountNo": "1", "goods": goods(),
        "splitDetails": [{}], "refundRequestTime": TIME,
    });
    fits::<RefundRequest>(&refund, &[RefundRequest::FIELDS]);
    let inquiry = json!({"refundRequestId": "RR-1", "refundId": "1", "merchantAccountId": "m"});
    fits::<InquiryRefundRequest>(&inquiry, &[InquiryRefundRequest::FIELDS]);
    let capture = json!({
        "captureRequestId": "CR-1", "paymentId": "1", "captureAmount": amount(), "isLastCapture": false,
        "captureType": "FINAL", "transit": {}, "goods": goods(), "shippings": [{}],
    });
    fits::<CaptureRequest>(&capture, &[CaptureRequest::FIELDS]);
}

#[test]
fn the_answers() {
    survives::<PayResponse>(&json!({
        "result": success(), "paymentRequestId": "PR-1", "paymentId": "1", "paymentAmount": amount(),
        "paymentCreateTime": TIME, "paymentTime": TIME, "actualPaymentAmount": amount(), "paymentQuote": quote(),
        "grossSettlementAmount": amount(), "settlementQuote": quote(), "pspCustomerInfo": customer(),
        "redirectActionForm": form(), "orderCodeForm": code_form(),
        "challengeActionForm": {"challengeType": "SMS_OTP", "challengeRenderValue": "x", "triggerSource": "AMS",
                                "extendInfo": "{}"},
        "paymentData": "d", "appIdentifier": "a", "schemeUrl": "x://y", "applinkUrl": "https://a.test",
        "normalUrl": "https://n.test", "paymentResultInfo": card_result(), "promotionResult": promotion(),
        "authExpiryTime": TIME, "paymentActionForm": "{}",
    }));
    survives::<BatchPayResponse>(&json!({
        "result": success(), "paymentData": "d", "pspCustomerInfo": customer(), "orderCodeForm": code_form(),
        "appIdentifier": "a", "schemeUrl": "x://y", "applinkUrl": "https://a.test", "normalUrl": "https://n.test",
        "paymentResultInfo": card_result(),
        "orderSummaries": [{"referenceOrderId": "O", "transactionId": "1", "orderAmount": amount(),
                            "referenceMerchantId": "M"}],
    }));
    survives::<CreatePaymentSessionResponse>(&json!({
        "result": success(), "paymentSessionData": "d", "paymentSessionExpiryTime": TIME, "paymentSessionId": "i",
        "normalUrl": "https://n.test", "url": "https://u.test",
    }));
    survives::<CreateVaultingSessionResponse>(&json!({
        "result": success(), "vaultingSessionData": "d", "vaultingSessionExpiryTime": TIME, "vaultingSessionId": "i",
        "normalUrl": "https://n.test",
    }));
    survives::<InquiryPaymentResponse>(&json!({
        "result": success(), "paymentStatus": "PENDING", "paymentResultCode": "SUCCESS",
        "paymentResultMessage": "success", "paymentRequestId": "PR-1", "paymentId": "1", "paymentAmount": amount(),
        "paymentCreateTime": TIME, "paymentTime": TIME, "actualPaymentAmount": amount(), "paymentQuote": quote(),
        "grossSettlementAmount": amount(), "settlementQuote": quote(), "authExpiryTime": TIME,
        "pspCustomerInfo": customer(), "redirectActionForm": form(),
        "cardInfo": {"cardNo": "4*", "cardBrand": "VISA", "cardToken": "t", "issuingCountry": "JP", "funding": "CREDIT",
                     "paymentMethodRegion": "JP", "threeDSResult": three_ds()},
        "paymentResultInfo": card_result(), "acquirerInfo": acquirer(), "acquirerReferenceNo": "1",
        "customsDeclarationAmount": amount(), "promotionResults": promotion(), "paymentMethodType": "CARD",
        "merchantAccountId": "m", "metadata": {}, "retryInfo": {},
        "transactions": [{"transactionResult": success(), "transactionId": "1", "transactionType": "REFUND",
                          "transactionStatus": "SUCCESS", "transactionAmount": amount(),
                          "transactionRequestId": "RR-1", "transactionTime": TIME, "acquirerInfo": acquirer(),
                          "grossSettlementAmount": amount(), "settlementQuote": quote()}],
    }));
    survives::<CancelResponse>(&json!({
        "result": success(), "paymentId": "1", "paymentRequestId": "PR-1", "cancelTime": TIME,
    }));
    survives::<RefundResponse>(&json!({
        "result": success(), "refundRequestId": "RR-1", "refundId": "1", "paymentId": "1", "refundAmount": amount(),
        "refundTime": TIME, "actualRefundAmount": amount(), "grossSettlementAmount": amount(),
        "settlementQuote": quote(), "acquirerReferenceNo": "1", "acquirerInfo": acquirer(),
    }));
    survives::<InquiryRefundResponse>(&json!({
        "result": success(), "refundId": "1", "refundRequestId": "RR-1", "refundAmount": amount(),
        "refundStatus": "PROCESSING", "refundTime": TIME, "grossSettlementAmount": amount(),
        "settlementQuote": quote(), "acquirerInfo": acquirer(), "arn": "1", "rrn": "1", "metadata": {},
        "customizedInfo": {}, "splitDetails": [{}],
    }));
    survives::<CaptureResponse>(&json!({
        "result": success(), "captureRequestId": "CR-1", "captureId": "1", "paymentId": "1",
        "captureAmount": amount(), "captureTime": TIME, "acquirerReferenceNo": "1",
    }));
}

#[test]
fn the_notifications() {
    survives::<NotifyPayment>(&json!({
        "notifyType": "PAYMENT_PENDING", "result": success(), "paymentRequestId": "PR-1", "paymentId": "1",
        "paymentAmount": amount(), "actualPaymentAmount": amount(), "paymentCreateTime": TIME, "paymentTime": TIME,
        "pspCustomerInfo": customer(), "paymentQuote": quote(), "grossSettlementAmount": amount(),
        "settlementQuote": quote(), "customsDeclarationAmount": amount(), "receiptInfo": {},
        "acquirerInfo": acquirer(), "acquirerReferenceNo": "1", "cardInfo": {"cardNo": "4*"},
        "paymentResultInfo": card_result(), "promotionResult": promotion(), "paymentMethodType": "CARD",
        "authExpiryTime": TIME, "metadata": {}, "processingAmount": amount(),
    }));
    survives::<NotifyRefund>(&json!({
        "notifyType": "REFUND_RESULT", "result": success(), "refundStatus": "SUCCESS", "refundRequestId": "RR-1",
        "refundId": "1", "refundAmount": amount(), "refundTime": TIME, "grossSettlementAmount": amount(),
        "settlementQuote": quote(), "actualRefundAmount": amount(), "arn": "1", "metadata": {}, "customizedInfo": {},
    }));
    survives::<NotifyCapture>(&json!({
        "notifyType": "CAPTURE_RESULT", "result": success(), "captureRequestId": "CR-1", "paymentId": "1",
        "captureId": "1", "captureAmount": amount(), "captureTime": TIME, "acquirerReferenceNo": "1",
        "acquirerInfo": acquirer(),
    }));
    survives::<NotifyReversal>(&json!({
        "notifyType": "PAYMENT_REVERSAL", "result": success(), "paymentRequestId": "PR-1", "paymentId": "1",
        "paymentAmount": amount(), "paymentCreateTime": TIME, "paymentTime": TIME,
    }));
    survives::<NotifyVaulting>(&json!({
        "result": success(), "vaultingRequestId": "V-1", "vaultingCreateTime": TIME, "acquirerInfo": acquirer(),
        "customizedInfo": {}, "metadata": "{}",
        "paymentMethodDetail": {"paymentMethodType": "CARD", "card": {
            "cardToken": "t", "brand": "VISA", "maskedCardNo": "4*", "lastFour": "0768", "bin": "405469",
            "expiryMonth": "12", "expiryYear": "34", "funding": "CREDIT", "issuingCountry": "SG", "issuerName": "B",
            "billingAddress": address(), "avsResultRaw": "Y", "cvvResultRaw": "Y",
        }},
    }));
}

#[test]
fn what_a_product_needs_and_does_not_get_is_named() {
    let mut body = pay("CASHIER_PAYMENT", "EntryCode", "GCASH");
    for (pointer, key) in [("", "appId"), ("", "paymentRedirectUrl"), ("/env", "osType")] {
        body.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(key);
    }
    let told = |body: &Value| {
        let problems = check_fields(body, Product::Cashier.fields()).into_iter();
        problems.filter(|problem| problem.severity == Severity::Error).map(|problem| problem.path).collect::<Vec<_>>()
    };
    assert_eq!(told(&body), ["paymentRedirectUrl", "env.osType"]);
    body["env"]["terminalType"] = json!("MINI_APP");
    assert_eq!(told(&body), ["paymentRedirectUrl", "appId"]);
}
