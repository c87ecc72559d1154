//! The servers that are compared: the gateway as it is shipped, and handlers that bound it.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use wire::antom::{Signature, Signer, Verifier, string_to_sign};

use super::order::{ANTOM, CLIENT, MERCHANT, PAY};

/// Says to a child of this program which peer it shall be.
pub(crate) const VARIABLE: &str = "SIM_ANTOM_BENCH_PEER";

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// A handler that answers.
    Bare,
    /// One that reads the JSON first.
    Parsing,
    /// One that verifies the request and signs its answer.
    VerifyAndSign,
    /// The gateway with `--no-signing`.
    Unsigned,
    /// The gateway.
    Signed,
}

impl Peer {
    pub(crate) const ALL: [Self; 5] = [Self::Bare, Self::Parsing, Self::VerifyAndSign, Self::Unsigned, Self::Signed];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Bare => "bare handler",
            Self::Parsing => "bare handler that parses",
            Self::VerifyAndSign => "bare handler that verifies and signs",
            Self::Unsigned => "sim-antom --no-signing",
            Self::Signed => "sim-antom",
        }
    }

    /// Whether its requests carry signatures.
    pub(crate) const fn is_signed(self) -> bool {
        matches!(self, Self::VerifyAndSign | Self::Signed)
    }
}

/// A running server; it ends with this.
pub(crate) struct Server {
    child: Child,
    /// Where it listens, without a slash at the end.
    pub(crate) url: String,
}

impl Server {
    /// Starts a peer on the first core.
    pub(crate) fn start(peer: Peer, folder: &Path) -> io::Result<Self> {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]);
        match peer {
            Peer::Unsigned | Peer::Signed => {
                let keys = folder.join("keys");
                provide(&keys)?;
                command.arg(env!("CARGO_BIN_EXE_sim-antom")).arg("--keys").arg(&keys).args(["--client-id", CLIENT]);
                if peer == Peer::Unsigned {
                    command.arg("--no-signing");
                }
            }
            _ => {
                command.arg(std::env::current_exe()?).env(VARIABLE, peer.title());
            }
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut ready = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut ready)?;
        }
        let url = ready.split_whitespace().find_map(|word| word.strip_prefix("url="));
        let url = url.ok_or_else(|| io::Error::other(format!("{} said {ready:?}", peer.title())))?.to_owned();
        Ok(Self { child, url })
    }

    /// How many bytes the body of its answer to a request has.
    pub(crate) fn answer_len(&self, request: &str) -> io::Result<usize> {
        let address = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.len());
        body.filter(|_| answer.starts_with("HTTP/1.1 200"))
            .ok_or_else(|| io::Error::other(format!("it answers {answer:?}")))
    }

    /// How long it has had the processor so far.
    pub(crate) fn processor_time(&self) -> io::Result<Duration> {
        let mut nanoseconds = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
            let first = text.split_whitespace().next().and_then(|word| word.parse::<u64>().ok());
            nanoseconds += first.ok_or_else(|| io::Error::other(format!("schedstat says {text:?}")))?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lays the keys ready, so that both sides know each other.
fn provide(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let write = |name: &str, text: &[u8]| std::fs::write(folder.join(name), text);
    // The gateway makes the public halves by itself.
    write("antom-private.key", ANTOM)?;
    write("merchant-private.key", MERCHANT)
}

fn signer(key: &[u8]) -> io::Result<Signer> {
    Signer::load(key).map_err(io::Error::other)
}

/// What a handler does before it answers.
struct Work {
    peer: Peer,
    antom: Signer,
    merchant: Verifier,
}

/// Is a peer, in a process of its own.
pub(crate) fn serve(name: &str) -> io::Result<()> {
    let peer = Peer::ALL.into_iter().find(|peer| peer.title() == name);
    let peer = peer.ok_or_else(|| io::Error::other(format!("{name:?} is no peer")))?;
    let merchant = signer(MERCHANT)?.verifier().map_err(io::Error::other)?;
    let work = Arc::new(Work { peer, antom: signer(ANTOM)?, merchant });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        writeln!(io::stdout(), "ready url=http://{}", listener.local_addr()?)?;
        axum::serve(listener, Router::new().fallback(answer).with_state(work)).await
    })
}

async fn answer(State(work): State<Arc<Work>>, headers: HeaderMap, body: Bytes) -> Response {
    let time = "2026-01-05T18:00:00+08:00";
    let signature = match work.peer {
        Peer::VerifyAndSign => {
            let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let text = string_to_sign("POST", PAY, header("client-id"), header("request-time"), &body);
            let genuine = Signature::parse(header("signature")).is_ok_and(|s| work.merchant.verify(&text, &s.bytes));
            if !genuine {
                return Response::builder().status(403).body(Body::empty()).unwrap_or_default();
            }
            work.antom.header(PAY, CLIENT, time, ANSWER.as_bytes())
        }
        Peer::Parsing => {
            if !serde_json::from_slice::<serde_json::Value>(&body).is_ok_and(|body| body.is_object()) {
                return Response::builder().status(400).body(Body::empty()).unwrap_or_default();
            }
            String::new()
        }
        _ => String::new(),
    };
    let mut response = Response::builder()
        .header("content-type", "application/json; charset=UTF-8")
        .header("client-id", CLIENT)
        .header("response-time", time);
    if !signature.is_empty() {
        response = response.header("signature", signature);
    }
    response.body(Body::from(ANSWER)).unwrap_or_default()
}

/// The gateway's own answer, with other times and numbers. [`Server::answer_len`] tells whether it is still as long.
const ANSWER: &str = r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success."},"paymentRequestId":"BENCH-0000000000","paymentId":"20260105114010800100000000000000001","paymentAmount":{"currency":"JPY","value":"1000"},"paymentCreateTime":"2026-01-05T18:00:00+08:00","redirectActionForm":{"method":"GET","redirectUrl":"http://127.0.0.1:40000/wallet/pay?paymentId=20260105114010800100000000000000001","actionFormType":"RedirectActionForm"}}"#;
