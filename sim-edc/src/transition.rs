//! The state machine as one table: from where, through what, with which event, to where.
//!
//! [`next`] is the only way from a state to another, so what is not in the table cannot happen. The diagram in
//! `docs/terminal-states.md` is made from it, and a test keeps them equal.

use std::fmt::Write as _;

use wire::edc::EventCode;

use crate::state::State;

/// What moves the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The power comes back.
    PowerOn,
    /// Starting up is done.
    Initialized,
    /// A Purchase that makes sense, or a PurchaseCancel that wants the card.
    CardWanted,
    /// A PurchaseCancel that wants no card.
    CancelWithoutCard,
    /// CommandCancel in time.
    CommandCancel,
    /// Both halves of a CommandCancel are answered.
    CalledOff,
    /// A card or wallet is there.
    CardPresented,
    /// A chip card was swiped.
    ChipCardSwiped,
    /// Nobody came in time.
    CardTimeout,
    /// The cardholder pressed the cancel key.
    CancelKey,
    /// The chip cannot be read.
    ChipFails,
    /// The card was not held long enough.
    ContactlessFails,
    /// The card was pulled.
    CardPulled,
    /// The card is read.
    CardRead,
    /// Above 50,000 won, with a card.
    SignatureNeeded,
    /// Else.
    NoSignatureNeeded,
    /// The cardholder signed.
    Signed,
    /// Nobody signed in time.
    SignatureTimeout,
    /// The cardholder does not sign.
    SignatureRefused,
    /// The host approves.
    Approved,
    /// The host declines.
    Declined,
    /// The host cannot be reached.
    NetworkDown,
    /// The host does not answer.
    HostSilent,
    /// What the host may have approved is taken back, or not.
    ReversalEnded,
    /// The link is done with the result.
    Settled,
    /// The power goes.
    PowerLost,
    /// A fault: it hangs.
    Hangs,
    /// It is started again after it hung.
    Restarted,
}

/// A line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// From here.
    pub from: State,
    /// Through this.
    pub cause: Cause,
    /// The event that the POS gets.
    pub event: Option<EventCode>,
    /// To here.
    pub to: State,
}

impl Transition {
    /// Every transition, in the order of a payment.
    pub const TABLE: &'static [Self] = &[
        row(State::Off, Cause::PowerOn, Some(EventCode::DeviceInitialize), State::Initializing),
        row(State::Initializing, Cause::Initialized, None, State::Idle),
        row(State::Idle, Cause::CardWanted, Some(EventCode::Ready), State::Ready),
        row(State::Idle, Cause::CancelWithoutCard, Some(EventCode::StartTransaction), State::Auth),
        row(State::Ready, Cause::CommandCancel, Some(EventCode::Cancelling), State::Cancelling),
        row(State::Cancelling, Cause::CalledOff, None, State::Idle),
        row(State::Ready, Cause::CardPresented, Some(EventCode::CardDetected), State::CardDetected),
        row(State::Ready, Cause::ChipCardSwiped, Some(EventCode::RequireCardInsert), State::Ready),
        row(State::Ready, Cause::CardTimeout, None, State::Idle),
        row(State::Ready, Cause::CancelKey, None, State::Idle),
        row(State::CardDetected, Cause::ChipFails, Some(EventCode::FallbackMagcardreader), State::Ready),
        row(State::CardDetected, Cause::ContactlessFails, Some(EventCode::CardTryAgain), State::Ready),
        row(State::CardDetected, Cause::CardPulled, Some(EventCode::CardMissing), State::Ready),
        row(State::CardDetected, Cause::CardRead, Some(EventCode::CardReadCompleted), State::CardRead),
        row(State::CardRead, Cause::SignatureNeeded, Some(EventCode::PendingSignature), State::Sign),
        row(State::CardRead, Cause::NoSignatureNeeded, Some(EventCode::StartTransaction), State::Auth),
        row(State::Sign, Cause::Signed, Some(EventCode::StartTransaction), State::Auth),
        row(State::Sign, Cause::SignatureTimeout, None, State::Idle),
        row(State::Sign, Cause::SignatureRefused, None, State::Idle),
        row(State::Sign, Cause::CancelKey, None, State::Idle),
        row(State::Auth, Cause::Approved, None, State::Respond),
        row(State::Auth, Cause::Declined, None, State::Respond),
        row(State::Auth, Cause::NetworkDown, None, State::Respond),
        row(State::Auth, Cause::HostSilent, None, State::Reversing),
        row(State::Reversing, Cause::ReversalEnded, None, State::Respond),
        row(State::Respond, Cause::Settled, None, State::Idle),
        row(State::Initializing, Cause::PowerLost, None, State::Off),
        row(State::Idle, Cause::PowerLost, None, State::Off),
        row(State::Ready, Cause::PowerLost, None, State::Off),
        row(State::CardDetected, Cause::PowerLost, None, State::Off),
        row(State::CardRead, Cause::PowerLost, None, State::Off),
        row(State::Sign, Cause::PowerLost, None, State::Off),
        row(State::Auth, Cause::PowerLost, None, State::Off),
        row(State::Reversing, Cause::PowerLost, None, State::Off),
        row(State::Cancelling, Cause::PowerLost, None, State::Off),
        row(State::Respond, Cause::PowerLost, None, State::Off),
        row(State::Hung, Cause::PowerLost, None, State::Off),
        row(State::Ready, Cause::Hangs, None, State::Hung),
        row(State::Auth, Cause::Hangs, None, State::Hung),
        row(State::Hung, Cause::Restarted, Some(EventCode::DeviceInitialize), State::Initializing),
    ];

    /// The table as a Mermaid state diagram. Power losses from everywhere would hide the rest: they are one note.
    #[must_use]
    pub fn diagram() -> String {
        let mut text = "stateDiagram-v2\n    [*] --> IDLE\n".to_owned();
        for row in Self::TABLE.iter().filter(|row| row.cause != Cause::PowerLost) {
            let event = row.event.map(|event| format!(" / {event}")).unwrap_or_default();
            let _ = writeln!(text, "    {} --> {}: {}{event}", row.from, row.to, words(row.cause));
        }
        text.push_str("    note right of OFF: from every other state, when the power is lost\n");
        text
    }
}

/// The line of the table that applies, if one does.
pub(crate) fn next(from: State, cause: Cause) -> Option<&'static Transition> {
    Transition::TABLE.iter().find(|row| row.from == from && row.cause == cause)
}

const fn row(from: State, cause: Cause, event: Option<EventCode>, to: State) -> Transition {
    Transition { from, cause, event, to }
}

/// `CardTimeout` as "card timeout".
fn words(cause: Cause) -> String {
    let mut text = String::new();
    for letter in format!("{cause:?}").chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_and_a_cause_have_one_line() {
        for (index, row) in Transition::TABLE.iter().enumerate() {
            let twin = Transition::TABLE.iter().skip(index + 1).find(|r| r.from == row.from && r.cause == row.cause);
            assert_eq!(twin, None, "{row:?}");
        }
    }

    #[test]
    fn every_state_can_be_reached_and_left() {
        for state in State::ALL {
            assert!(Transition::TABLE.iter().any(|row| row.to == state && row.from != state), "{state}");
            assert!(Transition::TABLE.iter().any(|row| row.from == state && row.to != state), "{state}");
        }
    }

    #[test]
    fn the_power_can_go_in_every_state_that_has_it() {
        for state in State::ALL {
            assert_eq!(next(state, Cause::PowerLost).is_some(), state != State::Off, "{state}");
        }
    }

    #[test]
    fn every_event_has_its_place_in_the_table() {
        for code in EventCode::ALL {
            assert!(Transition::TABLE.iter().any(|row| row.event == Some(*code)), "{code}");
        }
    }
}
