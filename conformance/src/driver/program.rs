//! A program as it runs: its process, its process group, and our ends of its streams. It may outlive a case, and the
//! runtime of that case, when the next one is for the same program.

use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};

use super::activity::{Activity, Group};
use super::message::DriverError;

/// How often it is looked whether it has ended, at first, and when it takes long.
const LOOK: Duration = Duration::from_micros(500);
const LONGEST_LOOK: Duration = Duration::from_millis(20);
/// How long the kernel may take to end what was killed, when there is nobody to wait for it in peace.
const BURIAL: Duration = Duration::from_millis(20);
/// Programs that wait for another case. There are never more than cases beside each other.
const MOST_IDLE: usize = 64;

/// A program that runs. Clones are the same one; when the last is dropped, it is killed with its group.
#[derive(Debug, Clone)]
pub struct Program(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    child: Mutex<Child>,
    group: Option<Group>,
}

impl Program {
    /// Starts a program in a process group of its own, through no shell.
    ///
    /// # Errors
    /// There is no such program, or it cannot be started.
    pub fn start(words: &[String]) -> Result<Self, DriverError> {
        let (program, arguments) =
            words.split_first().ok_or_else(|| DriverError::Unreachable("the command is empty".to_owned()))?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let spawned = command.spawn();
        let child = spawned.map_err(|error| DriverError::Unreachable(format!("start {program:?}: {error}")))?;
        let group = i32::try_from(child.id()).ok().map(|id| Group::new(Pid::from_raw(id)));
        Ok(Self(Arc::new(Inner { child: Mutex::new(child), group })))
    }

    /// Its stdin, stdout and stderr, for the runtime in which this is called. What is closed of them stays open here.
    pub(super) fn streams(&self) -> Result<(ChildStdin, ChildStdout, ChildStderr), DriverError> {
        let child = self.0.child();
        let copy = |stream: Option<std::io::Result<OwnedFd>>| match stream {
            Some(Ok(stream)) => Ok(stream),
            Some(Err(error)) => Err(lost(&error.to_string())),
            None => Err(lost("they are closed")),
        };
        let stdin = copy(child.stdin.as_ref().map(|stream| stream.as_fd().try_clone_to_owned()))?;
        let stdout = copy(child.stdout.as_ref().map(|stream| stream.as_fd().try_clone_to_owned()))?;
        let stderr = copy(child.stderr.as_ref().map(|stream| stream.as_fd().try_clone_to_owned()))?;
        drop(child);
        let unready = |error: std::io::Error| lost(&error.to_string());
        Ok((
            ChildStdin::from_std(process::ChildStdin::from(stdin)).map_err(unready)?,
            ChildStdout::from_std(process::ChildStdout::from(stdout)).map_err(unready)?,
            ChildStderr::from_std(process::ChildStderr::from(stderr)).map_err(unready)?,
        ))
    }

    /// What it, and anything that it started, does at this moment.
    pub(super) fn activity(&self) -> Activity {
        self.0.group.as_ref().map_or(Activity::Idle, Group::look)
    }

    /// Lets its stdin end: nothing more is asked.
    pub(super) fn close(&self) {
        drop(self.0.child().stdin.take());
    }

    /// How it ended, if it does within that time.
    pub(super) async fn ended(&self, patience: Duration) -> Option<ExitStatus> {
        let (until, mut pause) = (Instant::now() + patience, LOOK);
        loop {
            match self.0.child().try_wait() {
                Ok(None) if Instant::now() < until => {}
                Ok(status) => return status,
                Err(_) => return None,
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_LOOK);
        }
    }

    /// Kills it, and everything that it started.
    pub(super) fn kill(&self) {
        self.0.kill();
    }
}

impl Inner {
    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kill(&self) {
        if let Some(group) = &self.group {
            // Nobody there any more is what we want.
            let _ = killpg(group.id(), Signal::SIGKILL);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.kill();
        // So that the kernel forgets it.
        let until = Instant::now() + BURIAL;
        while matches!(self.child().try_wait(), Ok(None)) && Instant::now() < until {
            std::thread::sleep(LOOK);
        }
    }
}

fn lost(why: &str) -> DriverError {
    DriverError::Unreachable(format!("talk to the driver: its streams cannot be had: {why}"))
}

/// Programs that have ended their case and wait for another.
#[derive(Debug, Clone, Default)]
pub struct Idle(Arc<Mutex<Vec<Program>>>);

impl Idle {
    /// One that still runs.
    pub(crate) fn take(&self) -> Option<Program> {
        loop {
            let program = self.programs().pop()?;
            let is_running = matches!(program.0.child().try_wait(), Ok(None));
            if is_running {
                return Some(program);
            }
        }
    }

    /// The process that came last, by its number.
    pub(crate) fn last(&self) -> Option<u32> {
        self.programs().last().map(|program| program.0.child().id())
    }

    /// Keeps one, unless there are too many.
    pub(crate) fn keep(&self, program: Program) {
        let mut programs = self.programs();
        if programs.len() < MOST_IDLE {
            programs.push(program);
        }
    }

    fn programs(&self) -> MutexGuard<'_, Vec<Program>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
