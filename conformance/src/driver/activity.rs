//! What a process group does at this moment: what the kernel says of its threads.
//!
//! On a busy machine an integration may be about to write, and wait for a core. Its wires are quiet then, and it is not.
//! The kernel also counts how often each thread was given a core: two looks with the same counts, and nobody computing at
//! either, prove that nothing ran between them, which no length of silence does.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash as _, Hasher as _};
use std::io::Read as _;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::unistd::Pid;

/// How long what is known of who belongs to a group holds: processes may join one that they were not born in.
const KNOWN: Duration = Duration::from_millis(500);
/// New tasks that are looked at one by one; of more, all of the machine's are.
const FEW: u32 = 256;

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

/// Which threads belong to a group.
#[derive(Debug, Default)]
struct Found {
    /// When all of the machine's were looked at last.
    at: Option<Instant>,
    /// The last task that was begun when somebody looked.
    last: Option<u32>,
    threads: BTreeSet<u32>,
    /// Tasks with a number, but nothing to see yet: they are being made, or have ended.
    unseen: BTreeSet<u32>,
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
        found.refresh(self.id.as_raw());
        let mut counts = DefaultHasher::new();
        let mut is_counted = true;
        let mut ended = Vec::new();
        for thread in &found.threads {
            let read = |name| glance(&format!("/proc/{thread}/task/{thread}/{name}")).unwrap_or_default();
            match Stat::parse(&read("stat")) {
                Some(stat) if matches!(stat.state, 'R' | 'D') => return Activity::Busy,
                Some(_) => {}
                None => {
                    ended.push(*thread);
                    continue;
                }
            }
            let turns = turns(&read("schedstat"));
            is_counted &= turns.is_some() && is_asleep(&read("wchan"));
            (thread, turns).hash(&mut counts);
        }
        found.threads.retain(|thread| !ended.contains(thread));
        is_counted &= !found.threads.is_empty();
        if is_counted { Activity::Still(Stillness(counts.finish())) } else { Activity::Idle }
    }
}

impl Found {
    /// Looks for threads that are new. Whatever begins on a machine gets the next number, so the last one that was given
    /// says whether anything did.
    fn refresh(&mut self, group: i32) {
        let last = last_begun();
        let is_known = self.at.is_some_and(|at| at.elapsed() < KNOWN);
        match (self.last, last) {
            (Some(before), Some(now)) if is_known && now >= before && now - before <= FEW => {
                self.unseen.extend(before + 1..=now);
                for task in std::mem::take(&mut self.unseen) {
                    match Stat::read(task) {
                        Some(stat) if stat.group == group => {
                            self.threads.insert(task);
                        }
                        Some(_) => {}
                        None => {
                            self.unseen.insert(task);
                        }
                    }
                }
            }
            _ => {
                let threads = threads_of(group);
                *self = Self { at: Some(Instant::now()), last, threads, unseen: BTreeSet::new() };
            }
        }
        self.last = last;
    }
}

/// The threads of all processes of a group.
fn threads_of(group: i32) -> BTreeSet<u32> {
    let is_ours = |process: &u32| Stat::read(*process).is_some_and(|stat| stat.group == group);
    let processes = numbers(Path::new("/proc")).into_iter().filter(is_ours);
    processes.flat_map(|process| numbers(Path::new(&format!("/proc/{process}/task")))).collect()
}

/// The names in a folder that are numbers.
fn numbers(folder: &Path) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse().ok())).collect()
}

/// The number of the task that was begun last, a process or a thread: the last word of `loadavg`. None where another
/// program stands in for that file, which tells old news.
fn last_begun() -> Option<u32> {
    static IS_GENUINE: LazyLock<bool> = LazyLock::new(|| {
        fs::read_to_string("/proc/self/mountinfo").is_ok_and(|mounts| !mounts.contains(" /proc/loadavg "))
    });
    let text = IS_GENUINE.then(|| glance("/proc/loadavg")).flatten()?;
    text.split_ascii_whitespace().next_back()?.parse().ok()
}

/// A small file of the kernel, which tells all of it in one read.
fn glance(path: &str) -> Option<String> {
    let mut text = [0; 1024];
    let length = File::open(path).ok()?.read(&mut text).ok()?;
    Some(String::from_utf8_lossy(text.get(..length)?).into_owned())
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
    fn read(task: u32) -> Option<Self> {
        Self::parse(&glance(&format!("/proc/{task}/stat"))?)
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
    use std::io::Write as _;
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
