//! The one loop that does I/O for a device: line and clock in, bytes and trace out.

use std::io;

use bytes::BytesMut;
use tokio::sync::{mpsc, oneshot};
use wire::clock::ClockHandle;
use wire::time::Moment;

use crate::device::{Device, Input, Output};
use crate::event::Event;
use crate::journal::Kept;
use crate::line::{Line, LineEvent};

/// Bytes that may wait for a client that does not read; more are dropped.
const PENDING: usize = 256 * 1024;
/// Orders that may wait; whoever gives more waits too.
const ORDERS: usize = 16;

/// Where the trace goes.
pub trait Observer: Send {
    /// Something happened.
    fn observe(&mut self, at: Moment, event: Event);
}

impl<F: FnMut(Moment, Event) + Send> Observer for F {
    fn observe(&mut self, at: Moment, event: Event) {
        self(at, event);
    }
}

/// Where what must survive is kept.
pub trait Keep: Send {
    /// Keeps it. It survives a kill from the moment this returns.
    ///
    /// # Errors
    /// It could not be kept: then nothing may tell of it, and the run ends.
    fn keep(&mut self, kept: &Kept) -> io::Result<()>;
}

/// What an operator wants of a running device.
enum Order {
    Do(Box<Deed>),
    /// To be told that it was heard. It is no traffic, and leaves a quiet wire quiet.
    Hear(oneshot::Sender<()>),
}

type Deed = dyn FnOnce(&mut Device, Moment) + Send;

/// A handle on a device that runs: what is asked through it happens between two inputs.
#[derive(Debug, Clone)]
pub struct Operator(mpsc::Sender<Order>);

impl Operator {
    /// Does something with the device, and brings back what came of it; nothing when the device no longer runs.
    pub async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut Device, Moment) -> T + Send + 'static,
    ) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        let order = Order::Do(Box::new(move |device, now| {
            // Whoever asked may have stopped waiting.
            let _ = reply.send(ask(device, now));
        }));
        self.0.send(order).await.ok()?;
        answer.await.ok()
    }

    /// Has the line looked at: a closed one is otherwise looked at only now and then. Then what is on it was seen, or the
    /// device no longer runs.
    pub async fn look_at_line(&self) {
        // The line is looked at after each order, so the second answer comes when it was.
        for _ in 0..2 {
            let (reply, heard) = oneshot::channel();
            if self.0.send(Order::Hear(reply)).await.is_err() || heard.await.is_err() {
                return;
            }
        }
    }
}

/// Runs a device on a line until the line is gone. Dropping the future stops it.
///
/// # Errors
/// The line is gone for good.
pub async fn drive(device: Device, line: impl Line, clock: ClockHandle, observer: impl Observer) -> io::Result<()> {
    Drive::new(device, line, clock, observer).run().await
}

/// A device, its line, and whoever watches and handles it.
pub struct Drive<L, O> {
    // In a box: it is large, and what runs it is moved about before it runs.
    device: Box<Device>,
    line: L,
    clock: ClockHandle,
    observer: O,
    store: Option<Box<dyn Keep>>,
    orders: mpsc::Receiver<Order>,
    pending: BytesMut,
    is_open: bool,
    is_plugged: bool,
}

impl<L: Line, O: Observer> Drive<L, O> {
    /// A device that keeps nothing and that nobody handles.
    pub fn new(device: Device, line: L, clock: ClockHandle, observer: O) -> Self {
        let (_, orders) = mpsc::channel(1);
        Self {
            device: Box::new(device),
            line,
            clock,
            observer,
            store: None,
            orders,
            pending: BytesMut::new(),
            is_open: false,
            is_plugged: true,
        }
    }

    /// Keeps what must survive here.
    #[must_use]
    pub fn with_store(mut self, store: Box<dyn Keep>) -> Self {
        self.store = Some(store);
        self
    }

    /// A handle on the device, once it runs. A second call takes the first one's handle out of use.
    pub fn operator(&mut self) -> Operator {
        let (orders, queue) = mpsc::channel(ORDERS);
        self.orders = queue;
        Operator(orders)
    }

    /// Runs until the line is gone. Dropping the future stops it.
    ///
    /// # Errors
    /// The line is gone for good, or what must be kept cannot be.
    pub async fn run(mut self) -> io::Result<()> {
        loop {
            self.carry_out()?;
            let deadlines = self.device.deadlines();
            // What is due already is done before anything is written: what is said at one moment leaves in one write.
            let is_due = deadlines.next().is_some_and(|at| at <= self.clock.now());
            let pending: &[u8] = if is_due { &[] } else { &self.pending };
            let input = tokio::select! {
                biased;
                event = self.line.next(pending), if self.is_plugged => self.input(event?),
                Some(order) = self.orders.recv() => match order {
                    Order::Do(order) => {
                        order(&mut self.device, self.clock.now());
                        None
                    }
                    Order::Hear(reply) => {
                        // Whoever asked may have stopped waiting.
                        let _ = reply.send(());
                        continue;
                    }
                },
                () = self.clock.sleep(deadlines) => Some(Input::Timeout),
            };
            if !matches!(input, Some(Input::Timeout)) {
                self.clock.touch();
            }
            if let Some(input) = input {
                self.device.handle(self.clock.now(), input);
            }
        }
    }

    /// Does what the device wants, in its order: what it wants kept is kept before a byte that tells of it may leave.
    fn carry_out(&mut self) -> io::Result<()> {
        let now = self.clock.now();
        while let Some(output) = self.device.poll() {
            match output {
                Output::Event(event) => self.observer.observe(now, event),
                Output::Store(kept) => {
                    if let Some(store) = &mut self.store {
                        store.keep(&kept)?;
                    }
                }
                // A serial line to nobody loses what is sent; one to a client that never reads loses what does not fit.
                Output::Transmit(bytes) if self.is_open && self.pending.len() + bytes.len() <= PENDING => {
                    self.pending.extend_from_slice(&bytes);
                }
                Output::Transmit(_) => {}
                Output::Unplug => {
                    self.line.unplug();
                    self.is_plugged = false;
                    self.pending.clear();
                    if std::mem::take(&mut self.is_open) {
                        self.device.handle(now, Input::Closed);
                    }
                }
                Output::Plug => {
                    self.line.plug()?;
                    self.is_plugged = true;
                }
            }
        }
        Ok(())
    }

    /// What a line's event means to the device.
    fn input(&mut self, event: LineEvent) -> Option<Input> {
        match event {
            LineEvent::Opened => {
                self.is_open = true;
                Some(Input::Opened)
            }
            LineEvent::Read(bytes) => Some(Input::Bytes(bytes)),
            LineEvent::Wrote(n) => {
                let _ = self.pending.split_to(n.min(self.pending.len()));
                None
            }
            LineEvent::Noticed(event) => {
                self.observer.observe(self.clock.now(), event);
                None
            }
            LineEvent::Closed => {
                self.is_open = false;
                self.pending.clear();
                Some(Input::Closed)
            }
        }
    }
}

impl<L, O> std::fmt::Debug for Drive<L, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drive").field("device", &self.device).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use wire::time::Moment;

    use super::*;
    use crate::clock::SystemClock;
    use crate::line::MemoryLine;
    use crate::profile::Profile;
    use crate::script::Script;

    /// A store that can keep so many things.
    struct Room(usize);

    impl Keep for Room {
        fn keep(&mut self, _: &Kept) -> io::Result<()> {
            self.0 = self.0.checked_sub(1).ok_or_else(|| io::Error::other("no room is left"))?;
            Ok(())
        }
    }

    const HELLO: &str = r#"{"type":"hello","provider":"KICC","options":{"merchantId":"M","useBuiltInDialog":true}}"#;
    const PURCHASE: &str = r#"{"type":"command","id":"1","commandName":"Purchase","commandRequestParams":{"requestId":"R1","paymentAmount":{"value":"104","currency":"KRW"},"tipAmount":{"value":"0","currency":"KRW"},"creditPayPlan":{"installmentNum":"0"},"acquirerInfo":{"acquirerTerminalId":"T1","acquirerRegistrationNo":"1234567890"}},"options":{}}"#;

    /// What a till hears of a purchase when so many things can be kept, and how the run ends.
    async fn sell(room: usize) -> (String, io::Result<()>) {
        let (clients, line) = mpsc::channel(1);
        let (mut till, client) = tokio::io::duplex(65_536);
        clients.send(client).await.unwrap();
        let device = Device::new(Profile::Ndjson, &Script::default());
        let clock = Arc::new(SystemClock::starting_at(Moment::WORLD_START));
        let drive = Drive::new(device, MemoryLine::new(line), clock, |_: Moment, _: Event| {});
        let running = tokio::spawn(drive.with_store(Box::new(Room(room))).run());
        till.write_all(format!("{HELLO}\n{PURCHASE}\n").as_bytes()).await.unwrap();
        let mut said = String::new();
        let mut buffer = [0; 4096];
        while !said.contains("commandName") {
            match till.read(&mut buffer).await {
                Ok(n) if n > 0 => said.push_str(&String::from_utf8_lossy(&buffer[..n])),
                Ok(_) | Err(_) => break,
            }
        }
        drop((till, clients));
        (said, running.await.unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_kept_is_not_answered_and_ends_the_run() {
        for (room, is_answered) in [(0, false), (1, false), (2, true)] {
            let (said, ended) = sell(room).await;
            assert_eq!(said.contains(r#""outcome":"success""#), is_answered, "{room}: {said}");
            let error = ended.unwrap_err().to_string();
            assert_eq!(error.contains("no room is left"), !is_answered, "{room}: {error}");
        }
    }

    /// A line on which a client says some things and then listens, write by write.
    struct Listening {
        says: VecDeque<LineEvent>,
        writes: mpsc::UnboundedSender<String>,
    }

    impl Line for Listening {
        async fn next(&mut self, pending: &[u8]) -> io::Result<LineEvent> {
            if let Some(said) = self.says.pop_front() {
                return Ok(said);
            }
            if pending.is_empty() {
                return std::future::pending().await;
            }
            let _ = self.writes.send(String::from_utf8_lossy(pending).into_owned());
            Ok(LineEvent::Wrote(pending.len()))
        }

        fn unplug(&mut self) {}

        fn plug(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_due_at_one_moment_leaves_in_one_write() {
        let script = "{cardholder: [insert: {after: 0ms}], host: [approve: {after: 0ms}], settings: {reading: 0ms}}";
        let device = Device::new(Profile::Ndjson, &serde_saphyr::from_str(script).unwrap());
        let line = |text: &str| LineEvent::Read(format!("{text}\n").into());
        let hello = HELLO.replace("true", "false");
        let (writes, mut heard) = mpsc::unbounded_channel();
        let says = [LineEvent::Opened, line(&hello), line(PURCHASE)].into();
        let clock = Arc::new(SystemClock::starting_at(Moment::WORLD_START));
        let running = tokio::spawn(drive(device, Listening { says, writes }, clock, |_: Moment, _: Event| {}));
        let first = heard.recv().await.unwrap();
        running.abort();
        for word in ["INIT_SUCCESS", "READY", "CARD_DETECTED", "START_TRANSACTION", r#""outcome":"success""#] {
            assert!(first.contains(word), "{word}: {first}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_operator_of_a_device_that_ended_is_told_so() {
        let (_, line) = mpsc::channel(1);
        let device = Device::new(Profile::Stx, &Script::default());
        let clock = Arc::new(SystemClock::starting_at(Moment::WORLD_START));
        let mut drive = Drive::new(device, MemoryLine::new(line), clock, |_: Moment, _: Event| {});
        let operator = drive.operator();
        let error = drive.run().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotConnected);
        assert_eq!(operator.ask(|device, _| device.is_open()).await, None);
    }
}
