//! How a terminal is set up where the documentation leaves a choice: the words of a script's `settings`.

use serde::{Deserialize, Serialize};
use wire::time::Span;

/// See the module's documentation. Every default is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// Whether commands before a successful hello are refused with CommandInvalid. Default true.
    pub require_init: bool,
    /// Which half of a CommandCancel comes first. Default answer-first.
    pub cancel_order: CancelOrder,
    /// What GetLastTransaction tells. Default ok.
    pub last_transaction: LastTransaction,
    /// Whether it tells the requestId; the documented sample does not. Default true.
    pub last_transaction_has_request_id: bool,
    /// How the terminal rounds the VAT that it computes. Default half-up.
    pub tax_rounding: TaxRounding,
    /// Whether the tip is part of paymentAmount. Default inside.
    pub tip: Tip,
    /// Whether a PurchaseCancel wants the card first. Default false.
    pub cancel_requires_card: bool,
    /// How long a card is read. Default 500ms.
    pub reading: Span,
    /// When a success carries what it need not: acquirer code, message and notice, extendInfo. Default sometimes.
    pub notes: Notes,
    /// Whether amounts and merchantIds ask for codes, after docs/terminal-codes.md. Default false.
    pub triggers: bool,
    /// The merchants with a contract: another one's Purchase is INVALID_CONTRACT. Empty (the default): any.
    pub merchants: Vec<String>,
    /// The terminal ids that cards may be paid through. An id in neither list is INVALID_CONTRACT, a card through a
    /// wallet's is ACCESS_DENIED. Empty (the default): any.
    pub terminals: Vec<String>,
    /// The terminal ids that wallets may be paid through: a wallet through another is ACCESS_DENIED. Empty (the default):
    /// any.
    pub wallet_terminals: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            require_init: true,
            cancel_order: CancelOrder::default(),
            last_transaction: LastTransaction::default(),
            last_transaction_has_request_id: true,
            tax_rounding: TaxRounding::default(),
            tip: Tip::default(),
            cancel_requires_card: false,
            reading: Span::millis(500),
            notes: Notes::default(),
            triggers: false,
            merchants: Vec::new(),
            terminals: Vec::new(),
            wallet_terminals: Vec::new(),
        }
    }
}

/// Which half of a CommandCancel comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CancelOrder {
    /// The answer to CommandCancel.
    #[default]
    AnswerFirst,
    /// The failure of the Purchase.
    FailureFirst,
}

/// What GetLastTransaction tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LastTransaction {
    /// The last transaction.
    #[default]
    Ok,
    /// That there is none.
    Empty,
    /// That the command is not supported.
    Unsupported,
    /// The one before the last.
    Stale,
}

/// How the VAT is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TaxRounding {
    /// Half up.
    #[default]
    HalfUp,
    /// Down.
    Floor,
}

/// Where the tip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tip {
    /// Part of paymentAmount.
    #[default]
    Inside,
    /// On top of it.
    Outside,
}

/// When a success carries what it need not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Notes {
    /// With everything but a plain credit card.
    #[default]
    Sometimes,
    /// With all.
    Always,
    /// With none.
    Never,
}
