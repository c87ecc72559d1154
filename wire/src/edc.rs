//! The terminal's side of the wire: what a POS and a KICC terminal say to each other.
//!
//! The JSON (commands, events, results, codes) is Antom's documented contract. The framing around it is **ours**: the
//! bytes between the vendor's app and the reader are not public (see `docs/line.md`).
//!
//! ```text
//! serial bytes → Decoder → Frame → Packet → Invocation / CommandResult / Event / Hello
//! ```

mod code;
mod command;
mod crc;
mod decoder;
mod event;
mod frame;
mod hello;
mod ndjson;
mod object_writer;
mod packet;
mod purchase;
mod result;
mod seal;
mod shape;
mod usual;

pub use code::{Advice, BusinessCode, Charge, CommandCode, EventCode, InitCode, TimerEffect, UnknownCode};
pub use command::{Command, CommandFault, CommandName, CommandProblem, Invocation, caller_timeout};
pub use crc::crc16_xmodem;
pub use decoder::{Decoded, Decoder, Defect};
pub use event::Event;
pub use frame::{ACK, ETX, Frame, FrameError, MAX_DATA, NAK, STX};
pub use hello::{Hello, HelloAnswer, HelloFault};
pub use ndjson::{Line, LineDecoder, MAX_LINE};
pub use packet::{Kind, Packet, PacketError};
pub use purchase::{
    AcquirerInfo, CreditPayPlan, IllegalParameter, PurchaseCancelRequest, PurchaseRequest, SIGNATURE_ABOVE_KRW, Sale,
};
pub use result::{BusinessResult, CommandResult, Outcome, PaymentResultInfo, ResultFault, TransactionData};
pub use seal::{MetaFault, MetaSeal};
pub use shape::{Need, ShapeError, ShapeField, shape_errors};
