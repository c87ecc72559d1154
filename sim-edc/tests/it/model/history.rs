//! What happens at the desk, drawn at random.

use proptest::prelude::*;

/// A day at the desk: what the till does, and what goes wrong.
#[derive(Debug, Clone)]
pub(super) struct History {
    pub(super) steps: Vec<Step>,
    /// The power goes when a payment comes to this point, once for each entry.
    pub(super) losses: Vec<Point>,
    /// The cable is pulled at a point, for so many seconds.
    pub(super) pulled: Option<(Point, u64)>,
    /// Faults of the line, as a script has them.
    pub(super) line: Vec<String>,
    /// Whether a purchase that is called off fails before the CommandCancel is answered.
    pub(super) failure_first: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Purchase {
        won: u64,
        card: usize,
        host: usize,
        /// When the till calls it off, in half seconds after the terminal took it.
        call_off: Option<u64>,
        /// With an id that other purchases use too.
        same_id: bool,
        /// The till does not acknowledge what it hears.
        mute: bool,
    },
    Cancel {
        which: usize,
        host: usize,
        wrong_amount: bool,
    },
    /// The line is closed and opened.
    Reopen,
    LastTransaction,
}

/// A point of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    Ready,
    CardDetected,
    Signing,
    Authorizing,
    Approved,
    Cancelling,
}

impl Point {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::CardDetected => "card-detected",
            Self::Signing => "signing",
            Self::Authorizing => "authorizing",
            Self::Approved => "approved",
            Self::Cancelling => "cancelling",
        }
    }
}

impl History {
    /// Whether a till can call off at the moment that the history says: not when its cable may be pulled, nor when what it
    /// says may come late. Other histories call off.
    pub(super) fn calls_off(&self) -> bool {
        self.pulled.is_none() && !self.line.iter().any(|fault| fault.contains("from-pos"))
    }

    /// Whether a result may never be heard although the terminal said it. A frame from the till that is damaged is one of
    /// the reasons: among its bytes there may be one that looks like the ACK of a result.
    pub(super) fn loses_results(&self) -> bool {
        let loses = |fault: &String| fault.contains("lose-answer") || fault.contains("from-pos");
        self.pulled.is_some() || self.line.iter().any(loses)
    }
}

/// What the line does, none of which changes what a payment comes to. All of it is used up by two sends: the third is intact.
const LINE: [&str; 22] = [
    "bit-noise: {SEED}",
    "drop-bytes: {SEED}",
    "duplicate-bytes: {SEED}",
    "line-noise: {SEED}",
    "wrong-check: {times: 2}",
    "length-short: {}",
    "length-long: {}",
    "length-zero: {}",
    "length-huge: {}",
    "false-stx: {}",
    "split: {}",
    "merge: {}",
    "trickle: {}",
    "stray-ack: {}",
    "stray-nak: {}",
    "nak-storm: {}",
    "seq-reset: {}",
    "repeat-result: {}",
    "stale-result: {}",
    "lose-event: {}",
    "swap-events: {}",
    "lose-answer: {}",
];

/// What it does on the way from the till: at most one, since a NAK soon after a NAK is not sent.
const FROM_TILL: [&str; 3] = [
    "bit-noise: {direction: from-pos, skip: SKIP, SEED}",
    "drop-bytes: {direction: from-pos, skip: SKIP, SEED}",
    "line-noise: {direction: from-pos, skip: SKIP, SEED}",
];

pub(super) fn any() -> impl Strategy<Value = History> {
    let point = prop::sample::select(vec![
        Point::Ready,
        Point::CardDetected,
        Point::Signing,
        Point::Authorizing,
        Point::Approved,
        Point::Cancelling,
    ]);
    let pulled = prop::option::weighted(0.15, (point.clone(), 1_u64..30));
    let fault = |words: &'static [&'static str]| {
        (0..words.len(), 0_u64..1000, 0_u32..6).prop_map(move |(which, seed, skip)| {
            format!("{{{}}}", words[which].replace("SEED", &format!("seed: {seed}")).replace("SKIP", &skip.to_string()))
        })
    };
    let line = (prop::collection::vec(fault(&LINE), 0..4), prop::option::weighted(0.3, fault(&FROM_TILL)))
        .prop_map(|(to, from)| to.into_iter().chain(from).collect());
    (prop::collection::vec(step(), 1..12), prop::collection::vec(point, 0..3), pulled, line, prop::bool::ANY)
        .prop_map(|(steps, losses, pulled, line, failure_first)| History { steps, losses, pulled, line, failure_first })
}

fn step() -> impl Strategy<Value = Step> {
    let won = prop_oneof![1_u64..100, Just(50_000), Just(50_001), 50_002_u64..999_999_999];
    let call_off = prop_oneof![2 => Just(None), 1 => (0_u64..8).prop_map(Some)];
    let (cards, hosts) = (super::prediction::CARDS.len(), super::prediction::HOSTS.len());
    prop_oneof![
        4 => (won, 0..cards, 0..hosts, call_off, prop::bool::weighted(0.1), prop::bool::weighted(0.1)).prop_map(
            |(won, card, host, call_off, same_id, mute)| Step::Purchase { won, card, host, call_off, same_id, mute }),
        3 => (0_usize..4, 0..hosts, prop::bool::weighted(0.2)).prop_map(
            |(which, host, wrong_amount)| Step::Cancel { which, host, wrong_amount }),
        1 => Just(Step::Reopen),
        1 => Just(Step::LastTransaction),
    ]
}
