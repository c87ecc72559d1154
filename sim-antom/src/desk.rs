//! What every operation works with: the ledger, what is planned, what is to be told, and what the script wants.

use std::collections::VecDeque;
use std::sync::Arc;

use wire::antom::{NotifyPayment, NotifyType, Operation, PaymentStatus, ResultObject, ResultStatus};
use wire::time::{Moment, WireTime};

use crate::event::{Event, LostHow};
use crate::gateway::Output;
use crate::ledger::{Ledger, OFFSET_MINUTES};
use crate::notice::{Notice, Schedule, Truth, as_sent};
use crate::notices::Notices;
use crate::payment::Payment;
use crate::plan::{Plan, Plans, Turn};
use crate::reply::json;
use crate::script::{Answer, Buyer, Fault, Script, Settings};
use crate::store::Table;

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Desk {
    /// The time of the input that is being handled.
    pub(crate) now: Moment,
    pub(crate) ledger: Ledger,
    pub(crate) plans: Plans,
    pub(crate) notices: Notices,
    pub(crate) settings: Settings,
    /// Where notifications go when a request names no URL, as configured in the dashboard.
    pub(crate) dashboard_url: Option<String>,
    pub(crate) out: VecDeque<Output>,
    answers: Vec<Answer>,
    buyers: VecDeque<Buyer>,
    faults: Vec<Fault>,
}

impl Desk {
    pub(crate) fn new(ledger: Ledger, script: Script) -> Self {
        Self {
            now: Moment::default(),
            plans: Plans::restored(ledger.all(Table::Plan)),
            notices: Notices::restored(ledger.all(Table::Notice)),
            ledger,
            settings: script.settings,
            dashboard_url: None,
            out: VecDeque::new(),
            answers: script.answers,
            buyers: script.buyer.into(),
            faults: script.faults,
        }
    }

    /// Goes by this script from now on. What is planned already stays planned.
    pub(crate) fn set_script(&mut self, script: Script) {
        self.settings = script.settings;
        self.answers = script.answers;
        self.buyers = script.buyer.into();
        self.faults = script.faults;
    }

    /// Forgets everything but where notifications go.
    pub(crate) fn reset(&mut self, script: Script) {
        self.ledger.clear();
        self.plans = Plans::default();
        self.notices.reset();
        self.set_script(script);
    }

    /// Files a payment as it is now, and puts it into the trace.
    pub(crate) fn keep(&mut self, payment: Arc<Payment>) {
        self.event(Event::Payment {
            payment_request_id: payment.payment_request_id.clone(),
            payment_id: payment.payment_id.clone(),
            reference_order_id: payment.reference_order_id.clone(),
            amount: payment.amount,
            status: payment.status,
            code: payment.code.clone(),
        });
        self.ledger.keep(payment);
    }

    /// A payment was created: what will become of it?
    pub(crate) fn plan_payment(&mut self, payment: &Payment) {
        let default = Buyer::Pays { after: wire::time::Span::secs(3) };
        let now = self.now;
        let buyer = match self.buyers.pop_front().unwrap_or(default) {
            Buyer::Pays { after } => Some((now + after.0, PaymentStatus::Success, "SUCCESS")),
            Buyer::Declines { code, after } => Some((now + after.0, PaymentStatus::Fail, code.0.code)),
            Buyer::Leaves => None,
        };
        // Only the first thing that ends a payment is planned: a plan that can change nothing would keep the world busy.
        let (at, status, code) = buyer.filter(|(at, ..)| *at <= payment.expires).unwrap_or((
            payment.expires,
            PaymentStatus::Fail,
            "ORDER_IS_CLOSED",
        ));
        let payment_request_id = payment.payment_request_id.clone();
        let turn = Turn::PaymentEnds { payment_request_id, status, code: code.to_owned() };
        self.plans.add(self.ledger.store(), Plan { at, client: payment.client.clone(), turn });
        let forgery = self.faults.iter().position(|fault| matches!(fault, Fault::ForgeNotification { .. }));
        if let Some(Fault::ForgeNotification { signature, after }) = forgery.map(|index| self.faults.remove(index)) {
            self.notify(payment, now + after.0, Truth::Forged(signature), "SUCCESS");
        }
    }

    /// What was planned happens, at its own time.
    pub(crate) fn carry_out(&mut self, plan: &Plan) {
        let Turn::PaymentEnds { payment_request_id, status, code } = &plan.turn;
        let Some(payment) = self.ledger.payment(&plan.client, payment_request_id) else { return };
        if payment.status != PaymentStatus::Processing {
            return;
        }
        let paid = (*status == PaymentStatus::Success).then_some(plan.at);
        let payment = Arc::new(Payment { status: *status, code: code.clone(), paid, ..(*payment).clone() });
        self.keep(Arc::clone(&payment));
        if *status == PaymentStatus::Success || self.settings.notify_failure {
            self.notify(&payment, plan.at, Truth::Genuine, code);
        }
    }

    /// Plans a notifyPayment.
    pub(crate) fn notify(&mut self, payment: &Payment, at: Moment, truth: Truth, code: &str) {
        let Some(url) = payment.notify_url.as_ref().or(self.dashboard_url.as_ref()) else { return };
        let url = as_sent(url);
        let success = code == "SUCCESS";
        let message = NotifyPayment {
            actual_payment_amount: Some(payment.amount),
            payment_create_time: Some(WireTime::new(payment.created, OFFSET_MINUTES)),
            payment_time: success.then(|| WireTime::new(at, OFFSET_MINUTES)),
            ..NotifyPayment::new(
                NotifyType::PaymentResult,
                ResultObject::documented(code),
                payment.payment_request_id.clone(),
                payment.payment_id.clone(),
                payment.amount,
            )
        };
        let mut schedule = Schedule::starting(at);
        if truth == Truth::Genuine {
            if self.take(|fault| if let Fault::LoseNotification { times } = fault { Some(times) } else { None }) {
                return self.event(Event::Fault { name: "lose-notification".to_owned() });
            }
            schedule.repeats = self.faults.iter().find_map(|fault| match fault {
                Fault::RepeatNotification { times, every } => Some((*times, every.0)),
                _ => None,
            });
        }
        let payment_request_id = payment.payment_request_id.clone();
        let client = payment.client.clone();
        let notice = Notice { payment_request_id, client, url, body: json(&message), truth, schedule };
        self.notices.add(self.ledger.store(), notice);
    }

    /// The scripted answer to a call, if one is left. SUCCESS stands for a call that is carried out.
    pub(crate) fn scripted(&mut self, operation: Operation) -> Option<ResultObject> {
        let answer = self.answers.iter_mut().find(|a| a.on == operation && a.times > 0)?;
        answer.times -= 1;
        Some(ResultObject::from(answer.code.0)).filter(|result| result.result_status != ResultStatus::S)
    }

    /// Whether the answer to a call is lost.
    pub(crate) fn lost(&mut self, operation: Option<Operation>) -> Option<LostHow> {
        let lost = self.faults.iter_mut().find_map(|fault| match fault {
            Fault::LoseAnswer { on, times, how } if Some(*on) == operation && *times > 0 => {
                *times -= 1;
                Some(*how)
            }
            _ => None,
        })?;
        self.event(Event::Fault { name: "lose-answer".to_owned() });
        Some(lost)
    }

    fn take(&mut self, times: impl Fn(&mut Fault) -> Option<&mut u32>) -> bool {
        for fault in &mut self.faults {
            if let Some(left) = times(fault)
                && *left > 0
            {
                *left -= 1;
                return true;
            }
        }
        false
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }
}
