//! Why a payment failed: the code that the POS gets, and what the acquirer's fields say of it. The documentation has no
//! code for a cardholder who cancels, nor for most of the others: `acquirerResultCode` tells them apart, by numbers of ours.

use wire::edc::BusinessCode;

/// See the module's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    CancelKey,
    CalledOff,
    NobodyCame,
    NobodySigned,
    SignatureRefused,
    NetworkDown,
    OtherTerminal,
    Reversed,
    ReversalRefused,
    ReversalUnanswered,
    Declined(BusinessCode),
}

impl Reason {
    /// The `resultCode`.
    pub(crate) const fn code(self) -> BusinessCode {
        match self {
            Self::CancelKey
            | Self::CalledOff
            | Self::NobodyCame
            | Self::SignatureRefused
            | Self::NetworkDown
            | Self::Reversed => BusinessCode::ProcessFail,
            Self::NobodySigned => BusinessCode::IdentityVerifyFailed,
            Self::OtherTerminal => BusinessCode::AccessDenied,
            Self::ReversalRefused | Self::ReversalUnanswered => BusinessCode::Unknown,
            Self::Declined(code) => code,
        }
    }

    /// The `acquirerResultCode`. 8000 is a command that was refused before it was taken up.
    pub(crate) const fn acquirer_code(self) -> &'static str {
        match self {
            Self::CancelKey => "8001",
            Self::CalledOff => "8002",
            Self::NobodyCame => "8003",
            Self::NobodySigned => "8004",
            Self::SignatureRefused => "8005",
            Self::NetworkDown => "8006",
            Self::OtherTerminal => "8007",
            Self::Reversed => "8008",
            Self::ReversalRefused => "8009",
            Self::ReversalUnanswered => "8010",
            Self::Declined(_) => "8100",
        }
    }

    /// The `acquirerResultMessage`.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::CancelKey => "cancelled at the terminal",
            Self::CalledOff => "cancelled by the POS before a card was read",
            Self::NobodyCame => "no card was presented in time",
            Self::NobodySigned => "no signature was given in time",
            Self::SignatureRefused => "the cardholder refused to sign",
            Self::NetworkDown => "the host cannot be reached; nothing was sent",
            Self::OtherTerminal => "cards and wallets are paid through different terminal ids",
            Self::Reversed => "no answer from the host; the payment was taken back",
            Self::ReversalRefused => "no answer from the host; it refused to take the payment back",
            Self::ReversalUnanswered => "no answer from the host, nor to taking the payment back",
            Self::Declined(code) => code.message(),
        }
    }
}
