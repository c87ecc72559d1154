//! createVaultingSession: the client SDK takes a card, which is kept for later payments. Nothing is paid.

use std::sync::LazyLock;

use bytes::Bytes;
use wire::antom::{CreateVaultingSessionRequest, CreateVaultingSessionResponse, Outline, ResultObject, Tree};
use wire::time::WireTime;

use super::{Reader, Serve};
use crate::checks::{Refusal, read};
use crate::desk::Desk;
use crate::ledger::OFFSET_MINUTES;
use crate::reply::json;
use crate::script::Opening;
use crate::sdk::{Scene, SessionData};
use crate::trigger::Texts;
use crate::vaulting::{Vaulting, VaultingStatus};

static OUTLINE: LazyLock<Outline> = LazyLock::new(|| Outline::of(&[CreateVaultingSessionRequest::FIELDS]));

impl Serve for CreateVaultingSessionRequest {
    fn read(body: &Tree<'_>, reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        reader.check(body, &OUTLINE)?;
        read(body)
    }

    fn admit(&self, desk: &Desk, client: &str) -> Result<(), Refusal> {
        if desk.ledger.vaulting(client, &self.vaulting_request_id).is_some() || desk.ledger.has_room_for_vaulting() {
            return Ok(());
        }
        let reason = "the ledger is full of cards to be kept; start afresh".to_owned();
        Err(Refusal { code: "REQUEST_TRAFFIC_EXCEED_LIMIT", reason })
    }

    /// It has no text in which a word could stand.
    fn texts(&self, _: &Desk, _: &str) -> Texts {
        Texts::default()
    }

    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes {
        if let Some(known) = desk.ledger.vaulting(client, &self.vaulting_request_id) {
            // The same id gets the same result, whatever else the request says and however late it comes.
            return json(&if known.refused { refused(&known.code) } else { answer(desk, &known) });
        }
        let vaulting = vaulting(self, desk, client);
        if let Some(play) = desk.stage.play(desk.now) {
            desk.checkouts.set(&vaulting.vaulting_id, play);
        }
        let vaulting = desk.begin_vaulting(vaulting);
        desk.forge_vaulting_if_scripted(&vaulting);
        json(&answer(desk, &vaulting))
    }

    fn refuse(&self, desk: &mut Desk, client: &str, result: &ResultObject) {
        if desk.ledger.vaulting(client, &self.vaulting_request_id).is_none() {
            let vaulting = vaulting(self, desk, client);
            let (status, ended) = (VaultingStatus::Fail, Some(desk.now));
            let code = result.result_code.clone();
            desk.keep_vaulting(Vaulting { status, code, refused: true, ended, ..vaulting });
        }
    }
}

fn vaulting(request: &CreateVaultingSessionRequest, desk: &Desk, client: &str) -> Vaulting {
    Vaulting {
        client: client.to_owned(),
        vaulting_request_id: request.vaulting_request_id.clone(),
        vaulting_id: desk.ledger.next_vaulting_id(desk.now),
        status: VaultingStatus::Processing,
        code: Vaulting::IN_PROCESS.to_owned(),
        refused: false,
        created: desk.now,
        ended: None,
        session_until: desk.now + Vaulting::LASTS,
        notify_url: request.vaulting_notification_url.clone(),
        redirect_url: request.redirect_url.clone(),
        is_3ds: request.is_3ds_authentication.is_some_and(|flag| flag.0),
    }
}

fn refused(code: &str) -> CreateVaultingSessionResponse {
    CreateVaultingSessionResponse::bare(ResultObject::documented(code))
}

/// As of a payment's session, the client SDK reads the last part of the data and this gateway the first. A page of its own,
/// normalUrl, there is not.
fn answer(desk: &Desk, vaulting: &Vaulting) -> CreateVaultingSessionResponse {
    let id = &vaulting.vaulting_id;
    let play = desk.checkouts.play(id);
    let data = SessionData {
        payment_id: id,
        client: &vaulting.client,
        payment_method_type: "CARD",
        scene: Scene::Vaulting,
        play: play.and_then(|play| play.name.as_deref()),
        is_absent: play.is_some_and(|play| play.page == Opening::Absent),
    };
    CreateVaultingSessionResponse {
        vaulting_session_id: Some(format!("V{id}")),
        vaulting_session_data: Some(data.given(play.map(|play| play.data).unwrap_or_default())),
        vaulting_session_expiry_time: Some(WireTime::new(vaulting.session_until, OFFSET_MINUTES)),
        ..CreateVaultingSessionResponse::bare(ResultObject::success())
    }
}
