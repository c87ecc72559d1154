//! JSON-RPC, one message a line, over any pair of streams.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{mpsc, oneshot};

use super::message::DriverError;
use super::reply::{Reply, nonsense};

/// The longest line that is read.
const LINE: usize = 1024 * 1024;

/// How long the last line of a driver that reads no more is waited for.
const LAST_LINE: Duration = Duration::from_millis(500);

/// A call on its way.
#[derive(Debug)]
struct Call {
    method: String,
    params: Value,
    answer: oneshot::Sender<Result<Value, DriverError>>,
}

/// A handle to an integration that speaks lines. Clones speak to the same one.
#[derive(Debug, Clone)]
pub struct LineDriver {
    calls: mpsc::Sender<Call>,
    /// Why it cannot be called any more.
    broken: Arc<Mutex<Option<DriverError>>>,
}

/// What the driver hears beside answers: how the integration ended.
pub trait Overheard: Send + 'static {
    /// How it ended, asked when the stream has.
    fn ending(&mut self) -> impl Future<Output = String> + Send;
}

impl LineDriver {
    /// Starts talking over a pair of streams. The talk goes on in a task until the streams end.
    pub fn start<R, W>(reader: R, writer: W, overheard: impl Overheard) -> (Self, tokio::task::JoinHandle<()>)
    where
        R: AsyncBufRead + Unpin + Send + 'static,
        W: AsyncWrite + Unpin + Send + 'static,
    {
        let (calls, waiting) = mpsc::channel(64);
        let broken = Arc::new(Mutex::new(None));
        let driver = Self { calls, broken: Arc::clone(&broken) };
        let task = tokio::spawn(talk(reader, writer, waiting, overheard, broken));
        (driver, task)
    }

    pub(super) async fn call(&self, method: &str, params: Value) -> Result<Value, DriverError> {
        let (answer, answered) = oneshot::channel();
        let call = Call { method: method.to_owned(), params, answer };
        // Both fail only when the talk is over, and then it has left word why.
        if self.calls.send(call).await.is_ok()
            && let Ok(answer) = answered.await
        {
            return answer;
        }
        let broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Err(broken.unwrap_or_else(|| DriverError::Ended { how: "its streams are closed".to_owned() }))
    }
}

type Pending = BTreeMap<u64, (String, oneshot::Sender<Result<Value, DriverError>>)>;

async fn talk<R, W>(
    mut reader: R,
    mut writer: W,
    mut calls: mpsc::Receiver<Call>,
    mut overheard: impl Overheard,
    broken: Arc<Mutex<Option<DriverError>>>,
) where
    R: AsyncBufRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut pending = Pending::new();
    let mut last_id = 0_u64;
    let mut line = Vec::new();
    let error = loop {
        tokio::select! {
            biased;
            read = read_line(&mut reader, &mut line) => match read {
                Read::Line => {
                    if let Err(error) = answer(&line, &mut pending, last_id) {
                        break error;
                    }
                    line.clear();
                }
                Read::TooLong => break nonsense(&line, "the line is longer than 1 MiB"),
                Read::End => break ended(&line, &mut overheard).await,
            },
            call = calls.recv() => {
                let Some(call) = call else { return };
                last_id += 1;
                let message = json!({"jsonrpc": "2.0", "id": last_id, "method": call.method, "params": call.params});
                pending.insert(last_id, (call.method, call.answer));
                let sent = writer.write_all(format!("{message}\n").as_bytes()).await;
                if sent.is_err() || writer.flush().await.is_err() {
                    // It reads no more; what it said before tells more than that.
                    let last = tokio::time::timeout(LAST_LINE, read_line(&mut reader, &mut line)).await;
                    break match last {
                        Ok(Read::Line) if Reply::read(&line).is_err() => nonsense(&line, "not an answer, and then it ended"),
                        _ => ended(&line, &mut overheard).await,
                    };
                }
            }
        }
    };
    *broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
    for (_, answer) in pending.into_values() {
        let _ = answer.send(Err(error.clone()));
    }
}

/// How it ended, and what it left unfinished.
async fn ended(line: &[u8], overheard: &mut impl Overheard) -> DriverError {
    let how = overheard.ending().await;
    if line.is_empty() {
        return DriverError::Ended { how };
    }
    let said: String = String::from_utf8_lossy(line).chars().take(200).collect();
    DriverError::Ended { how: format!("{how}; the last thing on its stdout, without a line feed: {said:?}") }
}

enum Read {
    Line,
    TooLong,
    End,
}

/// Reads up to a line feed. Cancel-safe: what was read so far stays in `line`.
async fn read_line(reader: &mut (impl AsyncBufRead + Unpin), line: &mut Vec<u8>) -> Read {
    loop {
        let Ok(available) = reader.fill_buf().await else { return Read::End };
        if available.is_empty() {
            return Read::End;
        }
        let end = available.iter().position(|b| *b == b'\n');
        let taken = end.map_or(available.len(), |at| at + 1);
        line.extend_from_slice(available.get(..taken).unwrap_or_default());
        reader.consume(taken);
        if line.len() > LINE {
            return Read::TooLong;
        }
        if end.is_some() {
            return Read::Line;
        }
    }
}

fn answer(line: &[u8], pending: &mut Pending, last_id: u64) -> Result<(), DriverError> {
    let reply = Reply::read(line)?;
    // An answer that nobody waits for any more came after its time; that was told when it was due.
    let Some((method, waiting)) = pending.remove(&reply.id) else {
        let problem = match reply.id {
            id if (1..=last_id).contains(&id) => format!("request {id} was answered before: each is answered once"),
            id => format!("it answers request {id}, and the last one was {last_id}"),
        };
        return Err(nonsense(line, &problem));
    };
    let _ = waiting.send(reply.result(&method));
    Ok(())
}
