//! The outside as the program has it: a real serial port, TCP on loopback, a file, and a clock that can be told.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::{TcpListener, TcpStream};
use tokio_serial::{ClearBuffer, SerialPort as _, SerialPortBuilderExt as _};
use wire::clock::ClockHandle;
use wire::time::Moment;

use crate::clock::ToldClock;
use crate::world::{Accept, Arrival, BookStore, BoxFuture, Stream, World};

const BAUD: u32 = 57_600;

/// The operating system. Make it inside a tokio runtime.
#[derive(Debug)]
pub struct SystemWorld {
    clock: Arc<ToldClock>,
}

impl SystemWorld {
    /// A world that begins now.
    #[must_use]
    pub fn new() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self { clock: Arc::new(ToldClock::starting_at(Moment::default() + now)) }
    }
}

impl Default for SystemWorld {
    fn default() -> Self {
        Self::new()
    }
}

impl World for SystemWorld {
    fn open_serial(&self, port: &str) -> BoxFuture<'static, io::Result<Box<dyn Stream>>> {
        // 8N1 without flow control and exclusive are the defaults; named because the line is defined so.
        let builder = tokio_serial::new(port, BAUD)
            .data_bits(tokio_serial::DataBits::Eight)
            .parity(tokio_serial::Parity::None)
            .stop_bits(tokio_serial::StopBits::One)
            .flow_control(tokio_serial::FlowControl::None);
        Box::pin(async move {
            let stream = builder.open_native_async()?;
            // What an earlier session left in the line is not for this one.
            stream.clear(ClearBuffer::Input)?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }

    fn connect(&self, authority: &str) -> BoxFuture<'static, io::Result<Box<dyn Stream>>> {
        let authority = authority.to_owned();
        Box::pin(async move { Ok(Box::new(TcpStream::connect(authority).await?) as Box<dyn Stream>) })
    }

    fn listen(&self) -> BoxFuture<'static, io::Result<(String, Box<dyn Accept>)>> {
        Box::pin(listen_on(0))
    }

    fn listen_again(&self, url: &str) -> BoxFuture<'static, io::Result<(String, Box<dyn Accept>)>> {
        let port = url.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(0);
        Box::pin(async move {
            match listen_on(port).await {
                Ok(listening) => Ok(listening),
                // Somebody else has it meanwhile.
                Err(_) => listen_on(0).await,
            }
        })
    }

    fn book(&self, folder: &str) -> io::Result<Box<dyn BookStore>> {
        std::fs::create_dir_all(folder)?;
        Ok(Box::new(BookFile::open(&Path::new(folder).join("book.jsonl"))?))
    }

    fn clock(&self) -> ClockHandle {
        Arc::clone(&self.clock) as ClockHandle
    }

    fn told_clock(&self) -> Option<Arc<ToldClock>> {
        Some(Arc::clone(&self.clock))
    }
}

struct Loopback(TcpListener);

impl Accept for Loopback {
    fn accept(&mut self) -> BoxFuture<'_, io::Result<Arrival>> {
        Box::pin(async { Ok(Arrival::Connection(Box::new(self.0.accept().await?.0))) })
    }
}

/// The book as a file of lines.
#[derive(Debug)]
struct BookFile {
    path: PathBuf,
    file: File,
}

impl BookFile {
    /// Opens it, and cuts off a line that was being written when the process was killed: what it said was not done yet.
    fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        if whole < bytes.len() {
            file.set_len(u64::try_from(whole).unwrap_or_default())?;
        }
        file.seek(SeekFrom::End(0))?;
        Ok(Self { path: path.to_owned(), file })
    }
}

impl BookStore for BookFile {
    fn load(&self) -> io::Result<Vec<String>> {
        Ok(std::fs::read_to_string(&self.path)?.lines().map(ToOwned::to_owned).collect())
    }

    fn append(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(format!("{line}\n").as_bytes())?;
        self.file.sync_data()
    }
}

async fn listen_on(port: u16) -> io::Result<(String, Box<dyn Accept>)> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((url, Box::new(Loopback(listener)) as Box<dyn Accept>))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_last_line_is_cut_off_and_the_rest_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.jsonl");
        std::fs::write(&path, "{\"a\":1}\n{\"b\":").unwrap();
        let mut book = BookFile::open(&path).unwrap();
        book.append("{\"c\":3}").unwrap();
        assert_eq!(book.load().unwrap(), ["{\"a\":1}", "{\"c\":3}"]);
        assert_eq!(BookFile::open(&path).unwrap().load().unwrap().len(), 2);
    }
}
