//! What a process group does at this moment: what the kernel says of its threads.
//!
//! On a busy machine an integration may be about to write, and wait for a core. Its wires are quiet then, and it is not.
//! The kernel also counts how often each thread was given a core: two looks with the same counts, and nobody computing at
//! either, prove that nothing ran between them, which no length of silence does.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::unistd::Pid;

/// How long strangers are taken for strangers: their numbers may be given to others.
const KNOWN: Duration = Duration::from_millis(500);

/// A process group.
#[derive(Debug)]
pub(super) struct Group {
    id: Pid,
    found: Mutex<Found>,
}

/// What a look at a group shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// A thread of it runs, or waits for a core or a disk.
    Busy,
    /// All of them wait. Two that are equal: none has run between them.
    Still(Stillness),
    /// All of them wait, as far as is known: the kernel does not count how often they ran, or one may not sleep yet.
    Idle,
}

/// How often every thread of a group has run, in one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stillness(u64);

/// Which processes were looked at before.
#[derive(Debug, Default)]
struct Found {
    /// When all of the machine's were looked at last.
    at: Option<Instant>,
    members: BTreeMap<u32, PathBuf>,
    strangers: BTreeSet<u32>,
}

impl Group {
    pub(super) fn new(id: Pid) -> Self {
        Self { id, found: Mutex::default() }
    }

    pub(super) const fn id(&self) -> Pid {
        self.id
    }

    /// What its threads do. Where the kernel does not tell: nothing.
    #[must_use]
    pub(super) fn look(&self) -> Activity {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.refresh(self.id);
        let mut counts = DefaultHasher::new();
        let mut is_counted = !found.members.is_empty();
        let threads = found.members.values().filter_map(|folder| fs::read_dir(folder).ok());
        for thread in threads.flat_map(|threads| threads.filter_map(Result::ok)) {
            let folder = thread.path();
            match Stat::read(&folder) {
                Some(stat) if matches!(stat.state, 'R' | 'D') => return Activity::Busy,
                Some(_) => {}
                // It has ended meanwhile.
                None => continue,
            }
            let read = |name| fs::read_to_string(folder.join(name)).unwrap_or_default();
            let turns = turns(&read("schedstat"));
            is_counted &= turns.is_some() && is_asleep(&read("wchan"));
            (thread.file_name(), turns).hash(&mut counts);
        }
        if is_counted { Activity::Still(Stillness(counts.finish())) } else { Activity::Idle }
    }
}

impl Found {
    /// Looks at processes that are new, and now and then at all of them.
    fn refresh(&mut self, group: Pid) {
        if self.at.is_none_or(|at| at.elapsed() >= KNOWN) {
            *self = Self { at: Some(Instant::now()), ..Self::default() };
        }
        let Ok(processes) = fs::read_dir("/proc") else { return };
        for entry in processes.filter_map(Result::ok) {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            if self.members.contains_key(&id) || self.strangers.contains(&id) {
                continue;
            }
            match Stat::read(&entry.path()) {
                Some(stat) if stat.group == group.as_raw() => {
                    self.members.insert(id, entry.path().join("task"));
                }
                Some(_) => {
                    self.strangers.insert(id);
                }
                None => {}
            }
        }
    }
}

/// Whether a thread that is about to wait does, of its `wchan`: where in the kernel it sleeps. One that lost its core on
/// the way there is called waiting, and sleeps nowhere; its last look at what it waits for is still to come.
fn is_asleep(wchan: &str) -> bool {
    !matches!(wchan.trim(), "" | "0")
}

/// How often a thread was given a core, of its `schedstat`: time on it, time waiting for it, turns.
fn turns(schedstat: &str) -> Option<u64> {
    schedstat.split_ascii_whitespace().nth(2)?.parse().ok()
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
    use std::io::{Read as _, Write as _};
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command, Stdio};

    #[test]
    fn the_name_of_a_process_confuses_nothing() {
        let stat = Stat::parse("71 (a) R 9 (b) S 3 42 42 0").unwrap();
        assert_eq!(stat, Stat { state: 'S', group: 42 });
        assert_eq!(Stat::parse("71 (till"), None);
    }

    #[test]
    fn turns_are_the_third_number() {
        assert_eq!(turns("154323 3354161 17\n"), Some(17));
        assert_eq!(turns(""), None);
    }

    #[test]
    fn who_sleeps_nowhere_may_be_about_to_act() {
        assert!(is_asleep("do_epoll_wait"));
        assert!(!is_asleep("0") && !is_asleep(""));
    }

    /// A program in a group of its own, and what it does once `until` says that it does what is wanted.
    fn seen(script: &str, until: impl Fn(&Group, &mut Child) -> bool) -> bool {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        let mut child = command.spawn().unwrap();
        let group = Group::new(Pid::from_raw(i32::try_from(child.id()).unwrap()));
        // Starting is work too.
        let seen = (0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            until(&group, &mut child)
        });
        nix::sys::signal::killpg(group.id(), nix::sys::signal::Signal::SIGKILL).unwrap();
        child.wait().unwrap();
        seen
    }

    #[test]
    fn who_computes_is_told_from_who_waits() {
        assert!(seen("while :; do :; done & wait", |group, _| group.look() == Activity::Busy));
        assert!(seen("cat", |group, _| group.look() != Activity::Busy));
    }

    #[test]
    fn who_ran_between_two_looks_is_told_from_who_did_not() {
        let answered = seen("cat", |group, child| {
            let before = group.look();
            let Activity::Still(_) = before else { return before == Activity::Idle };
            if group.look() != before {
                return false;
            }
            child.stdin.as_mut().unwrap().write_all(b"x").unwrap();
            child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
            assert_ne!(group.look(), before, "it has echoed a byte");
            true
        });
        assert!(answered);
    }
}
