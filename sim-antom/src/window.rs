//! The way to the gateway: a request in, its reply out. The HTTP front stands behind it, and so may whoever is in the same
//! process: for him there is nothing that a connection could get wrong.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{mpsc, oneshot};
use wire::antom::{Envelope, Headers};
use wire::clock::ClockHandle;

use crate::drive::Call;
use crate::net::Stream;
use crate::raw;
use crate::reply::Reply;
use crate::script::Hangup;

/// Bytes of an answer of its own kind that may wait to be read.
const PIPE: usize = 64 * 1024;

/// See the module's documentation. Clones lead to the same gateway.
#[derive(Clone)]
pub struct Window {
    requests: mpsc::Sender<Call>,
    clock: ClockHandle,
}

/// Why there is no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// The gateway takes no requests any more.
    Stopping,
    /// It took this one, and stopped.
    Dropped,
}

/// What a request in the same process gets.
pub enum Heard {
    /// HTTP 200 with these headers and this body.
    Answer {
        /// Lower-case names; `signature` is the last.
        headers: Headers,
        /// JSON.
        body: Bytes,
    },
    /// What no HTTP library would send, as the end of a connection on which it is written once the request is.
    Written(Box<dyn Stream>),
}

impl Window {
    /// Hands requests to a gateway; answers go by this clock.
    #[must_use]
    pub fn new(requests: mpsc::Sender<Call>, clock: ClockHandle) -> Self {
        Self { requests, clock }
    }

    /// The time that answers go by.
    pub(crate) fn clock(&self) -> ClockHandle {
        Arc::clone(&self.clock)
    }

    /// Something moves on the wire.
    pub(crate) fn touch(&self) {
        self.clock.touch();
    }

    /// Asks the gateway. `unreadable` says why the body is not there, if so.
    pub(crate) async fn ask(&self, envelope: Envelope, unreadable: Option<String>) -> Result<Reply, Unanswered> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(Call::Request { envelope, unreadable, reply }).await.map_err(|_| Unanswered::Stopping)?;
        let reply = answer.await;
        self.clock.touch();
        reply.map_err(|_| Unanswered::Dropped)
    }

    /// Posts a request from within this process. Waits for ever when the gateway keeps silent, as on a connection.
    ///
    /// # Errors
    /// The connection would have ended without an answer.
    pub async fn post(&self, envelope: Envelope) -> io::Result<Heard> {
        self.touch();
        match self.ask(envelope, None).await {
            Ok(Reply::Answer { headers, body }) => Ok(Heard::Answer { headers, body }),
            Ok(Reply::Raw(answer)) => {
                let (mut ours, theirs) = tokio::io::duplex(PIPE);
                let clock = self.clock();
                tokio::spawn(async move {
                    // An answer before the question would be none. Whoever asked may have gone.
                    let _ = ours.read(&mut [0; 1024]).await;
                    let _ = raw::write(&mut ours, &answer, &clock).await;
                    let _ = ours.shutdown().await;
                    // What he still writes is heard to its end: a pipe that breaks would keep him from reading.
                    let _ = tokio::io::copy(&mut ours, &mut tokio::io::sink()).await;
                });
                Ok(Heard::Written(Box::new(theirs)))
            }
            Ok(Reply::Lost(Hangup::Silence)) => std::future::pending().await,
            Ok(Reply::Lost(Hangup::Reset)) => Err(io::ErrorKind::ConnectionReset.into()),
            Ok(Reply::Lost(Hangup::Close)) | Err(_) => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Window")
    }
}

impl std::fmt::Debug for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Answer { .. } => "Answer",
            Self::Written(_) => "Written",
        })
    }
}

#[cfg(test)]
mod tests {
    use wire::antom::Signer;
    use wire::time::Moment;

    use super::*;
    use crate::{Client, Clients, Gateway, MemoryStore, Notifier, Script, SystemClock, TcpConnect, drive};

    /// A gateway by this script, which trusts everybody.
    fn window(script: &str) -> Window {
        let mut clients = Clients::from([("C".to_owned(), Client::keyless())]);
        clients.set_signing(crate::Signing::Off);
        let script = Script::parse(script).unwrap();
        let gateway = Gateway::over(Box::new(MemoryStore::default()), clients, Signer::word("antom"), None, script);
        let clock: ClockHandle = Arc::new(SystemClock::starting_at(Moment::WORLD_START));
        let (requests, calls) = mpsc::channel(4);
        let notifier = Notifier::new(Arc::new(TcpConnect));
        tokio::spawn(drive(gateway, calls, notifier, Arc::clone(&clock), |_: Moment, _: crate::Event| {}));
        Window::new(requests, clock)
    }

    fn inquiry() -> Envelope {
        Envelope {
            method: "POST".to_owned(),
            target: "/ams/api/v1/payments/inquiryPayment".to_owned(),
            headers: Headers::new().with("client-id", "C"),
            body: Bytes::from_static(b"{\"paymentRequestId\":\"A\"}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_ordinary_answer_is_a_value() {
        let heard = window("{}").post(inquiry()).await.unwrap();
        let Heard::Answer { headers, body } = heard else { panic!("{heard:?}") };
        assert_eq!(headers.value("client-id"), Some("C"));
        assert!(body.starts_with(b"{\"result\":{\"resultCode\":\"ORDER_NOT_EXIST\""), "{body:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_odd_answer_is_written_once_it_is_asked_for() {
        let heard = window("{faults: [{odd-headers: {how: title-case}}]}").post(inquiry()).await.unwrap();
        let Heard::Written(mut stream) = heard else { panic!("{heard:?}") };
        let mut written = [0; 64];
        let early = tokio::time::timeout(std::time::Duration::from_secs(1), stream.read(&mut written)).await;
        assert!(early.is_err(), "it came before the request");
        stream.write_all(b"POST / HTTP/1.1\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("Client-Id: C"), "{answer}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_answer_is_the_end_of_a_connection() {
        for (how, kind) in [("reset", io::ErrorKind::ConnectionReset), ("close", io::ErrorKind::UnexpectedEof)] {
            let script = format!("{{faults: [{{lose-answer: {{how: {how}}}}}]}}");
            assert_eq!(window(&script).post(inquiry()).await.map_err(|error| error.kind()).err(), Some(kind), "{how}");
        }
        let silent = window("{faults: [{lose-answer: {how: silence}}]}");
        let waited = tokio::time::timeout(std::time::Duration::from_secs(3600), silent.post(inquiry())).await;
        assert!(waited.is_err(), "nothing ever comes");
    }
}
