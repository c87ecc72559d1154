//! An answer as it comes, on a line or in a body: JSON-RPC 2.0, or what is wrong with it. Pure.

use serde_json::Value;

use super::message::DriverError;

/// An answer in good form.
#[derive(Debug, PartialEq)]
pub(super) struct Reply {
    /// Which request it answers.
    pub(super) id: u64,
    /// The result, or the code and words of an error.
    pub(super) outcome: Result<Value, (i64, String)>,
}

impl Reply {
    /// Reads a message.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, DriverError> {
        Self::parse(bytes).map_err(|problem| nonsense(bytes, &problem))
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let told = |problem: &str| Err(problem.to_owned());
        let message = match serde_json::from_slice::<Value>(bytes) {
            Ok(Value::Object(message)) => message,
            Ok(_) => return told("JSON, but not an object"),
            Err(_) => return told("not JSON"),
        };
        if message.contains_key("method") {
            return told("a request, not an answer; does it echo what it is sent?");
        }
        match message.get("jsonrpc") {
            Some(Value::String(version)) if version == "2.0" => {}
            Some(other) => return Err(format!("`jsonrpc` is {other}, not \"2.0\"")),
            None => return told("an answer without \"jsonrpc\":\"2.0\""),
        }
        let id = match message.get("id") {
            Some(id) => {
                id.as_u64().ok_or_else(|| format!("its id is {id}: answer with the id of the request as it came"))?
            }
            None => return told("an answer without the id of a request"),
        };
        let result = message.get("result");
        let outcome = match message.get("error").filter(|error| !error.is_null()) {
            None => Ok(result.cloned().ok_or("an answer with neither result nor error")?),
            Some(_) if result.is_some_and(|result| !result.is_null()) => {
                return told("an answer with both result and error");
            }
            Some(error) => {
                let code = error.get("code").and_then(Value::as_i64);
                let code = code.ok_or("its error has no `code` that is a whole number, such as -32000")?;
                let words = error.get("message").and_then(Value::as_str);
                let words = words.ok_or("its error has no `message` that is a text: what, and why")?;
                Err((code, words.chars().take(500).collect()))
            }
        };
        Ok(Self { id, outcome })
    }

    /// What was asked for, or the refusal.
    pub(super) fn result(self, method: &str) -> Result<Value, DriverError> {
        let refused = |(code, message)| DriverError::Refused { method: method.to_owned(), code, message };
        self.outcome.map_err(refused)
    }
}

/// Something that is no answer, with its beginning.
pub(super) fn nonsense(bytes: &[u8], problem: &str) -> DriverError {
    let line = String::from_utf8_lossy(bytes).trim_end().chars().take(200).collect();
    DriverError::Nonsense { line, problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_result_and_an_error_are_read() {
        let read = |message: Value| Reply::read(message.to_string().as_bytes()).unwrap();
        let result = read(json!({"jsonrpc": "2.0", "id": 7, "result": null}));
        assert_eq!(result, Reply { id: 7, outcome: Ok(Value::Null) });
        let result = read(json!({"jsonrpc": "2.0", "id": 7, "result": 1, "error": null}));
        assert_eq!(result.outcome, Ok(json!(1)));
        let error = read(json!({"jsonrpc": "2.0", "id": 7, "error": {"code": -1, "message": "m"}}));
        assert_eq!(error.outcome, Err((-1, "m".to_owned())));
    }

    #[test]
    fn what_is_no_answer_is_told_with_what_is_wrong() {
        for (text, told) in [
            ("hello", "not JSON"),
            ("[1]", "JSON, but not an object"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"m","params":{}}"#, "does it echo"),
            (r#"{"id":1,"result":1}"#, "without \"jsonrpc\":\"2.0\""),
            (r#"{"jsonrpc":2.0,"id":1,"result":1}"#, "`jsonrpc` is 2.0, not \"2.0\""),
            (r#"{"jsonrpc":"2.0","result":1}"#, "without the id"),
            (r#"{"jsonrpc":"2.0","id":"1","result":1}"#, "its id is \"1\""),
            (r#"{"jsonrpc":"2.0","id":1}"#, "neither result nor error"),
            (r#"{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}"#, "both result and error"),
            (r#"{"jsonrpc":"2.0","id":1,"error":"no"}"#, "no `code`"),
            (r#"{"jsonrpc":"2.0","id":1,"error":{"code":1}}"#, "no `message`"),
        ] {
            let error = Reply::read(text.as_bytes()).expect_err(text).to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
