//! The server over loopback sockets. The client writes bytes itself, so that what is on the wire is under control.
//!
//! Time is paused where a test says so: it then jumps whenever nothing can happen, so an hour of silence is no hour.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rstest::rstest;
use serde_json::Value;
use sim_antom::{Event, Gateway, Notifier, SystemClock, TcpAccept, TcpConnect, drive, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use wire::antom::{Envelope, Headers};
use wire::time::Moment;

use super::merchant::{CLIENT, Draft, INQUIRY, PAY, antom, forger, is_antoms};
use super::rig::{clients, script};

/// A gateway behind a port of its own. Dropping it stops it.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) events: mpsc::UnboundedReceiver<Event>,
    _tasks: JoinSet<()>,
}

/// Longer than anything here takes, paused or not.
pub(super) const HOUR: Duration = Duration::from_secs(3600);

impl Server {
    pub(super) async fn start(yaml: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let gateway = Gateway::new(clients(), antom(), Some(forger()), script(yaml));
        let clock = Arc::new(SystemClock::starting_at(Moment::WORLD_START));
        let (requests, calls) = mpsc::channel(64);
        let (seen, events) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        let observe = move |_: Moment, event: Event| {
            let _ = seen.send(event);
        };
        let driven = drive(gateway, calls, Notifier::new(Arc::new(TcpConnect)), clock.clone(), observe);
        tasks.spawn(async move { driven.await.unwrap() });
        tasks.spawn(async move { serve(TcpAccept(listener), requests, clock).await.unwrap() });
        Self { address, events, _tasks: tasks }
    }

    /// Sends bytes and reads until the server closes.
    pub(super) async fn exchange(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        // A reset after the answer is the same as its end.
        let _ = timeout(HOUR, stream.read_to_end(&mut answer)).await.unwrap();
        answer
    }

    /// The body of the answer to a signed request.
    async fn ask(&self, envelope: &Envelope) -> Value {
        let (_, body) = parsed(&self.exchange(&written(envelope)).await);
        serde_json::from_slice(&body).unwrap()
    }

    /// Waits for an event.
    pub(super) async fn event<T>(&mut self, wanted: impl Fn(Event) -> Option<T>) -> T {
        loop {
            let event = timeout(HOUR, self.events.recv()).await.unwrap().unwrap();
            if let Some(found) = wanted(event) {
                return found;
            }
        }
    }
}

/// A request as HTTP writes it; the connection closes after it.
pub(super) fn written(envelope: &Envelope) -> Vec<u8> {
    let mut head = format!("{} {} HTTP/1.1\r\nhost: h\r\nconnection: close\r\n", envelope.method, envelope.target);
    for (name, value) in envelope.headers.iter() {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "content-length: {}\r\n\r\n", envelope.body.len());
    [head.as_bytes(), &envelope.body].concat()
}

/// Headers and body of a response with status 200.
fn parsed(response: &[u8]) -> (Headers, Vec<u8>) {
    let end = response.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("{:?}", String::from_utf8_lossy(response)));
    let head = std::str::from_utf8(&response[..end]).unwrap();
    let mut lines = head.split("\r\n");
    assert_eq!(lines.next(), Some("HTTP/1.1 200 OK"));
    let headers = lines.map(|line| line.split_once(": ").unwrap()).map(|(n, v)| (n.to_owned(), v.to_owned()));
    (headers.collect(), response[end + 4..].to_vec())
}

#[tokio::test]
async fn a_signed_pay_is_answered_as_every_sdk_wants_it() {
    let server = Server::start("").await;
    let (headers, body) = parsed(&server.exchange(&written(&Draft::pay("PR-1", "1000").signed())).await);
    let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
    assert_eq!(names[..4], ["content-type", "client-id", "response-time", "signature"]);
    assert!(names.iter().all(|name| **name == name.to_ascii_lowercase()), "{names:?}");
    assert_eq!(headers.value("content-length"), Some(body.len().to_string().as_str()));
    assert_eq!(headers.value("content-type"), Some("application/json; charset=UTF-8"));
    assert_eq!(headers.value("client-id"), Some(CLIENT));
    assert!(is_antoms(PAY, &headers, "response-time", &body));
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["result"]["resultCode"], "SUCCESS");
}

#[rstest]
#[case::origin(PAY.to_owned())]
#[case::absolute(format!("https://open-sea-global.alipay.com{PAY}"))]
#[case::doubled_slash(format!("/{PAY}?a=b"))]
#[tokio::test]
async fn a_target_reaches_the_check_as_it_was_written(#[case] target: String) {
    let mut server = Server::start("").await;
    let draft = Draft { target: target.clone(), ..Draft::pay("PR-1", "1000") };
    assert_eq!(server.ask(&draft.signed()).await["result"]["resultCode"], "SUCCESS");
    let seen = server.event(|event| if let Event::Request { target, .. } = event { Some(target) } else { None }).await;
    assert_eq!(seen, target);
}

#[tokio::test]
async fn a_refusal_is_a_signed_200_too() {
    let server = Server::start("").await;
    for (request, code) in [
        (&b"GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n"[..], "METHOD_NOT_SUPPORTED"),
        (b"POST /x HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n", "NO_INTERFACE_DEF"),
        (
            b"POST /ams/api/v1/payments/pay HTTP/1.1\r\nhost: h\r\nClient-Id: caf\xe9\r\nconnection: close\r\n\r\n",
            "CLIENT_INVALID",
        ),
    ] {
        let (headers, body) = parsed(&server.exchange(request).await);
        assert!(headers.value("signature").is_some(), "{headers:?}");
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["result"]["resultCode"], code);
    }
}

#[tokio::test]
async fn nobody_is_told_that_a_tunnel_is_open() {
    let server = Server::start("").await;
    let answer = server.exchange(b"CONNECT bank.example:443 HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with(b"HTTP/1.1 405 "), "{:?}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn a_connection_serves_several_requests() {
    let server = Server::start("").await;
    let bytes = written(&Draft::pay("PR-1", "1000").signed());
    let text = String::from_utf8(bytes).unwrap();
    let twice = format!("{}{text}", text.replace("connection: close\r\n", ""));
    let answer = server.exchange(twice.as_bytes()).await;
    assert_eq!(String::from_utf8(answer).unwrap().matches("HTTP/1.1 200 OK").count(), 2);
}

#[tokio::test]
async fn a_chunked_body_is_read_as_the_bytes_that_were_signed() {
    let server = Server::start("").await;
    let envelope = Draft::pay("PR-1", "1000").signed();
    let plain = String::from_utf8(written(&envelope)).unwrap();
    let (head, body) = plain.split_once("\r\n\r\n").unwrap();
    let head = head.replace(&format!("content-length: {}", body.len()), "transfer-encoding: chunked");
    let (first, second) = body.split_at(7);
    let chunked = format!("{head}\r\n\r\n{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n", first.len(), second.len());
    let (_, body) = parsed(&server.exchange(chunked.as_bytes()).await);
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["result"]["resultCode"], "SUCCESS");
}

#[tokio::test]
async fn a_lost_answer_closes_without_a_byte() {
    let server = Server::start("faults: [{lose-answer: {on: pay}}]").await;
    let bytes = written(&Draft::pay("PR-1", "1000").signed());
    assert_eq!(server.exchange(&bytes).await, b"");
    // It was carried out all the same.
    let inquiry = Draft::new(INQUIRY, &serde_json::json!({"paymentRequestId": "PR-1"})).signed();
    assert_eq!(server.ask(&inquiry).await["result"]["resultCode"], "SUCCESS");
}

#[tokio::test(start_paused = true)]
async fn a_silent_answer_stays_silent() {
    let server = Server::start("faults: [{lose-answer: {on: pay, how: silence}}]").await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&written(&Draft::pay("PR-1", "1000").signed())).await.unwrap();
    let mut byte = [0];
    assert!(timeout(HOUR, stream.read(&mut byte)).await.is_err());
    // The server goes on, and so does the payment.
    let inquiry = Draft::new(INQUIRY, &serde_json::json!({"paymentRequestId": "PR-1"})).signed();
    assert_eq!(server.ask(&inquiry).await["paymentStatus"], "SUCCESS");
}

#[tokio::test]
async fn a_reset_answer_is_a_reset_on_the_wire() {
    let server = Server::start("faults: [{lose-answer: {on: pay, how: reset}}]").await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&written(&Draft::pay("PR-1", "1000").signed())).await.unwrap();
    let error = timeout(HOUR, stream.read(&mut [0])).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    let inquiry = Draft::new(INQUIRY, &serde_json::json!({"paymentRequestId": "PR-1"})).signed();
    assert_eq!(server.ask(&inquiry).await["result"]["resultCode"], "SUCCESS");
}

#[tokio::test]
async fn a_cut_answer_has_its_whole_length_in_the_headers_and_breaks_off() {
    let server = Server::start("faults: [{cut-answer: {on: pay, bytes: 20}}]").await;
    let bytes = written(&Draft::pay("PR-1", "1000").signed());
    let (headers, cut) = parsed(&server.exchange(&bytes).await);
    let (_, whole) = parsed(&server.exchange(&bytes).await);
    assert_eq!(headers.value("content-length"), Some(whole.len().to_string().as_str()));
    assert_eq!(cut, whole[..20]);
}

#[tokio::test(start_paused = true)]
async fn a_trickling_answer_comes_in_pieces_and_whole() {
    let server = Server::start("faults: [{trickle-answer: {on: pay, bytes: 100, every: 2s}}]").await;
    let since = tokio::time::Instant::now();
    let (headers, body) = parsed(&server.exchange(&written(&Draft::pay("PR-1", "1000").signed())).await);
    assert!(is_antoms(PAY, &headers, "response-time", &body));
    let pauses = u64::try_from(body.len().div_ceil(100)).unwrap();
    assert!(pauses > 2 && since.elapsed() >= Duration::from_secs(2 * pauses), "{:?}", since.elapsed());
}

#[tokio::test]
async fn headers_are_spelt_on_the_wire_as_the_script_wants_them() {
    let server =
        Server::start("faults: [{odd-headers: {on: pay, how: title-case}}, {html-answer: {on: inquiryPayment}}]").await;
    let answer = server.exchange(&written(&Draft::pay("PR-1", "1000").signed())).await;
    let text = String::from_utf8(answer).unwrap();
    assert!(
        text.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nClient-Id: "),
        "{text}"
    );
    let inquiry = Draft::new(INQUIRY, &serde_json::json!({"paymentRequestId": "PR-1"})).signed();
    let page = String::from_utf8(server.exchange(&written(&inquiry)).await).unwrap();
    assert!(page.starts_with("HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html"), "{page}");
}

#[rstest]
#[case::as_large_as_may_be(1024 * 1024, "the body is not JSON")]
#[case::one_byte_more(1024 * 1024 + 1, "longer than 1 MiB")]
#[tokio::test]
async fn a_body_beyond_one_mebibyte_is_illegal(#[case] len: usize, #[case] reason: &str) {
    let mut server = Server::start("").await;
    let draft = Draft::of_bytes(PAY, vec![b'x'; len]);
    assert_eq!(server.ask(&draft.signed()).await["result"]["resultCode"], "PARAM_ILLEGAL");
    let notes = server.event(|event| if let Event::Request { notes, .. } = event { Some(notes) } else { None }).await;
    assert!(notes[0].contains(reason), "{notes:?}");
}

#[rstest]
#[case(b"\x00\x01\x02\x03\r\n\r\n")]
#[case(b"complete nonsense\r\n\r\n")]
#[case(b"POST  /  HTTP/9.9\r\n\r\n")]
#[case(b"POST / HTTP/1.1\r\nno colon\r\n\r\n")]
#[case(b"POST / HTTP/1.1\r\ncontent-length: many\r\n\r\n")]
#[case(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")]
#[tokio::test]
async fn garbage_closes_its_connection_and_the_server_lives(#[case] garbage: &[u8]) {
    let server = Server::start("").await;
    let answer = server.exchange(garbage).await;
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{:?}", String::from_utf8_lossy(&answer));
    assert_eq!(server.ask(&Draft::pay("PR-1", "1000").signed()).await["result"]["resultCode"], "SUCCESS");
}

#[tokio::test]
async fn headers_without_end_close_their_connection() {
    let server = Server::start("").await;
    let request = [b"POST / HTTP/1.1\r\nx: ".as_slice(), &vec![b'x'; 256 * 1024]].concat();
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    // The server may close before all is written.
    let _ = stream.write_all(&request).await;
    let mut answer = Vec::new();
    let _ = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.unwrap();
    assert!(!String::from_utf8_lossy(&answer).contains("200 OK"));
    assert_eq!(server.ask(&Draft::pay("PR-1", "1000").signed()).await["result"]["resultCode"], "SUCCESS");
}

#[rstest]
#[case::silent_from_the_start(b"")]
#[case::in_the_middle_of_the_headers(b"POST / HTTP/1.1\r\nx")]
#[case::in_the_middle_of_the_body(b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\n{")]
#[case::after_a_whole_request(b"POST / HTTP/1.1\r\nhost: h\r\n\r\n")]
#[tokio::test(start_paused = true)]
async fn three_hundred_idle_connections_do_not_stop_the_server_for_ever(#[case] begun: &[u8]) {
    let server = Server::start("").await;
    let mut idle = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(begun).await.unwrap();
        idle.push(stream);
    }
    assert_eq!(server.ask(&Draft::pay("PR-1", "1000").signed()).await["result"]["resultCode"], "SUCCESS");
    drop(idle);
}

#[rstest]
#[case::silent_from_the_start(b"")]
#[case::in_the_middle_of_the_headers(b"POST / HTTP/1.1\r\nx")]
#[case::in_the_middle_of_the_body(b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\n{")]
#[case::after_a_whole_request(b"POST / HTTP/1.1\r\nhost: h\r\n\r\n")]
#[tokio::test]
async fn whoever_asks_is_served_at_once_however_many_dawdle(#[case] begun: &[u8]) {
    let server = Server::start("").await;
    let mut idle = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(begun).await.unwrap();
        idle.push(stream);
    }
    let envelope = Draft::pay("PR-1", "1000").signed();
    // Well below the half minute after which the others are given up.
    let answer = timeout(Duration::from_secs(15), server.ask(&envelope)).await.unwrap();
    assert_eq!(answer["result"]["resultCode"], "SUCCESS");
    drop(idle);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_nothing_for_half_a_minute_is_let_go() {
    let server = Server::start("").await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = String::from_utf8(written(&Draft::pay("PR-1", "1000").signed())).unwrap();
    let request = request.replace("connection: close", "connection: keep-alive");
    // Between its requests it takes its time, and is served all the same.
    for _ in 0..3 {
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = [0; 4096];
        assert!(stream.read(&mut answer).await.unwrap() > 0);
        tokio::time::sleep(Duration::from_secs(29)).await;
    }
    let since = tokio::time::Instant::now();
    assert_eq!(timeout(HOUR, stream.read(&mut [0; 1])).await.unwrap().unwrap(), 0);
    assert_eq!(since.elapsed().as_secs(), 1);
}

#[tokio::test]
async fn whoever_hangs_up_on_a_silent_answer_makes_room() {
    let server = Server::start("faults: [{lose-answer: {on: pay, how: silence, times: 300}}]").await;
    // Unsigned ones do: their answers are lost too.
    let bytes = written(&Draft::pay("PR-1", "1000").with_signature("signature="));
    for _ in 0..300 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
    }
    // Another operation, since how many of them got so far as to lose an answer is not known.
    let inquiry = Draft::new(INQUIRY, &serde_json::json!({"paymentRequestId": "PR-1"})).signed();
    let answer = timeout(Duration::from_secs(20), server.ask(&inquiry)).await.unwrap();
    assert_eq!(answer["result"]["resultCode"], "ORDER_NOT_EXIST");
}
