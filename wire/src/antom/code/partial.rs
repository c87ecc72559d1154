//! The tables that are published in part, as far as the documents name their codes.

use super::line::{CodeLine, NextStep, ResultStatus, table};

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

table! {
    /// Result codes of createVaultingSession: the provider's page names the first four, the others are those of any call.
    CREATE_VAULTING_SESSION;
    SUCCESS = S, "success.", Done;
    PARAM_ILLEGAL = F, "The required parameters are not passed, or illegal parameters exist.", FixRequest;
    PROCESS_FAIL = F, "A general business failure occurred.", DoNotRetry;
    UNKNOWN_EXCEPTION = U, "An API call has failed, which is caused by unknown reasons.", CallAgain;
    ACCESS_DENIED = F, "Access is denied.", Support;
    CLIENT_INVALID = F, "The client ID is invalid.", FixRequest;
    INVALID_API = F, "The called API is invalid or not active.", Support;
    INVALID_SIGNATURE = F, "The signature is not validated.", FixKeys;
    KEY_NOT_FOUND = F, "The private key or public key of Antom or the merchant is not found.", FixKeys;
    MEDIA_TYPE_NOT_ACCEPTABLE = F, "The server does not implement the media type that is acceptable to the client.", FixRequest;
    METHOD_NOT_SUPPORTED = F, "The server does not implement the requested HTTP method.", FixRequest;
    NO_INTERFACE_DEF = F, "API is not defined.", FixRequest;
    SYSTEM_ERROR = F, "A system error occurred.", DoNotRetry;
    REQUEST_TRAFFIC_EXCEED_LIMIT = U, "The request traffic exceeds the limit.", CallAgain;
}
