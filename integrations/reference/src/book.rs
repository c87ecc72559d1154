//! The order book: append-only lines, replayed at start. What is not in it was not done.
//!
//! Invariant: a line is on disk before what it says takes effect, here or on a wire. Booking happens in [`Book::paid`]
//! alone, which books an order once; nothing takes a paid order back.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};
use wire::money::Money;
use wire::time::Moment;

use crate::entry::Entry;
use crate::json_text::JsonText;
use crate::order::{Attempt, By, GiveBack, Order, OrderState, Taking};
use crate::world::BookStore;

/// How giving an order back ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RefundEnd {
    /// The money went back.
    Given,
    /// It did not, and the order is paid as before.
    Refused,
    /// Nobody knows: a person must look at it.
    Parked,
}

/// Why an order is parked whose money came after its end, and could not go back by itself.
const REVERSED: &str = "PAYMENT_REVERSAL: money came after the end";

/// Evidence that money came in.
#[derive(Debug)]
pub(crate) struct Evidence {
    pub(crate) amount: Money,
    /// The other side's own id of the transaction.
    pub(crate) reference: Option<String>,
    /// What is needed to give it back, and for the accounts.
    pub(crate) data: JsonText,
}

/// See the module's documentation.
pub(crate) struct Book {
    store: Box<dyn BookStore>,
    pub(crate) orders: BTreeMap<String, Order>,
    /// Who was booked for which transaction of the other side.
    pub(crate) references: BTreeMap<String, String>,
    pub(crate) first: Option<Moment>,
    pub(crate) starts: u64,
    /// Where notifications were taken last.
    pub(crate) listening: Option<String>,
    ids: u64,
}

impl Book {
    /// Replays the lines of a store, and notes the start.
    pub(crate) fn open(store: Box<dyn BookStore>, now: Moment) -> Result<Self, BookError> {
        let lines = store.load().map_err(BookError::Read)?;
        let mut book = Self {
            store,
            orders: BTreeMap::new(),
            references: BTreeMap::new(),
            first: None,
            starts: 0,
            listening: None,
            ids: 0,
        };
        for (index, line) in lines.iter().enumerate() {
            let entry = serde_json::from_str(line).map_err(|error| BookError::Line { number: index + 1, error })?;
            book.apply(entry);
        }
        book.write(Entry::Started { at: now })?;
        Ok(book)
    }

    /// How often this book was opened.
    pub(crate) const fn starts(&self) -> u64 {
        self.starts
    }

    /// An id that no other call gives, nor did in an earlier process, nor with a fresh book: 64 characters at most.
    pub(crate) fn new_id(&mut self, order: &str) -> String {
        self.ids += 1;
        let order: String = order.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
        let first = self.first.unwrap_or_default().as_millis();
        format!("{order}-{}-{}-{}", base36(first), self.starts, self.ids)
    }

    pub(crate) fn order(&self, name: &str) -> Option<&Order> {
        self.orders.get(name)
    }

    pub(crate) fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.values()
    }

    /// The order and attempt that a Purchase was sent for.
    pub(crate) fn by_command(&self, command: &str) -> Option<(&Order, &Attempt)> {
        self.find(|attempt| attempt.commands.iter().any(|id| id == command))
    }

    /// The order and refund that a PurchaseCancel was sent for.
    pub(crate) fn by_refund(&self, command: &str) -> Option<(&Order, &Attempt)> {
        self.orders.values().find_map(|order| {
            let refund = order.refund.as_ref()?;
            refund.commands.iter().any(|id| id == command).then_some((order, refund))
        })
    }

    /// The order and attempt with this paymentRequestId. That of a batch is the batch's own.
    pub(crate) fn by_payment(&self, request_id: &str) -> Option<(&Order, &Attempt)> {
        self.find(|attempt| attempt.body.is_some() && attempt.request_id == request_id)
    }

    /// The order and attempt with this paymentId of the gateway.
    pub(crate) fn by_payment_id(&self, payment_id: &str) -> Option<(&Order, &Attempt)> {
        self.find(|attempt| attempt.payment_id.as_deref() == Some(payment_id))
    }

    /// The order and refund with this refundRequestId.
    pub(crate) fn by_refund_request(&self, request_id: &str) -> Option<(&Order, &GiveBack)> {
        self.orders.values().find_map(|order| {
            let refund = order.refunds.iter().find(|refund| refund.request_id == request_id)?;
            Some((order, refund))
        })
    }

    /// Whether the other side's transaction was booked for an order other than this one.
    pub(crate) fn is_booked_elsewhere(&self, reference: &str, order: &str) -> bool {
        self.references.get(reference).is_some_and(|booked| booked != order)
    }

    /// Stores that an order shall be paid by this id. Only then anything may be sent.
    pub(crate) fn intent(
        &mut self,
        at: Moment,
        order: &str,
        by: By,
        amount: Money,
        request_id: &str,
        body: Option<JsonText>,
    ) -> Result<(), BookError> {
        let (order, request_id, taking) = (order.to_owned(), request_id.to_owned(), Taking::AtOnce);
        self.write(Entry::Intent { at, order, by, amount, request_id, body, taking })
    }

    /// Stores that a Purchase with this id is about to be sent.
    pub(crate) fn sent(&mut self, at: Moment, order: &str, command: &str) -> Result<(), BookError> {
        self.write(Entry::Sent { at, order: order.to_owned(), command: command.to_owned() })
    }

    /// Books an order, unless it is booked: whether it was booked now.
    pub(crate) fn paid(&mut self, at: Moment, order: &str, evidence: Evidence) -> Result<bool, BookError> {
        match self.orders.get(order) {
            Some(found) if !found.was_booked => self.book(at, order, evidence).map(|()| true),
            _ => Ok(false),
        }
    }

    /// Books without looking whether it is booked. For the fault that does so, and for [`Book::paid`].
    pub(crate) fn book(&mut self, at: Moment, order: &str, evidence: Evidence) -> Result<(), BookError> {
        let Evidence { amount, reference, data } = evidence;
        self.write(Entry::Booked { at, order: order.to_owned(), amount, reference, data })
    }

    /// Ends an open order, or one that was parked, otherwise than paid: whether it did.
    pub(crate) fn close(
        &mut self,
        at: Moment,
        order: &str,
        state: OrderState,
        reason: &str,
    ) -> Result<bool, BookError> {
        let may = self.orders.get(order).is_some_and(|found| match found.state {
            OrderState::Open => true,
            // Whoever was called to give money back is called for that, whatever is said of the payment afterwards.
            OrderState::Parked => state != OrderState::Parked && found.reason.as_deref() != Some(REVERSED),
            _ => false,
        });
        if may {
            let reason = reason.chars().take(512).collect();
            self.write(Entry::State { at, order: order.to_owned(), state, reason })?;
        }
        Ok(may)
    }

    /// Parks an order that had ended unpaid, for money that came all the same.
    pub(crate) fn reversed(&mut self, at: Moment, order: &str) -> Result<(), BookError> {
        let (order, reason) = (order.to_owned(), REVERSED.to_owned());
        match self.orders.get(&order) {
            Some(found) if !found.was_booked => {
                self.write(Entry::State { at, order, state: OrderState::Parked, reason })
            }
            _ => Ok(()),
        }
    }

    /// Stores that a paid order shall be given back by this id. Only then anything may be sent.
    pub(crate) fn refund_intent(&mut self, at: Moment, order: &str, request_id: &str) -> Result<(), BookError> {
        self.write(Entry::RefundIntent { at, order: order.to_owned(), request_id: request_id.to_owned() })
    }

    /// Stores that a PurchaseCancel with this id is about to be sent.
    pub(crate) fn refund_sent(&mut self, at: Moment, order: &str, command: &str) -> Result<(), BookError> {
        self.write(Entry::RefundSent { at, order: order.to_owned(), command: command.to_owned() })
    }

    /// Ends giving an order back, once.
    pub(crate) fn refund_ended(
        &mut self,
        at: Moment,
        order: &str,
        end: RefundEnd,
        reason: &str,
    ) -> Result<(), BookError> {
        let may = self.orders.get(order).is_some_and(|found| {
            found.refunding || found.refund.is_some() && found.state == OrderState::Parked && end != RefundEnd::Parked
        });
        if !may {
            return Ok(());
        }
        let reason = reason.chars().take(512).collect();
        self.write(Entry::RefundEnded { at, order: order.to_owned(), end, reason })
    }

    /// Puts an order into a state whatever its state is. For the fault that does so.
    pub(crate) fn overwrite(&mut self, at: Moment, order: &str, state: OrderState) -> Result<(), BookError> {
        self.write(Entry::State { at, order: order.to_owned(), state, reason: "an event came late".to_owned() })
    }

    fn find(&self, wanted: impl Fn(&Attempt) -> bool) -> Option<(&Order, &Attempt)> {
        self.orders.values().find_map(|order| order.attempts.iter().find(|a| wanted(a)).map(|attempt| (order, attempt)))
    }

    /// Stores a line, and then takes it for true.
    pub(crate) fn write(&mut self, entry: Entry) -> Result<(), BookError> {
        let line = serde_json::to_string(&entry).map_err(|error| BookError::Write(error.into()))?;
        self.store.append(&line).map_err(BookError::Write)?;
        self.apply(entry);
        Ok(())
    }
}

/// The book cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BookError {
    /// The store refuses to be read.
    #[error("read the order book: {0}")]
    Read(io::Error),
    /// A whole line that is no entry: somebody else wrote it, so nothing after it can be trusted.
    #[error("read the order book: line {number}: {error}")]
    Line {
        /// Counted from 1.
        number: usize,
        /// Why.
        error: serde_json::Error,
    },
    /// The store refuses to be written.
    #[error("write the order book: {0}")]
    Write(io::Error),
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(u32::try_from(number % 36).unwrap_or_default(), 36).unwrap_or('0'));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<String>>>);

    impl BookStore for Memory {
        fn load(&self) -> io::Result<Vec<String>> {
            Ok(self.0.lock().unwrap().clone())
        }
        fn append(&mut self, line: &str) -> io::Result<()> {
            self.0.lock().unwrap().push(line.to_owned());
            Ok(())
        }
    }

    const NOW: Moment = Moment::WORLD_START;

    fn open(memory: &Memory) -> Book {
        Book::open(Box::new(memory.clone()), NOW).unwrap()
    }

    fn evidence() -> Evidence {
        Evidence { amount: Money::krw(104), reference: Some("T-1".to_owned()), data: JsonText::default() }
    }

    #[test]
    fn what_was_written_is_there_after_a_restart() {
        let memory = Memory::default();
        let mut book = open(&memory);
        book.intent(NOW, "A", By::Terminal, Money::krw(104), "R-1", None).unwrap();
        book.sent(NOW, "A", "C-1").unwrap();
        let again = open(&memory);
        let (order, attempt) = again.by_command("C-1").unwrap();
        assert_eq!((order.name.as_str(), order.state, attempt.request_id.as_str()), ("A", OrderState::Open, "R-1"));
    }

    #[test]
    fn an_order_is_booked_once_and_never_taken_back() {
        let memory = Memory::default();
        let mut book = open(&memory);
        book.intent(NOW, "A", By::Terminal, Money::krw(104), "R-1", None).unwrap();
        book.close(NOW, "A", OrderState::Parked, "no answer").unwrap();
        assert!(book.paid(NOW, "A", evidence()).unwrap());
        assert!(!book.paid(NOW, "A", evidence()).unwrap());
        assert!(!book.close(NOW, "A", OrderState::Failed, "late").unwrap());
        let again = open(&memory);
        let order = again.order("A").unwrap();
        assert_eq!((order.state, order.booked), (OrderState::Paid, 104));
        assert!(again.is_booked_elsewhere("T-1", "B") && !again.is_booked_elsewhere("T-1", "A"));
    }

    #[test]
    fn ids_are_unique_across_restarts_and_fresh_books_and_fit() {
        let memory = Memory::default();
        let name = "Ω order / with a long name that goes on and on and on and on and on and on";
        let (first, second) = (open(&memory).new_id(name), open(&memory).new_id(name));
        let fresh = Book::open(Box::new(Memory::default()), NOW + std::time::Duration::from_millis(1)).unwrap();
        let third = { fresh }.new_id(name);
        assert!(first != second && first != third && second != third);
        assert!(first.len() <= 64 && first.is_ascii(), "{first}");
    }

    #[test]
    fn a_line_that_somebody_else_wrote_is_an_error() {
        let memory = Memory::default();
        memory.0.lock().unwrap().push("{}".to_owned());
        let error = Book::open(Box::new(memory), NOW).err().unwrap();
        assert!(error.to_string().starts_with("read the order book: line 1: "), "{error}");
    }
}
