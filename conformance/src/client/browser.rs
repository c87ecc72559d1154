//! A Chromium of our own: a fresh profile, every host name resolved to loopback, ended with everything that it started.

use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::devtools::{DevTools, Told};

/// The names under which it may be installed, in the order in which they are tried.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// How long it may take to begin.
const START: Duration = Duration::from_secs(30);

/// Why there is no browser, or why it does not do what it is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrowserError {
    /// None is installed.
    #[error(
        "no Chromium is on the path (tried {}): install one, such as by `apt-get install chromium`, or name it by --chromium PATH",
        NAMES.join(", ")
    )]
    Missing,
    /// The one that was named is none.
    #[error("{} cannot be started: {reason}", path.display())]
    Start {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// It does not talk as it should.
    #[error("talk with Chromium: {0}")]
    Talk(String),
}

/// Looks for a Chromium on the path.
///
/// # Errors
/// There is none.
pub fn find_chromium() -> Result<PathBuf, BrowserError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let there = |name: &str| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file());
    NAMES.into_iter().find_map(there).ok_or(BrowserError::Missing)
}

/// A browser that runs. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Browser {
    child: Child,
    group: Option<Pid>,
    talk: JoinHandle<()>,
    pub(super) tools: DevTools,
    // Last: the profile goes when the browser is gone.
    _profile: TempDir,
}

impl Browser {
    /// Starts one that finds everything at `gateway`, and believes the CA of this pin.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) async fn start(
        program: &Path,
        gateway: SocketAddr,
        pin: &str,
    ) -> Result<(Self, mpsc::Receiver<Told>), BrowserError> {
        let failed = |reason: String| BrowserError::Start { path: program.to_owned(), reason };
        let profile = tempfile::Builder::new().prefix("conformance-browser").tempdir();
        let profile = profile.map_err(|error| failed(format!("make a folder for its profile: {error}")))?;
        let mut command = Command::new(program);
        command
            .args(FLAGS)
            .args(sim_antom::chromium_flags(gateway, pin))
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank");
        if is_root() {
            // Its sandbox refuses to work for root, as in containers.
            command.arg("--no-sandbox");
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).kill_on_drop(true);
        let child = command.spawn().map_err(|error| failed(error.to_string()))?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        let mut starting = Starting { child: Some(child), group };
        let (port, path) = tokio::time::timeout(START, listening(profile.path(), &mut starting))
            .await
            .map_err(|_| failed(format!("it did not begin within {} s", START.as_secs())))?
            .map_err(failed)?;
        let (tools, events, talk) = DevTools::connect(port, &path).await?;
        let child = starting.child.take().ok_or_else(|| BrowserError::Talk("the browser is gone".to_owned()))?;
        Ok((Self { child, group, talk, tools, _profile: profile }, events))
    }

    /// Ends it, and waits until it is gone.
    pub(super) async fn end(mut self) {
        end_group(self.group);
        let _ = tokio::time::timeout(Duration::from_secs(5), self.child.wait()).await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        end_group(self.group);
        self.talk.abort();
    }
}

/// A browser that does not talk yet. Dropping it ends it.
struct Starting {
    child: Option<Child>,
    group: Option<Pid>,
}

impl Drop for Starting {
    fn drop(&mut self) {
        if self.child.is_some() {
            end_group(self.group);
        }
    }
}

/// Whether this process is root's, as its own entry in the table of processes tells.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}

fn end_group(group: Option<Pid>) {
    if let Some(group) = group {
        // Nobody there any more is what we want.
        let _ = killpg(group, Signal::SIGKILL);
    }
}

/// Waits until it says where it listens, which it writes into its profile.
async fn listening(profile: &Path, starting: &mut Starting) -> Result<(u16, String), String> {
    let file = profile.join("DevToolsActivePort");
    loop {
        if let Some(child) = &mut starting.child
            && let Ok(Some(status)) = child.try_wait()
        {
            return Err(format!("it ended at once with {status}"));
        }
        let text = tokio::fs::read_to_string(&file).await.unwrap_or_default();
        let mut lines = text.lines();
        if let (Some(Ok(port)), Some(path)) = (lines.next().map(str::parse), lines.next()) {
            return Ok((port, path.to_owned()));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Nothing that a browser does for itself, and nothing that would need a screen.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--mute-audio",
    "--hide-scrollbars",
    "--window-size=1280,900",
];
