//! The line's rules, with a terminal played by hand: frames in pieces, noise, repeats, and answers nobody asked for.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::mpsc;
use wire::edc::{ACK, Decoded, Decoder, Frame, Kind, NAK, Packet};

use crate::world::{Client, MemoryWorld, is};

/// The terminal's end of the line.
struct Hand {
    line: DuplexStream,
    decoder: Decoder,
    found: std::collections::VecDeque<Decoded>,
    seq: u8,
}

impl Hand {
    async fn open(clients: &mut mpsc::Receiver<DuplexStream>) -> Self {
        let line = clients.recv().await.unwrap();
        Self { line, decoder: Decoder::default(), found: [].into(), seq: 0 }
    }

    /// What the till sends next.
    async fn hear(&mut self) -> Decoded {
        let mut buffer = [0; 4096];
        loop {
            if let Some(found) = self.found.pop_front() {
                return found;
            }
            let n = self.line.read(&mut buffer).await.unwrap();
            assert!(n > 0, "the till closed the line");
            let mut input = &buffer[..n];
            while let Some(found) = self.decoder.decode(&mut input) {
                self.found.push_back(found);
            }
        }
    }

    /// The next message, acknowledged.
    async fn message(&mut self) -> Value {
        loop {
            if let Decoded::Frame(frame, _) = self.hear().await {
                self.write(&[ACK]).await;
                return Value::Object(frame.into_packet().json().unwrap());
            }
        }
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.line.write_all(bytes).await.unwrap();
    }

    fn frame(&mut self, kind: Kind, object: &Value) -> Vec<u8> {
        self.seq = Frame::seq_after(self.seq);
        Frame::new(Packet::new(kind, object), self.seq).unwrap().encode()
    }

    async fn say(&mut self, kind: Kind, object: &Value) {
        let frame = self.frame(kind, object);
        self.write(&frame).await;
    }

    /// Answers the hello and gives back the Purchase that follows.
    async fn begin(&mut self) -> Value {
        assert_eq!(self.message().await["provider"], "KICC");
        self.say(Kind::Hello, &json!({"code": "INIT_SUCCESS", "message": ""})).await;
        let purchase = self.message().await;
        assert_eq!(purchase["commandName"], "Purchase");
        purchase
    }
}

fn success(purchase: &Value) -> Value {
    let asked = &purchase["commandRequestParams"];
    json!({"id": purchase["id"], "commandName": "Purchase", "outcome": "success", "responseData": {
        "requestId": asked["requestId"], "paymentAmount": asked["paymentAmount"],
        "result": {"resultCode": "SUCCESS", "resultMessage": ""}}})
}

fn failure(purchase: &Value, code: &str) -> Value {
    let mut result = success(purchase);
    result["outcome"] = json!("businessFailed");
    result["responseData"]["result"]["resultCode"] = json!(code);
    result
}

async fn sale() -> (Client, Hand, Value) {
    let (world, mut clients) = MemoryWorld::by_hand();
    let mut client = Client::at_terminal(&world, None).await;
    client.sell("A", 10_400).await;
    let mut hand = Hand::open(&mut clients).await;
    let purchase = hand.begin().await;
    // The channel stays open, so that the line can be opened again.
    std::mem::forget(clients);
    (client, hand, purchase)
}

#[tokio::test(start_paused = true)]
async fn a_result_in_pieces_behind_noise_and_a_false_start_is_heard() {
    let (mut client, mut hand, purchase) = sale().await;
    hand.write(&[0xff, ACK, NAK, 0x00, b'x']).await;
    // Begins like the largest frame there is: the real one lies behind it.
    hand.write(&[0x02, 0x40, 0x00, b'R']).await;
    let result = hand.frame(Kind::Result, &success(&purchase));
    for byte in result {
        hand.write(&[byte]).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(client.settled("A").await, is("paid", 10_400));
}

#[tokio::test(start_paused = true)]
async fn a_repeated_result_is_acknowledged_again_and_booked_once() {
    let (mut client, mut hand, purchase) = sale().await;
    let result = hand.frame(Kind::Result, &success(&purchase));
    for _ in 0..3 {
        hand.write(&result).await;
        assert_eq!(hand.hear().await, Decoded::Ack);
    }
    // Even as a new frame it is the same result.
    hand.say(Kind::Result, &success(&purchase)).await;
    assert_eq!(hand.hear().await, Decoded::Ack);
    assert_eq!(client.settled("A").await, is("paid", 10_400));
}

#[tokio::test(start_paused = true)]
async fn bad_frames_are_refused_once_in_a_tenth_of_a_second_and_strays_are_ignored() {
    let (_client, mut hand, purchase) = sale().await;
    let mut bad = hand.frame(Kind::Result, &success(&purchase));
    *bad.last_mut().unwrap() ^= 1;
    hand.write(&[bad.clone(), bad.clone()].concat()).await;
    assert_eq!(hand.hear().await, Decoded::Nak);
    tokio::time::sleep(Duration::from_millis(150)).await;
    hand.write(&bad).await;
    assert_eq!(hand.hear().await, Decoded::Nak);
    hand.write(&[NAK; 50]).await;
    let heard = tokio::time::timeout(Duration::from_secs(2), hand.hear()).await;
    assert!(heard.is_err(), "{heard:?}");
}

#[tokio::test(start_paused = true)]
async fn results_that_are_not_this_sales_do_not_count() {
    let (mut client, mut hand, purchase) = sale().await;
    let mut stale = success(&purchase);
    stale["id"] = json!("an earlier one");
    hand.say(Kind::Result, &stale).await;
    hand.say(Kind::Event, &json!({"id": purchase["id"], "eventCode": "SOMETHING_NEW", "seq": "9"})).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(client.status("A").await["state"], "open");
    let mut altered = success(&purchase);
    altered["responseData"]["paymentAmount"]["value"] = json!("104");
    hand.say(Kind::Result, &altered).await;
    // What does not fit is asked about, and a record that does not fit either is for a person.
    let question = hand.message().await;
    assert_eq!(question["commandName"], "GetLastTransaction");
    altered["id"] = question["id"].clone();
    altered["commandName"] = json!("GetLastTransaction");
    hand.say(Kind::Result, &altered).await;
    assert_eq!(client.settled("A").await, is("parked", 0));
    // The true answer, late: it still counts.
    hand.say(Kind::Result, &success(&purchase)).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(client.settled("A").await, is("paid", 10_400));
}

#[tokio::test(start_paused = true)]
async fn a_terminal_that_says_nothing_is_asked_six_times_and_the_order_parked() {
    let (mut client, mut hand, _) = sale().await;
    let silent = tokio::spawn(async move {
        let mut questions = 0;
        while let Ok(message) = tokio::time::timeout(Duration::from_secs(300), hand.message()).await {
            assert_eq!(message["commandName"], "GetLastTransaction");
            questions += 1;
        }
        questions
    });
    assert_eq!(client.settled("A").await, is("parked", 0));
    assert_eq!(silent.await.unwrap(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_busy_terminal_is_asked_again_a_bounded_number_of_times() {
    let (mut client, mut hand, mut purchase) = sale().await;
    let request = purchase["commandRequestParams"]["requestId"].clone();
    for _ in 0..5 {
        let busy = json!({"id": purchase["id"], "commandName": "Purchase", "outcome": "commandFailed",
            "errorCode": "CommandDeviceBusy", "errorMessage": ""});
        hand.say(Kind::Result, &busy).await;
        let again = hand.message().await;
        assert_ne!(again["id"], purchase["id"]);
        assert_eq!(again["commandRequestParams"]["requestId"], request);
        purchase = again;
    }
    hand.say(Kind::Result, &success(&purchase)).await;
    assert_eq!(client.settled("A").await, is("paid", 10_400));
}

#[tokio::test(start_paused = true)]
async fn the_two_halves_of_a_cancelled_sale_may_come_in_either_order() {
    for failure_first in [true, false] {
        let (mut client, mut hand, purchase) = sale().await;
        client.ask("cancel", json!({"order": "A"})).await;
        let cancel = hand.message().await;
        assert_eq!(cancel["commandName"], "CommandCancel");
        let agreed = json!({"id": cancel["id"], "commandName": "CommandCancel", "outcome": "success",
            "responseData": {"result": {"resultCode": "SUCCESS"}}});
        let failed = failure(&purchase, "PROCESS_FAIL");
        for result in if failure_first { [&failed, &agreed] } else { [&agreed, &failed] } {
            hand.say(Kind::Result, result).await;
        }
        assert_eq!(client.answer().await["result"]["state"], "cancelled");
        assert_eq!(client.settled("A").await, is("cancelled", 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_comes_too_late_leaves_the_payment_going() {
    let (mut client, mut hand, purchase) = sale().await;
    client.ask("cancel", json!({"order": "A"})).await;
    let cancel = hand.message().await;
    let late = json!({"id": cancel["id"], "commandName": "CommandCancel", "outcome": "commandFailed",
        "errorCode": "CommandInvalid", "errorMessage": ""});
    hand.say(Kind::Result, &late).await;
    assert_eq!(client.answer().await["result"]["state"], "open");
    hand.say(Kind::Result, &success(&purchase)).await;
    assert_eq!(client.settled("A").await, is("paid", 10_400));
}

#[tokio::test(start_paused = true)]
async fn a_result_that_cannot_be_read_is_asked_about() {
    for data in ["{", "[]", "{\"outcome\":\"done\"}"] {
        let (mut client, mut hand, purchase) = sale().await;
        let data = data.replace('}', &format!(",\"id\":{}}}", purchase["id"]));
        hand.seq += 1;
        let packet = Packet { kind: Kind::Result, data: Bytes::from(data) };
        hand.write(&Frame::new(packet, hand.seq).unwrap().encode()).await;
        let question = hand.message().await;
        let mut record = success(&purchase);
        record["id"] = question["id"].clone();
        record["commandName"] = json!("GetLastTransaction");
        record["responseData"]["responseCommand"] = json!("Purchase");
        hand.say(Kind::Result, &record).await;
        assert_eq!(client.settled("A").await, is("paid", 10_400));
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_comes_down_the_line_the_till_lives_on() {
    let (mut client, mut hand, purchase) = sale().await;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..2_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let mut bytes = state.to_le_bytes();
        // Many false starts among it.
        bytes[0] = if state & 3 == 0 { 0x02 } else { bytes[0] };
        hand.write(&bytes).await;
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    hand.say(Kind::Result, &success(&purchase)).await;
    assert_eq!(client.settled("A").await, is("paid", 10_400));
}
