//! What is wrong with a field, and how bad that is.

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The gateway answers PARAM_ILLEGAL.
    Error,
    /// The gateway lets it pass; the documents do not.
    Lint,
    /// Worth a word; the documents let it pass too.
    Note,
}

/// A field that breaks its rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} {problem}")]
pub struct FieldProblem {
    /// Dotted path.
    pub path: String,
    /// What is wrong.
    pub problem: String,
    /// How bad it is.
    pub severity: Severity,
}

impl FieldProblem {
    /// Whether a field is not there, as opposed to one that is there and wrong.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.problem.starts_with(MISSING)
    }
}

/// How the problem of a field that is not there begins.
pub(super) const MISSING: &str = "is required";
