//! What a process group does at this moment: what the kernel says of its threads.
//!
//! On a busy machine an integration may be about to write, and wait for a core. Its wires are quiet then, and it is not.
//! The kernel also counts how often each thread was given a core: two looks with the same counts, and nobody computing at
//! either, prove that nothing ran between them, which no length of silence does.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fs::File;
use std::hash::{Hash as _, Hasher as _};
use std::os::unix::fs::FileExt as _;
use std::sync::{Mutex, PoisonError};

use nix::unistd::Pid;

use super::tasks::{self, Stat, glance, whole};

/// Threads of a group whose files are kept open: a program may have a thousand files open, and dozens of groups are looked at.
const KEPT: usize = 4;

/// A process group.
#[derive(Debug)]
pub(super) struct Group {
    id: Pid,
    threads: Mutex<BTreeMap<u32, Thread>>,
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

impl Group {
    pub(super) fn new(id: Pid) -> Self {
        Self { id, threads: Mutex::default() }
    }

    pub(super) const fn id(&self) -> Pid {
        self.id
    }

    /// What its threads do. Where the kernel does not tell: nothing.
    #[must_use]
    pub(super) fn look(&self) -> Activity {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let tasks = tasks::of(self.id.as_raw());
        threads.retain(|task, _| tasks.contains(task));
        for task in tasks {
            let beside = threads.len();
            threads.entry(task).or_insert_with(|| Thread::new(task, beside));
        }
        let mut counts = DefaultHasher::new();
        let mut is_counted = true;
        let mut ended = Vec::new();
        for (number, thread) in threads.iter_mut() {
            match thread.look() {
                Some(State::Busy) => return Activity::Busy,
                Some(State::Asleep(turns)) => (number, turns).hash(&mut counts),
                Some(State::Waiting) => is_counted = false,
                None => ended.push(*number),
            }
        }
        threads.retain(|thread, _| !ended.contains(thread));
        tasks::ended(self.id.as_raw(), &ended);
        is_counted &= !threads.is_empty();
        if is_counted { Activity::Still(Stillness(counts.finish())) } else { Activity::Idle }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        tasks::leave(self.id.as_raw());
    }
}

/// A thread that is looked at again and again.
#[derive(Debug)]
struct Thread {
    stat: Fact,
    schedstat: Fact,
    wchan: Fact,
    /// How often it had run when it was seen to sleep.
    slept: Option<u64>,
}

impl Thread {
    /// One of so many in its group that are known already.
    fn new(task: u32, beside: usize) -> Self {
        let fact = |name| {
            let path = format!("/proc/{task}/task/{task}/{name}");
            let file = if beside < KEPT { File::open(&path).ok() } else { None };
            file.map_or(Fact::At(path), Fact::Open)
        };
        Self { stat: fact("stat"), schedstat: fact("schedstat"), wchan: fact("wchan"), slept: None }
    }

    /// What it does; none once it has ended.
    fn look(&mut self) -> Option<State> {
        let turns = self.schedstat.read().as_deref().and_then(turns);
        // Who has not run since it was seen to sleep does not wait for a disk; it may have been woken.
        if let Some(turns) = turns.filter(|turns| self.slept == Some(*turns) && self.sleeps()) {
            return Some(State::Asleep(turns));
        }
        let stat = Stat::parse(&self.stat.read()?)?;
        if matches!(stat.state, 'R' | 'D') {
            return Some(State::Busy);
        }
        self.slept = turns.filter(|_| self.sleeps());
        Some(self.slept.map_or(State::Waiting, State::Asleep))
    }

    fn sleeps(&self) -> bool {
        self.wchan.read().is_some_and(|wchan| is_asleep(&wchan))
    }
}

/// What a thread does.
enum State {
    /// It runs, or waits for a core or a disk.
    Busy,
    /// It waits, as far as is known.
    Waiting,
    /// It sleeps, and has run so often.
    Asleep(u64),
}

/// A small file of the kernel about a thread. Opening it costs more than reading it; one that is open tells nothing once its
/// thread has ended, though the number may be another's by then.
#[derive(Debug)]
enum Fact {
    Open(File),
    At(String),
}

impl Fact {
    fn read(&self) -> Option<String> {
        match self {
            Self::Open(file) => whole(|text| file.read_at(text, 0)),
            Self::At(path) => glance(path),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

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
