//! A card that is to be kept, in a session of the client SDK: as the ledger keeps it, and how it begins and ends.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wire::antom::ResultStatus;
use wire::time::{Moment, Span};

use crate::desk::Desk;
use crate::event::Event;
use crate::plan::Turn;
use crate::script::Buyer;

/// A card that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vaulting {
    /// Whose it is.
    pub client: String,
    /// The merchant's id for it: the idempotency key.
    pub vaulting_request_id: String,
    /// The gateway's id for it; its session is named after it.
    pub vaulting_id: String,
    /// Where it is.
    pub status: VaultingStatus,
    /// The code that it ended with, or was refused with.
    pub code: String,
    /// Whether the request was refused for good, and no session ever began.
    pub refused: bool,
    /// When it was asked for.
    pub created: Moment,
    /// When it ended.
    pub ended: Option<Moment>,
    /// Until when the session lives.
    pub session_until: Moment,
    /// Where its notification goes.
    pub notify_url: String,
    /// Where the buyer comes back to.
    pub redirect_url: Option<String>,
    /// Whether the holder's bank is to be asked.
    pub is_3ds: bool,
}

/// Where it is, in the provider's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum VaultingStatus {
    /// The session lives, and no card is kept.
    Processing,
    /// A card is kept.
    Success,
    /// None is, and none will be.
    Fail,
}

impl Vaulting {
    /// How long a session lives.
    pub(crate) const LASTS: Duration = Duration::from_secs(3600);
    /// The code of one that has not ended.
    pub(crate) const IN_PROCESS: &'static str = "PAYMENT_IN_PROCESS";
    /// The code of one whose session has expired.
    pub(crate) const EXPIRED: &'static str = "ORDER_IS_CLOSED";

    /// Whether a card can still be kept.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status == VaultingStatus::Processing
    }

    /// Names the card in later payments.
    #[must_use]
    pub fn card_token(&self) -> String {
        format!("TOKEN{}", self.vaulting_id)
    }
}

impl Desk {
    /// A session begins in which a card is to be kept: what will become of it?
    pub(crate) fn begin_vaulting(&mut self, vaulting: Vaulting) -> Arc<Vaulting> {
        let is_played = self.checkouts.is_served || self.checkouts.play(&vaulting.vaulting_id).is_some();
        let otherwise = if is_played { Buyer::Leaves } else { Buyer::Pays { after: Span::secs(3) } };
        let buyer = self.stage.buyer(self.now).unwrap_or(otherwise);
        let end = match &buyer {
            Buyer::Pays { after } | Buyer::Authorises { after, .. } => Some((after.0, "SUCCESS")),
            // An F is an end here, for nobody is there who would try again; a U is none.
            Buyer::Declines { code, after } if code.0.status == ResultStatus::F => Some((after.0, code.0.code)),
            Buyer::Pends { after, lasting, code } => Some((after.0 + lasting.0, code.0.code)),
            Buyer::Declines { .. } | Buyer::Leaves | Buyer::PaysLate { .. } => None,
        };
        let expiry = vaulting.session_until;
        let planned = end.map(|(after, code)| (self.now + after, code)).filter(|(at, _)| *at <= expiry);
        let (at, code) = planned.unwrap_or((expiry, Vaulting::EXPIRED));
        let turn = Turn::VaultingEnds { vaulting_id: vaulting.vaulting_id.clone(), code: code.to_owned() };
        self.plan(at, &vaulting.client, turn);
        self.keep_vaulting(vaulting)
    }

    /// It ends, if it has not ended before. Of a session that has expired nobody is told: no card was tried.
    pub(crate) fn end_vaulting(&mut self, client: &str, vaulting_id: &str, at: Moment, code: &str) {
        let vaulting = self.ledger.vaulting_by_id(vaulting_id).filter(|vaulting| vaulting.client == client);
        let Some(vaulting) = vaulting.filter(|vaulting| vaulting.is_open()) else { return };
        let status = if code == "SUCCESS" { VaultingStatus::Success } else { VaultingStatus::Fail };
        let vaulting =
            self.keep_vaulting(Vaulting { status, code: code.to_owned(), ended: Some(at), ..(*vaulting).clone() });
        if code != Vaulting::EXPIRED {
            self.notify_vaulting(&vaulting, at);
        }
    }

    /// Files it as it is now, and puts it into the trace.
    pub(crate) fn keep_vaulting(&mut self, vaulting: Vaulting) -> Arc<Vaulting> {
        let vaulting = Arc::new(vaulting);
        self.event(Event::Vaulting {
            vaulting_request_id: vaulting.vaulting_request_id.clone(),
            vaulting_id: vaulting.vaulting_id.clone(),
            status: vaulting.status,
            code: vaulting.code.clone(),
        });
        self.ledger.keep_vaulting(Arc::clone(&vaulting));
        vaulting
    }
}
