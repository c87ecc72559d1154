//! The script while it is played: which of its rules are left, and which of them take what happens now.

use std::collections::BTreeMap;

use serde_json::Value;
use wire::antom::Operation;
use wire::time::Moment;

use crate::matcher::{Fits, Matcher};
use crate::rules::Rules;
use crate::script::{Answer, Buyer, CaptureEnd, Fault, NoticeKind, Play, RefundEnd, Script, Topic};

/// See the module's documentation.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    matcher: Matcher,
    answers: Rules<Answer>,
    buyers: Rules<Buyer>,
    plays: Rules<Play>,
    /// How many plays were taken.
    played: u64,
    refunds: Rules<RefundEnd>,
    captures: Rules<CaptureEnd>,
    /// By their words: of each word, the first rule that fits applies.
    faults_of_answers: BTreeMap<&'static str, Rules<Fault>>,
    faults_of_notices: BTreeMap<&'static str, Rules<Fault>>,
    /// When the script was taken up; none until something happens.
    began: Option<Moment>,
    /// What the request that is being handled fits.
    fits: Fits,
}

impl Stage {
    pub(crate) fn new(script: Script) -> Self {
        let mut stage = Self::default();
        stage.answers = Rules::new(script.answers, &mut stage.matcher);
        stage.buyers = Rules::new(script.buyer, &mut stage.matcher);
        stage.plays = Rules::new(script.client, &mut stage.matcher);
        stage.refunds = Rules::new(script.refunds, &mut stage.matcher);
        stage.captures = Rules::new(script.captures, &mut stage.matcher);
        for fault in script.faults {
            let kind =
                if fault.what.is_of_answers() { &mut stage.faults_of_answers } else { &mut stage.faults_of_notices };
            kind.entry(fault.what.word()).or_default().add(fault, &mut stage.matcher);
        }
        stage.matcher.compile();
        stage
    }

    /// The script's own time begins, unless it has.
    pub(crate) fn begin(&mut self, now: Moment) {
        self.began.get_or_insert(now);
    }

    /// A request is being handled from now on.
    pub(crate) fn open(&mut self, operation: Option<Operation>, body: impl FnOnce() -> Value) {
        self.fits = operation.map(|operation| self.matcher.look(Topic::Call(operation), body)).unwrap_or_default();
    }

    /// The request has been handled.
    pub(crate) fn close(&mut self) {
        self.fits = Fits::default();
    }

    /// How the request is answered.
    pub(crate) fn answer(&mut self, now: Moment) -> Option<Answer> {
        self.answers.take(&self.fits, now, self.began.unwrap_or(now))
    }

    /// What the buyer of the new payment does.
    pub(crate) fn buyer(&mut self, now: Moment) -> Option<Buyer> {
        self.buyers.take(&self.fits, now, self.began.unwrap_or(now))
    }

    /// What the client SDK's page does in the new session; a play without a name gets its number for one.
    pub(crate) fn play(&mut self, now: Moment) -> Option<Play> {
        let play = self.plays.take(&self.fits, now, self.began.unwrap_or(now))?;
        self.played += 1;
        let name = play.name.clone().unwrap_or_else(|| self.played.to_string());
        Some(Play { name: Some(name), ..play })
    }

    /// What the buyer does who tries again within a session: nobody asks any more, so only rules about any call fit.
    pub(crate) fn another_buyer(&mut self, now: Moment) -> Option<Buyer> {
        let fits = self.matcher.look(Topic::Call(Operation::CreatePaymentSession), || Value::Null);
        self.buyers.take(&fits, now, self.began.unwrap_or(now))
    }

    /// How the new refund ends.
    pub(crate) fn refund(&mut self, now: Moment) -> Option<RefundEnd> {
        self.refunds.take(&self.fits, now, self.began.unwrap_or(now))
    }

    /// How the new capture ends.
    pub(crate) fn capture(&mut self, now: Moment) -> Option<CaptureEnd> {
        self.captures.take(&self.fits, now, self.began.unwrap_or(now))
    }

    /// How a capture ends that the gateway makes by itself: nobody asks, so only rules about any call fit.
    pub(crate) fn own_capture(&mut self, now: Moment) -> Option<CaptureEnd> {
        let fits = self.matcher.look(Topic::Call(Operation::Capture), || Value::Null);
        self.captures.take(&fits, now, self.began.unwrap_or(now))
    }

    /// What goes wrong with the answer.
    pub(crate) fn faults(&mut self, now: Moment) -> Vec<Fault> {
        let (fits, began) = (&self.fits, self.began.unwrap_or(now));
        self.faults_of_answers.values_mut().filter_map(|rules| rules.take(fits, now, began)).collect()
    }

    /// The forged notification that the new payment gets.
    pub(crate) fn forgery(&mut self, now: Moment) -> Option<Fault> {
        let rules = self.faults_of_notices.get_mut("forge-notification")?;
        rules.take(&self.fits, now, self.began.unwrap_or(now))
    }

    /// What a notification fits.
    pub(crate) fn about(&self, kind: NoticeKind, body: impl FnOnce() -> Value) -> Fits {
        self.matcher.look(Topic::Notice(kind), body)
    }

    /// Whether a fault of this word applies to a notification.
    pub(crate) fn fault(&mut self, word: &str, fits: &Fits, now: Moment) -> Option<Fault> {
        self.faults_of_notices.get_mut(word)?.take(fits, now, self.began.unwrap_or(now))
    }
}
