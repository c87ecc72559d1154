//! Which amounts a wallet takes. The source is the provider's table of amount rules (`amount-currency-rules.json` of its
//! SDKs, dataVersion 2026-09-01), which names these wallets and no others.

use crate::money::Money;

/// A wallet's rule for a currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalletRule {
    /// Its `paymentMethodType`.
    pub method: &'static str,
    /// The currency that the rule is about.
    pub currency: &'static str,
    /// The least that it takes.
    pub least: u64,
    /// It takes multiples of this.
    pub step: u64,
}

impl WalletRule {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::new("TRUEMONEY", "THB", 100, 1),
        Self::new("ALIPAY_HK", "HKD", 1, 1),
        Self::new("TNG", "MYR", 5, 1),
        Self::new("GCASH", "PHP", 100, 1),
        Self::new("DANA", "IDR", 30_000, 100),
        Self::new("KAKAOPAY", "KRW", 50, 1),
        Self::new("JKOPAY", "TWD", 100, 100),
        Self::new("OCTOPUS", "HKD", 10, 10),
    ];

    const fn new(method: &'static str, currency: &'static str, least: u64, step: u64) -> Self {
        Self { method, currency, least, step }
    }

    /// The rule that an amount paid by this method falls under, if there is one.
    #[must_use]
    pub fn of(method: &str, amount: Money) -> Option<&'static Self> {
        Self::ALL.iter().find(|rule| rule.method == method && rule.currency == amount.currency.as_str())
    }

    /// Why the wallet does not take an amount, if it does not.
    #[must_use]
    pub const fn refusal(&self, amount: Money) -> Option<WalletRefusal> {
        match () {
            () if amount.minor < self.least => Some(WalletRefusal::TooLittle),
            () if !amount.minor.is_multiple_of(self.step) => Some(WalletRefusal::BetweenSteps),
            () => None,
        }
    }
}

/// Why a wallet does not take an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalletRefusal {
    /// It is less than the least.
    TooLittle,
    /// It is no multiple of the step.
    BetweenSteps,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wallet_takes_multiples_of_its_step_from_its_least_on() {
        let refusal = |method: &str, currency: &str, minor: u64| {
            let amount = Money::new(currency.parse().unwrap(), minor);
            WalletRule::of(method, amount).and_then(|rule| rule.refusal(amount))
        };
        assert_eq!(refusal("JKOPAY", "TWD", 99), Some(WalletRefusal::TooLittle));
        assert_eq!(refusal("JKOPAY", "TWD", 100), None);
        assert_eq!(refusal("JKOPAY", "TWD", 150), Some(WalletRefusal::BetweenSteps));
        assert_eq!(refusal("JKOPAY", "USD", 1), None);
        assert_eq!(refusal("OCTOPUS", "HKD", 15), Some(WalletRefusal::BetweenSteps));
        assert_eq!(refusal("ALIPAY_CN", "CNY", 1), None);
    }

    #[test]
    fn every_rule_begins_at_a_multiple_of_its_step() {
        for rule in WalletRule::ALL {
            assert!(rule.least > 0 && rule.least.is_multiple_of(rule.step), "{rule:?}");
        }
    }
}
