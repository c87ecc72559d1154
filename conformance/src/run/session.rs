//! The integration as it runs: started, called, ended by word or killed. Every call goes into the trace.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize as _;
use serde_json::Value;
use tokio::io::BufReader;
use tokio::task::JoinHandle;

use super::{Settings, TimeMode};
use crate::driver::request::{Goodbye, params};
use crate::driver::{Activity, Driver, DriverError, Hello, Idle, LineDriver, MemoryDriver, Process, Program};
use crate::integration::Integration;
use crate::memory::Memory;
use crate::trace::{DriverEvent, Event, Recorder};

/// How long an integration gets to end after `shutdown`.
const GOODBYE: Duration = Duration::from_secs(2);

/// The integration as it runs now.
pub(super) struct Session {
    /// How it is called.
    pub(super) driver: Driver,
    body: Body,
}

/// What runs behind a driver.
enum Body {
    Process(Process, JoinHandle<()>),
    Task(JoinHandle<()>),
    Elsewhere,
}

impl Session {
    pub(super) fn start(settings: &Settings, recorder: &Recorder, memory: &Memory) -> Result<Self, DriverError> {
        recorder.record(Event::Driver(DriverEvent::Started));
        match &settings.integration {
            Integration::Url(driver) => Ok(Self { driver: Driver::Http(driver.clone()), body: Body::Elsewhere }),
            Integration::Command { words, idle, .. } => {
                let said = recorder.clone();
                let resting = (settings.time == TimeMode::Trusting).then(|| idle.take()).flatten();
                let program = resting.map_or_else(|| Program::start(words), Ok)?;
                let (process, stdin, stdout) =
                    Process::of(program, move |line| said.overhear(Event::Driver(DriverEvent::Said { line })))?;
                let (driver, talk) = LineDriver::start(BufReader::new(stdout), stdin, process.overheard());
                Ok(Self { driver: Driver::Lines(driver), body: Body::Process(process, talk) })
            }
            Integration::Memory(fault) => {
                let (driver, task) = MemoryDriver::start(Arc::new(memory.clone()), *fault);
                Ok(Self { driver: Driver::Memory(driver), body: Body::Task(task) })
            }
        }
    }

    pub(super) async fn initialize(
        &self,
        settings: &Settings,
        recorder: &Recorder,
        params: Value,
    ) -> Result<Hello, DriverError> {
        let mut shown = params.clone();
        if let Some(key) = shown.pointer_mut("/gateway/privateKey") {
            *key = Value::from("(left out)");
        }
        let answer = self.call_shown(recorder, "initialize", params, shown, settings.start_timeout).await?;
        Hello::deserialize(&answer).map_err(|error| DriverError::Misshapen {
            method: "initialize".to_owned(),
            said: answer.to_string().chars().take(200).collect(),
            problem: error.to_string(),
        })
    }

    pub(super) async fn call(
        &self,
        recorder: &Recorder,
        method: &str,
        params: Value,
        limit: Duration,
    ) -> Result<Value, DriverError> {
        self.call_shown(recorder, method, params.clone(), params, limit).await
    }

    async fn call_shown(
        &self,
        recorder: &Recorder,
        method: &str,
        params: Value,
        shown: Value,
        limit: Duration,
    ) -> Result<Value, DriverError> {
        let method_name = method.to_owned();
        recorder.record(Event::Driver(DriverEvent::Called { method: method_name.clone(), params: shown }));
        let result = self.driver.call(method, params, limit).await;
        recorder.record(Event::Driver(match &result {
            Ok(result) => DriverEvent::Answered { method: method_name, result: result.clone() },
            Err(error) => DriverEvent::Failed { method: method_name, error: error.to_string() },
        }));
        result
    }

    /// What the integration does at this moment, as far as the kernel tells.
    pub(super) fn activity(&self) -> Activity {
        match &self.body {
            Body::Process(process, _) => process.activity(),
            Body::Task(..) | Body::Elsewhere => Activity::Idle,
        }
    }

    /// Ends the integration, by word first; or only what it does, when its program shall wait for another case.
    pub(super) async fn end(self, recorder: &Recorder, keep: Option<&Idle>) {
        let params = || params(&Goodbye { stay: keep.is_some() });
        recorder.record(Event::Driver(DriverEvent::Called { method: "shutdown".to_owned(), params: params() }));
        let began = Instant::now();
        let answer = self.driver.call("shutdown", params(), GOODBYE).await;
        drop(self.driver);
        match (self.body, keep) {
            (Body::Process(process, talk), Some(idle)) if answer.is_ok() => {
                talk.abort();
                idle.keep(process.rest());
            }
            (Body::Process(process, talk), _) => {
                process.end(GOODBYE.saturating_sub(began.elapsed())).await;
                talk.abort();
            }
            (Body::Task(task), _) => task.abort(),
            (Body::Elsewhere, _) => {}
        }
    }

    /// Kills the integration, as a power cut would.
    pub(super) async fn kill(self, recorder: &Recorder) {
        recorder.record(Event::Driver(DriverEvent::Killed));
        match self.body {
            Body::Process(process, talk) => {
                talk.abort();
                process.kill().await;
            }
            Body::Task(task) => {
                task.abort();
                let _ = task.await;
            }
            Body::Elsewhere => {}
        }
    }
}
