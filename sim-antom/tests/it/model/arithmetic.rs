//! The model: what the answers and the books must be, worked out from what was asked, without any of the gateway's code.

use std::collections::BTreeMap;

/// How a buyer behaves: pays or declines after so many seconds, or leaves.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shopper {
    Pays(u64),
    Declines(u64),
    Leaves,
}

/// What a payment is asked for with. A number always asks for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    EntryCode,
    Session,
    Card { manual: bool },
}

impl Product {
    pub(super) const fn of(id: u8) -> Self {
        match id {
            0..=2 => Self::EntryCode,
            3 => Self::Session,
            _ => Self::Card { manual: id.is_multiple_of(2) },
        }
    }

    const fn is_card(self) -> bool {
        matches!(self, Self::Card { .. })
    }

    /// How long it stays open.
    const fn seconds(self) -> u64 {
        match self {
            Self::EntryCode => 600,
            Self::Session => 3600,
            Self::Card { .. } => WEEK,
        }
    }
}

const WEEK: u64 = 7 * 86_400;
/// How long after the authorisation the gateway captures by itself.
const BY_ITSELF: u64 = 4;
/// What a buyer's bank says.
pub(super) const DECLINED: &str = "USER_BALANCE_NOT_ENOUGH";

/// A payment as the model sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sale {
    product: Product,
    amount: u64,
    pub(super) status: &'static str,
    created: u64,
    expires: u64,
    /// When its state changes by itself, and how.
    turn: (u64, Turn),
    /// When it was paid, or failed.
    ended: u64,
    pub(super) given_back: u64,
    pub(super) captured: u64,
    /// Whether nothing more may be captured.
    is_captured: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Paid,
    Declined,
    Expired,
}

/// A refund as the model sees it: of which payment, how much, its status and the code of its answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Return {
    of: u8,
    amount: u64,
    pub(super) status: &'static str,
    code: &'static str,
    done_at: u64,
    will: &'static str,
}

/// Seconds since the start, payments, refunds and captures by number.
#[derive(Debug, Default)]
pub(super) struct Model {
    now: u64,
    pub(super) sales: BTreeMap<u8, Sale>,
    pub(super) returns: BTreeMap<u8, Return>,
    /// How much, and the code of the answer.
    captures: BTreeMap<u8, (u64, &'static str)>,
    shoppers: Vec<Shopper>,
    /// How refunds end: at once, or after so many seconds well or not.
    ends: Vec<Option<(u64, bool)>>,
}

impl Model {
    pub(super) fn new(shoppers: Vec<Shopper>, ends: Vec<Option<(u64, bool)>>) -> Self {
        Self { shoppers, ends, ..Self::default() }
    }

    pub(super) fn pass(&mut self, seconds: u64) {
        self.now += seconds;
        // There is one session at most, so that nobody else asks for a shopper meanwhile.
        for sale in self.sales.values_mut() {
            while sale.status == "PROCESSING" && sale.turn.0 <= self.now {
                let (at, turn) = sale.turn;
                let tries_again = sale.product == Product::Session && turn == Turn::Declined && at < sale.expires;
                if tries_again {
                    sale.turn = turn_of(next(&mut self.shoppers).unwrap_or(Shopper::Leaves), at, sale.expires);
                } else {
                    sale.end(at, turn);
                }
            }
            sale.pass(self.now);
        }
        for back in self.returns.values_mut().filter(|back| back.status == "PROCESSING" && back.done_at <= self.now) {
            back.status = back.will;
            back.code = if back.will == "SUCCESS" { "SUCCESS" } else { "MERCHANT_BALANCE_NOT_ENOUGH" };
            if back.will == "FAIL"
                && let Some(sale) = self.sales.get_mut(&back.of)
            {
                sale.given_back -= back.amount;
            }
        }
    }

    pub(super) fn pay(&mut self, id: u8, amount: u64) -> &'static str {
        let product = Product::of(id);
        if let Some(known) = self.sales.get(&id) {
            return match known.status {
                _ if known.amount != amount => "REPEAT_REQ_INCONSISTENT",
                "CANCELLED" => "ORDER_IS_CANCELED",
                "FAIL" if product.is_card() && known.ended == known.created => DECLINED,
                "FAIL" => "ORDER_IS_CLOSED",
                _ => known.answer(),
            };
        }
        let at_once = if product.is_card() { 0 } else { 3 };
        let shopper = next(&mut self.shoppers).unwrap_or(Shopper::Pays(at_once));
        let (now, expires) = (self.now, self.now + product.seconds());
        let mut sale = Sale {
            product,
            amount,
            status: "PROCESSING",
            created: now,
            expires,
            turn: turn_of(shopper, now, expires),
            ended: 0,
            given_back: 0,
            captured: 0,
            is_captured: false,
        };
        // A card is decided in the answer itself, unless it takes longer.
        if product.is_card() && sale.turn.0 == now {
            sale.end(now, sale.turn.1);
        }
        self.sales.insert(id, sale);
        sale.answer()
    }

    pub(super) fn cancel(&mut self, id: u8) -> &'static str {
        // The world begins at 18:00 at +08:00: 00:15 is six hours and a quarter later, then every day.
        let closes = |paid: u64| (paid + 18 * 3600) / 86_400 * 86_400 + 86_400 + 900 - 18 * 3600;
        let Some(sale) = self.sales.get_mut(&id) else { return "ORDER_NOT_EXIST" };
        let until = if sale.product.is_card() { sale.ended + WEEK } else { closes(sale.ended) };
        match sale.status {
            "SUCCESS" if sale.given_back > 0 => return "PROCESS_FAIL",
            "SUCCESS" if sale.captured > 0 => return "ORDER_STATUS_INVALID",
            "SUCCESS" if self.now > until => return "CANCEL_WINDOW_EXCEED",
            "SUCCESS" | "PROCESSING" => sale.status = "CANCELLED",
            _ => {}
        }
        "SUCCESS"
    }

    pub(super) fn refund(&mut self, id: u8, of: u8, amount: u64) -> &'static str {
        if let Some(known) = self.returns.get(&id) {
            return if known.amount == amount { known.code } else { "REPEAT_REQ_INCONSISTENT" };
        }
        let mut back =
            Return { of, amount, status: "FAIL", code: "ORDER_NOT_EXIST", done_at: self.now, will: "SUCCESS" };
        let Some(sale) = self.sales.get_mut(&of) else {
            self.returns.insert(id, back);
            return back.code;
        };
        let taken = if sale.product.is_card() { sale.captured } else { sale.amount };
        let refused = match sale.status {
            "CANCELLED" => Some("ORDER_IS_CANCELED"),
            "SUCCESS" if taken == 0 => Some("ORDER_STATUS_INVALID"),
            "SUCCESS" if sale.given_back + amount > taken => Some("REFUND_AMOUNT_EXCEED"),
            "SUCCESS" => None,
            _ => Some("ORDER_STATUS_INVALID"),
        };
        if let Some(code) = refused {
            back.code = code;
        } else {
            sale.given_back += amount;
            let end = next(&mut self.ends).flatten();
            (back.status, back.code) =
                if end.is_some() { ("PROCESSING", "REFUND_IN_PROCESS") } else { ("SUCCESS", "SUCCESS") };
            if let Some((after, well)) = end {
                back.done_at = self.now + after;
                back.will = if well { "SUCCESS" } else { "FAIL" };
            }
        }
        self.returns.insert(id, back);
        back.code
    }

    pub(super) fn capture(&mut self, id: u8, of: u8, amount: u64, last: bool) -> &'static str {
        if let Some(known) = self.captures.get(&id) {
            return if known.0 == amount { known.1 } else { "REPEAT_REQ_INCONSISTENT" };
        }
        let Some(sale) = self.sales.get_mut(&of) else {
            self.captures.insert(id, (amount, "ORDER_NOT_EXIST"));
            return "ORDER_NOT_EXIST";
        };
        let refused = match sale.status {
            "CANCELLED" => Some("ORDER_IS_CANCELED"),
            "FAIL" => Some("ORDER_IS_CLOSED"),
            "SUCCESS" if !sale.product.is_card() => Some("ORDER_STATUS_INVALID"),
            "SUCCESS" if sale.is_captured => Some("MULTIPLE_CAPTURES_NOT_SUPPORTED"),
            "SUCCESS" if self.now > sale.ended + WEEK => Some("CAPTURE_WINDOW_EXCEED"),
            "SUCCESS" if sale.captured + amount > sale.amount => Some("CAPTURE_AMOUNT_EXCEED"),
            "SUCCESS" => None,
            _ => Some("ORDER_STATUS_INVALID"),
        };
        if refused.is_none() {
            sale.captured += amount;
            sale.is_captured = last;
        }
        let code = refused.unwrap_or("SUCCESS");
        self.captures.insert(id, (amount, code));
        code
    }
}

impl Sale {
    fn end(&mut self, at: u64, turn: Turn) {
        self.status = if turn == Turn::Paid { "SUCCESS" } else { "FAIL" };
        self.ended = at;
    }

    /// What happens to an authorised card by itself.
    fn pass(&mut self, now: u64) {
        let Product::Card { manual } = self.product else { return };
        if self.status != "SUCCESS" {
            return;
        }
        let is_all = self.is_captured || self.captured == self.amount;
        if !manual && !is_all && now >= self.ended + BY_ITSELF {
            (self.captured, self.is_captured) = (self.amount, true);
        } else if manual && self.captured == 0 && now >= self.ended + WEEK {
            self.status = "CANCELLED";
        }
    }

    /// The code of the answer to the request that makes it.
    fn answer(&self) -> &'static str {
        match self.status {
            "FAIL" => DECLINED,
            "PROCESSING" if self.product.is_card() => "PAYMENT_IN_PROCESS",
            _ => "SUCCESS",
        }
    }
}

fn turn_of(shopper: Shopper, now: u64, expires: u64) -> (u64, Turn) {
    match shopper {
        Shopper::Pays(after) if now + after <= expires => (now + after, Turn::Paid),
        Shopper::Declines(after) if now + after <= expires => (now + after, Turn::Declined),
        _ => (expires, Turn::Expired),
    }
}

fn next<T>(list: &mut Vec<T>) -> Option<T> {
    if list.is_empty() { None } else { Some(list.remove(0)) }
}
