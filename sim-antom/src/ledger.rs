//! The ledger: payments, their life, and what a repeated request gets. Pure, in memory, behind a narrow door.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use wire::antom::{
    InquiryPaymentRequest, InquiryPaymentResponse, PayRequest, PayResponse, PaymentStatus, RedirectActionForm,
    ResultObject,
};
use wire::money::Money;
use wire::time::{Moment, WireTime};

/// Minutes that the gateway's times are ahead of UTC: +08:00.
pub(crate) const OFFSET_MINUTES: i16 = 480;

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The merchant's id for it: the idempotency key.
    pub payment_request_id: String,
    /// Antom's id for it.
    pub payment_id: String,
    /// The merchant's order.
    pub reference_order_id: Option<String>,
    /// In minor units.
    pub amount: Money,
    /// Compared on a repeat, beside the amount.
    pub payment_method_id: Option<String>,
    /// Where it is.
    pub status: PaymentStatus,
    /// The paymentResultCode.
    pub code: String,
    /// When it was created.
    pub created: Moment,
    /// When it was paid.
    pub paid: Option<Moment>,
    /// When it expires unless paid.
    pub expires: Moment,
    /// Where notifications go.
    pub notify_url: Option<String>,
    /// What a repeat of the request gets while the payment lives.
    pub answer: PayResponse,
}

/// What a request changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// A payment was created.
    Created,
    /// Nothing: a repeat, or a refusal.
    None,
}

/// All payments of all clients, as many as it was made for.
#[derive(Debug)]
pub struct Ledger {
    payments: BTreeMap<(String, String), Payment>,
    most: usize,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::for_at_most(Self::MOST)
    }
}

impl Ledger {
    /// How many payments a ledger holds unless told otherwise.
    pub const MOST: usize = 100_000;

    /// An empty ledger for so many payments.
    #[must_use]
    pub const fn for_at_most(most: usize) -> Self {
        Self { payments: BTreeMap::new(), most }
    }

    /// Whether a request of this id can be carried out: it is known, or there is room for one more.
    #[must_use]
    pub fn has_room_for(&self, client: &str, payment_request_id: &str) -> bool {
        self.payments.len() < self.most || self.payment(client, payment_request_id).is_some()
    }

    /// Carries out a pay request, or repeats what an earlier one with its id got.
    pub fn pay(&mut self, now: Moment, client: &str, request: &PayRequest, expires: Moment) -> (PayResponse, Effect) {
        let refuse = |code| (PayResponse::bare(ResultObject::documented(code)), Effect::None);
        let key = (client.to_owned(), request.payment_request_id.clone());
        if let Some(known) = self.payments.get(&key) {
            let same = known.amount == request.payment_amount
                && known.payment_method_id == request.payment_method.payment_method_id;
            return match known.status {
                _ if !same => refuse("REPEAT_REQ_INCONSISTENT"),
                PaymentStatus::Cancelled => refuse("ORDER_IS_CANCELED"),
                // Declined by a scripted answer: the same F again. Closed later: the order is closed.
                PaymentStatus::Fail if known.answer.result.is_success() => refuse("ORDER_IS_CLOSED"),
                _ => (known.answer.clone(), Effect::None),
            };
        }
        let payment_id = self.next_payment_id(now);
        let created = WireTime::new(now, OFFSET_MINUTES);
        let answer = PayResponse {
            result: ResultObject::success(),
            payment_request_id: Some(request.payment_request_id.clone()),
            payment_id: Some(payment_id.clone()),
            payment_amount: Some(request.payment_amount),
            payment_create_time: Some(created),
            redirect_action_form: Some(RedirectActionForm {
                method: "GET".to_owned(),
                redirect_url: format!("https://wallet.example/pay?paymentId={payment_id}"),
                action_form_type: Some("RedirectActionForm".to_owned()),
            }),
        };
        let payment = Payment {
            payment_id,
            expires: request.payment_expiry_time.as_ref().map_or(expires, WireTime::moment),
            answer: answer.clone(),
            ..new_payment(now, request, PaymentStatus::Processing, "PAYMENT_IN_PROCESS")
        };
        self.payments.insert(key, payment);
        (answer, Effect::Created)
    }

    /// Remembers that a request was refused for good, so that its repeat is refused in the same way. A payment that is
    /// known already stays as it is.
    pub fn refuse(&mut self, now: Moment, client: &str, request: &PayRequest, result: &ResultObject) -> Effect {
        let key = (client.to_owned(), request.payment_request_id.clone());
        let payment = Payment {
            payment_id: self.next_payment_id(now),
            answer: PayResponse::bare(result.clone()),
            ..new_payment(now, request, PaymentStatus::Fail, &result.result_code)
        };
        match self.payments.entry(key) {
            Entry::Occupied(_) => Effect::None,
            Entry::Vacant(vacant) => {
                vacant.insert(payment);
                Effect::Created
            }
        }
    }

    /// Answers an inquiry.
    #[must_use]
    pub fn inquire(&self, client: &str, request: &InquiryPaymentRequest) -> InquiryPaymentResponse {
        let by_payment_id =
            |id: &String| self.payments.iter().find(|((c, _), p)| c == client && p.payment_id == *id).map(|(_, p)| p);
        let by_request_id = |id: &String| self.payments.get(&(client.to_owned(), id.clone()));
        let found = match (&request.payment_id, &request.payment_request_id) {
            (Some(id), _) => by_payment_id(id),
            (None, Some(id)) => by_request_id(id),
            (None, None) => None,
        };
        let Some(payment) = found else {
            return InquiryPaymentResponse::bare(ResultObject::documented("ORDER_NOT_EXIST"));
        };
        let result = ResultObject::documented(&payment.code);
        InquiryPaymentResponse {
            result: ResultObject::success(),
            payment_status: Some(payment.status),
            payment_result_code: Some(payment.code.clone()),
            payment_result_message: Some(result.result_message),
            payment_request_id: Some(payment.payment_request_id.clone()),
            payment_id: Some(payment.payment_id.clone()),
            payment_amount: Some(payment.amount),
            payment_create_time: Some(WireTime::new(payment.created, OFFSET_MINUTES)),
            payment_time: payment.paid.map(|at| WireTime::new(at, OFFSET_MINUTES)),
        }
    }

    /// A payment in progress ends. `None` when it has ended before, or is not known.
    pub fn end(
        &mut self,
        now: Moment,
        client: &str,
        payment_request_id: &str,
        status: PaymentStatus,
        code: &str,
    ) -> Option<&Payment> {
        let payment = self.payments.get_mut(&(client.to_owned(), payment_request_id.to_owned()))?;
        if payment.status != PaymentStatus::Processing {
            return None;
        }
        payment.status = status;
        code.clone_into(&mut payment.code);
        payment.paid = (status == PaymentStatus::Success).then_some(now);
        Some(payment)
    }

    /// How many payments there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.payments.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.payments.is_empty()
    }

    /// A payment of a client.
    #[must_use]
    pub fn payment(&self, client: &str, payment_request_id: &str) -> Option<&Payment> {
        self.payments.get(&(client.to_owned(), payment_request_id.to_owned()))
    }

    /// 35 characters, beginning with the date: the shape seen in real samples.
    fn next_payment_id(&self, now: Moment) -> String {
        let date: String =
            WireTime::new(now, OFFSET_MINUTES).as_str().chars().filter(char::is_ascii_digit).take(8).collect();
        format!("{date}114010800100{:015}", self.payments.len() + 1)
    }
}

fn new_payment(now: Moment, request: &PayRequest, status: PaymentStatus, code: &str) -> Payment {
    Payment {
        payment_request_id: request.payment_request_id.clone(),
        payment_id: String::new(),
        reference_order_id: request.order.as_ref().map(|order| order.reference_order_id.clone()),
        amount: request.payment_amount,
        payment_method_id: request.payment_method.payment_method_id.clone(),
        status,
        code: code.to_owned(),
        created: now,
        paid: None,
        expires: now,
        notify_url: request.payment_notify_url.clone(),
        answer: PayResponse::bare(ResultObject::success()),
    }
}

#[cfg(test)]
mod tests {
    use wire::antom::{PaymentMethod, ResultStatus};
    use wire::money::Currency;

    use super::*;

    const NOW: Moment = Moment::WORLD_START;
    const CLIENT: &str = "C";

    fn request(id: &str, minor: u64) -> PayRequest {
        PayRequest {
            product_code: "IN_STORE_PAYMENT".to_owned(),
            payment_request_id: id.to_owned(),
            payment_amount: Money::new(Currency::KRW, minor),
            payment_method: PaymentMethod { payment_method_type: "CONNECT_WALLET".to_owned(), payment_method_id: None },
            payment_factor: None,
            order: None,
            payment_notify_url: None,
            payment_redirect_url: None,
            payment_expiry_time: None,
        }
    }

    fn pay(ledger: &mut Ledger, id: &str, minor: u64) -> (String, Effect) {
        let (answer, effect) = ledger.pay(NOW, CLIENT, &request(id, minor), NOW);
        (answer.result.result_code, effect)
    }

    #[test]
    fn a_payment_is_created_once() {
        let mut ledger = Ledger::default();
        assert!(ledger.is_empty());
        assert_eq!(pay(&mut ledger, "A", 1), ("SUCCESS".to_owned(), Effect::Created));
        assert_eq!(pay(&mut ledger, "A", 1), ("SUCCESS".to_owned(), Effect::None));
        assert_eq!(pay(&mut ledger, "A", 2), ("REPEAT_REQ_INCONSISTENT".to_owned(), Effect::None));
        assert_eq!(ledger.len(), 1);
    }

    #[test]
    fn a_repeat_gets_what_the_state_says() {
        for (status, code) in [
            (PaymentStatus::Success, "SUCCESS"),
            (PaymentStatus::Fail, "ORDER_IS_CLOSED"),
            (PaymentStatus::Cancelled, "ORDER_IS_CANCELED"),
            (PaymentStatus::Pending, "SUCCESS"),
        ] {
            let mut ledger = Ledger::default();
            pay(&mut ledger, "A", 1);
            assert!(ledger.end(NOW, CLIENT, "A", status, "CODE").is_some());
            assert_eq!(pay(&mut ledger, "A", 1), (code.to_owned(), Effect::None));
            // Inconsistent whatever the state: the request is not the one that was made.
            assert_eq!(pay(&mut ledger, "A", 2).0, "REPEAT_REQ_INCONSISTENT");
        }
    }

    #[test]
    fn a_payment_ends_once() {
        let mut ledger = Ledger::default();
        pay(&mut ledger, "A", 1);
        let later = NOW + std::time::Duration::from_secs(1);
        let ended = ledger.end(later, CLIENT, "A", PaymentStatus::Success, "SUCCESS").cloned().unwrap();
        assert_eq!((ended.status, ended.paid), (PaymentStatus::Success, Some(later)));
        assert_eq!(ledger.end(later, CLIENT, "A", PaymentStatus::Fail, "ORDER_IS_CLOSED"), None);
        assert_eq!(ledger.payment(CLIENT, "A"), Some(&ended));
        assert_eq!(ledger.end(later, CLIENT, "B", PaymentStatus::Fail, "ORDER_IS_CLOSED"), None);
    }

    #[test]
    fn only_a_payment_that_was_paid_has_a_time_of_payment() {
        let mut ledger = Ledger::default();
        pay(&mut ledger, "A", 1);
        assert_eq!(ledger.end(NOW, CLIENT, "A", PaymentStatus::Fail, "RISK_REJECT").unwrap().paid, None);
    }

    #[test]
    fn a_refusal_is_remembered_and_does_not_touch_what_is_known() {
        let mut ledger = Ledger::default();
        let refused = ResultObject::documented("RISK_REJECT");
        assert_eq!(ledger.refuse(NOW, CLIENT, &request("A", 1), &refused), Effect::Created);
        assert_eq!(pay(&mut ledger, "A", 1), ("RISK_REJECT".to_owned(), Effect::None));
        pay(&mut ledger, "B", 1);
        assert_eq!(ledger.refuse(NOW, CLIENT, &request("B", 1), &refused), Effect::None);
        assert_eq!(pay(&mut ledger, "B", 1), ("SUCCESS".to_owned(), Effect::None));
    }

    #[test]
    fn every_payment_has_an_id_of_its_own_with_the_gateways_date() {
        let mut ledger = Ledger::default();
        // 16:00 UTC is the next day at +08:00.
        let evening = NOW + std::time::Duration::from_secs(6 * 3600);
        let refused = ResultObject::documented("RISK_REJECT");
        ledger.refuse(evening, CLIENT, &request("A", 1), &refused);
        ledger.pay(evening, CLIENT, &request("B", 1), NOW);
        ledger.pay(evening, "D", &request("B", 1), NOW);
        let ids: Vec<_> = ledger.payments.values().map(|payment| payment.payment_id.clone()).collect();
        assert_eq!(
            ids,
            [
                "20260106114010800100000000000000001",
                "20260106114010800100000000000000002",
                "20260106114010800100000000000000003"
            ]
        );
    }

    #[test]
    fn an_inquiry_without_an_id_finds_nothing() {
        let mut ledger = Ledger::default();
        pay(&mut ledger, "A", 1);
        let answer = ledger.inquire(CLIENT, &InquiryPaymentRequest::default());
        assert_eq!((answer.result.result_status, answer.payment_id), (ResultStatus::F, None));
    }

    #[test]
    fn a_full_ledger_has_room_for_what_it_knows() {
        let mut ledger = Ledger::for_at_most(1);
        assert!(ledger.has_room_for(CLIENT, "A"));
        pay(&mut ledger, "A", 1);
        assert!(ledger.has_room_for(CLIENT, "A"));
        assert!(!ledger.has_room_for(CLIENT, "B"));
        assert!(!ledger.has_room_for("D", "A"));
    }
}
