//! `conformance serve`: terminal and gateway for whoever comes, judged as it happens. No adapter is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sim_edc::Watch;
use tokio::sync::mpsc;

use super::output::{say, tell, tell_mistakes, try_folder};
use super::place::{PlaceArguments, folder};
use super::reports::{KnownFailures, ReportArguments};
use super::standard::StandardArguments;
use crate::exit::Exit;
use crate::interrupt;
use crate::live::{FrontEnds, Judge, LONGEST, Log, NAME, News, Said, Stand};
use crate::read;
use crate::report::{chart, text};
use crate::requirement;
use crate::result::{About, CaseResult, RunResult, rows};
use crate::scenario::{Given, document};
use crate::trace::{CaseEvent, Entry, Event, to_json_lines};

/// How long it waits at least between two looks at the whole trace.
const PAUSE: Duration = Duration::from_millis(50);

/// How many places of one requirement are told while it stands; the report has all.
const TOLD: usize = 20;

/// Starts terminal and gateway together, prints how to reach them, and judges what your code does with them. Each broken
/// requirement is printed as it happens; the report comes when it gets SIGINT or SIGTERM. docs/serve.md tells more.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArguments {
    /// What both sides shall do: `terminal:`, `antom:` and `profile:`, as in a scenario's `given:`. Read again when it changes
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    #[command(flatten)]
    place: PlaceArguments,
    /// Play the client SDK's side of the gateway too, over https, and tell the flags for a browser
    #[arg(long)]
    client: bool,
    /// Also write what happens here, as live.jsonl, for `conformance check`
    #[arg(long, value_name = "DIR")]
    trace_dir: Option<PathBuf>,
    #[command(flatten)]
    standard: StandardArguments,
    #[command(flatten)]
    reports: ReportArguments,
}

pub(super) fn main(arguments: &ServeArguments) -> Exit {
    // Looked at before it is read: what changes meanwhile is not missed.
    let watch = arguments.script.as_deref().map(Watch::new);
    let from_file = |path: &Path| read(path, "nothing was started");
    let given = match arguments.script.as_deref().map_or_else(|| Ok(Given::default()), from_file) {
        Ok(given) => given,
        Err(exit) => return exit,
    };
    let prepared = arguments.trace_dir.as_deref().map_or(Ok(()), try_folder).and_then(|()| arguments.reports.prepare());
    if let Err(error) = prepared {
        tell(&format!("conformance: failed to {error}"));
        return Exit::Usage;
    }
    interrupt::watch();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(serve(arguments, given, watch)),
        Err(error) => Err(format!("start a runtime: {error}")),
    };
    match done {
        Ok((result, exit)) => {
            if arguments.reports.is_text() {
                result.cases.iter().for_each(|case| say(&text::case(case)));
            }
            arguments.reports.finish(&result, exit, KnownFailures::NotTaken)
        }
        Err(problem) => {
            tell(&format!("conformance: failed to {problem}"));
            Exit::Usage
        }
    }
}

fn read(path: &Path, so: &str) -> Result<Given, Exit> {
    let text = read::text(path).map_err(|error| {
        tell(&format!("conformance: failed to read {}: {error}", path.display()));
        Exit::Usage
    })?;
    let begin = "begin with `terminal: …` or `antom: …`; docs/serve.md shows how";
    document(&path.display().to_string(), &text, begin).map_err(|mistakes| tell_mistakes(&mistakes, so))
}

async fn serve(arguments: &ServeArguments, given: Given, watch: Option<Watch>) -> Result<(RunResult, Exit), String> {
    let folder = folder()?;
    let standard = arguments.standard.standard();
    let mut recording = arguments.trace_dir.as_deref().map(Recording::open).transpose()?;
    let log = Log::default();
    let mut stand = Stand::new(log.clone());
    let began = Event::Case(CaseEvent::Began { case: NAME.to_owned(), seed: 0 });
    log.add(stand.clock().now(), began);
    let place = &arguments.place;
    let plan = place.terminal(&folder, given.profile, given.terminal);
    stand.put_terminal(&plan).map_err(|error| error.to_string())?;
    let front_ends = if arguments.client { FrontEnds::Served } else { FrontEnds::None };
    let plan = place.gateway(&folder, given.antom, front_ends);
    stand.put_gateway(plan).await.map_err(|error| error.to_string())?;
    for line in stand.ready() {
        arguments.announce(&format!("{line}\n"));
    }
    arguments.announce("Point your code at them. SIGINT (Ctrl-C) or SIGTERM ends it, with the report.\n");
    let mut scripts = arguments.script.as_deref().zip(watch).map(|(path, watch)| follow(path, watch));
    let mut judge = Judge::new(standard);
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unheard = None;
    let mut is_recorded = true;
    let mut is_over = false;
    while !is_over {
        tokio::select! {
            () = interrupt::wait() => is_over = true,
            why = stand.ended() => {
                unheard = Some(why);
                is_over = true;
            }
            () = log.grown() => {}
            given = next(&mut scripts) => {
                stand.follow(given.terminal, given.antom).await;
                arguments.announce("script followed: the file has changed\n");
            }
        }
        let entries = log.take();
        if let Some(Err(problem)) = recording.as_mut().map(|recording| recording.write(&entries)) {
            tell(&format!("conformance: failed to {problem}; nothing more is recorded"));
            recording = None;
            is_recorded = false;
        }
        let looked = Instant::now();
        let (back, news) = aside(judge, entries).await?;
        judge = back;
        for said in &news.told {
            let times = told.entry(said.requirement).or_insert(0_usize);
            *times += 1;
            if *times <= TOLD {
                arguments.announce(&describe(said, judge.trace()));
            }
            if *times == TOLD {
                arguments
                    .announce(&format!("{} was broken {TOLD} times; the report tells of more\n", said.requirement));
            }
        }
        for (requirement, entry) in &news.withdrawn {
            arguments.announce(&format!("WITHDRAWN {requirement} #{entry}: what came later explains it\n"));
        }
        if log.is_full() && unheard.is_none() {
            let why = format!("there was more than is judged, {LONGEST} entries or 64 MiB; the rest is not");
            tell(&format!("conformance: {why}. Both sides go on; start again for a new judgement"));
            unheard = Some(why);
        }
        if !is_over {
            // However long the trace, looking at it takes a fifth of a processor at most.
            tokio::time::sleep(PAUSE.max(looked.elapsed() * 4)).await;
        }
    }
    let case = CaseResult::new(&judge.report(unheard), &standard);
    let about = About {
        format: About::FORMAT,
        integration: "whoever came".to_owned(),
        seed: 0,
        revision: standard.revision.number(),
        fail_on: standard.fail_on,
    };
    let result = RunResult::new(about, &standard, vec![case], Vec::new());
    let exit = if is_recorded { result.exit() } else { Exit::Usage };
    Ok((result, exit))
}

/// What the script says each time that its file has changed. What is broken is told, and changes nothing.
fn follow(path: &Path, mut watch: Watch) -> mpsc::Receiver<Given> {
    let (changed, scripts) = mpsc::channel(1);
    let path = path.to_owned();
    tokio::spawn(async move {
        loop {
            watch.changed().await;
            let Ok(given) = read(&path, "the script before it is followed on") else { continue };
            if changed.send(given).await.is_err() {
                return;
            }
        }
    });
    scripts
}

async fn next(scripts: &mut Option<mpsc::Receiver<Given>>) -> Given {
    match scripts {
        Some(scripts) => match scripts.recv().await {
            Some(given) => given,
            None => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}

/// Looks at the trace on another thread: the terminal's timers must not wait for it.
async fn aside(mut judge: Judge, entries: Vec<Entry>) -> Result<(Judge, News), String> {
    let looked = tokio::task::spawn_blocking(move || {
        let news = if entries.is_empty() { News::default() } else { judge.hear(entries) };
        (judge, news)
    });
    looked.await.map_err(|error| format!("judge: {error}"))
}

impl ServeArguments {
    /// Says something while it stands: on stdout, unless the report there is for programs.
    fn announce(&self, text: &str) {
        if self.reports.is_text() { say(text) } else { tell(text.trim_end()) }
    }
}

fn describe(said: &Said, trace: &[Entry]) -> String {
    let Said { requirement, finding, counts } = said;
    let note = if *counts { "" } else { " (does not count)" };
    let statement = requirement::find(requirement).map_or("", |r| r.statement);
    // The first entry is there for its time.
    let ends = trace.first().into_iter().chain(trace.iter().find(|entry| entry.n == finding.entry));
    let ends: Vec<Entry> = ends.cloned().collect();
    let mut shown = rows(&ends, &BTreeSet::from([finding.entry]));
    shown.retain(|row| row.marked);
    format!("BROKEN {requirement}{note} #{}: {}\n  {statement}\n{}", finding.entry, finding.text, chart::render(&shown))
}

/// The trace in a file, as it grows.
struct Recording {
    path: PathBuf,
    file: File,
}

impl Recording {
    fn open(folder: &Path) -> Result<Self, String> {
        let path = folder.join(format!("{NAME}.jsonl"));
        let file = File::create(&path).map_err(|error| format!("write {}: {error}", path.display()))?;
        Ok(Self { path, file })
    }

    fn write(&mut self, entries: &[Entry]) -> Result<(), String> {
        self.file
            .write_all(to_json_lines(entries).as_bytes())
            .map_err(|error| format!("write {}: {error}", self.path.display()))
    }
}
