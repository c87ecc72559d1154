//! How each documented code is had on demand: one line a code, for scripts, for triggers and for `--give`.
//!
//! The script of a line is the whole of it: `--give CODE` appends it to the terminal's script, and a trigger lets it
//! apply to the one exchange that carries the trigger. `docs/terminal-codes.md` is made from this table.

use wire::edc::{BusinessCode, CommandCode, CommandName, EventCode, InitCode};
use wire::money::Money;

use crate::code::Code;
use crate::script::Script;

/// How a code is had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// The code.
    pub code: Code,
    /// What the POS has to do for it.
    pub exchange: Exchange,
    /// What of that the terminal takes as the wish for this code, with `triggers` on.
    pub trigger: Trigger,
    /// The script that brings it, as YAML.
    pub script: &'static str,
    /// How it comes about by itself.
    pub cause: &'static str,
}

/// What a POS does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// A hello.
    Hello,
    /// A Purchase.
    Purchase,
    /// A Purchase of more than 50,000 won.
    LargePurchase,
    /// A Purchase, and CommandCancel on READY.
    CommandCancel,
    /// A Purchase, and its PurchaseCancel.
    PurchaseCancel,
}

/// What the terminal takes as the wish for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// No wish is needed: the exchange always brings it.
    Always,
    /// The merchantId of the hello ends with a hyphen and the code.
    Merchant,
    /// The paymentAmount ends in these three digits. None of them ends in 0, as prices in won do, and none is a round
    /// number's neighbour.
    Amount(u16),
}

impl Recipe {
    /// The line of a code.
    #[must_use]
    pub const fn of(code: Code) -> Self {
        use Exchange::{CommandCancel, Hello, LargePurchase, Purchase, PurchaseCancel};
        use Trigger::{Always, Amount, Merchant};
        let (exchange, trigger, script, cause) = match code {
            Code::Init(InitCode::InitSuccess) => {
                (Hello, Always, "answers: [{hello: {code: INIT_SUCCESS}}]", "a hello that makes sense")
            }
            Code::Init(InitCode::InitFailed) => {
                (Hello, Merchant, "answers: [{hello: {code: INIT_FAILED}}]", "a hello while the terminal starts up")
            }
            Code::Init(InitCode::InitParamError) => (
                Hello,
                Merchant,
                "answers: [{hello: {code: INIT_PARAM_ERROR}}]",
                "a provider other than KICC, or no merchantId",
            ),
            Code::Event(EventCode::Ready) => (Purchase, Always, "cardholder: [{insert: {}}]", "a Purchase is taken up"),
            Code::Event(EventCode::CardDetected) => {
                (Purchase, Always, "cardholder: [{insert: {}}]", "a card or wallet comes")
            }
            Code::Event(EventCode::CardReadCompleted) => {
                (Purchase, Always, "cardholder: [{insert: {}}]", "the card is read")
            }
            Code::Event(EventCode::PendingSignature) => {
                (LargePurchase, Always, "cardholder: [{insert: {}}, {sign: {}}]", "a card pays more than 50,000 won")
            }
            Code::Event(EventCode::StartTransaction) => {
                (Purchase, Always, "cardholder: [{insert: {}}]", "the host is asked")
            }
            Code::Event(EventCode::Cancelling) => {
                (CommandCancel, Amount(616), "cardholder: [nothing]", "CommandCancel before a card comes")
            }
            Code::Event(EventCode::FallbackMagcardreader) => {
                (Purchase, Amount(617), "cardholder: [{chip-failure: {}}, {swipe: {}}]", "the chip cannot be read")
            }
            Code::Event(EventCode::RequireCardInsert) => {
                (Purchase, Amount(618), "cardholder: [{swipe: {}}, {insert: {}}]", "a card with a chip is swiped")
            }
            Code::Event(EventCode::CardTryAgain) => {
                (Purchase, Amount(619), "cardholder: [{tap-failure: {}}, {tap: {}}]", "a card is held too short")
            }
            Code::Event(EventCode::CardMissing) => (
                Purchase,
                Amount(621),
                "cardholder: [{insert: {}}, {remove: {}}, {insert: {}}]",
                "the card is pulled while it is read",
            ),
            Code::Event(EventCode::DeviceInitialize) => {
                (Purchase, Amount(622), "faults: [{power-loss: {at: ready, for: 1s}}]", "the power comes back")
            }
            Code::Command(CommandCode::InvalidResponse) => {
                (Purchase, Amount(711), "answers: [{Purchase: {code: CommandInvalidResponse}}]", "")
            }
            Code::Command(CommandCode::ResponseTimeout) => {
                (Purchase, Amount(712), "answers: [{Purchase: {code: CommandResponseTimeout}}]", "")
            }
            Code::Command(CommandCode::NotSupport) => (
                Purchase,
                Amount(713),
                "answers: [{Purchase: {code: CommandNotSupport}}]",
                "a commandName that is none of the four",
            ),
            Code::Command(CommandCode::DeviceBusy) => (
                Purchase,
                Amount(714),
                "answers: [{Purchase: {code: CommandDeviceBusy}}]",
                "a command while another is carried out",
            ),
            Code::Command(CommandCode::ParamError) => (
                Purchase,
                Amount(715),
                "answers: [{Purchase: {code: CommandParamError}}]",
                "a field is missing, or a number stands for a text",
            ),
            Code::Command(CommandCode::Invalid) => (
                CommandCancel,
                Amount(716),
                "answers: [{CommandCancel: {code: CommandInvalid}}]",
                "CommandCancel when no card is waited for; any command before a hello",
            ),
            Code::Business(BusinessCode::RepeatReqReject) => (
                Purchase,
                Amount(811),
                "answers: [{Purchase: {code: REPEAT_REQ_REJECT}}]",
                "a requestId that was used before",
            ),
            Code::Business(BusinessCode::InvalidContract) => (
                Purchase,
                Amount(812),
                "answers: [{Purchase: {code: INVALID_CONTRACT}}]",
                "a merchant or terminal id that the settings do not list",
            ),
            Code::Business(BusinessCode::AccessDenied) => (
                Purchase,
                Amount(813),
                "answers: [{Purchase: {code: ACCESS_DENIED}}]",
                "a wallet through a card's terminal id, or the other way round",
            ),
            Code::Business(BusinessCode::ProcessFail) => (
                Purchase,
                Amount(814),
                "cardholder: [{cancel-key: {}}]",
                "the cardholder presses the cancel key; nobody comes; CommandCancel; no way to the host; a reversal",
            ),
            Code::Business(BusinessCode::ParamIllegal) => (
                Purchase,
                Amount(815),
                "answers: [{Purchase: {code: PARAM_ILLEGAL}}]",
                "a zero amount, another currency, instalments below 50,000 won; a cancel of another amount",
            ),
            Code::Business(BusinessCode::OrderStatusInvalid) => (
                PurchaseCancel,
                Amount(816),
                "answers: [{PurchaseCancel: {code: ORDER_STATUS_INVALID}}]",
                "a cancel of a purchase that this terminal does not know; GetLastTransaction when there is none",
            ),
            Code::Business(BusinessCode::OrderIsCanceled) => (
                PurchaseCancel,
                Amount(817),
                "answers: [{PurchaseCancel: {code: ORDER_IS_CANCELED}}]",
                "a second cancel of a purchase",
            ),
            Code::Business(BusinessCode::UserAmountExceedLimit) => {
                (Purchase, Amount(818), "host: [{decline: {code: USER_AMOUNT_EXCEED_LIMIT}}]", "the host declines")
            }
            Code::Business(BusinessCode::UserBalanceNotEnough) => {
                (Purchase, Amount(819), "host: [{decline: {code: USER_BALANCE_NOT_ENOUGH}}]", "the host declines")
            }
            Code::Business(BusinessCode::InvalidCardNumber) => {
                (Purchase, Amount(821), "host: [{decline: {code: INVALID_CARD_NUMBER}}]", "the host declines")
            }
            Code::Business(BusinessCode::IdentityVerifyFailed) => {
                (Purchase, Amount(822), "host: [{decline: {code: IDENTITY_VERIFY_FAILED}}]", "nobody signs within 20 s")
            }
            Code::Business(BusinessCode::Unknown) => (
                Purchase,
                Amount(823),
                "host: [{decline: {code: UNKNOWN}}]",
                "the host is silent, and does not take the payment back",
            ),
        };
        Self { code, exchange, trigger, script, cause }
    }

    /// Every line.
    pub fn all() -> impl Iterator<Item = Self> {
        Code::all().map(Self::of)
    }

    /// The script.
    #[must_use]
    pub fn script(&self) -> Script {
        // A test reads every line; an empty script is the harmless answer to a bug rather than a panic.
        serde_saphyr::from_str(self.script).unwrap_or_default()
    }

    /// The line that the amount of a command asks for.
    pub(crate) fn wanted_by_amount(name: CommandName, amount: Money) -> Option<Self> {
        let ending = amount.minor % 1000;
        Self::all().find(|recipe| {
            let begins_with = match recipe.exchange {
                Exchange::PurchaseCancel => CommandName::PurchaseCancel,
                _ => CommandName::Purchase,
            };
            begins_with == name && matches!(recipe.trigger, Trigger::Amount(digits) if u64::from(digits) == ending)
        })
    }

    /// What a hello is answered when the merchantId asks for it.
    pub(crate) fn wanted_by_merchant(merchant_id: &str) -> Option<InitCode> {
        let fits = |code: &&InitCode| merchant_id.strip_suffix(code.as_str()).is_some_and(|rest| rest.ends_with('-'));
        InitCode::ALL.iter().find(fits).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_can_be_read_and_says_something() {
        for recipe in Recipe::all() {
            assert_ne!(recipe.script(), Script::default(), "{}", recipe.code);
        }
    }

    #[test]
    fn triggers_are_unlike_each_other_and_unlike_prices() {
        let mut seen = Vec::new();
        for recipe in Recipe::all() {
            if let Trigger::Amount(digits) = recipe.trigger {
                assert!(!seen.contains(&digits) && (600..900).contains(&digits) && digits % 10 != 0, "{}", recipe.code);
                seen.push(digits);
            }
        }
        for won in [104, 999, 1_000, 1_004, 10_400, 12_345, 50_000, 50_001, 60_000, 123_456, 999_999_999] {
            for name in [CommandName::Purchase, CommandName::PurchaseCancel] {
                assert_eq!(Recipe::wanted_by_amount(name, Money::krw(won)), None, "{won}");
            }
        }
    }

    #[test]
    fn a_merchant_asks_with_a_hyphen_and_the_code() {
        assert_eq!(Recipe::wanted_by_merchant("M1-INIT_FAILED"), Some(InitCode::InitFailed));
        assert_eq!(Recipe::wanted_by_merchant("INIT_FAILED"), None);
        assert_eq!(Recipe::wanted_by_merchant("M1"), None);
    }
}
