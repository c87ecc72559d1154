//! Which tasks of this machine, processes and threads, belong to the process groups that are looked at. It is found out once for
//! all of them: dozens of integrations run beside each other, each is looked at a thousand times a second, and all of them see
//! every task that begins.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long what is known of who belongs to a group holds: processes may join one that they were not born in.
const KNOWN: Duration = Duration::from_millis(500);
/// New tasks that are looked at one by one; of more, all of the machine's are.
const FEW: u32 = 256;
/// How long a task may take from its number to its first sight; one that is not seen then has ended.
const BIRTH: Duration = Duration::from_millis(50);

static MACHINE: Mutex<Machine> = Mutex::new(Machine::new());

/// The tasks of a group, as far as there are any.
pub(super) fn of(group: i32) -> BTreeSet<u32> {
    let mut machine = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
    machine.refresh();
    machine.groups.entry(group).or_insert_with(|| first_of(group)).clone()
}

/// Tasks of a group were seen to have ended.
pub(super) fn ended(group: i32, tasks: &[u32]) {
    if !tasks.is_empty() {
        let mut machine = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = machine.groups.get_mut(&group) {
            known.retain(|task| !tasks.contains(task));
        }
    }
}

/// Nobody looks at a group any more.
pub(super) fn leave(group: i32) {
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner).groups.remove(&group);
}

/// What is known.
#[derive(Debug)]
struct Machine {
    /// When all of the machine's tasks were looked at last.
    at: Option<Instant>,
    /// The last task that was begun when somebody looked.
    last: Option<u32>,
    groups: BTreeMap<i32, BTreeSet<u32>>,
    /// Tasks with a number, but nothing to see yet, and since when: they are being made, or have ended.
    unseen: BTreeMap<u32, Instant>,
}

impl Machine {
    const fn new() -> Self {
        Self { at: None, last: None, groups: BTreeMap::new(), unseen: BTreeMap::new() }
    }

    /// Looks for tasks that are new. Whatever begins on a machine gets the next number, so the last one that was given says
    /// whether anything did.
    fn refresh(&mut self) {
        let last = last_begun();
        let is_known = self.at.is_some_and(|at| at.elapsed() < KNOWN);
        match (self.last, last) {
            (Some(before), Some(now)) if is_known && now >= before && now - before <= FEW => {
                let looked = Instant::now();
                self.unseen.extend((before + 1..=now).map(|task| (task, looked)));
                let groups = &mut self.groups;
                self.unseen.retain(|task, since| match Stat::read(*task) {
                    Some(stat) => {
                        if let Some(known) = groups.get_mut(&stat.group) {
                            known.insert(*task);
                        }
                        false
                    }
                    None => since.elapsed() < BIRTH,
                });
            }
            _ => {
                self.at = Some(Instant::now());
                self.unseen.clear();
                self.groups.values_mut().for_each(BTreeSet::clear);
                for process in numbers(Path::new("/proc")) {
                    let known = Stat::read(process).and_then(|stat| self.groups.get_mut(&stat.group));
                    if let Some(known) = known {
                        known.extend(threads_of(process));
                    }
                }
            }
        }
        self.last = last;
    }
}

/// The tasks of a group that nobody has asked about before. They began after its leader, whose number is the group's.
fn first_of(group: i32) -> BTreeSet<u32> {
    let leader = u32::try_from(group).unwrap_or_default();
    let is_its = |task: &u32| Stat::read(*task).is_some_and(|stat| stat.group == group);
    match last_begun() {
        Some(last) if last >= leader && last - leader <= FEW => (leader..=last).filter(is_its).collect(),
        _ => numbers(Path::new("/proc")).into_iter().filter(is_its).flat_map(threads_of).collect(),
    }
}

fn threads_of(process: u32) -> Vec<u32> {
    numbers(Path::new(&format!("/proc/{process}/task")))
}

/// The names in a folder that are numbers.
fn numbers(folder: &Path) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse().ok())).collect()
}

/// The number of the task that was begun last, a process or a thread: the last word of `loadavg`. None where another
/// program stands in for that file, which tells old news.
fn last_begun() -> Option<u32> {
    // It stays open: it is read thousands of times a second.
    static LOADAVG: LazyLock<Option<File>> = LazyLock::new(|| {
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        if mounts.contains(" /proc/loadavg ") { None } else { File::open("/proc/loadavg").ok() }
    });
    let text = LOADAVG.as_ref().and_then(|file| whole(|text| file.read_at(text, 0)))?;
    text.split_ascii_whitespace().next_back()?.parse().ok()
}

/// A small file of the kernel.
pub(super) fn glance(path: &str) -> Option<String> {
    let mut file = File::open(path).ok()?;
    whole(|text| file.read(text))
}

/// What such a file says: it tells all of it in one read.
pub(super) fn whole(read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> Option<String> {
    let mut text = [0; 1024];
    let length = read(&mut text).ok()?;
    Some(String::from_utf8_lossy(text.get(..length)?).into_owned())
}

/// What of a `stat` file is of interest, after proc(5).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stat {
    /// R: it runs or waits for a core. D: it waits for a disk. S: it sleeps.
    pub(super) state: char,
    group: i32,
}

impl Stat {
    fn read(task: u32) -> Option<Self> {
        Self::parse(&glance(&format!("/proc/{task}/stat"))?)
    }

    /// `pid (name) state parent group …`; the name may have blanks and parentheses of its own.
    pub(super) fn parse(text: &str) -> Option<Self> {
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

    #[test]
    fn the_name_of_a_process_confuses_nothing() {
        let stat = Stat::parse("71 (a) R 9 (b) S 3 42 42 0").unwrap();
        assert_eq!(stat, Stat { state: 'S', group: 42 });
        assert_eq!(Stat::parse("71 (till"), None);
    }

    #[test]
    fn a_group_that_nobody_has_asked_about_before_has_all_its_tasks() {
        let own = nix::unistd::getpgrp().as_raw();
        let all = numbers(Path::new("/proc")).into_iter();
        let all = all.filter(|process| Stat::read(*process).is_some_and(|stat| stat.group == own));
        let me = std::process::id();
        assert!(all.flat_map(threads_of).any(|task| task == me));
        assert!(of(own).contains(&me) && first_of(own).contains(&me));
        ended(own, &[me]);
        leave(own);
        assert!(of(own).contains(&me), "it is looked for anew");
        leave(own);
    }
}
