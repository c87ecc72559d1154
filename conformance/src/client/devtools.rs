//! The DevTools protocol over a websocket: commands with their answers, and events. tokio-tungstenite is used here only.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;

use super::BrowserError;

/// How long the browser may take to answer a command.
const ANSWER: Duration = Duration::from_secs(20);
/// Commands and events that may wait.
const QUEUE: usize = 4096;

/// A connection to a browser. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct DevTools {
    commands: mpsc::Sender<Message>,
    waiting: Waiting,
    last: Arc<Mutex<u64>>,
}

type Waiting = Arc<Mutex<BTreeMap<u64, oneshot::Sender<Result<Value, String>>>>>;

/// Something that the browser tells by itself.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// Such as Page.frameNavigated.
    pub(super) method: String,
    /// What it carries.
    pub(super) params: Value,
    /// Of which tab.
    pub(super) session: Option<String>,
}

impl DevTools {
    /// Connects to where a browser on loopback says that it listens. What it tells goes to the receiver.
    ///
    /// # Errors
    /// It cannot be reached, or is no browser.
    pub(super) async fn connect(
        port: u16,
        path: &str,
    ) -> Result<(Self, mpsc::Receiver<Told>, JoinHandle<()>), BrowserError> {
        let failed = |what: &str| BrowserError::Talk(what.to_owned());
        let stream = TcpStream::connect(("127.0.0.1", port)).await.map_err(|error| failed(&error.to_string()))?;
        let url = format!("ws://127.0.0.1:{port}{path}");
        let (socket, _) =
            tokio_tungstenite::client_async(url, stream).await.map_err(|error| failed(&error.to_string()))?;
        let (mut sink, mut source) = socket.split();
        let (commands, mut outgoing) = mpsc::channel::<Message>(QUEUE);
        let (events, incoming) = mpsc::channel(QUEUE);
        let waiting = Waiting::default();
        let answers = Arc::clone(&waiting);
        let talk = tokio::spawn(async move {
            loop {
                tokio::select! {
                    command = outgoing.recv() => match command {
                        Some(command) => if sink.send(command).await.is_err() { return },
                        None => return,
                    },
                    message = source.next() => {
                        let Some(Ok(message)) = message else { return };
                        let Ok(text) = message.to_text() else { continue };
                        let Ok(value) = serde_json::from_str::<Value>(text) else { continue };
                        if let Some(told) = sorted(value, &answers) && events.send(told).await.is_err() {
                            return;
                        }
                    }
                }
            }
        });
        Ok((Self { commands, waiting, last: Arc::default() }, incoming, talk))
    }

    /// Calls the browser, or a tab of it.
    ///
    /// # Errors
    /// It refuses, or does not answer.
    pub(super) async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Result<Value, BrowserError> {
        let (sender, answer) = oneshot::channel();
        let id = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            *last += 1;
            *last
        };
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id, sender);
        let mut command = json!({"id": id, "method": method, "params": params});
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        let gone = || BrowserError::Talk(format!("{method}: the browser is gone"));
        self.commands.send(Message::text(command.to_string())).await.map_err(|_| gone())?;
        match tokio::time::timeout(ANSWER, answer).await {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(reason))) => Err(BrowserError::Talk(format!("{method}: {reason}"))),
            Ok(Err(_)) => Err(gone()),
            Err(_) => Err(BrowserError::Talk(format!("{method}: no answer within {} s", ANSWER.as_secs()))),
        }
    }

    /// The same, when nobody waits for the answer.
    pub(super) fn tell(&self, session: Option<&str>, method: &str, params: Value) {
        let (tools, session, method) = (self.clone(), session.map(str::to_owned), method.to_owned());
        tokio::spawn(async move {
            let _ = tools.call(session.as_deref(), &method, params).await;
        });
    }
}

/// Gives an answer to whoever waits for it; what is none comes back.
fn sorted(mut message: Value, waiting: &Waiting) -> Option<Told> {
    if let Some(id) = message["id"].as_u64() {
        let waiter = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)?;
        let answer = match message.get("error") {
            Some(error) => Err(error["message"].as_str().unwrap_or("it refuses").to_owned()),
            None => Ok(message["result"].take()),
        };
        let _ = waiter.send(answer);
        return None;
    }
    let method = message["method"].as_str()?.to_owned();
    let session = message["sessionId"].as_str().map(str::to_owned);
    Some(Told { method, params: message["params"].take(), session })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_goes_to_whoever_waits_and_an_event_comes_back() {
        let waiting = Waiting::default();
        let (sender, mut answer) = oneshot::channel();
        waiting.lock().unwrap().insert(7, sender);
        assert!(sorted(json!({"id": 7, "error": {"message": "no such target"}}), &waiting).is_none());
        assert_eq!(answer.try_recv().unwrap(), Err("no such target".to_owned()));
        assert!(sorted(json!({"id": 7, "result": {}}), &waiting).is_none(), "nobody waits any more");
        let told = sorted(json!({"method": "Page.x", "params": {"a": 1}, "sessionId": "S"}), &waiting).unwrap();
        assert_eq!(
            (told.method.as_str(), told.session.as_deref(), &told.params),
            ("Page.x", Some("S"), &json!({"a": 1}))
        );
        assert!(sorted(json!("nonsense"), &waiting).is_none());
    }
}
