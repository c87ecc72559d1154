//! Wallet payments through a gateway that answers well, badly, or not at all.

use std::time::Duration;

use reference::Fault;
use serde_json::{Value, json};
use wire::antom::{PayRequest, check_fields};

use crate::gateway::Reply::{self, Forge, Hang, Reset, Say, Status};
use crate::gateway::{accepted, config, notice, result, stands};
use crate::world::{Client, MemoryWorld, is};

pub(crate) async fn open(fault: Option<Fault>, pay: &[Reply], inquiry: &[Reply]) -> (MemoryWorld, Client) {
    let world = MemoryWorld::new(&sim_edc::Script::default());
    world.gateway.answers("pay", pay);
    world.gateway.answers("inquiryPayment", inquiry);
    let mut client = Client::start(&world, fault);
    let ready = client.initialize(json!({"gateway": config()})).await;
    assert_eq!(ready["notifyUrl"], "http://127.0.0.1:52001/notify");
    (world, client)
}

pub(crate) fn checkout() -> Value {
    json!({
        "order": "B", "by": "entry-code", "amount": {"currency": "JPY", "value": "1000"}, "description": "お茶 \"1/2\"",
        "userAgent": "Mozilla/5.0 AlipayClient/10.3",
    })
}

pub(crate) fn going() -> Vec<Reply> {
    vec![Say(stands("PROCESSING"))]
}

pub(crate) fn request_id(world: &MemoryWorld) -> String {
    world.gateway.seen("pay")[0].body["paymentRequestId"].as_str().unwrap().to_owned()
}

const ACK: &str = r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#;

#[tokio::test(start_paused = true)]
async fn a_payment_is_signed_complete_and_paid_on_its_notification_only() {
    let (world, mut client) = open(None, &[Say(accepted())], &going()).await;
    let answer = client.call("checkout", checkout()).await;
    assert_eq!(answer, json!({"state": "open", "redirect": {"method": "GET", "url": "http://wallet/1"}}));
    let pay = &world.gateway.seen("pay")[0];
    assert!(pay.is_signed);
    assert_eq!(pay.path, "/ams/sandbox/api/v1/payments/pay");
    assert!(check_fields(&pay.body, PayRequest::ENTRY_CODE_DISCRIMINATORS).is_empty());
    assert!(check_fields(&pay.body, PayRequest::ENTRY_CODE_FIELDS).is_empty());
    assert_eq!(pay.body["paymentNotifyUrl"], "http://127.0.0.1:52001/notify");
    assert_eq!(client.status("B").await["state"], "open");
    let paid = notice(&request_id(&world), "1000", "S");
    for _ in 0..3 {
        assert_eq!(world.gateway.notify(&paid).await, (200, ACK.to_owned()));
    }
    assert_eq!(client.settled("B").await, is("paid", 1000));
    // A failure that comes later takes nothing back, and nobody asks about what is over.
    assert_eq!(world.gateway.notify(&notice(&request_id(&world), "1000", "F")).await.0, 200);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(client.settled("B").await, is("paid", 1000));
    assert!(world.gateway.seen("inquiryPayment").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_notification_that_nobody_vouches_for_changes_nothing() {
    let (world, mut client) = open(None, &[Say(accepted())], &going()).await;
    client.call("checkout", checkout()).await;
    let paid = notice(&request_id(&world), "1000", "S");
    for (status, ack) in [world.gateway.notify_forged(&paid).await, world.gateway.notify_other_client(&paid).await] {
        assert!(status == 200 && ack.contains("\"U\""), "{status} {ack}");
    }
    assert_eq!(client.status("B").await["state"], "open");
    // Genuine ones: for another amount, for somebody else's payment, and one that is still pending.
    let (_, ack) = world.gateway.notify(&notice("nobody's", "1000", "S")).await;
    assert_eq!(ack, ACK);
    let mut pending = paid.clone();
    pending["notifyType"] = json!("PAYMENT_PENDING");
    assert_eq!(world.gateway.notify(&pending).await.1, ACK);
    assert_eq!(client.status("B").await["state"], "open");
    let (_, ack) = world.gateway.notify(&notice(&request_id(&world), "1", "S")).await;
    assert!(ack.contains("\"U\""), "{ack}");
    assert_eq!(client.settled("B").await, is("parked", 0));
    // A person would look; the right one still counts.
    world.gateway.notify(&paid).await;
    assert_eq!(client.settled("B").await, is("paid", 1000));
}

#[tokio::test(start_paused = true)]
async fn without_a_notification_the_shop_asks_and_reads_the_status_not_the_result() {
    let inquiry = [
        Reset,
        Say(json!({"result": result("UNKNOWN_EXCEPTION", "U")})),
        Say(stands("PROCESSING")),
        Say(stands("SUCCESS")),
    ];
    let (world, mut client) = open(None, &[Say(accepted())], &inquiry).await;
    client.call("checkout", checkout()).await;
    assert_eq!(client.settled("B").await, is("paid", 1000));
    assert_eq!(world.gateway.seen("inquiryPayment").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_inquiry_that_decides_otherwise_ends_the_order() {
    for (status, state) in [("FAIL", "failed"), ("CANCELLED", "cancelled")] {
        let (_, mut client) = open(None, &[Say(accepted())], &[Say(stands(status))]).await;
        client.call("checkout", checkout()).await;
        assert_eq!(client.settled("B").await, is(state, 0));
    }
    let mut other = stands("SUCCESS");
    other["paymentAmount"]["value"] = json!("1");
    let (_, mut client) = open(None, &[Say(accepted())], &[Say(other)]).await;
    client.call("checkout", checkout()).await;
    assert_eq!(client.settled("B").await, is("parked", 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_never_decided_is_parked_after_a_bounded_number_of_questions() {
    let (world, mut client) = open(None, &[Say(accepted())], &going()).await;
    client.call("checkout", checkout()).await;
    assert_eq!(client.settled("B").await, is("parked", 0));
    assert_eq!(world.gateway.seen("inquiryPayment").len(), 10);
    // The cancel that nobody answered may still be carried out: a success that comes now is for a person to look at.
    world.gateway.notify(&notice(&request_id(&world), "1000", "S")).await;
    assert_eq!(client.settled("B").await, is("parked", 0));
}

#[tokio::test(start_paused = true)]
async fn no_usable_answer_of_pay_is_asked_about_and_pay_repeated_byte_for_byte() {
    let not_there = Say(json!({"result": result("ORDER_NOT_EXIST", "F")}));
    for bad in [Hang, Reset, Status(502), Forge(accepted())] {
        let pay = [bad.clone(), Say(accepted())];
        let (world, mut client) = open(None, &pay, &[not_there.clone(), Say(stands("SUCCESS"))]).await;
        let answer = client.call("checkout", checkout()).await;
        assert_eq!(answer["redirect"]["url"], "http://wallet/1");
        let sent = world.gateway.seen("pay");
        assert!(sent.len() == 2 && sent[0].raw == sent[1].raw && sent[1].is_signed);
        assert_eq!(client.settled("B").await, is("paid", 1000));
    }
    let (world, mut client) = open(None, &[Hang], &[not_there]).await;
    client.call("checkout", checkout()).await;
    assert_eq!(client.settled("B").await, is("parked", 0));
    assert_eq!(world.gateway.seen("pay").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn unknown_is_sent_again_within_bounds_and_failure_is_not() {
    let unknown = || Say(json!({"result": result("UNKNOWN_EXCEPTION", "U")}));
    let (world, mut client) = open(None, &[unknown(), unknown(), Say(accepted())], &going()).await;
    assert!(client.call("checkout", checkout()).await["redirect"].is_object());
    let sent = world.gateway.seen("pay");
    assert!(sent.len() == 3 && sent.iter().all(|seen| seen.raw == sent[0].raw));

    let (world, mut client) = open(None, &[unknown()], &going()).await;
    client.call("checkout", checkout()).await;
    assert_eq!(client.settled("B").await, is("parked", 0));
    assert_eq!(world.gateway.seen("pay").len(), 4);

    let (world, mut client) = open(None, &[Say(json!({"result": result("SYSTEM_ERROR", "F")}))], &going()).await;
    assert_eq!(client.call("checkout", checkout()).await["state"], "failed");
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!((world.gateway.seen("pay").len(), world.gateway.seen("inquiryPayment").len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_notification_before_the_answer_of_pay_counts() {
    let (world, mut client) = open(None, &[Hang], &going()).await;
    client.ask("checkout", checkout()).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.gateway.notify(&notice(&request_id(&world), "1000", "S")).await.1, ACK);
    let answer = client.answer().await;
    assert_eq!(answer["result"]["state"], "paid");
}

#[tokio::test(start_paused = true)]
async fn a_shop_killed_while_it_waits_goes_on_asking_with_the_same_id() {
    let (world, mut client) = open(None, &[Say(accepted())], &[Say(stands("SUCCESS"))]).await;
    client.call("checkout", checkout()).await;
    client.kill().await;
    let mut client = Client::start(&world, None);
    client.initialize(json!({"gateway": config()})).await;
    assert_eq!(client.settled("B").await, is("paid", 1000));
    assert_eq!(world.gateway.seen("inquiryPayment")[0].body["paymentRequestId"], json!(request_id(&world)));
    assert_eq!(world.gateway.seen("pay").len(), 1);
}
