//! Whether bytes on PTYs get through the kernel at this moment.
//!
//! What is written to a PTY is handed over by a worker of the kernel. On a busy machine it waits for a core like anybody
//! else, and for so long a wire looks quiet on which something is. The worker takes one after the other: what goes through
//! a PTY of our own now has had everything before it that was written earlier.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use tokio::net::unix::pipe::Receiver;

/// How long a beat is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// A PTY of our own.
#[derive(Debug)]
pub(super) struct Pulse {
    master: End,
    slave: End,
}

#[derive(Debug)]
struct End {
    file: File,
    /// tokio's pipe ends wait for readiness of any file.
    reader: Receiver,
}

impl Pulse {
    /// Must be called inside a tokio runtime that does I/O.
    pub(super) fn open() -> io::Result<Self> {
        let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let flags = (OFlag::O_NOCTTY | OFlag::O_NONBLOCK).bits();
        let slave = OpenOptions::new().read(true).write(true).custom_flags(flags).open(ptsname_r(&master)?)?;
        let mut settings = tcgetattr(&slave)?;
        cfmakeraw(&mut settings);
        tcsetattr(&slave, SetArg::TCSANOW, &settings)?;
        let master = File::from(std::os::fd::OwnedFd::from(master));
        Ok(Self { master: End::new(master)?, slave: End::new(slave)? })
    }

    /// Waits until a byte has gone through each way, or for as long as is sensible.
    pub(super) async fn beat(&self) {
        let both = async { tokio::join!(send(&self.slave, &self.master), send(&self.master, &self.slave)) };
        // A beat that does not come tells nothing, and holds nothing up for longer.
        let _ = tokio::time::timeout(PATIENCE, both).await;
    }
}

impl End {
    fn new(file: File) -> io::Result<Self> {
        Ok(Self { reader: Receiver::from_file_unchecked(file.try_clone()?)?, file })
    }
}

async fn send(from: &End, to: &End) {
    // A PTY that takes no byte tells nothing, and holds nothing up.
    let Ok(1) = (&from.file).write(b".") else { return };
    let is_early = |read: io::Result<usize>| read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
    while to.reader.readable().await.is_ok() && is_early(to.reader.try_read(&mut [0])) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_beats_again_and_again_and_leaves_nothing_behind() {
        let pulse = Pulse::open().unwrap();
        for _ in 0..3 {
            pulse.beat().await;
            let mut rest = [0; 8];
            let kind = pulse.master.reader.try_read(&mut rest).map_err(|error| error.kind());
            assert_eq!(kind, Err(io::ErrorKind::WouldBlock));
            assert_eq!(
                pulse.slave.reader.try_read(&mut rest).map_err(|error| error.kind()),
                Err(io::ErrorKind::WouldBlock)
            );
        }
    }
}
