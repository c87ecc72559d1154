//! `conformance driver-check`: leads an adapter's author to a first green light, step by step.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wire::suggest::nearest;
use wire::time::Span;

use super::output::{say, tell, unless_unwritten};
use super::run::span;
use crate::adapter::{PAYMENTS, about_driver, about_payment, about_reason, about_rule};
use crate::driver::{CAPABILITIES, DriverError, Hello, OrderStatus};
use crate::exit::Exit;
use crate::integration::Integration;
use crate::interrupt;
use crate::plan::Case;
use crate::report::text;
use crate::result::{CaseResult, Outcome};
use crate::run::{Probe, Settings, TimeMode, probe, run};
use crate::verdict::{Standard, Verdict};
use crate::world::Signing;

#[derive(Debug, clap::Args)]
pub(super) struct DriverCheckArguments {
    /// The command that starts the adapter, or the URL of one that runs
    #[arg(long, value_name = "CMD|URL")]
    integration: String,
    /// How long it may take to answer `initialize`
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = span)]
    start_timeout: Span,
    /// How long one payment may take in real time
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = span)]
    case_timeout: Span,
}

/// How often it is told what is waited for.
const MEANWHILE: Duration = Duration::from_secs(5);

/// Capabilities that no step here tries.
const UNTRIED: [&str; 3] = ["cart", "restart", "retry"];

/// The steps that were taken.
#[derive(Debug, Default)]
struct Steps {
    number: usize,
}

impl Steps {
    fn passed(&mut self, what: &str) {
        self.number += 1;
        say(&format!("ok   {:>2}  {what}\n", self.number));
    }

    fn failed(&mut self, what: &str, seen: &str, next: &str) -> Exit {
        self.number += 1;
        say(&format!("FAIL {:>2}  {what}\n         seen: {seen}\n         next: {next}\n", self.number));
        unless_unwritten(Exit::Failed)
    }
}

pub(super) fn main(arguments: &DriverCheckArguments) -> Exit {
    let integration = match Integration::parse(&arguments.integration) {
        Ok(integration) => integration,
        Err(problem) => {
            tell(&format!("conformance: --integration: {problem}"));
            return Exit::Usage;
        }
    };
    let time = if matches!(integration, Integration::Memory(_)) { TimeMode::Paused } else { TimeMode::Skipping };
    let settings = Settings {
        integration,
        time,
        start_timeout: arguments.start_timeout.0,
        case_timeout: arguments.case_timeout.0,
        standard: Standard::default(),
        signing: Signing::Rsa,
        client: None,
    };
    interrupt::watch();
    let mut steps = Steps::default();
    match protocol(&mut steps, &settings)
        .and_then(|hello| payments(&mut steps, &settings, &hello, &arguments.integration))
    {
        Ok(()) => unless_unwritten(Exit::Expected),
        Err(exit) => exit,
    }
}

/// The protocol alone: it starts, answers, and does not know what is unknown.
fn protocol(steps: &mut Steps, settings: &Settings) -> Result<Hello, Exit> {
    let order = "driver-check-1";
    let calls = [("no-such-method", json!({})), ("orderStatus", json!({"order": order}))];
    let Probe { hello, answers } = probe(settings, &calls).map_err(|error| {
        tell(&format!("conformance: failed to {error}"));
        Exit::NotCarriedOut
    })?;
    let what = "it starts, and answers initialize";
    let hello = hello.map_err(|error| steps.failed(what, &error.to_string(), about_driver(&error)))?;
    let roles: Vec<_> = hello.roles.iter().map(|role| role.as_str()).collect();
    let or_none = |words: &[&str]| if words.is_empty() { "none".to_owned() } else { words.join(", ") };
    let capabilities: Vec<_> = hello.capabilities.iter().map(String::as_str).collect();
    steps.passed(&format!("{what}: roles {}; capabilities {}", or_none(&roles), or_none(&capabilities)));
    for word in hello.unknown_capabilities() {
        let like = nearest(word, CAPABILITIES.iter().copied());
        let meant = like.map_or_else(String::new, |like| format!(" (did you mean `{like}`?)"));
        say(&format!("         not known: the capability `{word}`{meant}; what needs it will be skipped\n"));
    }
    let mut answers = answers.into_iter();
    unknown_method(steps, answers.next())?;
    unknown_order(steps, answers.next())?;
    Ok(hello)
}

fn unknown_method(steps: &mut Steps, answer: Option<Result<Value, DriverError>>) -> Result<(), Exit> {
    let what = "a method that it does not know is answered with the error -32601";
    match answer {
        Some(Err(DriverError::Refused { code: -32601, .. })) => {
            steps.passed(what);
            Ok(())
        }
        Some(Err(DriverError::Refused { code, .. })) => Err(steps.failed(
            what,
            &format!("the error {code}"),
            "answer {\"error\":{\"code\":-32601,\"message\":\"…\"}}",
        )),
        Some(Ok(result)) => Err(steps.failed(
            what,
            &format!("the result {result}"),
            "answer {\"error\":{\"code\":-32601,\"message\":\"…\"}}",
        )),
        Some(Err(error)) => Err(steps.failed(what, &error.to_string(), about_driver(&error))),
        None => Err(steps.failed(what, "nothing", "answer every request")),
    }
}

/// Either a state or an error in good form will do: what matters is that it answers and lives.
fn unknown_order(steps: &mut Steps, answer: Option<Result<Value, DriverError>>) -> Result<(), Exit> {
    let what = "orderStatus of an order that it never saw is answered";
    match answer {
        Some(Ok(result)) => match serde_json::from_value::<OrderStatus>(result.clone()) {
            Ok(_) => {
                steps.passed(what);
                Ok(())
            }
            Err(error) => Err(steps.failed(
                what,
                &format!("{result}: {error}"),
                "answer {\"state\":\"…\"} with open, paid, failed, cancelled, refunded or parked, or answer an error",
            )),
        },
        Some(Err(DriverError::Refused { .. })) => {
            steps.passed(what);
            Ok(())
        }
        Some(Err(error)) => Err(steps.failed(what, &error.to_string(), about_driver(&error))),
        None => Err(steps.failed(what, "nothing", "answer every request")),
    }
}

/// Does something that may take long, and says on stderr what is waited for while it does.
fn told_meanwhile<T>(what: &str, limit: Duration, work: impl FnOnce() -> T) -> T {
    let (done, over) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let began = Instant::now();
            while over.recv_timeout(MEANWHILE) == Err(mpsc::RecvTimeoutError::Timeout) {
                let (passed, limit) = (began.elapsed().as_secs(), limit.as_secs());
                tell(&format!("     waiting: {what} ({passed} s of at most {limit} s, --case-timeout)"));
            }
        });
        let result = work();
        drop(done);
        result
    })
}

/// The payments that its roles and capabilities allow, until one does not end as it should.
fn payments(steps: &mut Steps, settings: &Settings, hello: &Hello, command: &str) -> Result<(), Exit> {
    let mut done = None;
    for payment in PAYMENTS {
        let case = payment.case(hello).map_err(|problem| {
            tell(&format!("conformance: a built-in scenario is wrong: {problem}"));
            Exit::Bug
        })?;
        if payment.needs.is_some_and(|capability| !hello.can(capability)) {
            continue;
        }
        let report = told_meanwhile(payment.shows, settings.case_timeout, || run(&case, settings, hello));
        if matches!(report.verdict, Verdict::Skipped(_)) {
            // It does not offer what this needs.
            continue;
        }
        let result = CaseResult::new(&report, &settings.standard);
        if result.verdict == Outcome::Passed {
            steps.passed(payment.shows);
            done = Some(case);
            continue;
        }
        let seen = result.problems().first().map_or_else(|| result.verdict.as_str().to_owned(), |p| p.text.to_owned());
        let answered = result.reason.as_deref().and_then(about_reason);
        let next = match (answered, result.broken().next()) {
            (Some(next), _) => next.to_owned(),
            // The payment may have come to its end all the same: what is on the wires is not what is missing.
            (None, Some(broken)) => about_rule(&broken.id),
            (None, None) => about_payment(payment.role, &report.trace),
        };
        let exit = steps.failed(payment.shows, &seen, &next);
        say(&text::seen(&result));
        return Err(exit);
    }
    if let (true, Some(case)) = (hello.can("stay"), done) {
        staying(steps, settings, hello, &case)?;
    }
    let next = if hello.roles.is_empty() {
        "it speaks the protocol and plays no role yet. Next: make checkout sell something, add \"edc\" or \"antom\" to \
         `roles`, and come back"
            .to_owned()
    } else {
        let untried: Vec<_> = UNTRIED.iter().filter(|word| hello.can(word)).copied().collect();
        let untried =
            if untried.is_empty() { String::new() } else { format!(" ({} not tried here)", untried.join(", ")) };
        let slow = if hello.can("clock") {
            ""
        } else {
            "\nwithout the capability `clock` many scenarios take minutes: add it first"
        };
        format!("green{untried}. Next: conformance run --integration \"{command}\"{slow}")
    };
    say(&format!("\n{next}\n"));
    Ok(())
}

/// One that says that it stays makes a payment, and another without being started again.
fn staying(steps: &mut Steps, settings: &Settings, hello: &Hello, case: &Case) -> Result<(), Exit> {
    let Integration::Command { idle, .. } = &settings.integration else { return Ok(()) };
    let what = "it stays after `shutdown` with `stay`, and is paid once more";
    let next = "forget the case, answer {}, and wait for the next `initialize` as if just started; or leave `stay` out";
    // Only where the clock is trusted is anybody asked to stay.
    let settings = Settings { time: TimeMode::Trusting, ..settings.clone() };
    let mut before = None;
    for is_again in [false, true] {
        let report = told_meanwhile(what, settings.case_timeout, || run(case, &settings, hello));
        let result = CaseResult::new(&report, &settings.standard);
        if result.verdict != Outcome::Passed {
            let seen =
                result.problems().first().map_or_else(|| result.verdict.as_str().to_owned(), |p| p.text.to_owned());
            let exit = steps.failed(what, &seen, next);
            say(&text::seen(&result));
            return Err(exit);
        }
        let stayed = idle.last();
        if stayed.is_none() || is_again && stayed != before {
            let seen = "`shutdown` was not answered, or the program ended after it";
            return Err(steps.failed(what, seen, next));
        }
        before = stayed;
    }
    steps.passed(what);
    Ok(())
}
