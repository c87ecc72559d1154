//! The driver protocol itself.

use serde_json::{Value, json};
use sim_edc::Script;

use crate::gateway::config;
use crate::world::{Client, MemoryWorld, terminal};

fn code(answer: &Value) -> i64 {
    answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("{answer}"))
}

#[tokio::test(start_paused = true)]
async fn it_says_what_it_is() {
    let world = MemoryWorld::new(&Script::default());
    let mut client = Client::start(&world, None);
    let ready =
        client.initialize(json!({"terminal": terminal("stx"), "gateway": config(), "later": {"field": 1}})).await;
    assert_eq!(ready["name"], "reference");
    assert_eq!(ready["roles"], json!(["edc", "antom", "client"]));
    // This world's clock cannot be told the time.
    assert_eq!(
        ready["capabilities"],
        json!([
            "cancel",
            "refund",
            "restart",
            "order-code",
            "payment-code",
            "cashier",
            "card",
            "session",
            "batch",
            "capture",
            "cart",
            "retry",
            "returns",
            "screen",
            "terminal-sdk"
        ])
    );
    client.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn lines_that_are_no_requests_get_errors_and_it_lives_on() {
    let world = MemoryWorld::new(&Script::default());
    let mut client = Client::start(&world, None);
    for (line, expected) in [
        ("nonsense", -32700),
        ("[]", -32600),
        ("{}", -32600),
        ("{\"jsonrpc\":\"1.0\",\"method\":\"clock\",\"id\":1}", -32600),
        ("{\"jsonrpc\":\"2.0\",\"method\":\"fly\",\"id\":1}", -32601),
        ("{\"jsonrpc\":\"2.0\",\"method\":\"giveBack\",\"id\":1}", -32601),
        ("{\"jsonrpc\":\"2.0\",\"method\":\"checkout\",\"id\":1,\"params\":7}", -32602),
        ("{\"jsonrpc\":\"2.0\",\"method\":\"orderStatus\",\"id\":1,\"params\":{\"order\":\"A\"}}", -32000),
        (
            "{\"jsonrpc\":\"2.0\",\"method\":\"initialize\",\"id\":1,\"params\":{\"protocol\":\"9\",\"state\":\"s\"}}",
            -32000,
        ),
    ] {
        assert_eq!(code(&client.raw(line.as_bytes()).await), expected, "{line}");
    }
    assert_eq!(code(&client.raw(b"\xff\xfe").await), -32700);
    let long = vec![b'x'; 1024 * 1024 + 1];
    assert_eq!(code(&client.raw(&long).await), -32600);
    client.initialize(json!({"terminal": terminal("stx")})).await;
    let wrong = json!({"jsonrpc": "2.0", "id": 9, "method": "checkout", "params":
        {"order": "A", "by": "terminal", "amount": {"currency": "KRW", "value": "-1"}}});
    assert_eq!(code(&client.raw(wrong.to_string().as_bytes()).await), -32602);
    assert_eq!(client.status("never seen").await["state"], "failed");
    client.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_asked_for_twice_is_sold_once() {
    let world = MemoryWorld::new(&Script::default());
    let mut client = Client::at_terminal(&world, None).await;
    client.sell("A", 10_400).await;
    client.sell("A", 10_400).await;
    assert_eq!(client.settled("A").await.0, "paid");
    let amount = json!({"currency": "KRW", "value": "10400"});
    let again = client.call("checkout", json!({"order": "A", "by": "terminal", "amount": amount})).await;
    assert_eq!(again["state"], "paid");
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    assert_eq!(world.charges(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_input_is_the_end() {
    let world = MemoryWorld::new(&Script::default());
    let mut client = Client::at_terminal(&world, None).await;
    client.sell("A", 10_400).await;
    client.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_book_that_somebody_else_wrote_in_is_not_used() {
    let world = MemoryWorld::new(&Script::default());
    world.books.lock().unwrap().insert("state".to_owned(), vec!["{\"x\":1}".to_owned()]);
    let mut client = Client::start(&world, None);
    let params = json!({"protocol": "1", "state": "state"});
    let line = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).to_string();
    assert_eq!(code(&client.raw(line.as_bytes()).await), -32000);
}
