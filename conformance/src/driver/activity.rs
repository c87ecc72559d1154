//! Whether a process group computes at this moment: what the kernel says of its threads.
//!
//! On a busy machine an integration may be about to write, and wait for a core. Its wires are quiet then, and it is not.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::unistd::Pid;

/// How long the members of a group are taken for known: to find them, every process of the machine is looked at.
const KNOWN: Duration = Duration::from_millis(500);

/// A process group.
#[derive(Debug)]
pub(super) struct Group {
    id: Pid,
    /// Its members, and when they were found.
    members: Mutex<Option<(Instant, Vec<PathBuf>)>>,
}

impl Group {
    pub(super) const fn new(id: Pid) -> Self {
        Self { id, members: Mutex::new(None) }
    }

    pub(super) const fn id(&self) -> Pid {
        self.id
    }

    /// Whether any thread of it runs, or waits for a core or a disk. Where the kernel does not tell: no.
    #[must_use]
    pub(super) fn is_busy(&self) -> bool {
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        if members.as_ref().is_none_or(|(found, _)| found.elapsed() >= KNOWN) {
            *members = Some((Instant::now(), self.find()));
        }
        let threads = members.iter().flat_map(|(_, folders)| folders).filter_map(|folder| fs::read_dir(folder).ok());
        threads
            .flat_map(|threads| threads.filter_map(Result::ok))
            .any(|thread| Stat::read(&thread.path()).is_some_and(|stat| matches!(stat.state, 'R' | 'D')))
    }

    /// The folders of its members' threads.
    fn find(&self) -> Vec<PathBuf> {
        let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
        processes
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit))
            .filter(|entry| Stat::read(&entry.path()).is_some_and(|stat| stat.group == self.id.as_raw()))
            .map(|entry| entry.path().join("task"))
            .collect()
    }
}

/// What of a `stat` file is of interest, after proc(5).
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    state: char,
    group: i32,
}

impl Stat {
    fn read(folder: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(folder.join("stat")).ok()?)
    }

    /// `pid (name) state parent group …`; the name may have blanks and parentheses of its own.
    fn parse(text: &str) -> Option<Self> {
        let (_, rest) = text.rsplit_once(')')?;
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next()?.chars().next()?;
        let group = fields.nth(1)?.parse().ok()?;
        Some(Self { state, group })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, Stdio};

    #[test]
    fn the_name_of_a_process_confuses_nothing() {
        let stat = Stat::parse("71 (a) R 9 (b) S 3 42 42 0").unwrap();
        assert_eq!(stat, Stat { state: 'S', group: 42 });
        assert_eq!(Stat::parse("71 (till"), None);
    }

    #[test]
    fn who_computes_is_told_from_who_waits() {
        for (script, busy) in [("while :; do :; done & wait", true), ("cat", false)] {
            let mut command = Command::new("sh");
            let mut child = command.args(["-c", script]).stdin(Stdio::piped()).process_group(0).spawn().unwrap();
            let group = Group::new(Pid::from_raw(i32::try_from(child.id()).unwrap()));
            // Starting is work too.
            let told = (0..500).any(|_| {
                std::thread::sleep(Duration::from_millis(10));
                group.is_busy() == busy
            });
            nix::sys::signal::killpg(group.id(), nix::sys::signal::Signal::SIGKILL).unwrap();
            child.wait().unwrap();
            assert!(told, "{script}");
        }
    }
}
