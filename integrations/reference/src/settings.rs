//! The shop's settings: who it is to the gateway, how long it waits, how often it asks, what it does not sell.

use std::time::Duration;

use wire::antom::{WalletRefusal, WalletRule};
use wire::money::{Currency, Money};

use crate::order::By;

/// Who sells, in the words of the request.
pub(crate) const MERCHANT_ID: &str = "REFERENCE-MERCHANT";
pub(crate) const MERCHANT_NAME: &str = "Reference Tea House";
pub(crate) const MERCHANT_CATEGORY: &str = "5814";
pub(crate) const STORE_ID: &str = "REFERENCE-STORE-1";
pub(crate) const STORE_NAME: &str = "Reference Tea House, Main Street";
pub(crate) const STORE_TERMINAL: &str = "REFERENCE-TILL-1";
/// Where the shop is, in minutes from UTC.
pub(crate) const OFFSET: i16 = 9 * 60;
/// The wallet of online payments whose buyer chose none.
pub(crate) const ONLINE_METHOD: &str = "ALIPAY_CN";
pub(crate) const CARD: &str = "CARD";

/// How long an answer of the gateway may take.
pub(crate) const ANSWER: Duration = Duration::from_secs(10);
/// Sends of one request that makes a payment: without any answer, and with the answer U.
pub(crate) const UNANSWERED_SENDS: u64 = 3;
pub(crate) const UNKNOWN_SENDS: u64 = 4;
/// Pauses between sends of one cancel, refund or capture, in seconds.
pub(crate) const REPEATS: &[u64] = &[2, 3, 3, 5, 5];
/// By what a pause grows when the gateway says that there are too many requests.
pub(crate) const LIMITED: u32 = 3;
/// Pauses between questions about a refund or a capture: the first and the longest.
pub(crate) const FIRST_QUESTION: Duration = Duration::from_secs(5);
pub(crate) const LAST_PAUSE: Duration = Duration::from_secs(12 * 3600);
/// How long a refund may be in process, a bank transfer pending, a card's money held.
pub(crate) const DAYS_IN_PROCESS: Duration = Duration::from_secs(8 * 24 * 3600);
/// How often somebody is asked who has days.
pub(crate) const SELDOM: Duration = Duration::from_secs(3 * 3600);
/// How long a card's holder is bound, and a little longer.
pub(crate) const HELD: Duration = Duration::from_secs(7 * 24 * 3600 + 60);
/// How many merchants fit in a batch.
pub(crate) const LARGEST_BATCH: usize = 10;

const SECOND: u64 = 1;
const MINUTE: u64 = 60;

/// How a payment is watched until its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    /// How long a notification may take before the shop asks.
    pub(crate) patience: Duration,
    /// The first pause between questions.
    pub(crate) between: Duration,
    pub(crate) questions: u32,
    /// Whether the pauses grow: who has not paid after three questions seldom does in the next seconds.
    pub(crate) grows: bool,
}

impl Watch {
    /// The pause after so many questions.
    pub(crate) fn pause(&self, asked: u32) -> Duration {
        let doubled = if self.grows { (asked.saturating_sub(1) / 3).min(2) } else { 0 };
        self.between * (1 << doubled)
    }
}

/// In a shop somebody waits at the counter; online the buyer may take his time.
pub(crate) const fn watch(by: By) -> Watch {
    let (patience, between, questions, grows) = match by {
        By::Terminal | By::EntryCode | By::OrderCode => (5 * SECOND, 4 * SECOND, 10, true),
        // Documented: 10 to 20 times, every 3 s.
        By::PaymentCode => (3 * SECOND, 3 * SECOND, 12, false),
        By::Cashier | By::Batch => (5 * MINUTE, 5 * SECOND, 10, true),
        By::Session => (5 * MINUTE, 5 * MINUTE, 7, false),
    };
    Watch { patience: Duration::from_secs(patience), between: Duration::from_secs(between), questions, grows }
}

const SESSION: Duration = Duration::from_secs(30 * MINUTE);

/// How long after the request a payment, or a session, may still be paid.
pub(crate) const fn expiry(by: By) -> Duration {
    match by {
        By::Terminal | By::EntryCode | By::OrderCode => Duration::from_secs(10 * MINUTE),
        By::PaymentCode => Duration::from_secs(3 * MINUTE),
        // Less than ten minutes ahead is allowed.
        By::Cashier | By::Batch => Duration::from_secs(9 * MINUTE),
        By::Session => SESSION,
    }
}

/// Why an amount cannot be paid at the gateway, if it cannot.
pub(crate) fn refuses(amount: Money) -> Option<&'static str> {
    match amount.minor {
        0 => Some("an amount must be positive"),
        minor if is_rupiah(amount.currency) && minor % 100 != 0 => Some("an amount in IDR ends with 00"),
        _ => None,
    }
}

/// Why a wallet does not take an amount, if it does not.
pub(crate) fn wallet_refuses(method: Option<&str>, amount: Money) -> Option<&'static str> {
    match WalletRule::of(method?, amount)?.refusal(amount)? {
        WalletRefusal::TooLittle => Some("less than the wallet takes"),
        WalletRefusal::BetweenSteps => Some("no multiple of what the wallet takes"),
    }
}

fn is_rupiah(currency: Currency) -> bool {
    currency.as_str() == "IDR"
}
