//! The terminal's codes, one line each: constant, wire form, and what it means to a POS.
//!
//! The tables equal `fixtures/result-codes.json`; `tests/it/codes.rs` compares them line by line. Advice words are ours.

/// Builds an enum of codes with their wire forms and one more column.
macro_rules! codes {
    (
        $(#[$doc:meta])* $name:ident, $column:ident: $column_type:ty, $column_doc:literal;
        $($variant:ident = $wire:literal, $message:literal, $value:expr;)+
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub enum $name {
            $(#[doc = $message] #[serde(rename = $wire)] $variant,)+
        }

        impl $name {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code as on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)+ }
            }

            /// What it means, in a few words; also the message that the simulator sends with it.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ }
            }

            #[doc = $column_doc]
            #[must_use]
            pub const fn $column(self) -> $column_type {
                match self { $(Self::$variant => $value,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::edc::code::UnknownCode;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|code| code.as_str() == text)
                    .ok_or_else(|| crate::edc::code::UnknownCode(text.chars().take(64).collect()))
            }
        }
    };
}

codes! {
    /// The answer to a hello.
    InitCode, advice: Advice, "What a POS does about it.";
    InitSuccess = "INIT_SUCCESS", "initialised", Advice::Done;
    InitFailed = "INIT_FAILED", "initialisation failed, try again", Advice::TryAgain;
    InitParamError = "INIT_PARAM_ERROR", "initialisation failed, check the parameters", Advice::FixRequest;
}

codes! {
    /// What happens on the way to a result. Events may repeat, be lost, late or unknown: only the result decides.
    EventCode, timer: TimerEffect, "What the POS does with its countdown.";
    Ready = "READY", "ready for the card", TimerEffect::StartPaymentExpiry;
    CardDetected = "CARD_DETECTED", "card detected", TimerEffect::None;
    CardReadCompleted = "CARD_READ_COMPLETED", "card read", TimerEffect::None;
    PendingSignature = "PENDING_SIGNATURE", "waiting for the signature", TimerEffect::RestartSignature;
    StartTransaction = "START_TRANSACTION", "payment in progress", TimerEffect::Stop;
    Cancelling = "CANCELLING", "communication is being cancelled", TimerEffect::None;
    FallbackMagcardreader = "FALLBACK_MAGCARDREADER", "the card could not be read this way, use the other", TimerEffect::None;
    RequireCardInsert = "REQUIRE_CARD_INSERT", "the card must be inserted", TimerEffect::None;
    CardTryAgain = "CARD_TRY_AGAIN", "read the card again", TimerEffect::None;
    CardMissing = "CARD_MISSING", "no card detected", TimerEffect::None;
    DeviceInitialize = "DEVICE_INITIALIZE", "initialising", TimerEffect::None;
}

codes! {
    /// The command itself failed: `outcome` is `commandFailed` and this is its `errorCode`.
    CommandCode, charge: Charge, "What it tells about the cardholder's money.";
    InvalidResponse = "CommandInvalidResponse", "the result of the command is incorrect", Charge::Unknown;
    ResponseTimeout = "CommandResponseTimeout", "executed, no response came", Charge::Unknown;
    NotSupport = "CommandNotSupport", "command not supported", Charge::None;
    DeviceBusy = "CommandDeviceBusy", "a command is being executed", Charge::None;
    ParamError = "CommandParamError", "abnormal parameter", Charge::None;
    Invalid = "CommandInvalid", "CommandCancel at the wrong time", Charge::PaymentGoesOn;
}

codes! {
    /// The payment failed: `outcome` is `businessFailed` and this is its `result.resultCode`.
    BusinessCode, advice: Advice, "What a POS does about it.";
    RepeatReqReject = "REPEAT_REQ_REJECT", "an order with this requestId exists", Advice::NewRequestId;
    InvalidContract = "INVALID_CONTRACT", "contract invalid", Advice::CheckMerchantId;
    AccessDenied = "ACCESS_DENIED", "access denied", Advice::Support;
    ProcessFail = "PROCESS_FAIL", "general business failure", Advice::DoNotRetry;
    ParamIllegal = "PARAM_ILLEGAL", "required parameter missing or illegal", Advice::FixRequest;
    OrderStatusInvalid = "ORDER_STATUS_INVALID", "order status invalid", Advice::CheckOrder;
    OrderIsCanceled = "ORDER_IS_CANCELED", "transaction already cancelled", Advice::DoNotRefundAgain;
    UserAmountExceedLimit = "USER_AMOUNT_EXCEED_LIMIT", "amount above the user limit", Advice::LowerAmount;
    UserBalanceNotEnough = "USER_BALANCE_NOT_ENOUGH", "balance not enough", Advice::OtherPaymentMethod;
    InvalidCardNumber = "INVALID_CARD_NUMBER", "card number invalid", Advice::OtherCard;
    IdentityVerifyFailed = "IDENTITY_VERIFY_FAILED", "identity verification timed out or without result", Advice::TryAgain;
    Unknown = "UNKNOWN", "unknown", Advice::Support;
}

/// What a POS does about a code, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words are their own documentation; the fixture holds them too")]
pub enum Advice {
    Done,
    TryAgain,
    FixRequest,
    NewRequestId,
    CheckMerchantId,
    Support,
    DoNotRetry,
    CheckOrder,
    DoNotRefundAgain,
    LowerAmount,
    OtherPaymentMethod,
    OtherCard,
}

/// What a failed command tells about the cardholder's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Charge {
    /// Nothing was charged.
    #[serde(rename = "none")]
    None,
    /// It may have been charged: recover before anything else.
    #[serde(rename = "unknown")]
    Unknown,
    /// The payment lives on and will have its own result.
    #[serde(rename = "payment goes on")]
    PaymentGoesOn,
}

/// What an event does to the countdown that the POS shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub enum TimerEffect {
    /// Nothing.
    #[serde(rename = "none")]
    None,
    /// Start it at the paymentExpiryTime that was sent.
    #[serde(rename = "start paymentExpiryTime")]
    StartPaymentExpiry,
    /// Start it again at 20 seconds.
    #[serde(rename = "restart 20 s")]
    RestartSignature,
    /// Stop it.
    #[serde(rename = "stop")]
    Stop,
}

/// A text that is none of the documented codes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read code: {0:?} is not a documented code")]
pub struct UnknownCode(pub(crate) String);
