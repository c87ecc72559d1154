//! The tables that are published whole.

use super::line::{CodeLine, NextStep, ResultStatus, table};

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
