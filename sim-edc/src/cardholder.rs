//! What a cardholder does: the words of a script's `cardholder`, and which of them fit where.
//!
//! The list is a queue. Each time the terminal waits (for a card, for the card to be read, for a signature), the first
//! entry applies if it fits there; else it waits for its turn and the default goes on: a chip card after two seconds,
//! nothing while it is read, a signature after three seconds.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use wire::edc::EventCode;
use wire::time::Span;

use crate::state::State;

/// What a cardholder does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum CardholderAction {
    /// Inserts a card.
    Insert {
        /// Which kind.
        #[serde(default)]
        card: Card,
        /// How long after he was asked. Default 2s.
        #[serde(default = "two_seconds")]
        after: Span,
    },
    /// Holds a card to the reader.
    Tap {
        /// Which kind.
        #[serde(default)]
        card: Card,
        /// How long after he was asked. Default 2s.
        #[serde(default = "two_seconds")]
        after: Span,
    },
    /// Swipes a card: one with a chip must be inserted instead, unless its chip has just failed.
    Swipe {
        /// Which kind.
        #[serde(default)]
        card: Card,
        /// How long after he was asked. Default 2s.
        #[serde(default = "two_seconds")]
        after: Span,
    },
    /// Inserts a card whose chip cannot be read: FALLBACK_MAGCARDREADER.
    ChipFailure {
        /// How long after he was asked. Default 2s.
        #[serde(default = "two_seconds")]
        after: Span,
    },
    /// Holds a card too short: CARD_TRY_AGAIN.
    TapFailure {
        /// How long after he was asked. Default 2s.
        #[serde(default = "two_seconds")]
        after: Span,
    },
    /// Pulls the card while it is read: CARD_MISSING.
    Remove {
        /// How long after it was detected. Default 200ms.
        #[serde(default = "a_moment")]
        after: Span,
    },
    /// Shows the barcode of a wallet.
    WalletQr {
        /// What it says.
        #[serde(default = "barcode")]
        barcode: String,
        /// How long after he was asked. Default 2s.
        #[serde(default = "two_seconds")]
        after: Span,
    },
    /// Holds a telephone with Samsung Pay.
    SamsungPay {
        /// How long after he was asked. Default 2s.
        #[serde(default = "two_seconds")]
        after: Span,
    },
    /// Presses the cancel key.
    CancelKey {
        /// How long after he was asked. Default 2s.
        #[serde(default = "two_seconds")]
        after: Span,
    },
    /// Signs.
    Sign {
        /// How long after he was asked. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
    /// Refuses to sign.
    RefuseSignature {
        /// How long after he was asked. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
    /// Does something when the terminal sends an event, counted from there instead of from being asked.
    On {
        /// The event.
        event: EventCode,
        /// What he does then.
        then: Box<Self>,
    },
    /// Does nothing until the terminal gives up.
    Nothing,
}

/// What kind of card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Card {
    /// A chip card, credit.
    #[default]
    Chip,
    /// The same.
    Credit,
    /// A chip card, debit.
    Debit,
    /// A chip card, prepaid.
    Prepaid,
    /// A chip card from abroad, credit; its issuer has a name instead of a code.
    Foreign,
    /// A card without a chip, credit.
    Magstripe,
}

impl CardholderAction {
    /// How long it takes him; nothing when he never does anything.
    pub(crate) fn after(&self) -> Option<Span> {
        match self {
            Self::Insert { after, .. }
            | Self::Tap { after, .. }
            | Self::Swipe { after, .. }
            | Self::ChipFailure { after }
            | Self::TapFailure { after }
            | Self::Remove { after }
            | Self::WalletQr { after, .. }
            | Self::SamsungPay { after }
            | Self::CancelKey { after }
            | Self::Sign { after }
            | Self::RefuseSignature { after } => Some(*after),
            Self::On { then, .. } => then.after(),
            Self::Nothing => None,
        }
    }

    /// Whether the terminal waits for this in a state.
    pub(crate) fn fits(&self, state: State) -> bool {
        match self {
            Self::Insert { .. }
            | Self::Tap { .. }
            | Self::Swipe { .. }
            | Self::ChipFailure { .. }
            | Self::TapFailure { .. }
            | Self::WalletQr { .. }
            | Self::SamsungPay { .. } => state == State::Ready,
            Self::Remove { .. } => state == State::CardDetected,
            Self::Sign { .. } | Self::RefuseSignature { .. } => state == State::Sign,
            Self::CancelKey { .. } | Self::Nothing => matches!(state, State::Ready | State::Sign),
            Self::On { .. } => false,
        }
    }
}

/// What the cardholder has yet to do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cardholder(VecDeque<CardholderAction>);

impl Cardholder {
    pub(crate) fn new(actions: Vec<CardholderAction>) -> Self {
        Self(actions.into())
    }

    /// How many entries are left.
    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    /// What he does now that the terminal waits in this state.
    pub(crate) fn asked(&mut self, state: State) -> Option<CardholderAction> {
        if self.0.front().is_some_and(|action| action.fits(state)) {
            return self.0.pop_front();
        }
        match state {
            // Somebody who waits for an event does nothing before it.
            _ if matches!(self.0.front(), Some(CardholderAction::On { .. })) => None,
            State::Ready => Some(CardholderAction::Insert { card: Card::default(), after: two_seconds() }),
            State::Sign => Some(CardholderAction::Sign { after: three_seconds() }),
            _ => None,
        }
    }

    /// What he does now that the terminal sent an event.
    pub(crate) fn heard(&mut self, code: EventCode) -> Option<CardholderAction> {
        match self.0.front() {
            Some(CardholderAction::On { event, .. }) if *event == code => match self.0.pop_front() {
                Some(CardholderAction::On { then, .. }) => Some(*then),
                _ => None,
            },
            _ => None,
        }
    }
}

fn barcode() -> String {
    "281006020000000000001".to_owned()
}
const fn a_moment() -> Span {
    Span::millis(200)
}
const fn two_seconds() -> Span {
    Span::secs(2)
}
const fn three_seconds() -> Span {
    Span::secs(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_does_not_fit_waits_for_its_turn() {
        let sign = CardholderAction::Sign { after: Span::secs(9) };
        let mut cardholder = Cardholder::new(vec![sign.clone()]);
        assert!(matches!(cardholder.asked(State::Ready), Some(CardholderAction::Insert { .. })));
        assert_eq!(cardholder.asked(State::CardDetected), None);
        assert_eq!(cardholder.asked(State::Sign), Some(sign));
    }

    #[test]
    fn somebody_who_waits_for_an_event_does_nothing_before_it() {
        let key = CardholderAction::CancelKey { after: Span::secs(1) };
        let on = CardholderAction::On { event: EventCode::PendingSignature, then: Box::new(key.clone()) };
        let mut cardholder = Cardholder::new(vec![on]);
        assert_eq!(cardholder.asked(State::Ready), None);
        assert_eq!(cardholder.heard(EventCode::Ready), None);
        assert_eq!(cardholder.heard(EventCode::PendingSignature), Some(key));
    }
}
