//! The one loop that does I/O for a device: line and clock in, bytes and trace out.

use std::io;

use bytes::BytesMut;
use wire::clock::ClockHandle;
use wire::time::Moment;

use crate::device::{Device, Input, Output};
use crate::event::Event;
use crate::line::{Line, LineEvent};

/// Bytes that may wait for a client that does not read; more are dropped.
const PENDING: usize = 256 * 1024;

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

/// Runs a device on a line until the line is gone. Dropping the future stops it.
///
/// # Errors
/// The line is gone for good.
pub async fn drive(
    mut device: Device,
    mut line: impl Line,
    clock: ClockHandle,
    mut observer: impl Observer,
) -> io::Result<()> {
    let mut pending = BytesMut::new();
    let mut is_open = false;
    let mut is_plugged = true;
    loop {
        let now = clock.now();
        while let Some(output) = device.poll() {
            match output {
                Output::Event(event) => observer.observe(now, event),
                // A serial line to nobody loses what is sent; one to a client that never reads loses what does not fit.
                Output::Transmit(bytes) if is_open && pending.len() + bytes.len() <= PENDING => {
                    pending.extend_from_slice(&bytes)
                }
                Output::Transmit(_) => {}
                Output::Unplug => {
                    line.unplug();
                    is_plugged = false;
                    pending.clear();
                    if std::mem::take(&mut is_open) {
                        device.handle(now, Input::Closed);
                    }
                }
                Output::Plug => {
                    line.plug()?;
                    is_plugged = true;
                }
            }
        }
        let input = tokio::select! {
            biased;
            event = line.next(&pending), if is_plugged => match event? {
                LineEvent::Opened => {
                    is_open = true;
                    Some(Input::Opened)
                }
                LineEvent::Read(bytes) => Some(Input::Bytes(bytes)),
                LineEvent::Wrote(n) => {
                    let _ = pending.split_to(n.min(pending.len()));
                    None
                }
                LineEvent::Closed => {
                    is_open = false;
                    pending.clear();
                    Some(Input::Closed)
                }
            },
            () = clock.sleep(device.deadlines()) => Some(Input::Timeout),
        };
        if !matches!(input, Some(Input::Timeout)) {
            clock.touch();
        }
        if let Some(input) = input {
            device.handle(clock.now(), input);
        }
    }
}
