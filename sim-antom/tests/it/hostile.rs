//! A bounded run of hostile requests against the real binary: it goes on answering, and its memory stays bounded. The same
//! seed, the same run.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use serde_json::Value;

use super::http::written;
use super::merchant::{CLIENT, Draft};
use super::process::{PATIENCE, Program};

/// How many hostile messages there are.
const MESSAGES: u64 = 280;
/// After so many an honest client asks.
const BETWEEN: u64 = 20;
/// Connections that are opened and then forgotten, all the while.
const IDLE: usize = 270;
/// How much its memory may grow: each message is gone when its answer is.
const MEBIBYTES: u64 = 96;

/// Where the run goes next: splitmix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| u8::try_from(self.next() & 0xff).unwrap()).collect()
    }
}

/// A request that would be answered with SUCCESS.
fn honest(id: u64) -> Vec<u8> {
    written(&Draft::pay(&format!("PR-{id}"), "1000").signed())
}

/// The same request with another body.
fn with_body(body: &[u8]) -> Vec<u8> {
    let mut draft = Draft::pay("PR-X", "1000");
    draft.body = body.to_vec().into();
    written(&draft.signed())
}

fn hostile(chance: &mut Chance, id: u64) -> Vec<u8> {
    let mut whole = honest(1_000_000 + id);
    let body = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let place = chance.below(whole.len());
    match id % 14 {
        0 => chance.bytes(512),
        // A few bytes of the head, or of the body, are others.
        1 => {
            for _ in 0..3 {
                let at = chance.below(body);
                whole[at] = chance.bytes(1)[0];
            }
            whole
        }
        2 => {
            for _ in 0..3 {
                let at = body + chance.below(whole.len() - body);
                whole[at] = chance.bytes(1)[0];
            }
            whole
        }
        // Half of it.
        3 => whole[..place].to_vec(),
        // Heads that are too long: one header, or many.
        4 => [b"POST / HTTP/1.1\r\nx: ".as_slice(), &vec![b'x'; 300_000], b"\r\n\r\n"].concat(),
        5 => format!("POST / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(1_000)).into_bytes(),
        6 => format!("POST /{} HTTP/1.1\r\n\r\n", "a/".repeat(40_000)).into_bytes(),
        // Bodies that are too deep, broken, or say everything twice.
        7 => with_body("[".repeat(200_000).as_bytes()),
        8 => with_body(format!("{}1{}", "{\"order\":".repeat(50_000), "}".repeat(50_000)).as_bytes()),
        9 => with_body(b"{\"paymentRequestId\": \"\xff\xfe\xc3\x28\", \"order\": {\"orderDescription\": \"\\ud800\"}}"),
        10 => {
            let twice: String = (0..4_000).map(|n| format!("\"k{}\": {n}, ", n % 1_500)).collect();
            with_body(format!("{{{twice} \"paymentRequestId\": \"A\", \"paymentRequestId\": \"B\"}}").as_bytes())
        }
        // Lengths that contradict each other, and the body.
        11 => b"POST /ams/api/v1/payments/pay HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\ncontent-length: 50\r\n\r\n{}".to_vec(),
        12 => b"POST /ams/api/v1/payments/pay HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\ncontent-length: 9\r\n\r\nfffffffffffffffff\r\n{}".to_vec(),
        _ => with_body(&vec![b' '; 1_100_000]),
    }
}

#[test]
fn after_hundreds_of_hostile_messages_it_answers_and_has_not_grown() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    // Without signatures, so that what a stranger sends is looked into as deep as a merchant's.
    // Nor does anybody read what it says.
    let program = Program::start(&["--keys", keys.to_str().unwrap(), "--client-id", CLIENT, "--no-signing"]);
    let address = program.field("url").strip_prefix("http://").unwrap().to_owned();
    let before = program.peak_memory();
    let mut idle = Vec::new();
    let mut chance = Chance(20_261_122);
    for id in 0..MESSAGES {
        if idle.len() < IDLE {
            let mut stream = TcpStream::connect(&address).unwrap();
            let begun = honest(id);
            // It may be let go for somebody else already.
            let _ = stream.write_all(&begun[..chance.below(begun.len())]);
            idle.push(stream);
        }
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // It may close before all is written.
        let _ = stream.write_all(&hostile(&mut chance, id));
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "message {id} is left waiting"),
        }
        if id % BETWEEN == BETWEEN - 1 {
            let answer = program.exchange(&honest(id));
            let (_, body) = answer.split_once("\r\n\r\n").unwrap();
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(body["result"]["resultCode"], "SUCCESS", "after message {id}");
        }
    }
    let grown = (program.peak_memory() - before) / 1024;
    assert!(grown < MEBIBYTES, "it grew by {grown} MiB");
}
