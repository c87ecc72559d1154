//! Calls of the reference integration in this process: values, not lines. What a line could get wrong cannot go wrong here.

use std::sync::Arc;

use reference::{Call, Fault, World};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::DriverError;

/// The reference integration, called directly. Clones speak to the same one.
#[derive(Debug, Clone)]
pub struct MemoryDriver(mpsc::Sender<Call>);

impl MemoryDriver {
    /// Starts the reference integration in a task of its own.
    pub fn start(world: Arc<dyn World>, fault: Option<Fault>) -> (Self, JoinHandle<()>) {
        let (calls, waiting) = mpsc::channel(64);
        // In a box: it is large, and would be moved about otherwise.
        let task = tokio::spawn(Box::pin(reference::serve_calls(waiting, world, fault)));
        (Self(calls), task)
    }

    pub(super) async fn call(&self, method: &str, params: Value) -> Result<Value, DriverError> {
        let ended = || DriverError::Ended { how: "the reference integration does not run any more".to_owned() };
        let (answer, answered) = oneshot::channel();
        let call = Call { method: method.to_owned(), params, answer };
        self.0.send(call).await.map_err(|_| ended())?;
        let answer = answered.await.map_err(|_| ended())?;
        answer.map_err(|refusal| DriverError::Refused {
            method: method.to_owned(),
            code: refusal.code,
            message: refusal.message,
        })
    }
}
