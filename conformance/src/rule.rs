//! Rules: pure functions from a trace to findings. Every run is judged by all of them, whatever its scenario says.

mod antom;
mod edc;
mod evidence;
mod line;
mod money;
mod notify;
mod view;

pub use view::{Call, Command, Notice, Order, Sending, Status, View};

use serde::Serialize;

use crate::trace::Entry;

/// A rule and the requirement that it judges.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The requirement's id.
    pub requirement: &'static str,
    /// Reads a trace.
    pub judge: fn(&View<'_>) -> Judgement,
}

/// What a rule finds in a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// The trace exercised the requirement, and it held.
    Held,
    /// It was broken, here and in this way.
    Broken(Vec<Finding>),
    /// Nothing in the trace concerns it.
    NotExercised,
}

impl Judgement {
    /// From whether anything concerned the requirement, and what broke it.
    #[must_use]
    pub fn new(exercised: bool, findings: Vec<Finding>) -> Self {
        match (findings.is_empty(), exercised) {
            (false, _) => Self::Broken(findings),
            (true, true) => Self::Held,
            (true, false) => Self::NotExercised,
        }
    }
}

/// How a requirement was broken, and the place in the trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The number of the trace entry that shows it.
    pub entry: usize,
    /// What happened, in words.
    pub text: String,
}

/// All rules.
pub const ALL: &[Rule] = &[
    Rule { requirement: "EDC-P03", judge: edc::every_scalar_is_a_string },
    Rule { requirement: "EDC-P04", judge: edc::required_fields_are_there },
    Rule { requirement: "EDC-P07", judge: edc::request_ids_are_unique },
    Rule { requirement: "EDC-P10", judge: edc::one_command_at_a_time },
    Rule { requirement: "EDC-P22", judge: edc::cancel_has_no_parameters },
    Rule { requirement: "EDC-P27", judge: edc::no_second_charge_after_silence },
    Rule { requirement: "EDC-P29", judge: edc::recovery_comes_first },
    Rule { requirement: "EDC-P45", judge: edc::success_is_judged_by_its_code },
    Rule { requirement: "LINE-L01", judge: line::refused_frames_come_again_unchanged },
    Rule { requirement: "LINE-L02", judge: line::results_are_acknowledged },
    Rule { requirement: "SIG-001", judge: antom::requests_are_signed },
    Rule { requirement: "PAY-001", judge: antom::discriminators_are_right },
    Rule { requirement: "PAY-002", judge: antom::required_fields_are_there },
    Rule { requirement: "PAY-007", judge: antom::no_fresh_charge_after_silence },
    Rule { requirement: "PAY-009", judge: antom::s_is_not_paid },
    Rule { requirement: "PAY-011", judge: antom::unknown_is_repeated_unchanged },
    Rule { requirement: "NTF-001", judge: notify::forgeries_are_not_believed },
    Rule { requirement: "NTF-003", judge: notify::genuine_ones_are_acknowledged },
    Rule { requirement: "NTF-005", judge: notify::forgeries_are_not_acknowledged },
    Rule { requirement: "NTF-006", judge: notify::repeats_are_processed_once },
    Rule { requirement: "INQ-001", judge: antom::status_is_the_outcome },
    Rule { requirement: "MONEY-001", judge: money::taken_equals_paid },
    Rule { requirement: "MONEY-002", judge: money::nothing_is_paid_twice },
    Rule { requirement: "MONEY-003", judge: money::paid_needs_evidence },
    Rule { requirement: "MONEY-004", judge: money::taken_money_is_accounted_for },
    Rule { requirement: "MONEY-005", judge: money::every_order_ends },
];

/// Judges a trace by all rules.
#[must_use]
pub fn judge(entries: &[Entry]) -> Vec<(&'static str, Judgement)> {
    let view = View::new(entries);
    ALL.iter().map(|rule| (rule.requirement, (rule.judge)(&view))).collect()
}
