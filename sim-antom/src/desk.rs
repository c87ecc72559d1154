//! What every operation works with: the ledger, what is planned, what is to be told, and what the script wants.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use wire::antom::{Operation, Quote, ResultObject, ResultStatus};
use wire::money::{Currency, Money};
use wire::time::Moment;

use crate::event::Event;
use crate::gateway::Output;
use crate::ledger::Ledger;
use crate::notices::Notices;
use crate::payment::{Kind, Payment};
use crate::plan::Plans;
use crate::script::{Script, Settings};
use crate::sdk::Checkouts;
use crate::stage::Stage;
use crate::store::{Key, Record, StoreError, Table};
use crate::trigger::{self, Texts};

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Desk {
    /// The time of the input that is being handled.
    pub(crate) now: Moment,
    /// How far the store knows that time has come.
    kept_time: Option<Moment>,
    pub(crate) ledger: Ledger,
    pub(crate) plans: Plans,
    pub(crate) notices: Notices,
    pub(crate) settings: Settings,
    /// Where notifications go when a request names no URL, as configured in the dashboard.
    pub(crate) dashboard_url: Option<String>,
    pub(crate) out: VecDeque<Output>,
    /// What the script still has to say.
    pub(crate) stage: Stage,
    /// Calls of each client, and since when they are counted.
    calls: BTreeMap<String, (Moment, u32)>,
    /// Where the pages lie that buyers are sent to.
    pub(crate) page_url: String,
    /// Whether buyers whom the script says nothing of wait for what happens on their page.
    pub(crate) by_hand: bool,
    /// What is known of the sessions of the client SDK.
    pub(crate) checkouts: Checkouts,
    /// Whether trigger words are taken at all, whatever the script says.
    pub(crate) triggers: bool,
}

impl Exchanged {
    /// What the buyer gets back, when that is in another currency.
    pub(crate) fn returned(&self) -> Option<Money> {
        self.payment_quote.as_ref().map(|_| self.actual)
    }
}

/// How far time comes before that is filed again.
const TIME_STEP: Duration = Duration::from_secs(1);

/// An amount in other currencies.
#[derive(Debug)]
pub(crate) struct Exchanged {
    /// What the buyer pays.
    pub(crate) actual: Money,
    pub(crate) payment_quote: Option<Quote>,
    /// What the merchant gets, when that is in another currency.
    pub(crate) settlement: Option<Money>,
    pub(crate) settlement_quote: Option<Quote>,
}

impl Desk {
    pub(crate) fn new(ledger: Ledger, script: Script) -> Self {
        Self {
            now: Moment::default(),
            kept_time: ledger.all(Table::Time).into_iter().find_map(|(_, record)| match record {
                Record::Time(moment) => Some(moment),
                _ => None,
            }),
            plans: Plans::restored(ledger.all(Table::Plan)),
            notices: Notices::restored([ledger.all(Table::Numbers), ledger.all(Table::Notice)].concat()),
            ledger,
            settings: script.settings.clone(),
            dashboard_url: None,
            out: VecDeque::new(),
            stage: Stage::new(script),
            calls: BTreeMap::new(),
            page_url: "https://wallet.example".to_owned(),
            by_hand: false,
            checkouts: Checkouts::default(),
            triggers: true,
        }
    }

    /// Goes by this script from now on. What is planned already stays planned.
    pub(crate) fn set_script(&mut self, script: Script) {
        self.settings = script.settings.clone();
        self.stage = Stage::new(script);
    }

    /// Makes everything since the last call last.
    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        self.notices.keep_numbers(self.ledger.store());
        self.keep_time();
        self.ledger.commit()
    }

    /// Files how far time has come, which is seldom enough to cost nothing.
    fn keep_time(&mut self) {
        if self.now > Moment::default() && self.kept_time.is_none_or(|kept| self.now >= kept + TIME_STEP) {
            self.ledger.store().put(Key::new(Table::Time, ""), Record::Time(self.now));
            self.kept_time = Some(self.now);
        }
    }

    /// A moment before which nothing happens any more, if the store knows of anything that has happened.
    pub(crate) fn resumes_at(&self) -> Option<Moment> {
        self.kept_time.map(|kept| kept + TIME_STEP)
    }

    /// Forgets everything but where notifications go.
    pub(crate) fn reset(&mut self, script: Script) {
        self.ledger.clear();
        self.kept_time = None;
        self.plans = Plans::default();
        self.notices.reset();
        self.calls.clear();
        self.checkouts.clear();
        self.set_script(script);
    }

    /// Files a payment as it is now, and puts it into the trace. Orders of a batch are told of as the batch.
    pub(crate) fn keep(&mut self, payment: Payment) -> Arc<Payment> {
        let payment = Arc::new(payment);
        if payment.kind != Kind::BatchOrder {
            self.event(Event::Payment {
                payment_request_id: payment.payment_request_id.clone(),
                payment_id: payment.payment_id.clone(),
                reference_order_id: payment.reference_order_id.clone(),
                amount: payment.amount,
                status: payment.status,
                code: payment.code.clone(),
            });
        }
        self.ledger.keep(Arc::clone(&payment));
        payment
    }

    /// Files a payment without a word in the trace: it is not whole yet.
    pub(crate) fn keep_quietly(&mut self, payment: Payment) -> Payment {
        self.ledger.keep(Arc::new(payment.clone()));
        payment
    }

    /// A client's payment by either id; Antom's wins.
    pub(crate) fn find(
        &self,
        client: &str,
        payment_id: Option<&str>,
        request_id: Option<&str>,
    ) -> Option<Arc<Payment>> {
        match (payment_id, request_id) {
            (Some(id), _) => self.ledger.payment_by_id(client, id),
            (None, Some(id)) => self.ledger.payment(client, id),
            (None, None) => None,
        }
    }

    /// A payment's amount in the wallet's and the merchant's currency.
    pub(crate) fn exchanged(&self, payment: &Payment) -> Exchanged {
        self.exchange(payment, payment.amount)
    }

    /// A part of a payment in those currencies.
    pub(crate) fn exchange(&self, payment: &Payment, amount: Money) -> Exchanged {
        let into = |currency: Option<Currency>| self.settings.rates.exchange(amount, currency?);
        let (actual, payment_quote) = into(self.settings.wallet_currency).unzip();
        let first = self.settings.settlement_currencies.first().copied();
        let (settlement, settlement_quote) = into(payment.settlement.or(first)).unzip();
        Exchanged { actual: actual.unwrap_or(amount), payment_quote, settlement, settlement_quote }
    }

    /// Counts a call; false when it is one too many.
    pub(crate) fn counts_call(&mut self, client: &str) -> bool {
        let Some(limit) = self.settings.rate_limit else { return true };
        let now = self.now;
        let (since, calls) = self.calls.entry(client.to_owned()).or_insert((now, 0));
        if now.since(*since) >= limit.per.0 {
            (*since, *calls) = (now, 0);
        }
        *calls = calls.saturating_add(1);
        *calls <= limit.calls
    }

    /// The scripted answer to a call, if one is left. SUCCESS stands for a call that is carried out.
    pub(crate) fn scripted(&mut self, operation: Operation) -> Option<ResultObject> {
        let answer = self.stage.answer(self.now)?;
        // Each operation has its own words for a code.
        let line = trigger::code(operation, answer.code.0.code).unwrap_or(answer.code.0);
        Some(ResultObject::from(line)).filter(|result| result.result_status != ResultStatus::S)
    }

    /// The answer that a request asks for itself, by a trigger word. A script goes before it.
    pub(crate) fn triggered(&self, texts: &Texts, operation: Operation) -> Option<ResultObject> {
        let line = trigger::asked(texts, operation).filter(|_| self.takes_triggers())?;
        Some(ResultObject::from(line)).filter(|result| result.result_status != ResultStatus::S)
    }

    /// Whether words in a request's texts ask for anything.
    pub(crate) const fn takes_triggers(&self) -> bool {
        self.triggers && self.settings.triggers
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }
}
