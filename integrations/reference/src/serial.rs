//! The task that owns the serial line: opens it, again when it breaks, and keeps the rules of the line.
//!
//! It acknowledges every valid hello and result, repeats too, and delivers them once. It refuses a bad frame once, sends
//! a refused frame again unchanged, and never repeats a command because of silence: only a hello may be.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use wire::edc::{ACK, Decoded, Decoder, Defect, Frame, Kind, Line, LineDecoder, NAK, Packet};
use wire::time::Moment;

use crate::fault::Fault;
use crate::garble::Wrong;
use crate::merchant::Merchant;
use crate::opening::discard_stale;
use crate::port::{Delivery, Heard, Outgoing, Profile};
use crate::till::id_of;
use crate::world::Stream;

const ACK_WAIT: Duration = Duration::from_secs(3);
const GAP: Duration = Duration::from_millis(200);
const WHOLE_FRAME: Duration = Duration::from_secs(3);
const NAK_PAUSE: Duration = Duration::from_millis(100);
const SENDS: u8 = 3;
/// Bytes that may wait for a terminal that does not read; more are dropped, as a line to nobody drops them.
const PENDING: usize = 64 * 1024;

/// See the module's documentation.
pub(crate) struct Serial {
    pub(crate) merchant: Arc<Merchant>,
    pub(crate) name: String,
    profile: Profile,
    pub(crate) requests: mpsc::Receiver<Outgoing>,
    tell: mpsc::Sender<Heard>,
    frames: Decoder,
    lines: LineDecoder,
    pending: BytesMut,
    seq: u8,
    /// SEQ and CRC of the last hello or result that was acknowledged.
    accepted: Option<(u8, u16)>,
    in_flight: Option<InFlight>,
    gap: Option<Moment>,
    whole: Option<Moment>,
    last_nak: Option<Moment>,
    /// The token of the message that was sent last.
    last: u64,
    pub(crate) wrong: Wrong,
}

/// A frame that waits for its ACK.
struct InFlight {
    token: u64,
    kind: Kind,
    id: Option<String>,
    packet: Packet,
    bytes: Vec<u8>,
    sends: u8,
    until: Moment,
    /// Whether a broken frame came meanwhile: what looks like a refusal may have been a byte of it.
    is_among_fragments: bool,
}

impl Serial {
    pub(crate) fn new(
        merchant: Arc<Merchant>,
        name: String,
        profile: Profile,
        requests: mpsc::Receiver<Outgoing>,
        tell: mpsc::Sender<Heard>,
    ) -> Self {
        // A new process must not begin with the very frame that the terminal saw last, or it would pass for a repeat.
        let starts = merchant.book(|book| book.starts());
        Self {
            merchant,
            name,
            profile,
            requests,
            tell,
            frames: Decoder::default(),
            lines: LineDecoder::default(),
            pending: BytesMut::new(),
            seq: u8::try_from(starts.wrapping_mul(37) % 255).unwrap_or_default(),
            accepted: None,
            in_flight: None,
            gap: None,
            whole: None,
            last_nak: None,
            last: 0,
            wrong: Wrong::default(),
        }
    }

    /// Keeps the line until nobody wants it any more.
    pub(crate) async fn run(mut self) {
        loop {
            let Some(stream) = self.open().await else { return };
            self.tell(Heard::Opened).await;
            let error = self.talk(stream).await;
            self.merchant.log(&format!("terminal {}: the line closed: {error}", self.name));
            self.forget();
            self.tell(Heard::Closed).await;
            while self.merchant.has(Fault::NeverReopens) {
                let Some(request) = self.requests.recv().await else { return };
                self.not_sent(request).await;
            }
        }
    }

    /// Talks until the line breaks, and returns why.
    async fn talk(&mut self, stream: Box<dyn Stream>) -> io::Error {
        let ended = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let (mut reader, mut writer) = tokio::io::split(stream);
        self.wrong.is_fresh = true;
        let mut buffer = vec![0; 4096];
        if !self.merchant.has(Fault::StaleBytesKept) && !discard_stale(&mut reader, &mut buffer).await {
            return ended();
        }
        loop {
            let deadline = [self.in_flight.as_ref().map(|f| f.until), self.gap, self.whole].into_iter().flatten().min();
            tokio::select! {
                biased;
                read = reader.read(&mut buffer) => match read {
                    Ok(0) => return ended(),
                    Ok(n) => self.read(buffer.get(..n).unwrap_or_default()).await,
                    Err(error) => return error,
                },
                wrote = writer.write(&self.pending), if !self.pending.is_empty() => match wrote {
                    Ok(0) => return ended(),
                    Ok(n) => self.pending.advance(n),
                    Err(error) => return error,
                },
                request = self.requests.recv(), if self.in_flight.is_none() => match request {
                    Some(Outgoing { token, packet: Some(packet) }) => self.send(token, packet).await,
                    Some(_) => {}
                    // Nobody is left: only the end of the task is, which drops us.
                    None => std::future::pending().await,
                },
                () = self.merchant.at(deadline) => self.timeout().await,
            }
        }
    }

    /// After the line closed: halves of frames mean nothing any more.
    fn forget(&mut self) {
        self.frames.reset();
        self.lines.reset();
        self.pending.clear();
        self.in_flight = None;
        self.gap = None;
        self.whole = None;
    }

    async fn send(&mut self, token: u64, packet: Packet) {
        if self.profile == Profile::Ndjson {
            self.write(&packet.to_line());
            return self.tell(Heard::Delivery(token, Delivery::Acknowledged)).await;
        }
        let id = id_of(&packet);
        let kind = packet.kind;
        self.last = token;
        self.seq = Frame::seq_after(self.seq);
        let Ok(frame) = Frame::new(packet.clone(), self.seq) else {
            return self.tell(Heard::Delivery(token, Delivery::NotSent)).await;
        };
        if kind == Kind::Hello {
            // A terminal that lost its power counts from the start again: its answer is no repeat, however alike.
            self.accepted = None;
        }
        let bytes = frame.encode();
        self.write(&bytes);
        let until = self.merchant.now() + self.ack_wait();
        self.in_flight = Some(InFlight { token, kind, id, packet, bytes, sends: 1, until, is_among_fragments: false });
    }

    fn ack_wait(&self) -> Duration {
        if self.merchant.has(Fault::UnacknowledgedIsSentAgain) { Duration::from_secs(1) } else { ACK_WAIT }
    }

    async fn read(&mut self, mut input: &[u8]) {
        if self.profile == Profile::Ndjson {
            while let Some(line) = self.lines.decode(&mut input) {
                match line {
                    Line::Packet(packet, _) => self.tell(Heard::Packet(packet)).await,
                    Line::Bad(error, _) => self.merchant.log(&format!("terminal {}: {error}", self.name)),
                    Line::TooLong(_) => self.merchant.log(&format!("terminal {}: a line is too long", self.name)),
                }
            }
            return;
        }
        let swallowed = self.wrong.swallow.min(input.len());
        self.wrong.swallow -= swallowed;
        input = input.get(swallowed..).unwrap_or_default();
        while let Some(found) = self.frames.decode(&mut input) {
            self.found(found).await;
            if std::mem::take(&mut self.wrong.stop) {
                self.frames.reset();
                break;
            }
        }
        if self.merchant.has(Fault::OneReadOneFrame) {
            self.frames.reset();
        }
        self.watch();
    }

    /// Watches over a frame that began, so that a lost byte does not hold up what follows.
    fn watch(&mut self) {
        let now = self.merchant.now();
        if self.frames.is_inside_frame() && !self.merchant.has(Fault::NoFrameTimer) {
            self.gap = Some(now + GAP);
            self.whole = self.whole.or(Some(now + WHOLE_FRAME));
        } else {
            self.gap = None;
            self.whole = None;
        }
    }

    async fn found(&mut self, found: Decoded) {
        match found {
            Decoded::Frame(frame, _) => {
                self.whole = None;
                self.wrong.is_fresh = false;
                self.wrong.stop |= self.merchant.has(Fault::SecondFrameLost);
                if !std::mem::take(&mut self.wrong.is_spoilt) {
                    self.frame(frame).await;
                }
            }
            Decoded::Ack if self.in_flight.is_none() && self.merchant.has(Fault::NakForAnAck) => self.write(&[NAK]),
            Decoded::Ack => self.delivered(Delivery::Acknowledged).await,
            Decoded::Nak if self.merchant.has(Fault::NakIgnored) => {}
            Decoded::Nak if self.in_flight.is_none() && self.merchant.has(Fault::StrayNakIsARefusal) => {
                self.tell(Heard::Delivery(self.last, Delivery::Refused)).await;
            }
            Decoded::Nak => self.refused().await,
            Decoded::Bad { defect, .. } => {
                self.whole = None;
                self.garbage();
                if let Some(sent) = &mut self.in_flight {
                    sent.is_among_fragments = true;
                }
                self.merchant.log(&format!("terminal {}: a bad frame ({defect:?})", self.name));
                if defect == Defect::Length && self.merchant.has(Fault::HostileLengthBelieved) {
                    self.wrong.swallow = usize::from(u16::MAX);
                    self.wrong.stop = true;
                    return;
                }
                let now = self.merchant.now();
                if self.last_nak.is_none_or(|at| now.since(at) >= NAK_PAUSE) {
                    self.last_nak = Some(now);
                    self.refuse();
                }
                if self.merchant.has(Fault::BadFrameEndsTheSale) {
                    self.tell(Heard::Delivery(self.last, Delivery::Refused)).await;
                }
            }
            Decoded::Noise(_) => self.garbage(),
        }
    }

    async fn frame(&mut self, frame: Frame) {
        let kind = frame.kind();
        if self.is_misread(&frame) {
            return;
        }
        if matches!(kind, Kind::Hello | Kind::Result) {
            if !(kind == Kind::Result && self.merchant.has(Fault::ResultUnacknowledged)) {
                self.write(&[ACK]);
            }
            let mark = (frame.seq(), frame.check());
            if self.accepted.replace(mark) == Some(mark) {
                return;
            }
        }
        let packet = frame.into_packet();
        // An answer says that the question arrived, whatever became of its ACK.
        let answers = self.in_flight.as_ref().is_some_and(|question| match (kind, question.kind) {
            (Kind::Hello, Kind::Hello) => true,
            (Kind::Result, Kind::Command) => question.id.is_some() && id_of(&packet) == question.id,
            _ => false,
        });
        if answers {
            self.delivered(Delivery::Acknowledged).await;
        }
        self.tell(Heard::Packet(packet)).await;
    }

    /// Ends the wait for an ACK. Without one going on, the byte was a stray.
    async fn delivered(&mut self, delivery: Delivery) {
        if let Some(sent) = self.in_flight.take() {
            self.tell(Heard::Delivery(sent.token, delivery)).await;
        }
    }

    async fn refused(&mut self) {
        let enough = self.in_flight.as_ref().filter(|sent| sent.sends >= SENDS);
        if let Some(sent) = enough
            && !self.merchant.has(Fault::ResendForEver)
        {
            let delivery = if sent.is_among_fragments { Delivery::Silent } else { Delivery::Refused };
            return self.delivered(delivery).await;
        }
        if self.merchant.has(Fault::ResendWithNewSeq)
            && let Some(sent) = &mut self.in_flight
        {
            self.seq = Frame::seq_after(self.seq);
            if let Ok(frame) = Frame::new(sent.packet.clone(), self.seq) {
                sent.bytes = frame.encode();
            }
        }
        self.send_again();
    }

    fn send_again(&mut self) {
        let until = self.merchant.now() + self.ack_wait();
        let Some(sent) = &mut self.in_flight else { return };
        sent.sends = sent.sends.saturating_add(1);
        sent.until = until;
        let bytes = sent.bytes.clone();
        self.write(&bytes);
    }

    async fn timeout(&mut self) {
        let now = self.merchant.now();
        if [self.gap, self.whole].into_iter().flatten().any(|at| at <= now) {
            if let Some(bad) = self.frames.abandon() {
                self.found(bad).await;
                while let Some(found) = self.frames.decode(&mut [].as_slice()) {
                    self.found(found).await;
                }
            }
            self.watch();
        }
        // Only a hello may be sent again because of silence.
        let repeats = self.merchant.has(Fault::UnacknowledgedIsSentAgain);
        match &self.in_flight {
            Some(sent) if sent.until > now => {}
            Some(sent) if sent.sends < SENDS && (sent.kind == Kind::Hello || repeats) => self.send_again(),
            Some(_) => self.delivered(Delivery::Silent).await,
            None => {}
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        if self.pending.len() + bytes.len() <= PENDING {
            self.pending.extend_from_slice(bytes);
        }
    }

    pub(crate) async fn tell(&self, heard: Heard) {
        // Nobody listens only when the till is gone, and then so are we.
        let _ = self.tell.send(heard).await;
    }
}
