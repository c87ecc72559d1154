//! What went over the line to the terminal: commands, and the sendings of their results.

use serde_json::Value;
use sim_edc::Note;
use wire::time::Moment;

use super::at;

/// A command of the POS.
#[derive(Debug)]
pub struct Command<'a> {
    /// The entry.
    pub n: usize,
    /// When.
    pub at: Moment,
    /// The decoded object.
    pub json: &'a Value,
    /// Refused with a NAK.
    pub refused: bool,
    /// Its `commandName`, and its `id` as it is there: rules ask for them all the time.
    pub(super) name: &'a str,
    pub(super) own_id: &'a Value,
}

impl Command<'_> {
    /// Its `commandName`.
    #[must_use]
    pub const fn name(&self) -> &str {
        self.name
    }

    /// Whether a result is its own, by the `id`.
    #[must_use]
    pub fn is_answered_by(&self, result: &Sending<'_>) -> bool {
        result.own_id == self.own_id
    }

    /// A parameter as text; a number counts as its digits, so that one mistake does not hide another.
    #[must_use]
    pub fn parameter(&self, pointer: &str) -> Option<String> {
        match at(&self.json["commandRequestParams"], pointer)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Whether it moves money.
    #[must_use]
    pub fn is_financial(&self) -> bool {
        matches!(self.name(), "Purchase" | "PurchaseCancel")
    }

    /// The value of its amount as it was sent.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        at(self.json, "/commandRequestParams/paymentAmount/value")
    }

    /// Its amount, as text.
    #[must_use]
    pub fn amount(&self) -> Option<String> {
        self.parameter("/paymentAmount/value")
    }
}

/// One sending of a result.
#[derive(Debug)]
pub struct Sending<'a> {
    /// The entry.
    pub n: usize,
    /// When.
    pub at: Moment,
    /// The decoded object.
    pub json: &'a Value,
    /// The frame's number.
    pub seq: Option<u8>,
    /// 1 for the first sending.
    pub attempt: u8,
    /// What a fault did to it.
    pub fault: Option<Note>,
    /// Its `id` as it is there.
    pub(super) own_id: &'a Value,
}
