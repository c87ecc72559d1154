//! Field rules as data: required, conditional, length, format. One table an operation.
//!
//! The gateway answers PARAM_ILLEGAL from it. What the real gateway is known to let pass (a number where the documents
//! demand a string), or may let pass for all that is known, is a lint, not an error.

mod check;
mod kind;
mod problem;
mod rule;

pub use check::check_fields;
pub use kind::FieldKind;
pub(super) use kind::is_one;
pub use problem::{FieldProblem, Severity};
pub use rule::{Condition, FieldNeed, FieldRule};
pub(super) use rule::{advised, expected, expected_when, optional, required, when};
