//! The reference model: what a terminal must remember and answer, and nothing of how it does so.

use super::history::{History, Point, Step};

/// What a cardholder does, in the words of a script, and what follows from it.
pub(super) struct Card {
    words: &'static [&'static str],
    /// Whether something is presented, after two seconds.
    presents: bool,
    /// Whether it is read in the end.
    is_read: bool,
    /// Whether a signature may be asked for.
    may_sign: bool,
    /// From which half second on the terminal waits for a card again.
    ready_again: Option<u64>,
}

pub(super) const CARDS: [Card; 6] = [
    Card { words: &["{insert: {}}"], presents: true, is_read: true, may_sign: true, ready_again: None },
    Card { words: &["{wallet-qr: {}}"], presents: true, is_read: true, may_sign: false, ready_again: None },
    Card { words: &["nothing"], presents: false, is_read: false, may_sign: false, ready_again: Some(0) },
    Card { words: &["{cancel-key: {}}"], presents: false, is_read: false, may_sign: false, ready_again: None },
    Card {
        words: &["{tap-failure: {}}", "{tap: {}}"],
        presents: true,
        is_read: true,
        may_sign: true,
        ready_again: Some(4),
    },
    Card {
        words: &["{insert: {}}", "{remove: {}}", "{insert: {card: debit}}"],
        presents: true,
        is_read: true,
        may_sign: true,
        ready_again: Some(5),
    },
];

/// The host's words and how a payment ends by them.
pub(super) const HOSTS: [(&str, &str); 5] = [
    ("{approve: {}}", "SUCCESS"),
    ("{decline: {code: INVALID_CARD_NUMBER}}", "INVALID_CARD_NUMBER"),
    ("{silent: {}}", "PROCESS_FAIL"),
    ("{silent: {reversal: refused}}", "UNKNOWN"),
    ("{network-down: {}}", "PROCESS_FAIL"),
];

/// What a step must come to.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected {
    /// How the command ends; "nothing" when the power takes its result.
    pub(super) end: &'static str,
    /// How the CommandCancel ends, if there is one.
    pub(super) cancel_end: &'static str,
    /// Whether money was taken or given back, answered or not.
    pub(super) is_done: bool,
    pub(super) power_lost: bool,
    pub(super) ledger: i64,
    /// The requestId of the last transaction.
    pub(super) last: Option<String>,
}

#[derive(Default)]
struct Model {
    losses: Vec<Point>,
    cards: Vec<&'static str>,
    hosts: Vec<&'static str>,
    /// Purchases that were approved: their amounts, and whether they were given back.
    sold: Vec<(i64, bool)>,
    same_id_used: bool,
    last: Option<String>,
}

/// The script that makes a history happen, and what each of its steps must come to.
pub(super) fn predict(history: &History) -> (String, Vec<Expected>) {
    let mut model = Model { losses: history.losses.clone(), ..Model::default() };
    let mut all = Vec::new();
    for (n, step) in history.steps.iter().enumerate() {
        let mut expected = match step {
            Step::Purchase { won, card, host, call_off, same_id, .. } => {
                let id = if *same_id { "SAME".to_owned() } else { format!("R{n}") };
                if *same_id && std::mem::replace(&mut model.same_id_used, true) {
                    Expected { end: "REPEAT_REQ_REJECT", cancel_end: "CommandInvalid", ..Expected::default() }
                } else {
                    let call_off = call_off.filter(|_| history.calls_off());
                    model.purchase(&id, *won, &CARDS[*card], HOSTS[*host], call_off)
                }
            }
            Step::Cancel { which, host, wrong_amount } => model.cancel(n, *which, HOSTS[*host], *wrong_amount),
            Step::Reopen | Step::LastTransaction => Expected::default(),
        };
        expected.ledger = model.sold.iter().filter(|(_, given_back)| !given_back).map(|(won, _)| won).sum();
        expected.last.clone_from(&model.last);
        all.push(expected);
    }
    (model.script(history), all)
}

impl Model {
    fn script(&self, history: &History) -> String {
        let losses = history.losses.iter().map(|point| format!("{{power-loss: {{at: {}, for: 5s}}}}", point.word()));
        let pulled =
            history.pulled.iter().map(|(point, secs)| format!("{{unplug: {{at: {}, for: {secs}s}}}}", point.word()));
        let faults: Vec<_> = losses.chain(pulled).chain(history.line.iter().cloned()).collect();
        format!(
            "{{cardholder: [{}], host: [{}], faults: [{}], settings: {{cancel-order: {}}}}}",
            self.cards.join(", "),
            self.hosts.join(", "),
            faults.join(", "),
            if history.failure_first { "failure-first" } else { "answer-first" },
        )
    }

    /// Whether the power goes here.
    fn loses(&mut self, point: Point) -> bool {
        let index = self.losses.iter().position(|loss| *loss == point);
        index.map(|index| self.losses.remove(index)).is_some()
    }

    fn purchase(
        &mut self,
        id: &str,
        won: u64,
        card: &Card,
        host: (&'static str, &'static str),
        call_off: Option<u64>,
    ) -> Expected {
        // The power went so many half seconds after the terminal took the command.
        let lost = |at: u64, is_done: bool| {
            let cancel_end = if call_off.is_some_and(|call| call >= at) { "nothing" } else { "CommandInvalid" };
            Expected { end: "nothing", cancel_end, is_done, power_lost: true, ..Expected::default() }
        };
        let ends = |end| Expected { end, cancel_end: "CommandInvalid", ..Expected::default() };
        self.cards.push(card.words[0]);
        if self.loses(Point::Ready) {
            return lost(0, false);
        }
        if call_off.is_some_and(|at| at < 4) {
            return self.called_off();
        }
        if card.presents && self.loses(Point::CardDetected) {
            return lost(4, false);
        }
        self.cards.extend(&card.words[1..]);
        if call_off.is_some_and(|at| card.ready_again.is_some_and(|from| at >= from)) {
            return self.called_off();
        }
        if !card.is_read {
            return ends("PROCESS_FAIL");
        }
        let signs = card.may_sign && won > 50_000;
        if signs {
            self.cards.push("{sign: {}}");
            if self.loses(Point::Signing) {
                return lost(5, false);
            }
        }
        let asked = if signs { 11 } else { 5 };
        if self.loses(Point::Authorizing) {
            return lost(asked, false);
        }
        self.hosts.push(host.0);
        if matches!(host.1, "SUCCESS" | "INVALID_CARD_NUMBER") {
            self.last = Some(id.to_owned());
        }
        if host.1 != "SUCCESS" {
            return ends(host.1);
        }
        self.sold.push((i64::try_from(won).unwrap_or_default(), false));
        if self.loses(Point::Approved) {
            return lost(asked + 2, true);
        }
        Expected { is_done: true, ..ends("SUCCESS") }
    }

    fn called_off(&mut self) -> Expected {
        let power_lost = self.loses(Point::Cancelling);
        let (end, cancel_end) = if power_lost { ("nothing", "nothing") } else { ("PROCESS_FAIL", "SUCCESS") };
        Expected { end, cancel_end, power_lost, ..Expected::default() }
    }

    fn cancel(&mut self, n: usize, which: usize, host: (&'static str, &'static str), wrong_amount: bool) -> Expected {
        let ends = |end| Expected { end, ..Expected::default() };
        match self.sold.get(which) {
            None => return ends("not sent"),
            Some(_) if wrong_amount => return ends("PARAM_ILLEGAL"),
            Some((_, true)) => return ends("ORDER_IS_CANCELED"),
            Some((_, false)) => {}
        }
        if self.loses(Point::Authorizing) {
            return Expected { power_lost: true, ..ends("nothing") };
        }
        self.hosts.push(host.0);
        if matches!(host.1, "SUCCESS" | "INVALID_CARD_NUMBER") {
            self.last = Some(format!("X{n}"));
        }
        if host.1 != "SUCCESS" {
            return ends(host.1);
        }
        if let Some(sold) = self.sold.get_mut(which) {
            sold.1 = true;
        }
        let power_lost = self.loses(Point::Approved);
        Expected { is_done: true, power_lost, ..ends(if power_lost { "nothing" } else { "SUCCESS" }) }
    }
}
