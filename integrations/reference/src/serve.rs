//! How the driver is asked: by lines on a pair of streams, or by calls within the process, where text would be written
//! only to be read again.

use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::driver::Driver;
use crate::fault::Fault;
use crate::rpc::{Asker, Refusal, Request, read_lines, written};
use crate::world::World;

/// What ends serving, once it is answered.
const LAST: &str = "shutdown";

/// Serves the driver protocol until the input ends or `shutdown` is asked for. What is going on then ends with it, as it
/// does when this is dropped. Asked to `stay`, it begins anew.
///
/// # Errors
/// The output cannot be written.
pub async fn serve<R, W>(input: R, mut output: W, world: Arc<dyn World>, fault: Option<Fault>) -> std::io::Result<()>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (line_in, mut lines) = mpsc::channel(16);
    let (mut answers_in, mut answers) = mpsc::channel(64);
    let mut reading = JoinSet::new();
    reading.spawn(read_lines(input, line_in));
    let mut driver = Driver::new(Arc::clone(&world), fault);
    loop {
        tokio::select! {
            biased;
            Some(answer) = answers.recv() => write(&mut output, &answer).await?,
            Some(_) = driver.tasks.join_next() => {}
            line = lines.recv() => {
                let Some(line) = line else { return Ok(()) };
                let (id, method, params) = match Request::parse(&line) {
                    Ok(Some(Request { id, method, params })) => (id, method, params),
                    Ok(None) => continue,
                    Err(refusal) => {
                        write(&mut output, &refusal.answer(None)).await?;
                        continue;
                    }
                };
                let stays = method == LAST && params["stay"] == true;
                if stays {
                    driver.end().await;
                    driver = Driver::new(Arc::clone(&world), fault);
                    // Nobody waits any more for what was not answered.
                    (answers_in, answers) = mpsc::channel(64);
                }
                let asker = Asker::Line(id, answers_in.clone());
                if let Some((Asker::Line(id, _), answer)) = driver.handle(&method, params, asker).await
                    && let Some(line) = written(id, answer)
                {
                    write(&mut output, &line).await?;
                }
                if method == LAST && !stays {
                    return Ok(());
                }
            }
        }
    }
}

/// A call from within the process.
#[derive(Debug)]
pub struct Call {
    /// A method of the driver protocol.
    pub method: String,
    /// Its parameters.
    pub params: Value,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Result<Value, Refusal>>,
}

/// Serves the driver protocol to callers within the process, as [`serve`] does to lines.
pub async fn serve_calls(mut calls: mpsc::Receiver<Call>, world: Arc<dyn World>, fault: Option<Fault>) {
    let mut driver = Driver::new(world, fault);
    loop {
        tokio::select! {
            biased;
            Some(_) = driver.tasks.join_next() => {}
            call = calls.recv() => {
                let Some(Call { method, params, answer }) = call else { return };
                if let Some((asker, answer)) = driver.handle(&method, params, Asker::Caller(answer)).await {
                    asker.answer(answer).await;
                }
                if method == LAST {
                    return;
                }
            }
        }
    }
}

async fn write(output: &mut (impl AsyncWrite + Unpin), answer: &Value) -> std::io::Result<()> {
    output.write_all(format!("{answer}\n").as_bytes()).await?;
    output.flush().await
}
