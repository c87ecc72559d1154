//! The serial port as the till sees it: send a message, hear what comes. The task behind it is in `serial.rs`.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use wire::edc::Packet;

use crate::merchant::Merchant;
use crate::serial::Serial;

/// What a line speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Profile {
    /// Frames with acknowledgement.
    Stx,
    /// One JSON object a line.
    Ndjson,
}

/// What the port tells.
#[derive(Debug)]
pub(crate) enum Heard {
    /// The line is open.
    Opened,
    /// It broke, or could not be opened for so long that the port gave up until somebody wants to send.
    Closed,
    /// A message from the terminal.
    Packet(Packet),
    /// What became of a message that was sent.
    Delivery(u64, Delivery),
}

/// What became of a message that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// The terminal has it.
    Acknowledged,
    /// Each sending was refused: the terminal never took it.
    Refused,
    /// No acknowledgement: nobody knows whether the terminal has it.
    Silent,
    /// No byte of it left: the line is closed.
    NotSent,
}

/// The handle. Dropping it closes the port.
pub(crate) struct Port {
    outgoing: mpsc::Sender<Outgoing>,
    heard: mpsc::Receiver<Heard>,
    tokens: u64,
    _task: JoinSet<()>,
}

/// A message on its way to the line.
pub(crate) struct Outgoing {
    pub(crate) token: u64,
    /// None only wakes the port.
    pub(crate) packet: Option<Packet>,
}

impl Port {
    pub(crate) fn open(merchant: Arc<Merchant>, name: String, profile: Profile) -> Self {
        let (outgoing, requests) = mpsc::channel(16);
        let (tell, heard) = mpsc::channel(64);
        let serial = Serial::new(merchant, name, profile, requests, tell);
        let mut task = JoinSet::new();
        task.spawn(Box::pin(serial.run()));
        Self { outgoing, heard, tokens: 0, _task: task }
    }

    /// What happened next. Never ends while the port lives.
    pub(crate) async fn hear(&mut self) -> Heard {
        match self.heard.recv().await {
            Some(heard) => heard,
            None => std::future::pending().await,
        }
    }

    /// Sends a message; what becomes of it is heard under the token.
    pub(crate) fn send(&mut self, packet: Packet) -> u64 {
        self.tokens += 1;
        // A full queue means that the line does not take anything: that is heard as silence.
        let _ = self.outgoing.try_send(Outgoing { token: self.tokens, packet: Some(packet) });
        self.tokens
    }

    /// Makes a port that gave up try again.
    pub(crate) fn wake(&self) {
        let _ = self.outgoing.try_send(Outgoing { token: 0, packet: None });
    }
}
