//! Whether bytes on PTYs get through the kernel at this moment.
//!
//! What is written to a PTY is handed over by a worker of the kernel. On a busy machine it waits for a core like anybody
//! else, and for so long a wire looks quiet on which something is. The worker takes one after the other: what goes through
//! a PTY of our own now has had everything before it that was written earlier.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use tokio::io::unix::AsyncFd;

/// How long a beat is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// A PTY of our own.
#[derive(Debug)]
pub(super) struct Pulse {
    master: AsyncFd<File>,
    slave: AsyncFd<File>,
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
        Ok(Self { master: AsyncFd::new(master)?, slave: AsyncFd::new(slave)? })
    }

    /// Waits until a byte has gone through each way, or for as long as is sensible.
    pub(super) async fn beat(&mut self) {
        let both = async {
            send(&self.slave, &self.master).await;
            send(&self.master, &self.slave).await;
        };
        // A beat that does not come tells nothing, and holds nothing up for longer.
        let _ = tokio::time::timeout(PATIENCE, both).await;
    }
}

async fn send(from: &AsyncFd<File>, to: &AsyncFd<File>) {
    // A PTY that takes no byte tells nothing, and holds nothing up.
    let Ok(1) = from.get_ref().write(b".") else { return };
    let mut byte = [0];
    while let Ok(mut ready) = to.readable().await
        && ready.try_io(|file| file.get_ref().read(&mut byte)).is_err()
    {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_beats_again_and_again_and_leaves_nothing_behind() {
        let mut pulse = Pulse::open().unwrap();
        for _ in 0..3 {
            pulse.beat().await;
            let mut rest = [0; 8];
            let kind = pulse.master.get_ref().read(&mut rest).map_err(|error| error.kind());
            assert_eq!(kind, Err(io::ErrorKind::WouldBlock));
            assert_eq!(
                pulse.slave.get_ref().read(&mut rest).map_err(|error| error.kind()),
                Err(io::ErrorKind::WouldBlock)
            );
        }
    }
}
