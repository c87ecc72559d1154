//! Whether bytes on PTYs get through the kernel at this moment.
//!
//! What is written to a PTY is handed over by a worker of the kernel. On a busy machine it waits for a core like anybody
//! else, and for so long a wire looks quiet on which something is. The worker takes one after the other: what goes through
//! a PTY of our own now has had everything before it that was written earlier.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};

/// How long a beat is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(1);

/// A PTY of our own.
#[derive(Debug)]
pub(super) struct Pulse {
    master: File,
    slave: File,
}

impl Pulse {
    pub(super) fn open() -> io::Result<Self> {
        let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let flags = (OFlag::O_NOCTTY | OFlag::O_NONBLOCK).bits();
        let slave = OpenOptions::new().read(true).write(true).custom_flags(flags).open(ptsname_r(&master)?)?;
        let mut settings = tcgetattr(&slave)?;
        cfmakeraw(&mut settings);
        tcsetattr(&slave, SetArg::TCSANOW, &settings)?;
        Ok(Self { master: File::from(std::os::fd::OwnedFd::from(master)), slave })
    }

    /// Waits until a byte has gone through each way, or for as long as is sensible.
    pub(super) async fn beat(&mut self) {
        let began = Instant::now();
        send(&mut self.slave, &mut self.master, began).await;
        send(&mut self.master, &mut self.slave, began).await;
    }
}

async fn send(from: &mut File, to: &mut File, began: Instant) {
    // A PTY that takes no byte tells nothing, and holds nothing up.
    let Ok(1) = from.write(b".") else { return };
    let mut byte = [0];
    while began.elapsed() < PATIENCE
        && matches!(to.read(&mut byte), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    {
        tokio::time::sleep(LOOK).await;
    }
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
            let kind = pulse.master.read(&mut rest).map_err(|error| error.kind());
            assert_eq!(kind, Err(io::ErrorKind::WouldBlock));
            assert_eq!(pulse.slave.read(&mut rest).map_err(|error| error.kind()), Err(io::ErrorKind::WouldBlock));
        }
    }
}
