//! What the gateway did and saw: the entries of its trace, and all that a judge knows of it.

use serde::{Deserialize, Serialize};
use wire::antom::{Headers, Operation, PaymentStatus, RefundStatus};
use wire::hex::TextBytes;
use wire::money::Money;

use crate::sdk::Side;
use crate::vaulting::VaultingStatus;

/// One thing that happened. Messages carry their raw bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Event {
    /// A request arrived and was checked.
    Request {
        /// Counts requests from 1.
        id: u64,
        /// The method as written.
        method: String,
        /// The request target as written.
        target: String,
        /// The headers as written.
        headers: Headers,
        /// The body, byte for byte.
        body: TextBytes,
        /// Which operation the path names.
        operation: Option<Operation>,
        /// The code of the check that it failed.
        refused: Option<String>,
        /// Why, and what else was noticed: the reasons that do not go on the wire.
        notes: Vec<String>,
    },
    /// A request was answered.
    Response {
        /// The request's number.
        id: u64,
        /// The operation.
        operation: Option<Operation>,
        /// The headers.
        headers: Headers,
        /// The body, byte for byte.
        body: TextBytes,
        /// What a fault did to it, when it did not arrive.
        lost: Option<LostHow>,
        /// Why a merchant must not believe it; none when its headers and its signature are sound.
        #[serde(default)]
        spoilt: Option<String>,
    },
    /// A payment changed: the ledger's only entries.
    Payment {
        /// The merchant's id for it.
        payment_request_id: String,
        /// Antom's id for it.
        payment_id: String,
        /// The merchant's order.
        reference_order_id: Option<String>,
        /// In minor units.
        amount: Money,
        /// Where it is now.
        status: PaymentStatus,
        /// The paymentResultCode.
        code: String,
    },
    /// A refund changed.
    Refund {
        /// The merchant's id for it.
        refund_request_id: String,
        /// Antom's id for it.
        refund_id: String,
        /// The payment that is given back.
        payment_id: String,
        /// In minor units.
        amount: Money,
        /// Where it is now.
        status: RefundStatus,
        /// SUCCESS, or why it failed.
        code: String,
    },
    /// A capture ended.
    Capture {
        /// The merchant's id for it.
        capture_request_id: String,
        /// Antom's id for it.
        capture_id: String,
        /// The payment that is captured.
        payment_id: String,
        /// In minor units.
        amount: Money,
        /// SUCCESS, or why it failed.
        code: String,
    },
    /// A card that is to be kept: its session began, or ended.
    Vaulting {
        /// The merchant's id for it.
        vaulting_request_id: String,
        /// The gateway's id for it.
        vaulting_id: String,
        /// Where it is now.
        status: VaultingStatus,
        /// SUCCESS, or why it failed.
        code: String,
    },
    /// A notification was sent.
    Notice {
        /// Counts deliveries from 1.
        id: u64,
        /// Which payment it is about; of a card that is kept, its vaultingRequestId.
        payment_request_id: String,
        /// 1 for the first delivery of a notification.
        attempt: u32,
        /// Where to.
        url: String,
        /// The headers.
        headers: Headers,
        /// The body, byte for byte.
        body: TextBytes,
        /// False when a merchant must not believe it: its headers and signature are not Antom's.
        genuine: bool,
        /// Whether it says something else than what happened, rightly signed.
        #[serde(default)]
        altered: bool,
    },
    /// A notification was answered, or was not.
    NoticeAnswered {
        /// The delivery's number.
        id: u64,
        /// The HTTP status; none when there was no answer.
        status: Option<u16>,
        /// The body.
        body: TextBytes,
        /// Whether it is an acknowledgement.
        acknowledged: bool,
        /// Why it is none.
        problem: Option<String>,
    },
    /// Something was said in a session of the client SDK, or done there.
    Client {
        /// The session's payment; of a card that is to be kept, its vaultingRequestId.
        payment_request_id: String,
        /// Who said it.
        side: Side,
        /// A message's name, an operation, or what the buyer did.
        event: String,
        /// What it carried, as JSON.
        data: TextBytes,
    },
    /// A scripted fault took effect.
    Fault {
        /// Its name in the script.
        name: String,
    },
}

impl Event {
    /// About how many bytes it takes in memory.
    pub(crate) fn size(&self) -> usize {
        let said = match self {
            Self::Request { target, headers, body, notes, .. } => {
                target.len()
                    + headers.bytes()
                    + body.0.len()
                    + notes.iter().map(|note| FRAME + note.len()).sum::<usize>()
            }
            Self::Response { headers, body, .. } => headers.bytes() + body.0.len(),
            Self::Notice { payment_request_id, url, headers, body, .. } => {
                payment_request_id.len() + url.len() + headers.bytes() + body.0.len()
            }
            Self::NoticeAnswered { body, problem, .. } => body.0.len() + problem.as_ref().map_or(0, String::len),
            Self::Client { event, data, .. } => event.len() + data.0.len() + 128,
            Self::Fault { name } => name.len(),
            // Their ids are of a bounded length.
            Self::Payment { .. } | Self::Refund { .. } | Self::Capture { .. } | Self::Vaulting { .. } => 128,
        };
        FRAME + said
    }
}

/// About what the parts of an entry take beside what they say.
const FRAME: usize = 256;

/// How an answer is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LostHow {
    /// The connection is closed instead of answered.
    #[default]
    Close,
    /// The connection stays open and silent.
    Silence,
    /// The connection is reset.
    Reset,
    /// It breaks off in the body.
    Cut,
    /// A page of HTML comes in its place.
    Page,
}
