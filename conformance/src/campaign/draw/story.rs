//! What a drawn merchant is asked to do, and when he is killed: sales, and what comes between them and their end.

use wire::antom::Operation;
use wire::edc::{CommandName, EventCode};
use wire::hex::HexBytes;
use wire::money::{Currency, Money};
use wire::time::Span;

use super::{Area, Drawing};
use crate::campaign::Chance;
use crate::scenario::{
    BatchOrder, By, Capture, CaptureOrder, CartLine, Checkout, CheckoutBatch, GatewayKey, NoticeType, NotifyRaw,
    OrderRef, RawTo, Refund, Restart, SendRaw, Settle, Step, Until, Wait, total, unplaced,
};

/// How long everything is let run in the end.
const AT_THE_TERMINAL: Span = Span::secs(2 * 3600);
const AT_THE_GATEWAY: Span = Span::secs(10 * 24 * 3600);

impl Drawing<'_> {
    /// All steps of a history. It ends with time for everything to end.
    pub(super) fn steps(&mut self) -> Vec<Step> {
        let orders = 1 + self.chance.weighted([(70, 0), (21, 1), (6, 2), (3, 3)]);
        let mut stories: Vec<Vec<Step>> = (0..orders).map(|_| self.story()).collect();
        let mut steps = Vec::new();
        if stories.len() > 1 && self.chance.falls(20) {
            let lists = stories.split_off(0).into_iter().map(|story| story.into_iter().flat_map(in_turn).collect());
            steps.push(Step::Parallel(unplaced(lists.collect())));
        }
        steps.extend(stories.into_iter().flatten());
        let within = if self.area == Area::Edc { AT_THE_TERMINAL } else { AT_THE_GATEWAY };
        steps.push(Step::Settle(Settle { within }));
        steps
    }

    /// A sale, what comes in between, what comes after.
    fn story(&mut self) -> Vec<Step> {
        let at_terminal = match self.area {
            Area::Edc => true,
            Area::Antom => false,
            Area::Joint => self.chance.falls(50),
        };
        if at_terminal { self.at_terminal() } else { self.at_gateway() }
    }

    fn at_terminal(&mut self) -> Vec<Step> {
        let order = self.name();
        let amount = self.won();
        let mut steps = vec![sale(&order, By::Terminal, amount)];
        if self.chance.falls(55) {
            steps.push(self.moment_at_terminal());
            steps.extend(self.interference(&order, true));
        }
        if self.chance.falls(80) {
            steps.push(Step::Settle(Settle { within: Span::secs(self.chance.one([5, 100, 1800, 1800, 1800])) }));
        }
        if self.chance.falls(45) {
            self.give_back(&order, amount, true, &mut steps);
        }
        steps
    }

    fn at_gateway(&mut self) -> Vec<Step> {
        if self.chance.falls(8) {
            return self.batch();
        }
        let order = self.name();
        let by = self.chance.weighted([
            (5, By::EntryCode),
            (2, By::OrderCode),
            (2, By::PaymentCode),
            (4, By::Cashier),
            (2, By::Session),
        ]);
        let (amount, cart) = if self.chance.falls(8) { self.basket() } else { (self.money(), Vec::new()) };
        let is_card = matches!(by, By::Cashier | By::Session) && self.chance.falls(40);
        let is_held = is_card && by == By::Cashier && self.chance.falls(60);
        let mut checkout = plain(&order, by, amount);
        checkout.cart = cart;
        checkout.description = words(self.chance);
        checkout.method = is_card.then(|| "CARD".to_owned());
        checkout.capture = if is_held { Capture::Manual } else { Capture::Automatic };
        let mut steps = vec![Step::Checkout(checkout)];
        if self.chance.falls(55) {
            steps.push(self.moment_at_gateway());
            steps.extend(self.interference(&order, false));
        }
        if is_held && self.chance.falls(70) {
            steps.push(Step::Advance(Wait { by: Span::secs(self.chance.one([1, 5, 60])) }));
            let part = if self.chance.falls(30) { Some(self.part(amount)) } else { None };
            steps.push(Step::Capture(CaptureOrder { order: unplaced(order.clone()), amount: part }));
            if self.chance.falls(20) {
                steps.push(Step::Restart(Restart::default()));
            }
        }
        if self.chance.falls(70) {
            let within = Span::secs(self.chance.one([1, 20, 600, 3600, 3600, 3600, 48 * 3600]));
            steps.push(Step::Settle(Settle { within }));
        }
        if self.chance.falls(30) {
            self.give_back(&order, amount, false, &mut steps);
        }
        // One more try at a time: who clicks twice waits for the first one's end.
        if self.chance.falls(15) && !steps.iter().any(|step| matches!(step, Step::Retry(_))) {
            steps.push(Step::Retry(OrderRef { order: unplaced(order) }));
        }
        steps
    }

    pub(super) fn batch(&mut self) -> Vec<Step> {
        let currency = self.currency();
        let many = if self.chance.falls(6) { 11 } else { 1 + self.chance.below(3) };
        let mut orders: Vec<BatchOrder> = (0..many)
            .map(|_| BatchOrder {
                order: unplaced(self.name()),
                amount: unplaced(self.money_in(currency)),
                description: words(self.chance),
                merchant: None,
            })
            .collect();
        if self.chance.falls(10)
            && let Some(last) = orders.last_mut()
        {
            // Refused when it is the seller of another one, too.
            last.merchant = Some("SELLER-1".to_owned());
        }
        let first = orders.first().map(|order| (order.order.value.clone(), order.amount.value));
        let batch = format!("G{}", self.sold);
        let mut steps = vec![Step::CheckoutBatch(CheckoutBatch { batch: unplaced(batch.clone()), orders })];
        if self.chance.falls(50) {
            steps.push(self.moment_at_gateway());
            if self.chance.falls(60) {
                steps.push(Step::Restart(Restart::default()));
            }
        }
        steps.push(Step::Settle(Settle { within: Span::secs(3600) }));
        if let Some((order, amount)) = first.filter(|_| self.chance.falls(40)) {
            self.give_back(&order, amount, false, &mut steps);
        }
        if self.chance.falls(10) {
            steps.push(Step::Retry(OrderRef { order: unplaced(batch) }));
        }
        steps
    }

    /// What somebody does at a moment that was waited for.
    fn interference(&mut self, order: &str, at_terminal: bool) -> Option<Step> {
        let (order, raw) = (OrderRef { order: unplaced(order.to_owned()) }, self.chance.falls(50));
        match self.chance.weighted([(4, 0), (4, 1), (2, 2), (1, 3)]) {
            0 => Some(self.restart(at_terminal)),
            1 => Some(Step::Cancel(order)),
            2 if at_terminal && raw => Some(noise(self.chance)),
            2 if raw => Some(rubbish(self.chance)),
            2 if !at_terminal => Some(Step::Retry(order)),
            3 => Some(Step::Advance(Wait { by: Span::secs(self.chance.one([1, 30, 300, 3600])) })),
            _ => None,
        }
    }

    /// At the gateway sometimes with another key.
    fn restart(&mut self, at_terminal: bool) -> Step {
        let is_new = !at_terminal && self.chance.falls(8);
        Step::Restart(Restart { gateway_key: if is_new { GatewayKey::New } else { GatewayKey::Same } })
    }

    fn moment_at_terminal(&mut self) -> Step {
        if self.chance.falls(25) {
            let millis = self.chance.one([0, 1, 300, 1000, 2100, 2600, 3700, 61_000, 92_000]);
            return Step::Advance(Wait { by: Span::millis(millis) });
        }
        let (mut event, mut sent) = (None, None);
        match self.chance.weighted([(3, 0), (1, 1), (1, 2), (1, 3), (5, 4), (1, 5), (3, 6)]) {
            0 => event = Some(EventCode::Ready),
            1 => event = Some(EventCode::CardDetected),
            2 => event = Some(EventCode::CardReadCompleted),
            3 => event = Some(EventCode::PendingSignature),
            4 => event = Some(EventCode::StartTransaction),
            5 => sent = Some(CommandName::Purchase),
            _ => sent = Some(CommandName::GetLastTransaction),
        }
        Step::Until(unplaced(Until { event, sent, ..until(self.chance) }))
    }

    fn moment_at_gateway(&mut self) -> Step {
        if self.chance.falls(45) {
            let millis = self.chance.one([0, 1, 500, 1000, 2000, 3100, 4500, 7000, 20_000, 599_000, 610_000]);
            return Step::Advance(Wait { by: Span::millis(millis) });
        }
        let (mut called, mut notified) = (None, None);
        match self.chance.weighted([(4, 0), (2, 1), (2, 2), (3, 3), (1, 4)]) {
            0 => called = Some(Operation::Pay),
            1 => called = Some(Operation::InquiryPayment),
            2 => called = Some(Operation::Cancel),
            3 => notified = Some(NoticeType::PaymentResult),
            _ => notified = Some(NoticeType::PaymentPending),
        }
        Step::Until(unplaced(Until { called, notified, ..until(self.chance) }))
    }

    /// Money goes back: whole, in part, twice, or more than there is.
    fn give_back(&mut self, order: &str, amount: Money, at_terminal: bool, steps: &mut Vec<Step>) {
        for _ in 0..1 + self.chance.few(2) {
            let amount = if self.chance.falls(60) { amount } else { self.part(amount) };
            let refund = Step::Refund(Refund { order: unplaced(order.to_owned()), amount });
            // Two clicks at once, of two people.
            if self.chance.falls(8) {
                steps.push(Step::Parallel(unplaced(vec![vec![refund.clone()], vec![refund]])));
            } else {
                steps.push(refund);
            }
            if self.chance.falls(35) {
                let (mut sent, mut called) = (None, None);
                if at_terminal {
                    sent = Some(CommandName::PurchaseCancel);
                } else {
                    called = Some(Operation::Refund);
                }
                steps.push(Step::Until(unplaced(Until { sent, called, ..until(self.chance) })));
                if self.chance.falls(60) {
                    steps.push(Step::Restart(Restart::default()));
                }
            }
            if self.chance.falls(60) {
                let within = Span::secs(self.chance.one([1, 60, 1800, 1800]));
                steps.push(Step::Settle(Settle { within }));
            }
        }
    }

    pub(super) fn name(&mut self) -> String {
        self.sold += 1;
        let letter = u8::try_from(self.sold - 1).ok().and_then(|n| b'A'.checked_add(n)).filter(u8::is_ascii_uppercase);
        letter.map_or_else(|| format!("O{}", self.sold), |letter| char::from(letter).to_string())
    }

    /// What a sale at the terminal costs: with and without a signature; mostly another amount than before.
    pub(super) fn won(&mut self) -> Money {
        // What cannot be sold at a terminal is asked for, too.
        if self.chance.falls(2) {
            return Money::krw(self.chance.one([0, 1_000_000_000]));
        }
        let base = self.chance.one([100, 1000, 10_400, 50_000, 50_001, 60_000, 999_999]);
        Money::krw(if self.chance.falls(80) { base + self.sold * 7 } else { base })
    }

    fn currency(&mut self) -> Currency {
        let text = self.chance.one(["JPY", "JPY", "KRW", "USD", "EUR", "SGD", "IDR"]);
        text.parse().unwrap_or(Currency::KRW)
    }

    fn money(&mut self) -> Money {
        let currency = self.currency();
        self.money_in(currency)
    }

    pub(super) fn money_in(&mut self, currency: Currency) -> Money {
        if currency.as_str() == "IDR" {
            // Only whole hundreds can be paid.
            let rest = if self.chance.falls(25) { 50 } else { 0 };
            return Money::new(currency, 1_500_000 + self.sold * 700 + rest);
        }
        let base = self.chance.one([1000, 1234, 5997, 100_000]);
        Money::new(currency, if self.chance.falls(85) { base + self.sold * 7 } else { base })
    }

    /// A basket, and what it costs: prices that binary fractions get wrong.
    fn basket(&mut self) -> (Money, Vec<CartLine>) {
        let currency = self.chance.one(["USD", "EUR", "JPY"]).parse().unwrap_or(Currency::KRW);
        let prices = if currency.exponent() == 0 { ["1999", "290", "1150"] } else { ["19.99", "0.29", "1.15"] };
        let line =
            |chance: &mut Chance| CartLine { price: chance.one(prices).to_owned(), quantity: chance.one([1, 3]) };
        let cart: Vec<_> = (0..1 + self.chance.few(2)).map(|_| line(self.chance)).collect();
        // One more line, so that no two baskets cost the same.
        let own = CartLine { price: self.sold.to_string(), quantity: 7 };
        let cart: Vec<_> = cart.into_iter().chain([own]).collect();
        let minor = total(currency, &cart).map_or(1000, |cost| cost.minor);
        (Money::new(currency, minor), cart)
    }

    fn part(&mut self, amount: Money) -> Money {
        let minor = self.chance.one([amount.minor / 2, amount.minor / 3, amount.minor, amount.minor + 1]).max(1);
        Money::new(amount.currency, minor)
    }
}

/// The steps of a step that takes several at the same time: in a list of such a step there is no other one.
fn in_turn(step: Step) -> Vec<Step> {
    match step {
        Step::Parallel(lists) => lists.value.into_iter().flatten().collect(),
        step => vec![step],
    }
}

pub(super) fn plain(order: &str, by: By, amount: Money) -> Checkout {
    Checkout {
        order: unplaced(order.to_owned()),
        by,
        amount: unplaced(amount),
        description: "two cups of tea".to_owned(),
        payment_code: None,
        method: None,
        capture: Capture::Automatic,
        cart: Vec::new(),
    }
}

pub(super) fn sale(order: &str, by: By, amount: Money) -> Step {
    Step::Checkout(plain(order, by, amount))
}

/// What is sold, in the words of a shop: mostly plain ones.
fn words(chance: &mut Chance) -> String {
    match chance.weighted([(16, 0), (2, 1), (1, 2)]) {
        0 => "two cups of tea".to_owned(),
        1 => "K\u{e4}se \"1/2\" \\ \u{cc28} \u{d55c} \u{c794} \u{1f375}".to_owned(),
        _ => "a long story about tea ".repeat(20),
    }
}

fn until(chance: &mut Chance) -> Until {
    let within = Span::secs(chance.one([1, 20, 60, 60, 300]));
    Until { event: None, sent: None, called: None, notified: None, order: None, told: None, sees: None, within }
}

/// Bytes that are no message, whoever reads them.
fn noise(chance: &mut Chance) -> Step {
    // No ACK and no NAK: the till could not know that they are nobody's. And an end of the line, or where there are no frames
    // the next message would be damaged by them.
    let bytes: &'static [u8] = match chance.place(5) {
        0 => b"\x00\n",
        1 => b"\x02\x00\n",
        2 => b"\x02\xff\xff\n",
        3 => b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\n",
        _ => b"HELLO\n",
    };
    Step::SendRaw(SendRaw { to: RawTo::Till, hex: HexBytes(bytes.into()) })
}

/// A notification that Antom never sent.
fn rubbish(chance: &mut Chance) -> Step {
    let body = chance.one([
        "",
        "{}",
        "[]",
        "{\"notifyType\":\"PAYMENT_RESULT\",\"result\":{\"resultCode\":\"SUCCESS\",\"resultStatus\":\"S\"}}",
    ]);
    Step::NotifyRaw(unplaced(NotifyRaw { body: Some(body.to_owned()), ..NotifyRaw::default() }))
}
