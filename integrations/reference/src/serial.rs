//! The task that owns the serial line: opens it, again when it breaks, and keeps the rules of the line.
//!
//! It acknowledges every valid hello and result, repeats too, and delivers them once. It refuses a bad frame once, sends
//! a refused frame again unchanged, and never repeats a command because of silence: only a hello may be.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf};
use tokio::sync::mpsc;
use wire::edc::{ACK, Decoded, Decoder, Frame, Kind, Line, LineDecoder, NAK, Packet};
use wire::time::Moment;

use crate::fault::Fault;
use crate::merchant::Merchant;
use crate::port::{Delivery, Heard, Outgoing, Profile};
use crate::world::Stream;

const ACK_WAIT: Duration = Duration::from_secs(3);
const GAP: Duration = Duration::from_millis(200);
const WHOLE_FRAME: Duration = Duration::from_secs(3);
const NAK_PAUSE: Duration = Duration::from_millis(100);
const SENDS: u8 = 3;
/// Bytes that may wait for a terminal that does not read; more are dropped, as a line to nobody drops them.
const PENDING: usize = 64 * 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const GIVE_UP: Duration = Duration::from_secs(30);

/// See the module's documentation.
pub(crate) struct Serial {
    merchant: Arc<Merchant>,
    name: String,
    profile: Profile,
    requests: mpsc::Receiver<Outgoing>,
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
}

/// A frame that waits for its ACK.
struct InFlight {
    token: u64,
    kind: Kind,
    id: Option<String>,
    bytes: Vec<u8>,
    sends: u8,
    until: Moment,
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
        }
    }

    /// Tries until the port is open; after half a minute, only when somebody wants to send. None: nobody is left who might.
    async fn open(&mut self) -> Option<Box<dyn Stream>> {
        let mut give_up = self.merchant.now() + GIVE_UP;
        let mut pause = FIRST_PAUSE;
        loop {
            let mut opening = self.merchant.world().open_serial(&self.name);
            let opened = loop {
                tokio::select! {
                    biased;
                    opened = &mut opening => break opened,
                    request = self.requests.recv() => { self.not_sent(request?).await; }
                }
            };
            match opened {
                Ok(stream) => return Some(stream),
                Err(error) if self.merchant.now() >= give_up => {
                    self.merchant.log(&format!("terminal {}: cannot be opened: {error}", self.name));
                    self.tell(Heard::Closed).await;
                    let request = self.requests.recv().await?;
                    self.not_sent(request).await;
                    give_up = self.merchant.now() + GIVE_UP;
                    pause = FIRST_PAUSE;
                }
                Err(_) => {
                    let until = self.merchant.now() + pause;
                    loop {
                        tokio::select! {
                            biased;
                            request = self.requests.recv() => { self.not_sent(request?).await; }
                            () = self.merchant.until(until) => break,
                        }
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn not_sent(&self, request: Outgoing) {
        if request.packet.is_some() {
            self.tell(Heard::Delivery(request.token, Delivery::NotSent)).await;
        }
    }

    /// Talks until the line breaks, and returns why.
    async fn talk(&mut self, stream: Box<dyn Stream>) -> io::Error {
        let ended = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let (mut reader, mut writer) = tokio::io::split(stream);
        if !discard_stale(&mut reader).await {
            return ended();
        }
        let mut buffer = [0; 4096];
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
        self.seq = Frame::seq_after(self.seq);
        let Ok(frame) = Frame::new(packet, self.seq) else {
            return self.tell(Heard::Delivery(token, Delivery::NotSent)).await;
        };
        if kind == Kind::Hello {
            // A terminal that lost its power counts from the start again: its answer is no repeat, however alike.
            self.accepted = None;
        }
        let bytes = frame.encode();
        self.write(&bytes);
        self.in_flight = Some(InFlight { token, kind, id, bytes, sends: 1, until: self.merchant.now() + ACK_WAIT });
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
        while let Some(found) = self.frames.decode(&mut input) {
            self.found(found).await;
        }
        self.watch();
    }

    /// Watches over a frame that began, so that a lost byte does not hold up what follows.
    fn watch(&mut self) {
        let now = self.merchant.now();
        if self.frames.is_inside_frame() {
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
                self.frame(frame).await;
            }
            Decoded::Ack => self.delivered(Delivery::Acknowledged).await,
            Decoded::Nak => self.refused().await,
            Decoded::Bad { defect, .. } => {
                self.whole = None;
                self.merchant.log(&format!("terminal {}: a bad frame ({defect:?})", self.name));
                let now = self.merchant.now();
                if self.last_nak.is_none_or(|at| now.since(at) >= NAK_PAUSE) {
                    self.last_nak = Some(now);
                    self.write(&[NAK]);
                }
            }
            Decoded::Noise(_) => {}
        }
    }

    async fn frame(&mut self, frame: Frame) {
        let kind = frame.kind();
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
        if self.in_flight.as_ref().is_some_and(|sent| sent.sends >= SENDS) {
            self.delivered(Delivery::Refused).await;
        } else {
            self.send_again();
        }
    }

    fn send_again(&mut self) {
        let until = self.merchant.now() + ACK_WAIT;
        let Some(sent) = &mut self.in_flight else { return };
        sent.sends += 1;
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
        match &self.in_flight {
            Some(sent) if sent.until > now => {}
            Some(sent) if sent.kind == Kind::Hello && sent.sends < SENDS => self.send_again(),
            Some(_) => self.delivered(Delivery::Silent).await,
            None => {}
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.pending.len() + bytes.len() <= PENDING {
            self.pending.extend_from_slice(bytes);
        }
    }

    async fn tell(&self, heard: Heard) {
        // Nobody listens only when the till is gone, and then so are we.
        let _ = self.tell.send(heard).await;
    }
}

/// Throws away what lay in the line before it was opened. Whether the line is still there.
async fn discard_stale(reader: &mut (impl AsyncRead + Unpin)) -> bool {
    let mut space = [0; 4096];
    for _ in 0..64 {
        let mut buffer = ReadBuf::new(&mut space);
        let read = poll_fn(|cx| match Pin::new(&mut *reader).poll_read(cx, &mut buffer) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => Poll::Ready(None),
        });
        match read.await {
            None => return true,
            Some(Ok(())) if !buffer.filled().is_empty() => {}
            Some(_) => return false,
        }
    }
    true
}

fn id_of(packet: &Packet) -> Option<String> {
    packet.json().ok()?.get("id")?.as_str().map(ToOwned::to_owned)
}
