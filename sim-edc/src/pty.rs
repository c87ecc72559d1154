//! The virtual serial port: a PTY whose path is published as a symlink. The nix crate is used here only.
//!
//! While a client is there, tokio's pipe ends carry the master, one for each way: they wait for readiness of any file,
//! without unsafe code. They are made anew for each client, because tokio never forgets a hang-up that it has seen.
//!
//! Measured on Linux, and why this file is as it is: a new PTY echoes and cooks, so it is made raw **before** the path is
//! published. We keep no slave end open, because only then does the master see a client leave (EIO). While nobody has it
//! open, every read is EIO at once, so we look again every 20 ms instead of waiting for readiness, which would spin. What
//! was written and not read stays in the kernel for the next client; it is flushed when a client leaves. The master sees
//! what the client sets (speed, parity); nothing tells of a change, so we look when bytes come.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::termios::{BaudRate, FlushArg, SetArg, cfmakeraw, cfsetspeed, tcflush, tcgetattr, tcsetattr};
use tokio::io::{Interest, Ready};
use tokio::net::unix::pipe::{Receiver, Sender};

use crate::event::Event;
use crate::line::{Line, LineEvent};
use crate::port_settings::PortSettings;
use crate::symlink::Symlink;

/// How often a closed line is looked at, unless there are many.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A PTY master and the symlink to its slave, which goes with it.
#[derive(Debug)]
pub struct Pty {
    /// None while it is unplugged.
    master: Option<File>,
    client: Option<Client>,
    device: PathBuf,
    link: Symlink,
    look_again: Duration,
}

/// What a client's session needs.
#[derive(Debug)]
struct Client {
    reader: Receiver,
    writer: Sender,
    /// What was read and has yet to be told.
    early: Option<Bytes>,
    /// What the port was set to when its last bytes came.
    set_to: Option<PortSettings>,
}

impl Pty {
    /// Opens a PTY and publishes it under `link`, replacing a symlink that an earlier terminal left, but nothing else.
    ///
    /// # Errors
    /// No PTY is to be had, or the path cannot be linked. Must be called inside a tokio runtime.
    pub fn open(link: &Path) -> io::Result<Self> {
        let mut link = Symlink::claim(link)?;
        let (master, device) = make()?;
        link.lead_to(&device)?;
        Ok(Self { master: Some(master), client: None, device, link, look_again: LOOK_AGAIN })
    }

    /// The same PTY, looked at less often while nobody has it open: for one of many.
    #[must_use]
    pub fn looking_every(mut self, pause: Duration) -> Self {
        self.look_again = pause.max(LOOK_AGAIN);
        self
    }

    /// The slave's path, such as `/dev/pts/7`.
    #[must_use]
    pub fn device(&self) -> &Path {
        &self.device
    }

    /// Throws away what the client that left has not read, so that the next one does not.
    fn flush(&self) {
        let slave = open_slave(&self.device);
        if let Ok(slave) = slave {
            // Nothing depends on it beyond stale bytes, which a POS must discard anyway (LINE-L11).
            let _ = tcflush(&slave, FlushArg::TCIFLUSH);
        }
    }
}

impl Line for Pty {
    async fn next(&mut self, pending: &[u8]) -> io::Result<LineEvent> {
        let mut buffer = [0; 4096];
        let Some(mut master) = self.master.as_ref() else { return std::future::pending().await };
        let Some(client) = &mut self.client else {
            let early = loop {
                match master.read(&mut buffer) {
                    Ok(n) if n > 0 => break Some(Bytes::copy_from_slice(buffer.get(..n).unwrap_or_default())),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break None,
                    Ok(_) | Err(_) => tokio::time::sleep(self.look_again).await,
                }
            };
            let reader = Receiver::from_file_unchecked(master.try_clone()?)?;
            let writer = Sender::from_file_unchecked(master.try_clone()?)?;
            self.client = Some(Client { reader, writer, early, set_to: None });
            return Ok(LineEvent::Opened);
        };
        loop {
            if let Some(bytes) = client.early.take() {
                let set_to = PortSettings::of(master).filter(|set_to| client.set_to.as_ref() != Some(set_to));
                let Some(PortSettings { baud, mode }) = set_to.clone() else { return Ok(LineEvent::Read(bytes)) };
                client.early = Some(bytes);
                client.set_to = set_to;
                return Ok(LineEvent::Noticed(Event::PortSet { baud, mode }));
            }
            let (writable, has_left) = tokio::select! {
                biased;
                ready = client.reader.ready(Interest::READABLE) => (false, ready.is_ok_and(Ready::is_read_closed)),
                _ = client.writer.writable(), if !pending.is_empty() => (true, false),
            };
            let done = if writable { client.writer.try_write(pending) } else { client.reader.try_read(&mut buffer) };
            match done {
                // Where one has left and there is nothing to read, but no error, another has come already.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && !has_left => {}
                Ok(n) if writable => return Ok(LineEvent::Wrote(n)),
                Ok(n) if n > 0 => {
                    client.early = Some(Bytes::copy_from_slice(buffer.get(..n).unwrap_or_default()));
                }
                Ok(_) | Err(_) => {
                    self.client = None;
                    self.flush();
                    return Ok(LineEvent::Closed);
                }
            }
        }
    }

    /// Closing the master is the unplug: the client's reads end, and the path is gone.
    fn unplug(&mut self) {
        self.link.remove();
        self.client = None;
        self.master = None;
    }

    /// A new PTY under the old path.
    fn plug(&mut self) -> io::Result<()> {
        let (master, device) = make()?;
        self.link.lead_to(&device)?;
        self.master = Some(master);
        self.device = device;
        Ok(())
    }
}

/// A new PTY: its master, and the path of its slave. Close-on-exec from the start: a child process that inherited the
/// master would keep the line alive after it was unplugged.
fn make() -> io::Result<(File, PathBuf)> {
    let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let device = PathBuf::from(ptsname_r(&master)?);
    make_raw(&open_slave(&device)?)?;
    Ok((File::from(master.as_fd().try_clone_to_owned()?), device))
}

/// The slave end, without making it anybody's controlling terminal.
fn open_slave(device: &Path) -> io::Result<File> {
    let flags = OFlag::O_NOCTTY | OFlag::O_NONBLOCK;
    OpenOptions::new().read(true).write(true).custom_flags(flags.bits()).open(device)
}

fn make_raw(slave: &File) -> io::Result<()> {
    let mut settings = tcgetattr(slave)?;
    cfmakeraw(&mut settings);
    cfsetspeed(&mut settings, BaudRate::B57600)?;
    tcsetattr(slave, SetArg::TCSANOW, &settings)?;
    Ok(())
}

/// Lets this process have as many open files as it may: a thousand terminals need more than the usual limit.
///
/// # Errors
/// The limit cannot be read or raised.
pub(crate) fn allow_many_files() -> io::Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, most, most)?)
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    /// A terminal that went on reading then would never do anything else again.
    #[tokio::test]
    async fn a_till_that_comes_back_at_once_is_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("terminal");
        let mut line = Pty::open(&link).unwrap();
        let till = open_slave(&link).unwrap();
        assert_eq!(line.next(&[]).await.unwrap(), LineEvent::Opened);
        let again = {
            let mut next = pin!(line.next(&[]));
            assert!(next.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            drop(till);
            // tokio sees that one has left, and the terminal looks when another has come.
            tokio::time::sleep(Duration::from_millis(5)).await;
            let again = open_slave(&link).unwrap();
            assert_eq!(next.await.unwrap(), LineEvent::Closed);
            again
        };
        assert_eq!(line.next(&[]).await.unwrap(), LineEvent::Opened);
        drop(again);
        assert_eq!(line.next(&[]).await.unwrap(), LineEvent::Closed);
    }
}
