//! The gateway's result codes, one line each: wire form, status, message, and what the merchant does about it.
//!
//! Four tables equal `fixtures/result-codes.json`, compared line by line in `tests/it/codes.rs`. The tables of the other
//! operations are published in part only; theirs hold what the documents name.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Operation;

/// A line of a code table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeLine {
    /// As on the wire.
    pub code: &'static str,
    /// S, F or U.
    pub status: ResultStatus,
    /// The message that travels with it.
    pub message: &'static str,
    /// What the merchant does about it.
    pub advice: NextStep,
}

/// `resultStatus`: whether the call succeeded, failed, or left the outcome unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the provider's own letters, explained above")]
pub enum ResultStatus {
    S,
    F,
    U,
}

/// What a merchant does about a code, in one word. The words are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Nothing is left to do.
    Done,
    /// Contact support.
    Support,
    /// Correct the request.
    FixRequest,
    /// Compare the parameters with the contract.
    CheckContract,
    /// Correct keys or signing.
    FixKeys,
    /// Register the merchant.
    RegisterMerchant,
    /// Try with a new request id.
    NewRequestId,
    /// Lower the amount.
    LowerAmount,
    /// Do not retry; a person looks at it.
    DoNotRetry,
    /// Send the same fields again, or a new request id.
    SameFieldsOrNewRequestId,
    /// Tell the user.
    TellUser,
    /// The documents disagree; see the note in the fixture.
    SeeNote,
    /// Call again with the same id.
    CallAgain,
    /// The user refreshes the payment code.
    UserRefreshesCode,
    /// Offer another payment method.
    OtherPaymentMethod,
    /// The user completes the identity check.
    UserCompletesKyc,
    /// The user gets a new verification code.
    UserGetsNewVerificationCode,
    /// Try again with 3D Secure.
    #[serde(rename = "retry_with_3ds")] // By itself serde writes retry_with3ds.
    RetryWith3ds,
    /// Give up: there is no appeal.
    GiveUp,
    /// Offer another card.
    OtherCard,
    /// Correct the card details.
    FixCardDetails,
    /// Try again after one working day.
    RetryAfterOneWorkingDay,
    /// Not final: inquire.
    Inquire,
    /// Too late to cancel: refund.
    UseRefund,
    /// Fill up the merchant's balance, then try with a new request id.
    TopUp,
}

/// The line of a code in a table.
#[must_use]
pub fn find(table: &'static [CodeLine], code: &str) -> Option<&'static CodeLine> {
    table.iter().find(|line| line.code == code)
}

/// Every table, pay's own first.
const TABLES: [&[CodeLine]; 9] = [
    PAY,
    INQUIRY_PAYMENT,
    BATCH_PAY,
    PAYMENT_RESULT_CODE,
    REFUND,
    CANCEL,
    CAPTURE,
    INQUIRY_REFUND,
    CREATE_PAYMENT_SESSION,
];

/// The line of a code wherever it is documented; pay's own line first.
#[must_use]
pub fn find_anywhere(code: &str) -> Option<&'static CodeLine> {
    TABLES.into_iter().find_map(|table| find(table, code))
}

/// Every code that is documented anywhere, in alphabetical order.
#[must_use]
pub fn known_codes() -> BTreeSet<&'static str> {
    TABLES.into_iter().flatten().map(|line| line.code).collect()
}

/// The codes of an operation.
#[must_use]
pub const fn codes(operation: Operation) -> &'static [CodeLine] {
    match operation {
        Operation::Pay => PAY,
        Operation::BatchPay => BATCH_PAY,
        Operation::CreatePaymentSession => CREATE_PAYMENT_SESSION,
        Operation::InquiryPayment => INQUIRY_PAYMENT,
        Operation::Cancel => CANCEL,
        Operation::Refund => REFUND,
        Operation::InquiryRefund => INQUIRY_REFUND,
        Operation::Capture => CAPTURE,
    }
}

macro_rules! table {
    ($(#[$doc:meta])* $name:ident; $($code:ident = $status:ident, $message:literal, $advice:ident;)+) => {
        $(#[$doc])*
        pub const $name: &[CodeLine] = &[
            $(CodeLine {
                code: stringify!($code),
                status: ResultStatus::$status,
                message: $message,
                advice: NextStep::$advice,
            }),+
        ];
    };
}

table! {
    /// Result codes of pay.
    PAY;
    SUCCESS = S, "success.", Done;
    ACCESS_DENIED = F, "Access is denied.", Support;
    INVALID_API = F, "The called API is invalid or not active.", Support;
    CLIENT_INVALID = F, "The client ID is invalid.", FixRequest;
    CURRENCY_NOT_SUPPORT = F, "The currency is not supported.", Support;
    INVALID_CONTRACT = F, "The parameter values in the contract do not match those in the current transaction.", CheckContract;
    INVALID_MERCHANT_STATUS = F, "The merchant status is abnormal because restrictions exist.", Support;
    INVALID_SIGNATURE = F, "The signature is not validated.", FixKeys;
    KEY_NOT_FOUND = F, "The private key or public key of Antom or the merchant is not found.", FixKeys;
    MEDIA_TYPE_NOT_ACCEPTABLE = F, "The server does not implement the media type that is acceptable to the client.", FixRequest;
    MERCHANT_KYB_NOT_QUALIFIED = F, "The payment failed because of the merchant's KYB status.", Support;
    MERCHANT_NOT_REGISTERED = F, "The merchant is not registered.", RegisterMerchant;
    METHOD_NOT_SUPPORTED = F, "The server does not implement the requested HTTP method.", FixRequest;
    NO_INTERFACE_DEF = F, "API is not defined.", FixRequest;
    NO_PAY_OPTIONS = F, "The currency is not supported for the transaction.", CheckContract;
    ORDER_IS_CANCELED = F, "The request you initiated has the same paymentRequestId as the previously paid transaction, which is canceled.", NewRequestId;
    ORDER_IS_CLOSED = F, "The request you initiated has the same paymentRequestId as that of the existed transaction, which is closed.", NewRequestId;
    PARAM_ILLEGAL = F, "The required parameters are not passed, or illegal parameters exist.", FixRequest;
    PAYMENT_AMOUNT_EXCEED_LIMIT = F, "The payment amount is greater than the maximum amount allowed by the contract or wallet.", LowerAmount;
    PAYMENT_COUNT_EXCEED_LIMIT = F, "The maximum number of payments exceeds the limit that is specified by the wallet.", Support;
    PAYMENT_NOT_QUALIFIED = F, "The merchant is not qualified to pay because the merchant is not registered, does not have a contract for Auto Debit payment, or is forbidden to make a payment.", Support;
    PROCESS_FAIL = F, "A general business failure occurred.", DoNotRetry;
    REPEAT_REQ_INCONSISTENT = F, "The amount or currency is different from the previous request.", SameFieldsOrNewRequestId;
    RISK_REJECT = F, "The request is rejected because of the risk control.", TellUser;
    SYSTEM_ERROR = F, "A system error occurred.", DoNotRetry;
    USER_NOT_EXIST = F, "The user does not exist on the wallet side.", Support;
    PAYMENT_IN_PROCESS = U, "The payment is being processed.", SeeNote;
    REQUEST_TRAFFIC_EXCEED_LIMIT = U, "The request traffic exceeds the limit.", CallAgain;
    UNKNOWN_EXCEPTION = U, "An API call has failed, which is caused by unknown reasons.", CallAgain;
}

table! {
    /// Result codes of batchPay.
    BATCH_PAY;
    SUCCESS = S, "success.", Done;
    ACCESS_DENIED = F, "Access is denied.", Support;
    INVALID_API = F, "The called API is invalid or not active.", Support;
    CURRENCY_NOT_SUPPORT = F, "The currency is not supported.", Support;
    EXPIRED_CODE = F, "The payment code is expired.", UserRefreshesCode;
    FRAUD_REJECT = F, "The transaction cannot be further processed because of risk control.", Support;
    INVALID_ACCESS_TOKEN = F, "The access token is expired, revoked, or does not exist.", FixRequest;
    INVALID_CONTRACT = F, "The parameter values in the contract do not match those in the current transaction.", CheckContract;
    INVALID_MERCHANT_STATUS = F, "The merchant status is abnormal because restrictions exist.", Support;
    INVALID_PAYMENT_CODE = F, "The payment code cannot be accepted by Antom.", OtherPaymentMethod;
    INVALID_PAYMENT_METHOD_META_DATA = F, "The payment method metadata is invalid.", FixRequest;
    KEY_NOT_FOUND = F, "The private key or public key of Antom or the merchant is not found.", FixKeys;
    MERCHANT_KYB_NOT_QUALIFIED = F, "The payment failed because of the merchant's KYB status.", Support;
    MERCHANT_NOT_REGISTERED = F, "The sub-merchant is not registered.", RegisterMerchant;
    NO_INTERFACE_DEF = F, "API is not defined.", FixRequest;
    NO_PAY_OPTIONS = F, "The currency is not supported for the transaction.", CheckContract;
    ORDER_IS_CANCELED = F, "The request you initiated has the same paymentRequestId as the previously paid transaction, which is canceled.", NewRequestId;
    ORDER_IS_CLOSED = F, "The paymentRequestId of your request is already used for a transaction, which is closed.", NewRequestId;
    PARAM_ILLEGAL = F, "The required parameters are not passed, or illegal parameters exist.", FixRequest;
    PAYMENT_AMOUNT_EXCEED_LIMIT = F, "The payment amount is greater than the maximum amount allowed by the contract or payment method.", LowerAmount;
    PAYMENT_COUNT_EXCEED_LIMIT = F, "The maximum number of payments exceeds the limit that is specified by the payment method.", Support;
    PAYMENT_NOT_QUALIFIED = F, "The merchant is not qualified to pay because the merchant is not registered, does not have a contract for Auto Debit payment, or is forbidden to make a payment.", Support;
    PROCESS_FAIL = F, "A general business failure occurred.", DoNotRetry;
    REPEAT_REQ_INCONSISTENT = F, "The amount or currency is different from the previous request.", SameFieldsOrNewRequestId;
    RISK_REJECT = F, "The transaction cannot be further processed because of risk control.", TellUser;
    SETTLE_CONTRACT_NOT_MATCH = F, "No matched settlement contract can be found.", CheckContract;
    SYSTEM_ERROR = F, "A system error occurred.", DoNotRetry;
    USER_AMOUNT_EXCEED_LIMIT = F, "The payment amount exceeds the user payment limit.", LowerAmount;
    USER_BALANCE_NOT_ENOUGH = F, "The payment cannot be completed because the user balance in the corresponding payment method is not enough.", OtherPaymentMethod;
    USER_KYC_NOT_QUALIFIED = F, "The payment failed because of the user's KYC status.", UserCompletesKyc;
    PAYMENT_IN_PROCESS = U, "The payment is being processed.", SeeNote;
    REQUEST_TRAFFIC_EXCEED_LIMIT = U, "The request traffic exceeds the limit.", CallAgain;
    UNKNOWN_EXCEPTION = U, "An API call has failed, which is caused by unknown reasons.", CallAgain;
    USER_NOT_EXIST = F, "The user does not exist on the wallet side.", Support;
    ORDER_NOT_EXIST = F, "The order does not exist.", FixRequest;
    USER_PAYMENT_VERIFICATION_FAILED = F, "User fails to pass the payment verification in the methods like OTP, PIN, and so on.", Support;
    USER_STATUS_ABNORMAL = F, "The user status is abnormal on the wallet side.", Support;
    VERIFY_TIMES_EXCEED_LIMIT = F, "The current verification code failed to pass the payment verification too many times.", UserGetsNewVerificationCode;
    VERIFY_UNMATCHED = F, "The verification code is invalid.", UserGetsNewVerificationCode;
    AUTHENTICATION_REQUIRED = F, "3D Secure authentication is required.", RetryWith3ds;
    SELECTED_CARD_BRAND_NOT_AVAILABLE = F, "The card brand that the user selected to pay is not available.", FixRequest;
    PAYMENT_PROHIBITED = F, "The payment cannot be processed because the goods are prohibited from sale in the country.", GiveUp;
}

table! {
    /// Result codes in a notifyPayment.
    NOTIFY_PAYMENT;
    SUCCESS = S, "success.", Done;
    PROCESS_FAIL = F, "A general business failure occurred.", DoNotRetry;
    USER_KYC_NOT_QUALIFIED = F, "Payment failed because of the user's KYC status.", UserCompletesKyc;
}

table! {
    /// Values of paymentResultCode: how a payment itself ended, in inquiryPayment.
    PAYMENT_RESULT_CODE;
    ACCESS_DENIED = F, "Access is denied.", Support;
    CURRENCY_NOT_SUPPORT = F, "The currency is not supported.", Support;
    FRAUD_REJECT = F, "The transaction cannot be further processed because of risk control.", Support;
    INVALID_CARD = F, "The card is invalid.", OtherCard;
    INVALID_EXPIRY_DATE_FORMAT = F, "The format of expiryYear or expiryMonth is wrong.", FixCardDetails;
    ISSUER_REJECTS_TRANSACTION = F, "The issuing bank rejects the transaction.", OtherCard;
    INVALID_MERCHANT_STATUS = F, "The merchant status is abnormal because restrictions exist.", Support;
    MERCHANT_KYB_NOT_QUALIFIED = F, "The payment failed because of the merchant's KYB status.", Support;
    NO_PAY_OPTIONS = F, "The currency is not supported for the transaction.", CheckContract;
    ORDER_IS_CLOSED = F, "The request you initiated has the same paymentRequestId as that of the existing transaction, which is closed.", NewRequestId;
    PAYMENT_AMOUNT_EXCEED_LIMIT = F, "The payment amount is greater than the maximum amount allowed by the contract or payment method.", LowerAmount;
    PAYMENT_COUNT_EXCEED_LIMIT = F, "The maximum number of payments exceeds the limit that is specified by the payment method.", Support;
    PAYMENT_NOT_QUALIFIED = F, "The merchant is not qualified to pay because the merchant is not registered, does not have a contract for Auto Debit payment, or is forbidden to make a payment.", Support;
    PROCESS_FAIL = F, "A general business failure occurred.", DoNotRetry;
    RISK_REJECT = F, "The transaction cannot be further processed because of risk control.", TellUser;
    SUSPECTED_CARD = F, "The card is suspected of fraud.", OtherCard;
    SUSPECTED_RISK = F, "The transaction cannot be further processed because of suspected security issues.", RetryAfterOneWorkingDay;
    USER_AMOUNT_EXCEED_LIMIT = F, "The payment amount exceeds the user payment limit.", LowerAmount;
    USER_BALANCE_NOT_ENOUGH = F, "The payment cannot be completed because the user balance in the corresponding payment method is not enough.", OtherPaymentMethod;
    USER_KYC_NOT_QUALIFIED = F, "The payment failed because of the user's KYC status.", UserCompletesKyc;
    USER_PAYMENT_VERIFICATION_FAILED = F, "The user is restricted from payment on the payment method side.", Support;
    USER_STATUS_ABNORMAL = F, "The user status is abnormal on the payment method side.", Support;
    PAYMENT_IN_PROCESS = U, "The payment is being processed.", Inquire;
    UNKNOWN_EXCEPTION = U, "An API call has failed, which is caused by unknown reasons.", Inquire;
    CARD_NOT_SUPPORTED = F, "The card used for the transaction is not supported.", OtherCard;
    INVALID_EXPIRATION_DATE = F, "The value of paymentMethod.paymentMethodMetaData.expiryYear or paymentMethod.paymentMethodMetaData.expiryDate is invalid.", FixCardDetails;
    INVALID_CARD_NUMBER = F, "The number of the card used for the transaction is invalid.", OtherCard;
}

table! {
    /// Result codes of inquiryPayment, as far as the documents name them. They tell about the call, not the payment.
    INQUIRY_PAYMENT;
    SUCCESS = S, "success.", Done;
    ORDER_NOT_EXIST = F, "The order does not exist.", FixRequest;
    ACCESS_DENIED = F, "Access is denied.", Support;
    CLIENT_INVALID = F, "The client ID is invalid.", FixRequest;
    INVALID_API = F, "The called API is invalid or not active.", Support;
    INVALID_SIGNATURE = F, "The signature is not validated.", FixKeys;
    KEY_NOT_FOUND = F, "The private key or public key of Antom or the merchant is not found.", FixKeys;
    MEDIA_TYPE_NOT_ACCEPTABLE = F, "The server does not implement the media type that is acceptable to the client.", FixRequest;
    METHOD_NOT_SUPPORTED = F, "The server does not implement the requested HTTP method.", FixRequest;
    NO_INTERFACE_DEF = F, "API is not defined.", FixRequest;
    PARAM_ILLEGAL = F, "The required parameters are not passed, or illegal parameters exist.", FixRequest;
    PROCESS_FAIL = F, "A general business failure occurred.", DoNotRetry;
    SYSTEM_ERROR = F, "A system error occurred.", DoNotRetry;
    REQUEST_TRAFFIC_EXCEED_LIMIT = U, "The request traffic exceeds the limit.", CallAgain;
    UNKNOWN_EXCEPTION = U, "An API call has failed, which is caused by unknown reasons.", CallAgain;
}

table! {
    /// Result codes of createPaymentSession, as far as the documents name them.
    CREATE_PAYMENT_SESSION;
    SUCCESS = S, "success.", Done;
    CURRENCY_NOT_SUPPORT = F, "The currency is not supported.", Support;
    INVALID_CONTRACT = F, "The parameter values in the contract do not match those in the current transaction.", CheckContract;
    INVALID_MERCHANT_STATUS = F, "The merchant status is abnormal because restrictions exist.", Support;
    MERCHANT_KYB_NOT_QUALIFIED = F, "The payment failed because of the merchant's KYB status.", Support;
    MERCHANT_NOT_REGISTERED = F, "The merchant is not registered.", RegisterMerchant;
    NO_PAY_OPTIONS = F, "The currency is not supported for the transaction.", CheckContract;
    ORDER_IS_CANCELED = F, "The request you initiated has the same paymentRequestId as the previously paid transaction, which is canceled.", NewRequestId;
    ORDER_IS_CLOSED = F, "The request you initiated has the same paymentRequestId as that of the existed transaction, which is closed.", NewRequestId;
    PAYMENT_AMOUNT_EXCEED_LIMIT = F, "The payment amount is greater than the maximum amount allowed by the contract or wallet.", LowerAmount;
    PAYMENT_COUNT_EXCEED_LIMIT = F, "The maximum number of payments exceeds the limit that is specified by the wallet.", Support;
    REPEAT_REQ_INCONSISTENT = F, "The amount or currency is different from the previous request.", SameFieldsOrNewRequestId;
    RISK_REJECT = F, "The request is rejected because of the risk control.", TellUser;
    SETTLE_CONTRACT_NOT_MATCH = F, "No matched settlement contract can be found.", CheckContract;
    ACCESS_DENIED = F, "Access is denied.", Support;
    CLIENT_INVALID = F, "The client ID is invalid.", FixRequest;
    INVALID_API = F, "The called API is invalid or not active.", Support;
    INVALID_SIGNATURE = F, "The signature is not validated.", FixKeys;
    KEY_NOT_FOUND = F, "The private key or public key of Antom or the merchant is not found.", FixKeys;
    MEDIA_TYPE_NOT_ACCEPTABLE = F, "The server does not implement the media type that is acceptable to the client.", FixRequest;
    METHOD_NOT_SUPPORTED = F, "The server does not implement the requested HTTP method.", FixRequest;
    NO_INTERFACE_DEF = F, "API is not defined.", FixRequest;
    PARAM_ILLEGAL = F, "The required parameters are not passed, or illegal parameters exist.", FixRequest;
    PROCESS_FAIL = F, "A general business failure occurred.", DoNotRetry;
    SYSTEM_ERROR = F, "A system error occurred.", DoNotRetry;
    REQUEST_TRAFFIC_EXCEED_LIMIT = U, "The request traffic exceeds the limit.", CallAgain;
    UNKNOWN_EXCEPTION = U, "An API call has failed, which is caused by unknown reasons.", CallAgain;
}

table! {
    /// Result codes of cancel, as far as the documents name them.
    CANCEL;
    SUCCESS = S, "success.", Done;
    CANCEL_WINDOW_EXCEED = F, "The payment can no longer be canceled.", UseRefund;
    ORDER_NOT_EXIST = F, "The order does not exist.", FixRequest;
    ORDER_STATUS_INVALID = F, "The status of the order does not allow this.", Inquire;
    PAYMENT_METHOD_NOT_SUPPORTED = F, "The payment method does not support this.", Support;
    MERCHANT_BALANCE_NOT_ENOUGH = F, "The balance of the merchant is not enough.", TopUp;
    ACCESS_DENIED = F, "Access is denied.", Support;
    CLIENT_INVALID = F, "The client ID is invalid.", FixRequest;
    INVALID_API = F, "The called API is invalid or not active.", Support;
    INVALID_SIGNATURE = F, "The signature is not validated.", FixKeys;
    KEY_NOT_FOUND = F, "The private key or public key of Antom or the merchant is not found.", FixKeys;
    MEDIA_TYPE_NOT_ACCEPTABLE = F, "The server does not implement the media type that is acceptable to the client.", FixRequest;
    METHOD_NOT_SUPPORTED = F, "The server does not implement the requested HTTP method.", FixRequest;
    NO_INTERFACE_DEF = F, "API is not defined.", FixRequest;
    PARAM_ILLEGAL = F, "The required parameters are not passed, or illegal parameters exist.", FixRequest;
    PROCESS_FAIL = F, "A general business failure occurred.", DoNotRetry;
    SYSTEM_ERROR = F, "A system error occurred.", DoNotRetry;
    REQUEST_TRAFFIC_EXCEED_LIMIT = U, "The request traffic exceeds the limit.", CallAgain;
    UNKNOWN_EXCEPTION = U, "An API call has failed, which is caused by unknown reasons.", CallAgain;
}

table! {
    /// Result codes of refund, as far as the documents name them.
    REFUND;
    SUCCESS = S, "success.", Done;
    REFUND_IN_PROCESS = U, "The refund is being processed.", Inquire;
    ORDER_NOT_EXIST = F, "The order does not exist.", FixRequest;
    ORDER_STATUS_INVALID = F, "The status of the order does not allow this.", Inquire;
    ORDER_IS_CANCELED = F, "The order is canceled.", DoNotRetry;
    REFUND_AMOUNT_EXCEED = F, "The refunds together exceed the amount that was paid.", LowerAmount;
    REFUND_WINDOW_EXCEED = F, "The payment can no longer be refunded.", GiveUp;
    CURRENCY_NOT_SUPPORT = F, "The currency is not supported.", Support;
    PARTIAL_REFUND_NOT_SUPPORTED = F, "The payment method does not support a partial refund.", GiveUp;
    MULTIPLE_REFUNDS_NOT_SUPPORTED = F, "The payment method does not support more than one refund.", GiveUp;
    PAYMENT_METHOD_NOT_SUPPORTED = F, "The payment method does not support this.", Support;
    MERCHANT_BALANCE_NOT_ENOUGH = F, "The balance of the merchant is not enough.", TopUp;
    REPEAT_REQ_INCONSISTENT = F, "The amount or currency is different from the previous request.", SameFieldsOrNewRequestId;
    RISK_REJECT = F, "The request is rejected because of the risk control.", TellUser;
    INVALID_MERCHANT_STATUS = F, "The merchant status is abnormal because restrictions exist.", Support;
    INVALID_CONTRACT = F, "The parameter values in the contract do not match those in the current transaction.", CheckContract;
    ACCESS_DENIED = F, "Access is denied.", Support;
    CLIENT_INVALID = F, "The client ID is invalid.", FixRequest;
    INVALID_API = F, "The called API is invalid or not active.", Support;
    INVALID_SIGNATURE = F, "The signature is not validated.", FixKeys;
    KEY_NOT_FOUND = F, "The private key or public key of Antom or the merchant is not found.", FixKeys;
    MEDIA_TYPE_NOT_ACCEPTABLE = F, "The server does not implement the media type that is acceptable to the client.", FixRequest;
    METHOD_NOT_SUPPORTED = F, "The server does not implement the requested HTTP method.", FixRequest;
    NO_INTERFACE_DEF = F, "API is not defined.", FixRequest;
    PARAM_ILLEGAL = F, "The required parameters are not passed, or illegal parameters exist.", FixRequest;
    PROCESS_FAIL = F, "A general business failure occurred.", DoNotRetry;
    SYSTEM_ERROR = F, "A system error occurred.", DoNotRetry;
    REQUEST_TRAFFIC_EXCEED_LIMIT = U, "The request traffic exceeds the limit.", CallAgain;
    UNKNOWN_EXCEPTION = U, "An API call has failed, which is caused by unknown reasons.", CallAgain;
}

table! {
    /// Result codes of inquiryRefund, as far as the documents name them. They tell about the call, not the refund.
    INQUIRY_REFUND;
    SUCCESS = S, "success.", Done;
    REFUND_NOT_EXIST = F, "The refund does not exist.", FixRequest;
    ORDER_NOT_EXIST = F, "The order does not exist.", FixRequest;
    ACCESS_DENIED = F, "Access is denied.", Support;
    CLIENT_INVALID = F, "The client ID is invalid.", FixRequest;
    INVALID_API = F, "The called API is invalid or not active.", Support;
    INVALID_SIGNATURE = F, "The signature is not validated.", FixKeys;
    KEY_NOT_FOUND = F, "The private key or public key of Antom or the merchant is not found.", FixKeys;
    MEDIA_TYPE_NOT_ACCEPTABLE = F, "The server does not implement the media type that is acceptable to the client.", FixRequest;
    METHOD_NOT_SUPPORTED = F, "The server does not implement the requested HTTP method.", FixRequest;
    NO_INTERFACE_DEF = F, "API is not defined.", FixRequest;
    PARAM_ILLEGAL = F, "The required parameters are not passed, or illegal parameters exist.", FixRequest;
    PROCESS_FAIL = F, "A general business failure occurred.", DoNotRetry;
    SYSTEM_ERROR = F, "A system error occurred.", DoNotRetry;
    REQUEST_TRAFFIC_EXCEED_LIMIT = U, "The request traffic exceeds the limit.", CallAgain;
    UNKNOWN_EXCEPTION = U, "An API call has failed, which is caused by unknown reasons.", CallAgain;
}

table! {
    /// Result codes of capture, as far as the documents name them.
    CAPTURE;
    SUCCESS = S, "success.", Done;
    CAPTURE_IN_PROCESS = U, "The capture is being processed.", Inquire;
    CAPTURE_AMOUNT_EXCEED = F, "The captures together exceed the amount that was authorised.", LowerAmount;
    CAPTURE_WINDOW_EXCEED = F, "The payment can no longer be captured.", GiveUp;
    MULTIPLE_CAPTURES_NOT_SUPPORTED = F, "The payment was captured for the last time.", GiveUp;
    ORDER_NOT_EXIST = F, "The order does not exist.", FixRequest;
    ORDER_STATUS_INVALID = F, "The status of the order does not allow this.", Inquire;
    ORDER_IS_CANCELED = F, "The order is canceled.", DoNotRetry;
    ORDER_IS_CLOSED = F, "The order is closed.", DoNotRetry;
    REPEAT_REQ_INCONSISTENT = F, "The amount or currency is different from the previous request.", SameFieldsOrNewRequestId;
    ACCESS_DENIED = F, "Access is denied.", Support;
    CLIENT_INVALID = F, "The client ID is invalid.", FixRequest;
    INVALID_API = F, "The called API is invalid or not active.", Support;
    INVALID_SIGNATURE = F, "The signature is not validated.", FixKeys;
    KEY_NOT_FOUND = F, "The private key or public key of Antom or the merchant is not found.", FixKeys;
    MEDIA_TYPE_NOT_ACCEPTABLE = F, "The server does not implement the media type that is acceptable to the client.", FixRequest;
    METHOD_NOT_SUPPORTED = F, "The server does not implement the requested HTTP method.", FixRequest;
    NO_INTERFACE_DEF = F, "API is not defined.", FixRequest;
    PARAM_ILLEGAL = F, "The required parameters are not passed, or illegal parameters exist.", FixRequest;
    PROCESS_FAIL = F, "A general business failure occurred.", DoNotRetry;
    SYSTEM_ERROR = F, "A system error occurred.", DoNotRetry;
    REQUEST_TRAFFIC_EXCEED_LIMIT = U, "The request traffic exceeds the limit.", CallAgain;
    UNKNOWN_EXCEPTION = U, "An API call has failed, which is caused by unknown reasons.", CallAgain;
}
