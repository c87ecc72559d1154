//! `conformance reproduce`: one code, on demand.

use std::collections::BTreeSet;

use wire::antom::Operation;

use super::output::{say, tell, unless_unwritten};
use super::place::{PlaceArguments, folder};
use crate::code::{Entry, How, find};
use crate::exit::Exit;
use crate::interrupt;
use crate::live::{FrontEnds, Log, Stand};
use crate::report::chart;
use crate::result::rows;
use crate::trace::Event;

/// Starts the terminal or the gateway, scripted so that the next call that fits gets the code, and says how to reach it.
/// Stops on SIGINT or SIGTERM.
#[derive(Debug, clap::Args)]
pub(super) struct ReproduceArguments {
    /// The code, such as PROCESS_FAIL; `conformance codes` lists them
    code: String,
    /// What it shall be had on, when there are several: terminal or one of its commands, an operation of the gateway, or
    /// `payment` for the paymentResultCode
    #[arg(long, value_name = "OPERATION")]
    on: Option<String>,
    #[command(flatten)]
    place: PlaceArguments,
}

pub(super) fn main(arguments: &ReproduceArguments) -> Exit {
    let entry = match find(&arguments.code, arguments.on.as_deref()) {
        Ok(entry) => entry,
        Err(problem) => {
            tell(&format!("conformance: {problem}"));
            return Exit::Usage;
        }
    };
    interrupt::watch();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(reproduce(&entry, arguments)),
        Err(error) => Err(format!("start a runtime: {error}")),
    };
    match done {
        Ok(()) => unless_unwritten(Exit::Expected),
        Err(problem) => {
            tell(&format!("conformance: failed to {problem}"));
            Exit::Usage
        }
    }
}

async fn reproduce(entry: &Entry, arguments: &ReproduceArguments) -> Result<(), String> {
    let folder = folder()?;
    let log = Log::default();
    let mut stand = Stand::new(log.clone());
    let place = &arguments.place;
    match &entry.how {
        How::Terminal(recipe) => {
            let plan = place.terminal(&folder, sim_edc::Profile::default(), recipe.script());
            stand.put_terminal(&plan).map_err(|error| error.to_string())?;
        }
        How::Gateway { script, .. } => {
            let script = sim_antom::Script::parse(script).map_err(|mistake| mistake.to_string())?;
            let plan = place.gateway(&folder, script, FrontEnds::None);
            stand.put_gateway(plan).await.map_err(|error| error.to_string())?;
        }
        How::Client { script, .. } => {
            let script = sim_antom::Script::parse(script).map_err(|mistake| mistake.to_string())?;
            let plan = place.gateway(&folder, script, FrontEnds::Served);
            stand.put_gateway(plan).await.map_err(|error| error.to_string())?;
        }
    }
    for line in stand.ready() {
        say(&format!("{line}\n"));
    }
    say(&format!("reproduce ready code={} on={}\n", entry.code, entry.on));
    say(&format!("To get {}, {}.\n", entry.code, entry.ask()));
    loop {
        tokio::select! {
            () = interrupt::wait() => return Ok(()),
            why = stand.ended() => return Err(format!("go on: {why}")),
            () = log.grown() => {}
        }
        for happened in log.take().iter().filter(|happened| gives(&happened.event, entry)) {
            let row = rows(std::slice::from_ref(happened), &BTreeSet::new());
            say(&format!("given code={} entry={}\n{}", entry.code, happened.n, chart::render(&row)));
        }
    }
}

/// Whether the caller was told the code by this, at its place.
fn gives(event: &Event, entry: &Entry) -> bool {
    let quoted = format!("\"{}\"", entry.code);
    match event {
        Event::Terminal(sim_edc::Event::Sent { json, .. }) => json.to_string().contains(&quoted),
        Event::Gateway(sim_antom::Event::Response { operation: Some(operation), body, .. }) => {
            let teller = if entry.on == "payment" { Operation::InquiryPayment.as_str() } else { entry.on };
            operation.as_str() == teller && String::from_utf8_lossy(&body.0).contains(&quoted)
        }
        Event::Gateway(sim_antom::Event::Client { side: sim_antom::Side::Page, data, .. }) => {
            entry.on == "event" && String::from_utf8_lossy(&data.0).contains(&quoted)
        }
        Event::Gateway(sim_antom::Event::Notice { body, .. }) => {
            entry.on == "notifyPayment" && String::from_utf8_lossy(&body.0).contains(&quoted)
        }
        _ => false,
    }
}
