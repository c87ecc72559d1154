//! How a gateway is set up where the documentation leaves a choice, or where contracts differ.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wire::money::Currency;
use wire::time::Span;

use crate::quote::Rates;

/// Everything has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// Whether what the documents forbid and the real gateway lets pass is refused too. Default false.
    pub strict: bool,
    /// Whether words such as `[sim:RISK_REJECT]` in a request's texts ask for a code. Default true.
    pub triggers: bool,
    /// Whether an INVALID_SIGNATURE answer is signed all the same. Default true; the real gateway is said not to.
    pub sign_invalid_signature: bool,
    /// Whether failed in-store payments are notified too. Default false (the in-store page names successes only).
    pub notify_failure: bool,
    /// Whether refunds that succeed at once are notified too. Default false.
    pub notify_refund: bool,
    /// Whether a batch is notified once an order instead of once. Default false.
    pub notify_each_order: bool,
    /// How long an Entry Code or Order Code payment stays open when the request names no time. Default 10m.
    pub expiry: Span,
    /// How long after the authorisation a card is captured by itself. Default 4s.
    pub capture_after: Span,
    /// The URLs that a cashier or batch payment is answered with; without any its creation failed. Default by terminal:
    /// all three for APP and MINI_APP, the normal one otherwise.
    pub urls: Option<Vec<UrlKind>>,
    /// The currency that buyers pay in. Default that of the payment.
    pub wallet_currency: Option<Currency>,
    /// The currencies that merchants are paid in; a request may choose one of them. Default any.
    pub settlement_currencies: Vec<Currency>,
    /// One major unit of a currency in millionths of a US dollar, in place of the built-in rate.
    pub rates: Rates,
    /// The largest amount of a payment, in minor units, by currency. Default none.
    #[schemars(with = "BTreeMap<String, u64>")]
    pub limits: BTreeMap<Currency, u64>,
    /// How many calls a client may make in how long. Default any.
    pub rate_limit: Option<RateLimit>,
    /// Whether money that came after a payment's end could not be given back: a notifyReversal says so. Default false.
    pub reversal_fails: bool,
}

/// A URL in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UrlKind {
    /// normalUrl.
    Normal,
    /// schemeUrl.
    Scheme,
    /// applinkUrl.
    Applink,
}

/// So many calls in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RateLimit {
    /// Calls.
    pub calls: u32,
    /// In how long. Default 1s.
    #[serde(default = "one_second")]
    pub per: Span,
}

impl Settings {
    /// Amounts are exchanged into currencies that have a rate only.
    ///
    /// # Errors
    /// One that has none.
    pub(crate) fn check(&self) -> Result<(), String> {
        let wallet = self.wallet_currency.iter().map(|currency| ("wallet-currency", currency));
        let merchants = self.settlement_currencies.iter().map(|currency| ("settlement-currencies", currency));
        match wallet.chain(merchants).find(|(_, currency)| !self.rates.knows(**currency)) {
            Some((word, currency)) => Err(format!(
                "{word}: {currency} has no rate; give it one, such as `rates: {{{currency}: 1650}}` in millionths of a US dollar"
            )),
            None => Ok(()),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            strict: false,
            triggers: true,
            sign_invalid_signature: true,
            notify_failure: false,
            notify_refund: false,
            notify_each_order: false,
            expiry: Span::secs(600),
            capture_after: Span::secs(4),
            urls: None,
            wallet_currency: None,
            settlement_currencies: Vec::new(),
            rates: Rates::default(),
            limits: BTreeMap::new(),
            rate_limit: None,
            reversal_fails: false,
        }
    }
}

const fn one_second() -> Span {
    Span::secs(1)
}
