//! createVaultingSession: a session in which the client SDK takes a card, to be kept for later payments.

use super::Flag;
use super::object::{answer, object};
use crate::antom::field::{FieldKind, FieldRule, optional, required};
use crate::time::WireTime;

object! {
    /// The body of the request.
    CreateVaultingSessionRequest {
        [
            payment_method_type: String,
            /// The idempotency key.
            vaulting_request_id: String,
            vaulting_notification_url: String,
        ]
        redirect_url: String,
        merchant_region: String,
        #[serde(rename = "is3DSAuthentication")]
        is_3ds_authentication: Flag,
    }
}

impl CreateVaultingSessionRequest {
    /// The documented table.
    pub const FIELDS: &'static [FieldRule] = &[
        required("paymentMethodType", FieldKind::OneOf(&["CARD"])),
        required("vaultingRequestId", FieldKind::Id(64)),
        required("vaultingNotificationUrl", FieldKind::Url(2048)),
        optional("redirectUrl", FieldKind::Link(2048)),
        optional("merchantRegion", FieldKind::Region),
        optional("is3DSAuthentication", FieldKind::Flag),
    ];
}

answer! {
    /// The body of the response: S means that there is a session, not that a card is kept.
    CreateVaultingSessionResponse {
        vaulting_session_data: String,
        vaulting_session_id: String,
        vaulting_session_expiry_time: WireTime,
        normal_url: String,
    }
}
