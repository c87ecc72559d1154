//! The ledger: what the store's records mean. Pure; what a request does to them is the operations' business.

use std::sync::Arc;

use wire::money::Money;
use wire::time::{Moment, WireTime};

use crate::capture::Capture;
use crate::payment::{Kind, Payment};
use crate::refund::Refund;
use crate::store::{Key, MemoryStore, Record, Store, StoreError, Table};
use crate::vaulting::Vaulting;

/// Minutes that the gateway's times are ahead of UTC: +08:00.
pub(crate) const OFFSET_MINUTES: i16 = 480;

/// All payments of all clients, as many as it was made for.
#[derive(Debug)]
pub struct Ledger {
    store: Box<dyn Store>,
    most: usize,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::for_at_most(Self::MOST)
    }
}

impl Ledger {
    /// How many payments a ledger holds unless told otherwise.
    pub const MOST: usize = 1_000_000;

    /// An empty ledger in memory for so many payments.
    #[must_use]
    pub fn for_at_most(most: usize) -> Self {
        Self { store: Box::new(MemoryStore::default()), most }
    }

    /// A ledger over what a store holds already.
    #[must_use]
    pub fn of(store: Box<dyn Store>) -> Self {
        Self { store, most: Self::MOST }
    }

    /// How many payments there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.store.count(Table::Payment)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All payments, in the order in which they were made.
    #[must_use]
    pub fn payments(&self) -> Vec<Arc<Payment>> {
        let all = self.store.all(Table::Payment).into_iter();
        all.filter_map(|(_, record)| if let Record::Payment(payment) = record { Some(payment) } else { None }).collect()
    }

    /// The payment of a client's request.
    #[must_use]
    pub fn payment(&self, client: &str, payment_request_id: &str) -> Option<Arc<Payment>> {
        match self.store.get(&Key::of_client(Table::PaymentRequest, client, payment_request_id))? {
            Record::Link(payment_id) => self.payment_by_id(client, &payment_id),
            _ => None,
        }
    }

    /// A client's payment by Antom's id.
    #[must_use]
    pub fn payment_by_id(&self, client: &str, payment_id: &str) -> Option<Arc<Payment>> {
        match self.store.get(&Key::new(Table::Payment, payment_id))? {
            Record::Payment(payment) if payment.client == client => Some(payment),
            _ => None,
        }
    }

    /// Whether one more payment can be kept.
    #[must_use]
    pub(crate) fn has_room(&self) -> bool {
        self.len() < self.most
    }

    /// A payment by Antom's id, whosever it is: for those who are no merchant.
    #[must_use]
    pub fn payment_of_anybody(&self, payment_id: &str) -> Option<Arc<Payment>> {
        match self.store.get(&Key::new(Table::Payment, payment_id))? {
            Record::Payment(payment) => Some(payment),
            _ => None,
        }
    }

    /// Files a payment as it is now. The merchant's id of a batch leads to the batch, not to its orders.
    pub(crate) fn keep(&mut self, payment: Arc<Payment>) {
        if payment.kind != Kind::BatchOrder {
            let link = Key::of_client(Table::PaymentRequest, &payment.client, &payment.payment_request_id);
            if self.store.get(&link).is_none() {
                self.store.put(link, Record::Link(payment.payment_id.as_str().into()));
            }
        }
        self.store.put(Key::new(Table::Payment, payment.payment_id.as_str()), Record::Payment(payment));
    }

    /// The refund of a client's request.
    #[must_use]
    pub fn refund(&self, client: &str, refund_request_id: &str) -> Option<Arc<Refund>> {
        match self.store.get(&Key::of_client(Table::RefundRequest, client, refund_request_id))? {
            Record::Link(refund_id) => self.refund_by_id(client, &refund_id),
            _ => None,
        }
    }

    /// A client's refund by Antom's id.
    #[must_use]
    pub fn refund_by_id(&self, client: &str, refund_id: &str) -> Option<Arc<Refund>> {
        match self.store.get(&Key::new(Table::Refund, refund_id))? {
            Record::Refund(refund) if refund.client == client => Some(refund),
            _ => None,
        }
    }

    /// Files a refund as it is now.
    pub(crate) fn keep_refund(&mut self, refund: Arc<Refund>) {
        let link = Key::of_client(Table::RefundRequest, &refund.client, &refund.refund_request_id);
        self.store.put(link, Record::Link(refund.refund_id.as_str().into()));
        self.store.put(Key::new(Table::Refund, refund.refund_id.as_str()), Record::Refund(refund));
    }

    /// The capture of a client's request.
    #[must_use]
    pub fn capture(&self, client: &str, capture_request_id: &str) -> Option<Arc<Capture>> {
        match self.store.get(&Key::of_client(Table::CaptureRequest, client, capture_request_id))? {
            Record::Link(capture_id) => self.capture_by_id(client, &capture_id),
            _ => None,
        }
    }

    /// A client's capture by Antom's id.
    #[must_use]
    pub fn capture_by_id(&self, client: &str, capture_id: &str) -> Option<Arc<Capture>> {
        match self.store.get(&Key::new(Table::Capture, capture_id))? {
            Record::Capture(capture) if capture.client == client => Some(capture),
            _ => None,
        }
    }

    /// Files a capture.
    pub(crate) fn keep_capture(&mut self, capture: Arc<Capture>) {
        let link = Key::of_client(Table::CaptureRequest, &capture.client, &capture.capture_request_id);
        self.store.put(link, Record::Link(capture.capture_id.as_str().into()));
        self.store.put(Key::new(Table::Capture, capture.capture_id.as_str()), Record::Capture(capture));
    }

    /// What became of a client's request to keep a card.
    #[must_use]
    pub fn vaulting(&self, client: &str, vaulting_request_id: &str) -> Option<Arc<Vaulting>> {
        match self.store.get(&Key::of_client(Table::VaultingRequest, client, vaulting_request_id))? {
            Record::Link(vaulting_id) => self.vaulting_by_id(&vaulting_id),
            _ => None,
        }
    }

    /// The same by the gateway's id, whosever it is.
    #[must_use]
    pub fn vaulting_by_id(&self, vaulting_id: &str) -> Option<Arc<Vaulting>> {
        match self.store.get(&Key::new(Table::Vaulting, vaulting_id))? {
            Record::Vaulting(vaulting) => Some(vaulting),
            _ => None,
        }
    }

    /// All of them, in the order in which they were asked for.
    #[must_use]
    pub fn vaultings(&self) -> Vec<Arc<Vaulting>> {
        let all = self.store.all(Table::Vaulting).into_iter();
        all.filter_map(|(_, record)| if let Record::Vaulting(vaulting) = record { Some(vaulting) } else { None })
            .collect()
    }

    /// Files one.
    pub(crate) fn keep_vaulting(&mut self, vaulting: Arc<Vaulting>) {
        let link = Key::of_client(Table::VaultingRequest, &vaulting.client, &vaulting.vaulting_request_id);
        self.store.put(link, Record::Link(vaulting.vaulting_id.as_str().into()));
        self.store.put(Key::new(Table::Vaulting, vaulting.vaulting_id.as_str()), Record::Vaulting(vaulting));
    }

    /// Whether one more can be kept: as many as payments.
    pub(crate) fn has_room_for_vaulting(&self) -> bool {
        self.store.count(Table::Vaulting) < self.most
    }

    pub(crate) fn next_vaulting_id(&self, now: Moment) -> String {
        id(now, "114010801700", self.store.count(Table::Vaulting) + 1)
    }

    /// 35 characters, beginning with the date: the shape seen in real samples.
    pub(crate) fn next_payment_id(&self, now: Moment) -> String {
        id(now, "114010800100", self.len() + 1)
    }

    pub(crate) fn next_refund_id(&self, now: Moment) -> String {
        id(now, "114010801300", self.store.count(Table::Refund) + 1)
    }

    pub(crate) fn next_capture_id(&self, now: Moment) -> String {
        id(now, "114010801500", self.store.count(Table::Capture) + 1)
    }

    /// Whether one more refund or capture can be kept: ten a payment, on an average.
    pub(crate) fn has_room_for_more(&self) -> bool {
        let kept = self.store.count(Table::Refund) + self.store.count(Table::Capture);
        kept < self.most.saturating_mul(10)
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.store.clear();
    }

    /// The records below it.
    pub(crate) fn store(&mut self) -> &mut dyn Store {
        self.store.as_mut()
    }

    /// What a store holds of one table.
    pub(crate) fn all(&self, table: Table) -> Vec<(Key, Record)> {
        self.store.all(table)
    }

    /// Makes everything since the last call last.
    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        self.store.commit()
    }

    /// The sum of all payments in a state, by currency: what the other side's books are compared with.
    #[must_use]
    pub fn sum(&self, counts: impl Fn(&Payment) -> bool) -> Vec<Money> {
        let mut sums: Vec<Money> = Vec::new();
        for payment in self.payments().into_iter().filter(|payment| counts(payment)) {
            match sums.iter_mut().find(|sum| sum.currency == payment.amount.currency) {
                Some(sum) => sum.minor = sum.minor.saturating_add(payment.amount.minor),
                None => sums.push(payment.amount),
            }
        }
        sums
    }
}

/// An id: the gateway's date, what is counted, and its number.
fn id(now: Moment, kind: &str, number: usize) -> String {
    const DIGITS: usize = 15;
    let now = WireTime::new(now, OFFSET_MINUTES);
    let number = number.to_string();
    let mut id = String::with_capacity(8 + kind.len() + DIGITS.max(number.len()));
    id.extend(now.as_str().chars().filter(char::is_ascii_digit).take(8));
    id.push_str(kind);
    id.extend(std::iter::repeat_n('0', DIGITS.saturating_sub(number.len())));
    id.push_str(&number);
    id
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use wire::antom::PaymentStatus;

    use super::*;

    const NOW: Moment = Moment::WORLD_START;

    fn payment(ledger: &mut Ledger, now: Moment, client: &str, id: &str) -> Arc<Payment> {
        let payment_id = ledger.next_payment_id(now);
        let payment = Arc::new(crate::payment::example(client, id, &payment_id, now));
        ledger.keep(Arc::clone(&payment));
        payment
    }

    #[test]
    fn a_payment_is_found_by_either_id_and_by_its_own_client_only() {
        let mut ledger = Ledger::default();
        assert!(ledger.is_empty());
        let payment = payment(&mut ledger, NOW, "C", "A");
        assert_eq!(ledger.payment("C", "A"), Some(Arc::clone(&payment)));
        assert_eq!(ledger.payment_by_id("C", &payment.payment_id), Some(Arc::clone(&payment)));
        assert_eq!(ledger.payment("D", "A"), None);
        assert_eq!(ledger.payment_by_id("D", &payment.payment_id), None);
        assert_eq!(ledger.payment("C", "B"), None);
        assert!(!ledger.is_empty());
    }

    fn refund(ledger: &mut Ledger, id: &str) -> Arc<Refund> {
        let refund = Arc::new(Refund {
            client: "C".to_owned(),
            refund_request_id: id.to_owned(),
            refund_id: ledger.next_refund_id(NOW),
            payment_id: "1".to_owned(),
            amount: Money::krw(1),
            status: wire::antom::RefundStatus::Success,
            code: "SUCCESS".to_owned(),
            refused: false,
            created: NOW,
            done: Some(NOW),
            is_async: false,
            notify_url: None,
        });
        ledger.keep_refund(Arc::clone(&refund));
        refund
    }

    fn capture(ledger: &mut Ledger, id: &str) -> Arc<Capture> {
        let capture = Arc::new(Capture {
            client: "C".to_owned(),
            capture_request_id: id.to_owned(),
            capture_id: ledger.next_capture_id(NOW),
            payment_id: "1".to_owned(),
            amount: Money::krw(1),
            code: "SUCCESS".to_owned(),
            at: NOW,
            is_last: true,
        });
        ledger.keep_capture(Arc::clone(&capture));
        capture
    }

    #[test]
    fn refunds_and_captures_are_counted_from_one_and_found_by_their_own_client_only() {
        let mut ledger = Ledger::default();
        for number in 1..=3 {
            let refund = refund(&mut ledger, &format!("R{number}"));
            assert_eq!(refund.refund_id, format!("20260105114010801300{number:015}"));
            assert_eq!(ledger.refund_by_id("C", &refund.refund_id).as_ref(), Some(&refund));
            assert_eq!(ledger.refund("C", &refund.refund_request_id).as_ref(), Some(&refund));
            assert_eq!(ledger.refund_by_id("D", &refund.refund_id), None);
            let capture = capture(&mut ledger, &format!("C{number}"));
            assert_eq!(capture.capture_id, format!("20260105114010801500{number:015}"));
            assert_eq!(ledger.capture_by_id("C", &capture.capture_id).as_ref(), Some(&capture));
            assert_eq!(ledger.capture("C", &capture.capture_request_id).as_ref(), Some(&capture));
            assert_eq!(ledger.capture_by_id("D", &capture.capture_id), None);
        }
    }

    #[test]
    fn ten_refunds_and_captures_a_payment_have_room() {
        let mut ledger = Ledger::for_at_most(1);
        capture(&mut ledger, "C");
        for number in 1..=9 {
            assert!(ledger.has_room_for_more(), "{number}");
            refund(&mut ledger, &format!("R{number}"));
        }
        assert!(!ledger.has_room_for_more());
    }

    #[test]
    fn every_payment_has_an_id_of_its_own_with_the_gateways_date() {
        let mut ledger = Ledger::default();
        // 16:00 UTC is the next day at +08:00.
        let evening = NOW + Duration::from_secs(6 * 3600);
        for (client, id) in [("C", "A"), ("C", "B"), ("D", "B")] {
            payment(&mut ledger, evening, client, id);
        }
        let ids: Vec<_> = ledger.payments().iter().map(|payment| payment.payment_id.clone()).collect();
        let wanted = [1, 2, 3].map(|number| format!("20260106114010800100{number:015}"));
        assert_eq!(ids, wanted);
        assert!(ids.iter().all(|id| id.len() == 35));
    }

    #[test]
    fn a_change_replaces_and_a_full_ledger_has_no_room() {
        let mut ledger = Ledger::for_at_most(1);
        assert!(ledger.has_room());
        let first = payment(&mut ledger, NOW, "C", "A");
        ledger.keep(Arc::new(Payment { status: PaymentStatus::Success, ..(*first).clone() }));
        assert_eq!(ledger.len(), 1);
        assert_eq!(ledger.payment("C", "A").unwrap().status, PaymentStatus::Success);
        assert!(!ledger.has_room());
    }

    #[test]
    fn sums_are_by_currency() {
        let mut ledger = Ledger::default();
        payment(&mut ledger, NOW, "C", "A");
        payment(&mut ledger, NOW, "C", "B");
        assert_eq!(ledger.sum(|_| true), [Money::krw(2)]);
        assert_eq!(ledger.sum(|payment| payment.payment_request_id == "A"), [Money::krw(1)]);
    }
}
