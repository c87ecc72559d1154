//! A request as what it asks: path, method and body parsed, or refused with the reason.

use serde::de::DeserializeOwned;

use super::reply::Reply;
use crate::lever::Lever;
use crate::text;

/// What is asked of one terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// Counts from 1.
    pub(crate) terminal: usize,
    pub(crate) ask: Ask,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    State,
    Ledger,
    Script,
    Settings,
    /// Lines from this number on; and those to come, too.
    Transcript {
        from: u64,
        follow: bool,
    },
    Pull(Lever),
}

const READ: &str = "GET";
const READ_OR_REPLACE: &str = "GET, PUT";
const DO: &str = "POST";

/// Reads a request to one of so many terminals.
///
/// # Errors
/// The refusal.
pub(crate) fn read(method: &str, path: &str, query: &str, body: &[u8], terminals: usize) -> Result<Call, Reply> {
    let unknown = || {
        Reply::refused(
            404,
            "there is /_sim/state, ledger, transcript, script, settings, cardholder, power/off, power/on, line/unplug \
             and line/plug; and /_sim/terminals/N/… for the Nth terminal",
        )
    };
    let path = path.strip_prefix("/_sim/").ok_or_else(unknown)?;
    let (terminal, what) = match path.strip_prefix("terminals/") {
        Some(rest) => {
            let (number, what) = rest.split_once('/').ok_or_else(unknown)?;
            let number = number.parse().ok().filter(|n| (1..=terminals).contains(n));
            let none = || Reply::refused(404, &format!("the terminals are numbered from 1 to {terminals}"));
            (number.ok_or_else(none)?, what)
        }
        None => (1, path),
    };
    let ask = match (what, method) {
        ("state", "GET") => Ask::State,
        ("ledger", "GET") => Ask::Ledger,
        ("transcript", "GET") => transcript(query)?,
        ("script", "GET") => Ask::Script,
        ("settings", "GET") => Ask::Settings,
        ("script", "PUT") => Ask::Pull(Lever::Script(parsed(body)?)),
        ("settings", "PUT") => Ask::Pull(Lever::Settings(parsed(body)?)),
        ("cardholder", "POST") => {
            let action = text::read_one(utf8(body)?).map_err(|fault| Reply::unreadable(&fault))?;
            Ask::Pull(Lever::Cardholder(action))
        }
        ("power/off", "POST") => Ask::Pull(Lever::PowerOff),
        ("power/on", "POST") => Ask::Pull(Lever::PowerOn),
        ("line/unplug", "POST") => Ask::Pull(Lever::Unplug),
        ("line/plug", "POST") => Ask::Pull(Lever::Plug),
        ("state" | "ledger" | "transcript", _) => return Err(Reply::not_allowed(READ)),
        ("script" | "settings", _) => return Err(Reply::not_allowed(READ_OR_REPLACE)),
        ("cardholder" | "power/off" | "power/on" | "line/unplug" | "line/plug", _) => {
            return Err(Reply::not_allowed(DO));
        }
        _ => return Err(unknown()),
    };
    Ok(Call { terminal, ask })
}

/// `from=N` and `follow=true`, in any order.
fn transcript(query: &str) -> Result<Ask, Reply> {
    let wrong = || Reply::refused(400, "a transcript is asked with from=N and follow=true or false, and nothing else");
    let (mut from, mut follow) = (1, false);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("from", n)) => from = n.parse().map_err(|_| wrong())?,
            Some(("follow", word)) => follow = word.parse().map_err(|_| wrong())?,
            _ => return Err(wrong()),
        }
    }
    Ok(Ask::Transcript { from, follow })
}

fn parsed<T: DeserializeOwned + Default>(body: &[u8]) -> Result<Box<T>, Reply> {
    text::read(utf8(body)?).map(Box::new).map_err(|fault| Reply::unreadable(&fault))
}

fn utf8(body: &[u8]) -> Result<&str, Reply> {
    std::str::from_utf8(body).map_err(|_| Reply::refused(400, "the body is no UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cardholder::CardholderAction;

    fn asked(method: &str, path: &str) -> Result<Call, Reply> {
        read(method, path, "", b"", 3)
    }

    #[test]
    fn a_path_without_a_number_means_the_first_terminal() {
        assert_eq!(asked("GET", "/_sim/state"), Ok(Call { terminal: 1, ask: Ask::State }));
        assert_eq!(asked("GET", "/_sim/terminals/3/ledger"), Ok(Call { terminal: 3, ask: Ask::Ledger }));
        for path in ["/_sim/terminals/0/state", "/_sim/terminals/4/state", "/_sim/terminals/x/state"] {
            let reply = asked("GET", path).unwrap_err();
            assert_eq!(reply.status, 404, "{path}");
            assert!(reply.body["error"].as_str().unwrap().contains("from 1 to 3"), "{path}: {reply:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_404_and_what_is_asked_wrongly_405() {
        for path in ["/", "/state", "/_sim", "/_sim/", "/_sim/stat", "/_sim/terminals/1", "/_sim/power"] {
            assert_eq!(asked("GET", path).unwrap_err().status, 404, "{path}");
        }
        for (method, path, allow) in [
            ("POST", "/_sim/state", "GET"),
            ("DELETE", "/_sim/script", "GET, PUT"),
            ("GET", "/_sim/power/off", "POST"),
            ("PUT", "/_sim/cardholder", "POST"),
        ] {
            let reply = asked(method, path).unwrap_err();
            assert_eq!((reply.status, reply.allow), (405, Some(allow)), "{method} {path}");
        }
    }

    #[test]
    fn a_body_is_the_script_language_and_a_mistake_has_its_place() {
        let script = read("PUT", "/_sim/script", "", b"host: [{decline: {code: UNKNOWN}}]", 1).unwrap();
        assert!(matches!(script.ask, Ask::Pull(Lever::Script(script)) if script.host.len() == 1));
        let press = read("POST", "/_sim/cardholder", "", br#"{"cancel-key": {}}"#, 1).unwrap();
        assert!(matches!(press.ask, Ask::Pull(Lever::Cardholder(CardholderAction::CancelKey { .. }))));
        let reply = read("PUT", "/_sim/settings", "", b"tip: inside\ntipp: outside\n", 1).unwrap_err();
        assert_eq!((reply.status, reply.body["line"].as_u64(), reply.body["column"].as_u64()), (400, Some(2), Some(1)));
        assert_eq!(read("POST", "/_sim/cardholder", "", b"", 1).unwrap_err().status, 400, "an action must be named");
        assert_eq!(read("PUT", "/_sim/script", "", &[0xff], 1).unwrap_err().status, 400);
    }

    #[test]
    fn a_transcript_is_asked_from_a_line_on() {
        let ask = |query| read("GET", "/_sim/transcript", query, b"", 1).map(|call| call.ask);
        assert_eq!(ask(""), Ok(Ask::Transcript { from: 1, follow: false }));
        assert_eq!(ask("follow=true&from=7"), Ok(Ask::Transcript { from: 7, follow: true }));
        for query in ["from=x", "from", "until=9", "follow=yes"] {
            assert_eq!(ask(query).unwrap_err().status, 400, "{query}");
        }
    }
}
