//! Notifications over loopback sockets: what is on the wire, and what a merchant's answer is worth.

use rstest::rstest;
use serde_json::json;
use sim_antom::{Connect as _, Event, TcpConnect};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use wire::antom::Headers;

use super::http::{HOUR, Server, written};
use super::merchant::{Draft, PAY, is_antoms, pay_body};

const PAID_AT_ONCE: &str = "buyer: [{pays: {after: 0s}}]";
const ACK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 80\r\n\r\n\
    {\"result\":{\"resultCode\":\"SUCCESS\",\"resultStatus\":\"S\",\"resultMessage\":\"success\"}}";

/// Pays, so that a notification goes to this URL.
async fn pay(server: &Server, url: &str) {
    let mut body = pay_body("PR-1", "1000");
    body["paymentNotifyUrl"] = json!(url);
    let answer = server.exchange(&written(&Draft::new(PAY, &body).signed())).await;
    assert!(String::from_utf8_lossy(&answer).contains("\"SUCCESS\""));
}

/// A merchant's listener and its URL.
async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/notify?shop=1", listener.local_addr().unwrap());
    (listener, url)
}

async fn accept(listener: &TcpListener) -> TcpStream {
    timeout(HOUR, listener.accept()).await.unwrap().unwrap().0
}

/// Reads a request: its head, and its body as long as the head says.
async fn read_request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let len = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
            let mut body = bytes.split_off(end + 4);
            while body.len() < len {
                assert_ne!(stream.read_buf(&mut body).await.unwrap(), 0);
            }
            return (head, body);
        }
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
    }
}

/// The verdict about the first delivery.
async fn verdict(server: &mut Server) -> (Option<u16>, bool, String) {
    let answered = |event| match event {
        Event::NoticeAnswered { status, acknowledged, problem, .. } => {
            Some((status, acknowledged, problem.unwrap_or_default()))
        }
        _ => None,
    };
    server.event(answered).await
}

#[tokio::test]
async fn a_notification_arrives_as_documented_and_is_acknowledged() {
    let mut server = Server::start(PAID_AT_ONCE).await;
    let (listener, url) = listen().await;
    pay(&server, &url).await;
    let mut stream = accept(&listener).await;
    let (head, body) = read_request(&mut stream).await;
    stream.write_all(ACK.as_bytes()).await.unwrap();
    let mut lines = head.split("\r\n");
    assert_eq!(lines.next(), Some("POST /notify?shop=1 HTTP/1.1"));
    let headers: Headers =
        lines.map(|l| l.split_once(": ").unwrap()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    assert_eq!(headers.value("host"), Some(listener.local_addr().unwrap().to_string().as_str()));
    assert!(is_antoms("/notify?shop=1", &headers, "request-time", &body));
    assert_eq!(verdict(&mut server).await, (Some(200), true, String::new()));
}

#[rstest]
#[case::redirect("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n".to_owned(), Some(302), "302")]
#[case::error(ACK.replace("200 OK", "500 Internal Server Error"), Some(500), "500")]
#[case::empty("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned(), Some(200), "no result object")]
#[case::garbage("hello merchant\r\n\r\n".to_owned(), None, "no answer")]
#[case::nothing(String::new(), None, "no answer")]
#[case::cut_off(ACK[..ACK.len() - 5].to_owned(), None, "read the answer")]
#[case::too_large(
    format!("HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n{}", "x".repeat(70_000)), None, "read the answer"
)]
#[case::without_end(
    format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}", "1000\r\n".to_owned() + &"x".repeat(0x1000) + "\r\n"),
    None, "read the answer"
)]
#[tokio::test]
async fn other_answers_are_no_acknowledgement(
    #[case] answer: String,
    #[case] status: Option<u16>,
    #[case] reason: &str,
) {
    let mut server = Server::start(PAID_AT_ONCE).await;
    let (listener, url) = listen().await;
    pay(&server, &url).await;
    let mut stream = accept(&listener).await;
    read_request(&mut stream).await;
    let _ = stream.write_all(answer.as_bytes()).await;
    drop(stream);
    let (seen, acknowledged, problem) = verdict(&mut server).await;
    assert_eq!(seen, status, "{problem}");
    assert!(!acknowledged);
    assert!(problem.contains(reason), "{problem}");
}

#[tokio::test(start_paused = true)]
async fn a_merchant_that_does_not_answer_is_given_up_with_its_connection_and_asked_again() {
    let mut server = Server::start(PAID_AT_ONCE).await;
    let (listener, url) = listen().await;
    pay(&server, &url).await;
    let mut silent = accept(&listener).await;
    read_request(&mut silent).await;
    assert_eq!(verdict(&mut server).await, (None, false, "no answer within 10 s".to_owned()));
    let mut rest = Vec::new();
    let closed = timeout(HOUR, silent.read_to_end(&mut rest)).await;
    assert!(matches!(closed, Ok(Ok(0) | Err(_))), "{closed:?}");
    // Two minutes later, which are none here.
    let mut stream = accept(&listener).await;
    read_request(&mut stream).await;
    stream.write_all(ACK.as_bytes()).await.unwrap();
    assert_eq!(verdict(&mut server).await, (Some(200), true, String::new()));
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_was_abandoned_does_not_hold_up_another() {
    let mut server = Server::start("buyer: [{pays: {after: 0s}}, {pays: {after: 10s}}, leaves]").await;
    let (listener, url) = listen().await;
    pay(&server, &url).await;
    let mut silent = accept(&listener).await;
    read_request(&mut silent).await;
    let mut body = pay_body("PR-2", "1000");
    body["paymentNotifyUrl"] = json!(url);
    server.exchange(&written(&Draft::new(PAY, &body).signed())).await;
    let mut second = accept(&listener).await;
    read_request(&mut second).await;
    second.write_all(ACK.as_bytes()).await.unwrap();
    let verdicts = [verdict(&mut server).await, verdict(&mut server).await];
    assert!(verdicts.contains(&(Some(200), true, String::new())), "{verdicts:?}");
}

#[tokio::test]
async fn nobody_listening_is_no_acknowledgement() {
    let mut server = Server::start(PAID_AT_ONCE).await;
    let (listener, url) = listen().await;
    drop(listener);
    pay(&server, &url).await;
    let (status, acknowledged, problem) = verdict(&mut server).await;
    assert_eq!((status, acknowledged), (None, false));
    assert!(problem.contains("connect to 127.0.0.1:"), "{problem}");
}

#[rstest]
#[case("http://192.0.2.1/notify", "notifications go to loopback only; 192.0.2.1 is elsewhere")]
#[case("http://shop.example/notify", "notifications go to loopback only; shop.example is elsewhere")]
#[case("http://127.0.0.1@shop.example/", "shop.example is elsewhere")]
#[case("http://0.0.0.0:80/", "0.0.0.0 is elsewhere")]
#[case("http://[2001:db8::1]/", "2001:db8::1 is elsewhere")]
#[case("http://[::ffff:192.0.2.1]/", "is elsewhere")]
#[case("https://127.0.0.1/notify", "https is spoken")]
#[case("http://127.0.0.1:99999/", "has the port 99999, which is none")]
#[tokio::test]
async fn other_places_than_loopback_are_refused_with_a_reason(#[case] url: &str, #[case] reason: &str) {
    let mut server = Server::start(PAID_AT_ONCE).await;
    pay(&server, url).await;
    let (status, acknowledged, problem) = verdict(&mut server).await;
    assert_eq!((status, acknowledged), (None, false));
    assert!(problem.contains(reason), "{problem}");
}

#[rstest]
#[case("127.0.0.1")]
#[case("localhost")]
#[tokio::test]
async fn loopback_has_several_names(#[case] host: &str) {
    let (listener, _) = listen().await;
    assert!(TcpConnect.connect(host, listener.local_addr().unwrap().port()).await.is_ok());
}
