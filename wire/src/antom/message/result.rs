//! The `result` object that every answer carries.

use serde::{Deserialize, Serialize};

use crate::antom::code::{CodeLine, ResultStatus, find_anywhere};

/// `{"resultCode","resultStatus","resultMessage"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultObject {
    /// Upper snake case, at most 64 characters. Open: codes may be added.
    pub result_code: String,
    /// S, F or U.
    pub result_status: ResultStatus,
    /// Free text, at most 256 characters.
    #[serde(default)]
    pub result_message: String,
}

impl ResultObject {
    /// S SUCCESS, with the message that is seen on the wire.
    #[must_use]
    pub fn success() -> Self {
        Self::documented("SUCCESS")
    }

    /// A documented code with its status and message; an unknown one becomes F with an empty message.
    #[must_use]
    pub fn documented(code: &str) -> Self {
        match find_anywhere(code) {
            Some(line) => line.into(),
            None => {
                Self { result_code: code.to_owned(), result_status: ResultStatus::F, result_message: String::new() }
            }
        }
    }

    /// Whether it is S with the code of success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.result_status == ResultStatus::S && self.result_code == "SUCCESS"
    }
}

impl From<&CodeLine> for ResultObject {
    fn from(line: &CodeLine) -> Self {
        Self { result_code: line.code.to_owned(), result_status: line.status, result_message: line.message.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_is_status_and_code_together() {
        let result = |result_status, code: &str| ResultObject { result_status, ..ResultObject::documented(code) };
        assert!(ResultObject::success().is_success());
        assert!(!result(ResultStatus::S, "FAIL").is_success());
        assert!(!result(ResultStatus::U, "SUCCESS").is_success());
    }
}
