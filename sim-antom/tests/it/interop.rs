//! How the official SDKs other than Python's sign and parse. Requests as they put them on the wire
//! (`fixtures/interop/make.sh`: Java's is signed by Java, the others by openssl), and the rules by which they take an
//! answer apart, written down from their sources.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use rstest::rstest;
use serde_json::Value;
use sim_antom::Event;

use super::http::{Server, written};
use super::merchant::{CLIENT, Draft, INQUIRY, antom_public};

const PATH: &str = "/ams/sandbox/api/v1/payments/pay";

const JAVA: &[u8] = include_bytes!("../../../fixtures/interop/java.http");
const GO: &[u8] = include_bytes!("../../../fixtures/interop/go.http");
const PHP: &[u8] = include_bytes!("../../../fixtures/interop/php.http");
const DOTNET: &[u8] = include_bytes!("../../../fixtures/interop/dotnet.http");

/// An answer as it is on the wire.
struct Raw {
    head: String,
    body: String,
}

impl Raw {
    async fn of(server: &Server, request: &[u8]) -> Self {
        let answer = String::from_utf8(server.exchange(request).await).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Self { head: head.to_owned(), body: body.to_owned() }
    }

    /// The headers, each line as it is.
    fn lines(&self) -> impl Iterator<Item = &str> {
        self.head.split("\r\n").skip(1)
    }

    fn header(&self, name: &str) -> &str {
        let prefix = format!("{name}: ");
        self.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap_or_else(|| panic!("{name} in {}", self.head))
    }

    /// Whether this encoded signature covers the answer, as seen by a client with this idea of time and client id.
    fn is_signed(&self, encoded: &str, client: &str, time: &str) -> bool {
        use base64::Engine as _;
        let decoded = percent_decode_str(encoded).decode_utf8().unwrap();
        let signature = base64::engine::general_purpose::STANDARD.decode(decoded.as_bytes()).unwrap();
        antom_public().verify(format!("POST {PATH}\n{client}.{time}.{}", self.body).as_bytes(), &signature)
    }
}

#[rstest]
#[case::java(JAVA, "PR-java")]
#[case::go(GO, "PR-go")]
#[case::php(PHP, "PR-php")]
#[case::dotnet(DOTNET, "PR-dotnet")]
#[tokio::test]
async fn a_request_in_an_sdks_own_hand_is_carried_out(#[case] request: &[u8], #[case] id: &str) {
    let mut server = Server::start("").await;
    let answer: Value = serde_json::from_str(&Raw::of(&server, request).await.body).unwrap();
    assert_eq!((&answer["result"]["resultCode"], &answer["paymentRequestId"]), (&"SUCCESS".into(), &id.into()));
    // The time is one of those that the documents name, and near enough.
    let notes = server.event(|event| if let Event::Request { notes, .. } = event { Some(notes) } else { None }).await;
    assert!(!notes.iter().any(|note| note.contains("Request-Time")), "{notes:?}");
    // One byte of the body changed, and it is nobody's.
    let at = request.len() - 3;
    let altered = [&request[..at], &[request[at] ^ 1], &request[at + 1..]].concat();
    let answer: Value = serde_json::from_str(&Raw::of(&server, &altered).await.body).unwrap();
    assert_eq!(answer["result"]["resultCode"], "INVALID_SIGNATURE");
}

/// Java: three or more parts at commas, the third one is `signature=x` with one `=`; its own client id.
#[tokio::test]
async fn java_takes_the_answer_apart() {
    let server = Server::start("").await;
    let raw = Raw::of(&server, JAVA).await;
    let parts: Vec<&str> = raw.header("signature").split(',').collect();
    let third: Vec<&str> = parts[2].split('=').collect();
    assert_eq!((parts.len(), third.len(), third[0]), (3, 2, "signature"));
    assert!(raw.is_signed(third[1], CLIENT, raw.header("response-time")));
}

/// Go: canonical names of headers, the client id of the answer, and strict kinds in the JSON.
#[tokio::test]
async fn go_takes_the_answer_apart() {
    let server = Server::start("").await;
    let raw = Raw::of(&server, GO).await;
    let canonical = |name: &str| {
        let words = name.split('-').map(|word| word[..1].to_uppercase() + &word[1..].to_lowercase());
        words.collect::<Vec<_>>().join("-")
    };
    let headers: BTreeMap<String, &str> =
        raw.lines().map(|line| line.split_once(": ").unwrap()).map(|(name, value)| (canonical(name), value)).collect();
    let encoded = headers["Signature"].split("signature=").nth(1).unwrap();
    assert!(raw.is_signed(encoded, headers["Client-Id"], headers["Response-Time"]));
    let answer: Value = serde_json::from_str(&raw.body).unwrap();
    assert!(answer["paymentAmount"]["value"].is_string() && answer["paymentId"].is_string(), "{answer}");
}

/// PHP: the header lines are scanned for two words in lower case, and the signature is what follows the last `=`.
#[tokio::test]
async fn php_takes_the_answer_apart() {
    let server = Server::start("").await;
    let raw = Raw::of(&server, PHP).await;
    let lines = |word: &str| raw.lines().filter(|line| line.contains(word)).collect::<Vec<_>>();
    let (time, signature) = (lines("response-time"), lines("signature"));
    assert_eq!((time.len(), signature.len()), (1, 1), "{}", raw.head);
    let encoded = signature[0].rsplit_once('=').unwrap().1;
    assert!(raw.is_signed(encoded, CLIENT, time[0].split_once(':').unwrap().1.trim()));
}

/// .NET: names in any case, both of them mandatory, status 200.
#[tokio::test]
async fn dotnet_takes_the_answer_apart() {
    let server = Server::start("").await;
    let raw = Raw::of(&server, DOTNET).await;
    assert!(raw.head.starts_with("HTTP/1.1 200 "), "{}", raw.head);
    let encoded = raw.header("signature").split("signature=").nth(1).unwrap();
    assert!(raw.is_signed(encoded, CLIENT, raw.header("response-time")));
}

/// Refusals are read by the same rules, so they carry the same headers.
#[tokio::test]
async fn a_refusal_is_taken_apart_like_any_answer() {
    let server = Server::start("").await;
    let draft = Draft { target: PATH.to_owned(), ..Draft::new(INQUIRY, &serde_json::json!([])) };
    let raw = Raw::of(&server, &written(&draft.signed())).await;
    assert!(raw.body.contains("PARAM_ILLEGAL"), "{}", raw.body);
    let encoded = raw.header("signature").rsplit_once('=').unwrap().1;
    assert!(raw.is_signed(encoded, CLIENT, raw.header("response-time")));
}
