//! What each method may answer: the shape of a `result`, and in plain words what is wrong with one that has another. Pure.
//!
//! Members that nobody knows are let pass. `clock` is not here: what it answers is compared with what it was told.

use serde_json::{Map, Value};
use sim_antom::TcpConnectTo;
use wire::money::Money;
use wire::suggest;

use super::http::has_good_port;
use super::message::DriverError;

/// The states of an order (docs/driver.md).
const STATES: [&str; 6] = ["open", "paid", "failed", "cancelled", "refunded", "parked"];
/// The sides that an integration can play.
const ROLES: [&str; 3] = ["edc", "antom", "client"];

/// Looks at the `result` of a method.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check(method: &str, params: &Value, result: &Value) -> Result<(), DriverError> {
    let looked_at = match method {
        "initialize" => hello(result),
        "checkout" | "checkoutBatch" | "cancel" | "refund" | "capture" => outcome(result),
        "orderStatus" => status(params, result),
        _ => Ok(()),
    };
    looked_at.map_err(|problem| DriverError::Misshapen { method: method.to_owned(), said: short(result, 200), problem })
}

type Members = Map<String, Value>;

fn hello(result: &Value) -> Result<(), String> {
    let members = object("result", result)?;
    if text(members, "name")?.is_none_or(str::is_empty) {
        return Err("there is no `name`: what the reports shall call it".to_owned());
    }
    text(members, "version")?;
    let roles =
        words(members, "roles")?.ok_or("there is no `roles`: such as [\"edc\"], [\"antom\"], or [] for none yet")?;
    if let Some(role) = roles.iter().find(|role| !ROLES.contains(role)) {
        return Err(format!("{role:?} in `roles` is no role; {}", suggest::help(role, &ROLES)));
    }
    words(members, "capabilities")?;
    text(members, "notifyUrl")?.map_or(Ok(()), notify_url)
}

/// Where the gateway is to deliver what names no other address. It delivers on loopback only.
fn notify_url(url: &str) -> Result<(), String> {
    let such = "such as http://127.0.0.1:52001/notify";
    let is_http = |uri: &hyper::Uri| matches!(uri.scheme_str(), Some("http" | "https")) && has_good_port(uri);
    let parsed = url.parse::<hyper::Uri>().ok().filter(is_http);
    let host = parsed.as_ref().and_then(|uri| uri.host()).filter(|host| !host.is_empty());
    match host {
        None => Err(format!("`notifyUrl` is {url:?}, not an http URL {such}")),
        Some(host) if TcpConnectTo::default().allows(&host.to_ascii_lowercase()) => Ok(()),
        Some(host) => Err(format!("`notifyUrl` is at {host}: the gateway notifies on loopback only, {such}")),
    }
}

fn outcome(result: &Value) -> Result<(), String> {
    let members = object("result", result)?;
    state(members)?;
    text(members, "code")?;
    if let Some(redirect) = part(members, "redirect")? {
        let method = text(redirect, "method")?;
        if !matches!(method, Some("GET" | "POST")) {
            let written = short(redirect.get("method").unwrap_or(&Value::Null), 60);
            return Err(format!("`method` of `redirect` is {written}, neither \"GET\" nor \"POST\""));
        }
        text(redirect, "url")?.ok_or("`redirect` has no `url`: where the buyer is sent")?;
        text(redirect, "parameters")?;
    }
    if let Some(session) = part(members, "session")? {
        text(session, "paymentSessionData")?.ok_or("`session` has no `paymentSessionData`")?;
        text(session, "paymentSessionExpiryTime")?;
    }
    Ok(())
}

fn status(params: &Value, result: &Value) -> Result<(), String> {
    let members = object("result", result)?;
    if let Some(order) = text(members, "order")?.filter(|order| params["order"] != **order) {
        return Err(format!("it is about the order {order:?}, and was asked about {}", params["order"]));
    }
    state(members)?;
    for name in ["booked", "refunding", "tax"] {
        money(members, name)?;
    }
    text(members, "reason").map(|_| ())
}

fn state(members: &Members) -> Result<(), String> {
    let state = text(members, "state")?.ok_or_else(|| format!("there is no `state`: {}", one_of(&STATES)))?;
    if STATES.contains(&state) {
        return Ok(());
    }
    let meant = suggest::nearest(state, STATES).map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
    Err(format!("`state` is {state:?}{meant}: it is {}", one_of(&STATES)))
}

/// `a, b or c`.
fn one_of(words: &[&str]) -> String {
    match words {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        words => words.join(""),
    }
}

fn money(members: &Members, name: &str) -> Result<(), String> {
    let Some(value) = members.get(name).filter(|value| !value.is_null()) else { return Ok(()) };
    let read = serde_json::from_value::<Money>(value.clone());
    read.map(|_| ()).map_err(|_| {
        let form = "{\"currency\":\"KRW\",\"value\":\"10400\"}, in minor units";
        format!("`{name}` is {}, not an amount such as {form}", short(value, 60))
    })
}

/// A text that may be left out, or be null.
fn text<'a>(members: &'a Members, name: &str) -> Result<Option<&'a str>, String> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("`{name}` is {}, not a text", short(other, 60))),
    }
}

/// A list of texts that may be left out.
fn words<'a>(members: &'a Members, name: &str) -> Result<Option<Vec<&'a str>>, String> {
    let Some(value) = members.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let listed = value.as_array().and_then(|all| all.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    listed.map(Some).ok_or_else(|| {
        let such = value.as_str().map_or_else(String::new, |word| format!(": write [{word:?}]"));
        format!("`{name}` is {}, not a list of texts{such}", short(value, 60))
    })
}

/// An object that may be left out, or be null.
fn part<'a>(members: &'a Members, name: &str) -> Result<Option<&'a Members>, String> {
    members.get(name).filter(|value| !value.is_null()).map(|value| object(name, value)).transpose()
}

fn object<'a>(name: &str, value: &'a Value) -> Result<&'a Members, String> {
    value.as_object().ok_or_else(|| format!("`{name}` is {}, not an object", short(value, 60)))
}

/// A value as it was written, or how it begins.
fn short(value: &Value, most: usize) -> String {
    let text = value.to_string();
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn refused(method: &str, result: Value, told: &str) {
        let error = check(method, &json!({"order": "A"}), &result).expect_err(told).to_string();
        assert!(error.contains(told) && error.contains(method) && error.contains("docs/driver.md"), "{error}");
    }

    #[test]
    fn what_the_guide_shows_is_taken() {
        for (method, result) in [
            ("initialize", json!({"name": "n", "roles": []})),
            (
                "initialize",
                json!({"name": "n", "version": "1", "roles": ["edc", "antom", "client"], "capabilities": ["new"],
                "notifyUrl": "http://LocalHost:5/n", "more": 1}),
            ),
            ("checkout", json!({"state": "open", "redirect": null, "code": "C"})),
            ("checkout", json!({"state": "open", "redirect": {"method": "POST", "url": "u", "parameters": "p"}})),
            ("checkout", json!({"state": "open", "session": {"paymentSessionData": "d"}})),
            ("orderStatus", json!({"state": "paid"})),
            (
                "orderStatus",
                json!({"order": "A", "state": "paid", "booked": {"currency": "KRW", "value": "1"}, "reason": null}),
            ),
            ("shutdown", json!(null)),
        ] {
            assert_eq!(check(method, &json!({"order": "A"}), &result), Ok(()), "{method} {result}");
        }
    }

    #[test]
    fn each_mistake_is_told_by_its_member_with_what_belongs_there() {
        refused("checkout", json!(null), "`result` is null, not an object");
        refused("checkout", json!({}), "there is no `state`: open, paid, failed, cancelled, refunded or parked");
        refused("cancel", json!({"state": "payed"}), "`state` is \"payed\" (did you mean `paid`?)");
        refused("refund", json!({"state": 1}), "`state` is 1, not a text");
        refused(
            "checkout",
            json!({"state": "open", "redirect": "http://x"}),
            "`redirect` is \"http://x\", not an object",
        );
        refused(
            "checkout",
            json!({"state": "open", "redirect": {"method": "get", "url": "u"}}),
            "neither \"GET\" nor \"POST\"",
        );
        refused("checkout", json!({"state": "open", "redirect": {"method": "GET"}}), "has no `url`");
        refused("checkout", json!({"state": "open", "session": {}}), "no `paymentSessionData`");
        refused(
            "orderStatus",
            json!({"order": "ZZ", "state": "open"}),
            "about the order \"ZZ\", and was asked about \"A\"",
        );
        for value in [json!("-1"), json!(1.5), json!(["1"]), json!("1,000")] {
            refused(
                "orderStatus",
                json!({"state": "open", "booked": {"currency": "KRW", "value": value}}),
                "not an amount such as",
            );
        }
        refused("orderStatus", json!({"state": "open", "tax": "945"}), "`tax` is \"945\", not an amount");
        refused("initialize", json!({"roles": []}), "there is no `name`");
        refused("initialize", json!({"name": "n"}), "there is no `roles`");
        refused("initialize", json!({"name": "n", "roles": "edc"}), "not a list of texts: write [\"edc\"]");
        refused("initialize", json!({"name": "n", "roles": ["edcc"]}), "did you mean `edc`?");
        refused("initialize", json!({"name": "n", "roles": [], "capabilities": "clock"}), "write [\"clock\"]");
        refused("initialize", json!({"name": "n", "roles": [], "notifyUrl": "nonsense"}), "not an http URL");
        refused(
            "initialize",
            json!({"name": "n", "roles": [], "notifyUrl": "http://127.0.0.1:99999/"}),
            "not an http URL",
        );
        refused(
            "initialize",
            json!({"name": "n", "roles": [], "notifyUrl": "http://example.com/x"}),
            "on loopback only",
        );
    }
}
