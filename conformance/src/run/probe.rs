//! An adapter's bare protocol, without terminal and gateway: what `driver-check` looks at first.

use std::sync::Arc;

use serde_json::{Value, json};
use wire::clock::Clock as _;

use super::session::Session;
use super::stage::ANSWER;
use super::{Settings, in_runtime, start};
use crate::clock::WorldClock;
use crate::driver::{DriverError, Hello};
use crate::memory::Memory;
use crate::trace::Recorder;

/// What an adapter answered.
#[derive(Debug)]
pub struct Probe {
    /// To `initialize`.
    pub hello: Result<Hello, DriverError>,
    /// To the calls, in their order; none after one that broke the talk.
    pub answers: Vec<Result<Value, DriverError>>,
}

/// Starts an adapter, initializes it, calls it, and ends it.
///
/// # Errors
/// The harness itself could not begin.
pub fn probe(settings: &Settings, calls: &[(&str, Value)]) -> Result<Probe, String> {
    in_runtime(settings.time, async {
        let clock = WorldClock::starting_at(start(settings.time));
        let recorder = Recorder::new(Arc::new(clock.clone()));
        let memory = Memory::new(Arc::new(clock.clone()));
        let folder = tempfile::tempdir().map_err(|error| format!("make a folder: {error}"))?;
        let params = json!({
            "protocol": "1", "case": "driver-check", "seed": 0,
            "state": folder.path().display().to_string(), "clock": {"now": clock.now().as_millis()},
        });
        let mut answers = Vec::new();
        let hello = match Session::start(settings, &recorder, &memory) {
            Err(error) => Err(error),
            Ok(session) => match session.initialize(settings, &recorder, params).await {
                Ok(hello) => {
                    for (method, params) in calls {
                        let answer = session.call(&recorder, method, params.clone(), ANSWER).await;
                        let goes_on = matches!(answer, Ok(_) | Err(DriverError::Refused { .. }));
                        answers.push(answer);
                        if !goes_on {
                            break;
                        }
                    }
                    session.end(&recorder, None).await;
                    Ok(hello)
                }
                Err(error) => {
                    session.kill(&recorder).await;
                    Err(error)
                }
            },
        };
        Ok(Probe { hello, answers })
    })?
}
