//! Sales at a simulated terminal, on time and out of luck.

use std::time::Duration;

use serde_json::json;
use sim_edc::{CardholderAction, Event, Fault, HostAnswer, PowerLossAt, Profile, Reversal, Script};
use wire::edc::{BusinessCode, Kind};
use wire::time::Span;

use crate::world::{Client, MemoryWorld, is, terminal};

fn faulty(fault: Fault) -> Script {
    Script { faults: vec![fault], ..Script::default() }
}

/// Sells order A for 10,400 won at a terminal with this script; how it ended.
async fn sell(script: &Script) -> (MemoryWorld, (String, String)) {
    let world = MemoryWorld::new(script);
    let mut client = Client::at_terminal(&world, None).await;
    client.sell("A", 10_400).await;
    let ended = client.settled("A").await;
    client.shut_down().await;
    (world, ended)
}

#[tokio::test(start_paused = true)]
async fn an_approved_sale_is_paid_and_booked_once() {
    let (world, ended) = sell(&Script::default()).await;
    assert_eq!(ended, is("paid", 10_400));
    assert_eq!(world.command_names(), ["Purchase"]);
    let parameters = &world.commands()[0]["commandRequestParams"];
    assert_eq!(parameters["tipAmount"]["value"], "0");
    assert!(wire::edc::shape_errors(parameters, wire::edc::PurchaseRequest::SHAPE).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_sale_with_a_signature_is_paid() {
    let world = MemoryWorld::new(&Script::default());
    let mut client = Client::at_terminal(&world, None).await;
    client.sell("A", 50_001).await;
    assert_eq!(client.settled("A").await, is("paid", 50_001));
}

#[tokio::test(start_paused = true)]
async fn the_line_profile_works_too() {
    let world = MemoryWorld::speaking(Profile::Ndjson, &Script::default());
    let mut client = Client::start(&world, None);
    client.initialize(json!({"terminal": terminal("ndjson")})).await;
    client.sell("A", 10_400).await;
    assert_eq!(client.settled("A").await, is("paid", 10_400));
}

#[tokio::test(start_paused = true)]
async fn a_declined_sale_is_failed_and_not_tried_again() {
    for code in [BusinessCode::UserBalanceNotEnough, BusinessCode::ProcessFail, BusinessCode::InvalidContract] {
        let decline = HostAnswer::Decline { code, after: Span::secs(1) };
        let (world, ended) = sell(&Script { host: vec![decline], ..Script::default() }).await;
        assert_eq!((ended, world.command_names()), (is("failed", 0), vec!["Purchase".to_owned()]), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_recovered_and_booked_once() {
    let (world, ended) = sell(&faulty(Fault::LoseAnswer { times: 1 })).await;
    assert_eq!((ended, world.charges()), (is("paid", 10_400), 1));
    assert_eq!(world.command_names(), ["Purchase", "GetLastTransaction"]);
}

#[tokio::test(start_paused = true)]
async fn power_lost_after_the_approval_is_recovered() {
    let script = faulty(Fault::PowerLoss { at: PowerLossAt::Approved, lasting: Span::secs(5) });
    let (world, ended) = sell(&script).await;
    assert_eq!((ended, world.charges()), (is("paid", 10_400), 1));
    assert_eq!(world.command_names(), ["Purchase", "GetLastTransaction"]);
}

#[tokio::test(start_paused = true)]
async fn power_lost_before_the_approval_is_parked_for_a_person() {
    for at in [PowerLossAt::Ready, PowerLossAt::Authorizing] {
        let (world, ended) = sell(&faulty(Fault::PowerLoss { at, lasting: Span::secs(5) })).await;
        assert_eq!((ended, world.charges()), (is("parked", 0), 0), "{at:?}");
        assert_eq!(world.command_names(), ["Purchase", "GetLastTransaction"]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_is_asked_for_at_once_and_then_parked() {
    let silent = HostAnswer::Silent { reversal: Reversal::Refused };
    let (world, ended) = sell(&Script { host: vec![silent], ..Script::default() }).await;
    assert_eq!(ended, is("parked", 0));
    assert_eq!(world.command_names(), ["Purchase", "GetLastTransaction"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_frame_is_sent_again_unchanged() {
    let (world, ended) = sell(&faulty(Fault::NakCommand { times: 2 })).await;
    assert_eq!((ended, world.charges()), (is("paid", 10_400), 1));
    let events = world.events.lock().unwrap();
    let sendings = events.iter().filter_map(|event| match event {
        Event::Received { kind: Kind::Command, raw, .. } => Some(raw.0.clone()),
        _ => None,
    });
    let sendings: Vec<_> = sendings.collect();
    assert!(sendings.len() == 3 && sendings.iter().all(|raw| *raw == sendings[0]));
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_always_refused_is_sent_three_times_and_the_order_failed() {
    let (world, ended) = sell(&faulty(Fault::NakCommand { times: 9 })).await;
    assert_eq!((ended, world.charges()), (is("failed", 0), 0));
}

#[tokio::test(start_paused = true)]
async fn a_damaged_result_is_refused_and_heard_the_second_time() {
    let (world, ended) = sell(&faulty(Fault::CorruptResult { times: 1 })).await;
    assert_eq!(ended, is("paid", 10_400));
    assert_eq!(world.command_names(), ["Purchase"]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_ack_does_not_make_a_second_purchase() {
    let (world, ended) = sell(&faulty(Fault::LoseAck { times: 1 })).await;
    assert_eq!((ended, world.charges()), (is("paid", 10_400), 1));
    let events = world.events.lock().unwrap();
    let sent = events.iter().filter(|e| matches!(e, Event::Received { kind: Kind::Command, .. })).count();
    assert_eq!(sent, 1);
}

#[tokio::test(start_paused = true)]
async fn a_sale_is_called_off_while_no_card_is_there() {
    let insert = CardholderAction::Nothing;
    let world = MemoryWorld::new(&Script { cardholder: vec![insert], ..Script::default() });
    let mut client = Client::at_terminal(&world, None).await;
    client.sell("A", 10_400).await;
    client.sell("B", 500).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(client.call("cancel", json!({"order": "A"})).await["state"], "cancelled");
    assert_eq!(client.settled("B").await, is("paid", 500));
    assert_eq!(client.status("A").await["state"], "cancelled");
    assert_eq!(world.command_names(), ["Purchase", "CommandCancel", "Purchase"]);
    assert_eq!(world.commands()[1]["commandRequestParams"], json!({}));
}

#[tokio::test(start_paused = true)]
async fn with_a_card_in_the_reader_nothing_is_called_off() {
    let world = MemoryWorld::new(&Script::default());
    let mut client = Client::at_terminal(&world, None).await;
    client.sell("A", 10_400).await;
    tokio::time::sleep(Duration::from_millis(2_300)).await;
    assert_eq!(client.call("cancel", json!({"order": "A"})).await["state"], "open");
    assert_eq!(client.settled("A").await, is("paid", 10_400));
    assert_eq!(world.command_names(), ["Purchase"]);
}

#[tokio::test(start_paused = true)]
async fn a_sale_in_the_queue_is_called_off_without_a_word_to_the_terminal() {
    let world = MemoryWorld::new(&Script::default());
    let mut client = Client::at_terminal(&world, None).await;
    client.sell("A", 10_400).await;
    client.sell("B", 500).await;
    assert_eq!(client.call("cancel", json!({"order": "B"})).await["state"], "cancelled");
    assert_eq!(client.settled("A").await, is("paid", 10_400));
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(world.command_names(), ["Purchase"]);
}

#[tokio::test(start_paused = true)]
async fn a_till_killed_in_the_middle_asks_how_it_went_and_books_once() {
    for after in [500, 2_200, 3_000, 3_600] {
        let world = MemoryWorld::new(&Script::default());
        let mut client = Client::at_terminal(&world, None).await;
        client.sell("A", 10_400).await;
        tokio::time::sleep(Duration::from_millis(after)).await;
        client.kill().await;
        let mut client = Client::at_terminal(&world, None).await;
        assert_eq!(client.settled("A").await, is("paid", 10_400), "killed after {after} ms");
        assert_eq!(world.charges(), 1);
        assert_eq!(world.command_names().iter().filter(|name| *name == "Purchase").count(), 1);
        client.sell("B", 10_400).await;
        assert_eq!(client.settled("B").await, is("paid", 10_400));
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_waited_in_the_queue_when_the_till_was_killed_is_failed() {
    let world = MemoryWorld::new(&Script::default());
    let mut client = Client::at_terminal(&world, None).await;
    client.sell("A", 10_400).await;
    client.sell("B", 500).await;
    client.kill().await;
    let mut client = Client::at_terminal(&world, None).await;
    assert_eq!(client.settled("B").await.0, "failed");
}

#[tokio::test(start_paused = true)]
async fn sales_follow_each_other_and_an_amount_that_cannot_be_is_not_sent() {
    let world = MemoryWorld::new(&Script::default());
    let mut client = Client::at_terminal(&world, None).await;
    for order in ["A", "B", "C"] {
        client.sell(order, 10_400).await;
    }
    for order in ["A", "B", "C"] {
        assert_eq!(client.settled(order).await, is("paid", 10_400));
    }
    for (currency, value) in [("USD", "104"), ("KRW", "0"), ("KRW", "1000000000")] {
        let amount = json!({"currency": currency, "value": value});
        let order = format!("{currency}{value}");
        let answer = client.call("checkout", json!({"order": order, "by": "terminal", "amount": amount})).await;
        assert_eq!(answer["state"], "failed");
    }
    let ids: std::collections::BTreeSet<_> =
        world.commands().iter().map(|c| c["commandRequestParams"]["requestId"].to_string()).collect();
    assert_eq!((world.commands().len(), ids.len()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_line_unplugged_in_the_middle_is_opened_again_and_the_sale_decided() {
    for after in [1_000, 3_000] {
        let world = MemoryWorld::new(&Script::default());
        let mut client = Client::at_terminal(&world, None).await;
        client.sell("A", 10_400).await;
        tokio::time::sleep(Duration::from_millis(after)).await;
        world.unplug();
        assert_eq!(client.settled("A").await, is("paid", 10_400), "unplugged after {after} ms");
        let purchases = world.command_names().iter().filter(|name| *name == "Purchase").count();
        assert_eq!((world.charges(), purchases), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_world_goes_the_same_way_twice() {
    async fn once() -> (String, String) {
        let script = Script {
            faults: vec![
                Fault::NakCommand { times: 1 },
                Fault::LoseAnswer { times: 1 },
                Fault::CorruptResult { times: 1 },
            ],
            ..Script::default()
        };
        let world = MemoryWorld::new(&script);
        let mut client = Client::at_terminal(&world, None).await;
        client.sell("A", 10_400).await;
        client.sell("B", 50_001).await;
        client.settled("B").await;
        client.shut_down().await;
        (format!("{:?}", world.events.lock().unwrap()), format!("{:?}", world.books.lock().unwrap()))
    }
    assert_eq!(once().await, once().await);
}
