//! A real serial port, 57600 8N1 without flow control. The tokio-serial crate is used here only.
//!
//! A cable does not tell whether somebody listens at its other end, so the line is open from the start. When the port
//! itself goes (a USB adapter is pulled), the line is closed, and opened again as soon as the port is back.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::BytesMut;
use tokio_serial::{ClearBuffer, SerialPort as _, SerialPortBuilderExt as _, SerialStream};

use crate::line::{Line, LineEvent, exchange};

const BAUD: u32 = 57_600;
/// The first and the longest pause before a port that is gone is looked for again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// See the module's documentation.
#[derive(Debug)]
pub struct SerialLine {
    path: PathBuf,
    port: Option<SerialStream>,
    buffer: BytesMut,
    /// Whether the device knows that it is open.
    is_told: bool,
}

impl SerialLine {
    /// Opens a port. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// It is not there, or somebody has it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let port = open(path)?;
        Ok(Self { path: path.to_owned(), port: Some(port), buffer: BytesMut::new(), is_told: false })
    }
}

impl Line for SerialLine {
    async fn next(&mut self, pending: &[u8]) -> io::Result<LineEvent> {
        let mut pause = PAUSES.0;
        let port = loop {
            match &mut self.port {
                Some(port) => break port,
                None => match open(&self.path) {
                    Ok(port) => self.port = Some(port),
                    Err(_) => {
                        tokio::time::sleep(pause).await;
                        pause = (pause * 2).min(PAUSES.1);
                    }
                },
            }
        };
        if !std::mem::replace(&mut self.is_told, true) {
            return Ok(LineEvent::Opened);
        }
        let event = exchange(port, &mut self.buffer, pending).await;
        if matches!(event, LineEvent::Closed) {
            self.unplug();
        }
        Ok(event)
    }

    fn unplug(&mut self) {
        self.port = None;
        self.is_told = false;
    }

    fn plug(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens the port, and throws away what came before anybody listened.
fn open(path: &Path) -> io::Result<SerialStream> {
    let port = tokio_serial::new(path.to_string_lossy(), BAUD).open_native_async()?;
    port.clear(ClearBuffer::All)?;
    Ok(port)
}
