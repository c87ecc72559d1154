//! What the terminal did and saw: the entries of its trace, and all that a judge knows of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::edc::{Defect, Kind};
use wire::hex::HexBytes;
use wire::money::Money;

use crate::journal::RecordKind;
use crate::state::State;

/// One thing that happened. Messages carry their raw bytes and a decoded view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Event {
    /// A client opened the line.
    Opened,
    /// The client closed the line.
    Closed,
    /// The line, which was unplugged, is plugged in again: who wants it can open it.
    Plugged,
    /// An intact message from the POS.
    Received {
        /// Its kind.
        kind: Kind,
        /// The frame's sequence number; none in the line profile.
        seq: Option<u8>,
        /// The bytes on the wire.
        raw: HexBytes,
        /// The decoded object; null when it is not one.
        json: Value,
        /// A retry of the last frame: acknowledged again, not carried out again.
        repeat: bool,
        /// Refused with a NAK by a fault, although intact.
        refused: bool,
    },
    /// A message to the POS.
    Sent {
        /// Its kind.
        kind: Kind,
        /// The frame's sequence number; none in the line profile.
        seq: Option<u8>,
        /// The bytes that should be on the wire.
        raw: HexBytes,
        /// The decoded object.
        json: Value,
        /// 1 for the first sending, 2 and 3 for resends.
        attempt: u8,
        /// What a fault did to it: `lost` never reached the wire, `corrupted` did in another form.
        fault: Option<Note>,
    },
    /// What reached the wire instead of the bytes that were just sent: a fault changed them.
    OnWire {
        /// The bytes.
        raw: HexBytes,
    },
    /// An acknowledgement (06), one way or the other.
    Ack {
        /// From the POS, or to it.
        direction: Direction,
        /// Nothing was waiting for it.
        stray: bool,
    },
    /// A refusal (15), one way or the other.
    Nak {
        /// From the POS, or to it.
        direction: Direction,
        /// Nothing was waiting for it.
        stray: bool,
    },
    /// Bytes from the POS that are no message.
    Garbage {
        /// What is wrong, when it began like a frame.
        defect: Option<Defect>,
        /// The bytes, or how they begin.
        raw: HexBytes,
    },
    /// The POS never acknowledged a frame, after three sends or because it closed the line.
    Unacknowledged {
        /// The frame's sequence number.
        seq: u8,
        /// How often it was sent.
        sends: u8,
    },
    /// The state machine moved.
    State {
        /// From here.
        from: State,
        /// To here.
        to: State,
    },
    /// Why a message was refused or ignored; the POS gets a code, the log gets the reason.
    Refused {
        /// In words.
        reason: String,
    },
    /// A transaction was recorded: the ledger's only entries.
    Recorded {
        /// What was recorded.
        kind: RecordKind,
        /// The POS's transaction number.
        request_id: String,
        /// In won.
        amount: Money,
        /// `SUCCESS`, or why not.
        result_code: String,
    },
    /// A scripted fault took effect.
    Fault {
        /// Its name in the script.
        name: String,
    },
    /// An operator did something, by the control API or by a changed script file.
    Operated {
        /// What, in a few words.
        what: String,
    },
    /// A second client wanted the line while the first had it, and was turned away.
    TurnedAway,
    /// What the client has set the port to: told with its first bytes, and when it changes.
    PortSet {
        /// Bits a second.
        baud: u32,
        /// Data bits, parity and stop bits, such as `8N1`.
        mode: String,
    },
}

/// Which way a byte went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To the POS.
    ToPos,
    /// From the POS.
    FromPos,
}

/// What a fault did to an outgoing message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// It never reached the wire.
    Lost,
    /// It reached the wire in a form that a POS must not rely on: its bytes are damaged, or what it says is not true.
    Corrupted,
}
