//! JSON-RPC 2.0, one message a line: lines in, requests and answers as values; and who waits for an answer. What the
//! methods do is in `driver.rs`.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::sync::{mpsc, oneshot};

const LONGEST_LINE: usize = 1024 * 1024;

/// A line, or that one was too long.
pub(crate) enum Line {
    Whole(Vec<u8>),
    TooLong,
}

/// Reads lines until the input ends or nobody wants them.
pub(crate) async fn read_lines(input: impl AsyncRead + Unpin, lines: mpsc::Sender<Line>) {
    let mut input = BufReader::new(input);
    let mut line = Vec::new();
    let mut is_dropping = false;
    loop {
        let (used, ended) = match input.fill_buf().await {
            // A line without its end is none.
            Ok([]) | Err(_) => return,
            Ok(piece) => {
                let end = piece.iter().position(|b| *b == b'\n');
                let text = piece.get(..end.unwrap_or(piece.len())).unwrap_or_default();
                is_dropping |= line.len() + text.len() > LONGEST_LINE;
                if !is_dropping {
                    line.extend_from_slice(text);
                }
                (end.map_or(piece.len(), |at| at + 1), end.is_some())
            }
        };
        input.consume(used);
        if ended {
            let whole = std::mem::take(&mut line);
            let read = if std::mem::take(&mut is_dropping) { Line::TooLong } else { Line::Whole(whole) };
            if lines.send(read).await.is_err() {
                return;
            }
        }
    }
}

/// A request that can be carried out.
pub(crate) struct Request {
    pub(crate) id: Option<Value>,
    pub(crate) method: String,
    pub(crate) params: Value,
}

impl Request {
    /// Reads a line. None for an empty one.
    pub(crate) fn parse(line: &Line) -> Result<Option<Self>, Refusal> {
        let Line::Whole(line) = line else { return Err(Refusal::invalid("the line is longer than 1 MiB")) };
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        let Ok(request) = serde_json::from_slice::<Value>(line) else {
            return Err(Refusal { code: -32700, message: "the line is not JSON".to_owned() });
        };
        let method = request.get("method").and_then(Value::as_str);
        let (Some(method), Some("2.0")) = (method, request.get("jsonrpc").and_then(Value::as_str)) else {
            return Err(Refusal::invalid("the line is no JSON-RPC 2.0 request"));
        };
        let params = request.get("params").cloned().unwrap_or_else(|| json!({}));
        Ok(Some(Self { id: request.get("id").cloned(), method: method.to_owned(), params }))
    }
}

/// Who waits for an answer.
pub(crate) enum Asker {
    /// Whoever wrote a line with this id; nobody waits for the answer to one without.
    Line(Option<Value>, mpsc::Sender<Value>),
    /// Whoever called from within this process.
    Caller(oneshot::Sender<Result<Value, Refusal>>),
}

impl Asker {
    /// Answers from a task.
    pub(crate) async fn answer(self, answer: Result<Value, Refusal>) {
        // Nobody receives only when serving is over, or whoever called waits no more.
        match self {
            Self::Line(id, lines) => {
                if let Some(line) = written(id, answer) {
                    let _ = lines.send(line).await;
                }
            }
            Self::Caller(caller) => {
                let _ = caller.send(answer);
            }
        }
    }
}

/// An answer as a line. None for the result of a request without id.
pub(crate) fn written(id: Option<Value>, answer: Result<Value, Refusal>) -> Option<Value> {
    match (answer, id) {
        (Ok(_), None) => None,
        (Ok(result), Some(id)) => Some(json!({"jsonrpc": "2.0", "id": id, "result": result})),
        (Err(refusal), id) => Some(refusal.answer(id)),
    }
}

/// An error to answer with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The JSON-RPC code.
    pub code: i64,
    /// Why, in words.
    pub message: String,
}

impl Refusal {
    fn invalid(message: &str) -> Self {
        Self { code: -32600, message: message.to_owned() }
    }

    pub(crate) fn unknown_method(method: &str) -> Self {
        let method: String = method.chars().take(64).collect();
        Self { code: -32601, message: format!("there is no method {method:?}") }
    }

    /// The answer to the request with this id, or to one whose id could not be read.
    pub(crate) fn answer(&self, id: Option<Value>) -> Value {
        json!({"jsonrpc": "2.0", "id": id, "error": {"code": self.code, "message": self.message}})
    }

    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { code: -32000, message: message.into() }
    }
}

/// Reads a method's parameters.
pub(crate) fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params).map_err(|error| Refusal { code: -32602, message: format!("params: {error}") })
}
