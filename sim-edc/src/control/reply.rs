//! What goes back: a status and a JSON object.

use serde_json::{Value, json};

use crate::text::TextFault;

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// What the path can be asked, when it was asked something else.
    pub(crate) allow: Option<&'static str>,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) const fn ok(body: Value) -> Self {
        Self { status: 200, allow: None, body }
    }

    /// A refusal with its reason.
    pub(crate) fn refused(status: u16, reason: &str) -> Self {
        Self { status, allow: None, body: json!({"error": reason}) }
    }

    /// A path that is asked in another way.
    pub(crate) fn not_allowed(allow: &'static str) -> Self {
        let body = json!({"error": format!("this path is asked with {allow}")});
        Self { status: 405, allow: Some(allow), body }
    }

    /// A body that cannot be read.
    pub(crate) fn unreadable(fault: &TextFault) -> Self {
        let mut reply = Self::refused(400, &fault.to_string());
        if fault.line > 0 {
            reply.body["line"] = fault.line.into();
            reply.body["column"] = fault.column.into();
        }
        reply
    }
}
