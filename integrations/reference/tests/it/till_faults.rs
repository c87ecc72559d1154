//! Each mistake at the terminal shows on the wire.

use reference::Fault;
use serde_json::json;
use sim_edc::{Event, Fault as Trouble, Script};
use wire::edc::{Kind, PurchaseRequest, shape_errors};

use crate::world::{Client, MemoryWorld};

/// Sells these orders with a mistake.
async fn sell(script: &Script, fault: Fault, orders: &[&str]) -> (MemoryWorld, Vec<(String, String)>) {
    let world = MemoryWorld::new(script);
    let mut client = Client::at_terminal(&world, Some(fault)).await;
    let mut ended = Vec::new();
    for order in orders {
        client.sell(order, 10_400).await;
        ended.push(client.settled(order).await);
    }
    (world, ended)
}

fn lost(times: u32) -> Script {
    Script { faults: vec![Trouble::LoseAnswer { times }], ..Script::default() }
}

#[tokio::test(start_paused = true)]
async fn purchase_again_after_silence_charges_twice() {
    let (world, _) = sell(&lost(1), Fault::PurchaseAgainAfterSilence, &["A"]).await;
    assert_eq!((world.command_names(), world.charges()), (vec!["Purchase".to_owned(); 2], 2));
}

#[tokio::test(start_paused = true)]
async fn numbers_for_strings_and_a_missing_field_are_sent() {
    for fault in [Fault::NumbersForStrings, Fault::RequiredFieldMissing] {
        let (world, ended) = sell(&Script::default(), fault, &["A"]).await;
        assert_eq!(ended[0].0, "failed");
        let errors = shape_errors(&world.commands()[0]["commandRequestParams"], PurchaseRequest::SHAPE);
        assert!(!errors.is_empty(), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_id_reused_is_the_same_twice_but_never_books_what_is_not_its_own() {
    let (world, ended) = sell(&Script::default(), Fault::RequestIdReused, &["A", "B"]).await;
    let ids: Vec<_> = world.commands().iter().map(|c| c["commandRequestParams"]["requestId"].clone()).collect();
    assert_eq!(ids[..2], [json!("SALE-10400"), json!("SALE-10400")]);
    assert_eq!((ended[0].0.as_str(), ended[1].0.as_str()), ("paid", "parked"));
}

#[tokio::test(start_paused = true)]
async fn two_commands_at_once_are_on_the_wire_before_the_first_has_ended() {
    let (world, ended) = sell(&Script::default(), Fault::TwoCommandsAtOnce, &["A"]).await;
    assert_eq!(world.command_names(), ["Purchase", "GetLastTransaction"]);
    assert_eq!(ended[0].0, "paid");
}

#[tokio::test(start_paused = true)]
async fn sale_before_recovery_asks_nothing() {
    let (world, ended) = sell(&lost(1), Fault::SaleBeforeRecovery, &["A", "B"]).await;
    assert_eq!(world.command_names(), ["Purchase", "Purchase"]);
    assert_eq!((ended[0].0.as_str(), ended[1].0.as_str()), ("parked", "paid"));
}

#[tokio::test(start_paused = true)]
async fn a_result_unacknowledged_comes_three_times() {
    let (world, ended) = sell(&Script::default(), Fault::ResultUnacknowledged, &["A", "B"]).await;
    let events = world.events.lock().unwrap();
    let unheard = events.iter().filter(|e| matches!(e, Event::Unacknowledged { .. })).count();
    let third = events.iter().any(|e| matches!(e, Event::Sent { kind: Kind::Result, attempt: 3, .. }));
    assert!(unheard >= 1 && third);
    assert_eq!(ended[0].0, "paid");
}
