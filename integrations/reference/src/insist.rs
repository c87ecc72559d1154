//! One request that must be answered: sent again with the same bytes as long as nobody knows what it did, with pauses
//! between, a bounded number of times.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use wire::antom::{Operation, ResultObject, ResultStatus};

use crate::fault::Fault;
use crate::gateway::read;
use crate::settings::{LIMITED, REPEATS};
use crate::shop::Shop;

/// An answer that was verified.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) result: ResultObject,
    pub(crate) body: Bytes,
}

impl Shop {
    /// Sends until the answer is S, F, or U with the code `enough`. None when it never is.
    pub(crate) async fn insist(&self, order: &str, operation: Operation, body: &str, enough: &str) -> Option<Verified> {
        self.insist_unless(order, operation, body, enough, || false).await
    }

    /// The same, but nothing is sent again once it is over by another way.
    pub(crate) async fn insist_unless(
        &self,
        order: &str,
        operation: Operation,
        body: &str,
        enough: &str,
        is_over: impl Fn() -> bool,
    ) -> Option<Verified> {
        let again_for_ever = self.merchant.has(Fault::CancelTriedForEver) && operation == Operation::Cancel;
        let mut pauses = REPEATS.iter().chain(std::iter::repeat_n(&1, if again_for_ever { 40 } else { 0 }));
        loop {
            let answer = self.gateway.call(operation, Bytes::from(body.to_owned())).await;
            let mut limited = 1;
            match answer.map(|body| (result_of(&body), body)) {
                Ok((Some(result), body)) => {
                    let is_known = result.result_status != ResultStatus::U || result.result_code == enough;
                    if is_known && !(again_for_ever && result.result_status == ResultStatus::F) {
                        return Some(Verified { result, body });
                    }
                    if result.result_code == "REQUEST_TRAFFIC_EXCEED_LIMIT" {
                        limited = LIMITED;
                    }
                }
                Ok((None, _)) => self.merchant.log(&format!("order {order}: {operation}: the answer has no result")),
                Err(error) => self.merchant.log(&format!("order {order}: {operation}: {error}")),
            }
            let once = self.merchant.has(Fault::CancelAskedOnce) && operation == Operation::Cancel;
            let pause = pauses.next().filter(|_| !once)?;
            self.merchant.pause(Duration::from_secs(*pause) * limited).await;
            if is_over() {
                return None;
            }
        }
    }
}

/// The result that every answer carries.
fn result_of(body: &[u8]) -> Option<ResultObject> {
    let fields: Value = read(body)?;
    serde_json::from_value(fields.get("result")?.clone()).ok()
}
