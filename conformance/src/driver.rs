//! The driver protocol: how the harness talks to an integration. `docs/driver.md` is the specification.

mod activity;
mod answer;
mod http;
mod lines;
mod memory;
mod message;
mod process;
mod program;
mod reply;
pub mod request;
mod schema;
mod tasks;

pub use activity::{Activity, Stillness};
pub use http::HttpDriver;
pub use lines::{LineDriver, Overheard};
pub use memory::MemoryDriver;
pub(crate) use message::wake_at;
pub use message::{CAPABILITIES, DriverError, Hello, NO_ENTRY_CODE, OrderState, OrderStatus};
pub use process::{ChildEnding, Process, split_words};
pub use program::{Idle, Program};
pub use schema::schema;

use std::time::Duration;

use serde_json::Value;

/// A way to call an integration.
#[derive(Debug, Clone)]
pub enum Driver {
    /// Lines on stdio.
    Lines(LineDriver),
    /// Within this process.
    Memory(MemoryDriver),
    /// HTTP POST.
    Http(HttpDriver),
}

impl Driver {
    /// Calls a method and waits for its answer, in real time.
    ///
    /// # Errors
    /// The integration answered with an error, not in time, not in JSON-RPC, in another shape, or not at all.
    pub async fn call(&self, method: &str, params: Value, limit: Duration) -> Result<Value, DriverError> {
        let answer = async {
            let (asked, answer) = match self {
                // What is built in answers in the right shape.
                Self::Memory(driver) => return driver.call(method, params).await,
                // In boxes: in memory calls are many, and these are large to move about.
                Self::Lines(driver) => (params.clone(), Box::pin(driver.call(method, params)).await?),
                Self::Http(driver) => (params.clone(), Box::pin(driver.call(method, params)).await?),
            };
            answer::check(method, &asked, &answer)?;
            Ok(answer)
        };
        match tokio::time::timeout(limit, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(DriverError::Silent { method: method.to_owned(), limit }),
        }
    }
}
