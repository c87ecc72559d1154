//! The program: opens what the arguments name, says that it is ready, and runs until it is stopped.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use crate::cli::{Arguments, Where};
use crate::clock::SystemClock;
use crate::control::{self, Post};
use crate::device::Device;
use crate::drive::{Drive, Operator};
use crate::lever::Lever;
use crate::line::Line;
use crate::port::SerialLine;
use crate::pty::{self, Pty};
use crate::recipe::Recipe;
use crate::recorder::Recorder;
use crate::script::Script;
use crate::script_file::ScriptFile;
use crate::store::Store;
use crate::tcp::TcpLine;
use crate::transcript::{Tape, Writer};

/// More terminals than this may need more open files than usual.
const MANY: usize = 100;

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt()).context("watch for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("watch for SIGTERM")?;
    let mut hangup = signal(SignalKind::hangup()).context("watch for SIGHUP")?;
    let (file, mut script) = match &arguments.script {
        Some(path) => {
            let (file, script) = ScriptFile::open(path)?;
            (Some(file), script)
        }
        None => (None, Script::default()),
    };
    arguments.give.iter().for_each(|code| script.append(Recipe::of(*code).script()));
    script.settings.triggers |= arguments.triggers;
    if arguments.terminals > MANY {
        pty::allow_many_files().context("allow many open files")?;
    }
    let control = match arguments.control {
        Some(address) => {
            control::check_address(address)?;
            Some(TcpListener::bind(address).await.with_context(|| format!("listen on {address} for the control API"))?)
        }
        None => None,
    };
    let mut floor = Floor::new(&arguments, script)?;
    floor.open_all(&arguments)?;
    if let Some(listener) = &control {
        floor.ready.push(format!("control=http://{}/_sim", listener.local_addr().context("ask for the address")?));
    }
    floor.announce();
    let Floor { posts, mut tasks, .. } = floor;
    let operators = posts.iter().map(|post| post.operator.clone()).collect();
    tokio::select! {
        Some(ended) = tasks.join_next() => match ended {
            Ok((number, result)) => result.with_context(|| format!("keep the line of terminal {number}")),
            Err(error) => Err(error).context("keep a terminal running"),
        },
        result = control::serve(control, posts) => result.context("serve the control API"),
        () = follow(file, arguments.triggers, operators) => Ok(()),
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
        _ = hangup.recv() => Ok(()),
    }
}

/// Something to tell whoever runs the program.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "sim-edc: {text}");
}

/// All terminals of this program.
struct Floor {
    arguments: Arguments,
    script: Script,
    clock: Arc<SystemClock>,
    writer: Option<Arc<Writer>>,
    /// What the ready lines say.
    ready: Vec<String>,
    posts: Vec<Post>,
    tasks: JoinSet<(usize, io::Result<()>)>,
}

impl Floor {
    fn new(arguments: &Arguments, script: Script) -> anyhow::Result<Self> {
        let complain_later = |text: String| complain(&format!("failed to {text}"));
        let writer = arguments.transcript.as_ref().map(|path| {
            Writer::open(path, complain_later).with_context(|| format!("write the transcript {}", path.display()))
        });
        Ok(Self {
            arguments: arguments.clone(),
            script,
            clock: Arc::new(SystemClock::from_time_of_day()),
            writer: writer.transpose()?.map(Arc::new),
            ready: Vec::new(),
            posts: Vec::new(),
            tasks: JoinSet::new(),
        })
    }

    fn open_all(&mut self, arguments: &Arguments) -> anyhow::Result<()> {
        let count = arguments.terminals;
        for number in 1..=count {
            match arguments.place() {
                Where::Link(path) => {
                    let path = numbered(&path, number, count);
                    let pty =
                        Pty::open(&path).with_context(|| format!("open a PTY and link {} to it", path.display()))?;
                    // Each is looked at while nobody has it open: a thousand of them less often than one.
                    let pty = pty.looking_every(Duration::from_micros(400) * u32::try_from(count).unwrap_or(u32::MAX));
                    let name = format!("link={} device={}", path.display(), pty.device().display());
                    self.open(number, pty, name)?;
                }
                Where::Tcp(mut address) => {
                    // Port 0 is a free one for each; else they are counted from the one that is named.
                    if address.port() != 0 {
                        let offset = u16::try_from(number - 1).ok();
                        let port = offset.and_then(|offset| address.port().checked_add(offset));
                        address.set_port(
                            port.with_context(|| format!("find a port for terminal {number}: none is left"))?,
                        );
                    }
                    let line = TcpLine::open(address).with_context(|| format!("listen on {address}"))?;
                    let name = format!("listen=tcp:{}", line.address());
                    self.open(number, line, name)?;
                }
                Where::Port(path) => {
                    let line = SerialLine::open(&path).with_context(|| format!("open the port {}", path.display()))?;
                    self.open(number, line, format!("port={}", path.display()))?;
                }
            }
        }
        Ok(())
    }

    /// Puts a terminal on a line.
    fn open(&mut self, number: usize, line: impl Line + 'static, name: String) -> anyhow::Result<()> {
        let one_of_many = self.arguments.terminals > 1;
        let mut device = Device::new(self.arguments.profile, &self.script);
        let mut store = None;
        if let Some(path) = &self.arguments.store {
            let path = numbered(path, number, self.arguments.terminals);
            let opened = Store::open(&path)?;
            if opened.torn > 0 {
                complain(&format!(
                    "the last line of the store {} was torn ({} bytes) and is dropped; nothing of it had been answered",
                    path.display(),
                    opened.torn
                ));
            }
            device = device.with_journal(opened.journal);
            store = Some(opened.store);
        }
        let tape = self.arguments.control.map(|_| Tape::default());
        let verbose = self.arguments.verbose;
        let writer = self.writer.clone();
        let recorder = Recorder { terminal: number, one_of_many, verbose, tape: tape.clone(), writer, n: 0 };
        let mut drive = Drive::new(device, line, self.clock.clone(), recorder);
        if let Some(store) = store {
            drive = drive.with_store(Box::new(store));
        }
        let operator = drive.operator();
        self.posts.push(Post { operator, tape: tape.unwrap_or_default(), line: name.clone() });
        self.tasks.spawn(async move { (number, drive.run().await) });
        let profile = self.arguments.profile.word();
        let whose = if one_of_many { format!(" terminal={number}") } else { String::new() };
        self.ready.push(format!("{name} profile={profile}{whose}"));
        Ok(())
    }

    /// One line for each thing that can be opened; on stderr when stdout is for the transcript.
    fn announce(&self) {
        let text: String = self.ready.iter().map(|line| format!("sim-edc ready {line}\n")).collect();
        // Whoever started us may have closed our stdout; that is no error.
        if self.arguments.transcript.as_deref() == Some(Path::new("-")) {
            let _ = io::stderr().write_all(text.as_bytes());
        } else {
            let _ = io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush());
        }
    }
}

/// `path` itself for one terminal, `path.1`, `path.2`, … for several.
fn numbered(path: &Path, number: usize, count: usize) -> PathBuf {
    if count == 1 {
        return path.to_owned();
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

/// Gives every terminal the script again whenever its file has changed.
async fn follow(file: Option<ScriptFile>, triggers: bool, operators: Vec<Operator>) {
    let Some(mut file) = file else { return std::future::pending().await };
    loop {
        match file.changed().await {
            Ok(mut script) => {
                script.settings.triggers |= triggers;
                for operator in &operators {
                    let lever = Lever::Script(Box::new(script.clone()));
                    let _ = operator.ask(move |device, now| device.pull(now, lever)).await;
                }
                complain("the script has changed and is followed from now on");
            }
            Err(error) => complain(&format!("failed to {error}; the script before it is followed on")),
        }
    }
}
