//! Each mistake at the gateway shows.

use reference::Fault;
use serde_json::json;
use wire::antom::{PayRequest, check_fields};

use crate::gateway::Reply::{Hang, Say};
use crate::gateway::{accepted, notice, result};
use crate::shop::{checkout, going, open, request_id};
use crate::world::is;

#[tokio::test(start_paused = true)]
async fn pay_s_is_paid_books_without_evidence() {
    let (_, mut client) = open(Some(Fault::PaySIsPaid), &[Say(accepted())], &going()).await;
    assert_eq!(client.call("checkout", checkout()).await["state"], "paid");
}

#[tokio::test(start_paused = true)]
async fn notify_signature_unchecked_believes_a_forger() {
    let (world, mut client) = open(Some(Fault::NotifySignatureUnchecked), &[Say(accepted())], &going()).await;
    client.call("checkout", checkout()).await;
    world.gateway.notify_forged(&notice(&request_id(&world), "1000", "S")).await;
    assert_eq!(client.settled("B").await, is("paid", 1000));
}

#[tokio::test(start_paused = true)]
async fn notify_booked_twice_books_each_delivery() {
    let (world, mut client) = open(Some(Fault::NotifyBookedTwice), &[Say(accepted())], &going()).await;
    client.call("checkout", checkout()).await;
    for _ in 0..2 {
        world.gateway.notify(&notice(&request_id(&world), "1000", "S")).await;
    }
    assert_eq!(client.settled("B").await, is("paid", 2000));
}

#[tokio::test(start_paused = true)]
async fn ack_without_result_says_ok() {
    let (world, mut client) = open(Some(Fault::AckWithoutResult), &[Say(accepted())], &going()).await;
    client.call("checkout", checkout()).await;
    let ack = world.gateway.notify(&notice(&request_id(&world), "1000", "S")).await;
    assert_eq!(ack, (200, "OK".to_owned()));
    assert_eq!(client.settled("B").await, is("paid", 1000));
}

#[tokio::test(start_paused = true)]
async fn new_id_after_no_answer_pays_with_two_ids() {
    let (world, mut client) = open(Some(Fault::NewIdAfterNoAnswer), &[Hang, Say(accepted())], &going()).await;
    client.call("checkout", checkout()).await;
    let sent = world.gateway.seen("pay");
    assert_eq!(sent.len(), 2);
    assert_ne!(sent[0].body["paymentRequestId"], sent[1].body["paymentRequestId"]);
    assert!(world.gateway.seen("inquiryPayment").is_empty());
}

#[tokio::test(start_paused = true)]
async fn signs_reserialised_body_does_not_verify_and_the_rest_does() {
    let refusal = Say(json!({"result": result("INVALID_SIGNATURE", "F")}));
    let (world, mut client) = open(Some(Fault::SignsReserialisedBody), &[refusal], &going()).await;
    assert_eq!(client.call("checkout", checkout()).await["state"], "failed");
    assert!(!world.gateway.seen("pay")[0].is_signed);
}

#[tokio::test(start_paused = true)]
async fn order_code_for_entry_code_names_the_wrong_scenario() {
    let (world, mut client) = open(Some(Fault::OrderCodeForEntryCode), &[Say(accepted())], &going()).await;
    client.call("checkout", checkout()).await;
    let pay = &world.gateway.seen("pay")[0].body;
    assert_eq!(check_fields(pay, PayRequest::ENTRY_CODE_DISCRIMINATORS).len(), 1);
    assert!(check_fields(pay, PayRequest::ENTRY_CODE_FIELDS).is_empty());
}
