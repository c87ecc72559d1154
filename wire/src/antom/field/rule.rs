//! The lines of a table.

use super::FieldKind;
use crate::antom::Json;

/// One line of a table. Several may be about one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldRule {
    /// Dotted path in the body.
    pub path: &'static str,
    /// Whether it must be there.
    pub need: FieldNeed,
    /// What it must look like.
    pub kind: FieldKind,
}

/// Whether a field must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldNeed {
    /// Always.
    Required,
    /// The documents demand it, the real gateway is known to accept its absence.
    Expected,
    /// Under a condition.
    When(Condition),
    /// The documents demand it under a condition.
    ExpectedWhen(Condition),
    /// May be absent.
    Optional,
}

/// Under which a field must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Another field, by its path from the root, has one of these values.
    Is(&'static str, &'static [&'static str]),
    /// Another field of the same object, by its path, is not there.
    Without(&'static str),
    /// Both of them.
    Both(&'static Self, &'static Self),
}

impl Condition {
    /// Whether it is so in an object of a body.
    pub fn holds<J: Json>(self, root: &J, object: &J) -> bool {
        match self {
            Self::Is(other, values) => root.at(other).and_then(Json::text).is_some_and(|text| values.contains(&text)),
            Self::Without(other) => object.at(other).is_none(),
            Self::Both(one, other) => one.holds(root, object) && other.holds(root, object),
        }
    }

    /// It in words, where it holds.
    pub(super) fn words<J: Json>(self, root: &J) -> String {
        match self {
            Self::Is(other, _) => format!("{other} is {}", root.at(other).and_then(Json::text).unwrap_or_default()),
            Self::Without(other) => format!("there is no {other}"),
            Self::Both(one, other) => format!("{} and {}", one.words(root), other.words(root)),
        }
    }
}

/// A line for a field that must be there.
#[must_use]
pub(in crate::antom) const fn required(path: &'static str, kind: FieldKind) -> FieldRule {
    FieldRule { path, need: FieldNeed::Required, kind }
}

/// A line for a field that the documents demand and the real gateway does not.
#[must_use]
pub(in crate::antom) const fn expected(path: &'static str, kind: FieldKind) -> FieldRule {
    FieldRule { path, need: FieldNeed::Expected, kind }
}

/// A line for a field that may be absent.
#[must_use]
pub(in crate::antom) const fn optional(path: &'static str, kind: FieldKind) -> FieldRule {
    FieldRule { path, need: FieldNeed::Optional, kind }
}

/// A line for what the documents say of a field's look, and the real gateway is not known to insist on.
#[must_use]
pub(in crate::antom) const fn advised(path: &'static str, kind: &'static FieldKind) -> FieldRule {
    optional(path, FieldKind::Advised(kind))
}

/// A line for a field that must be there when another has one of these values.
#[must_use]
pub(in crate::antom) const fn when(
    path: &'static str,
    kind: FieldKind,
    other: &'static str,
    values: &'static [&'static str],
) -> FieldRule {
    FieldRule { path, need: FieldNeed::When(Condition::Is(other, values)), kind }
}

/// A line for a field that the documents demand under a condition.
#[must_use]
pub(in crate::antom) const fn expected_when(path: &'static str, condition: Condition) -> FieldRule {
    FieldRule { path, need: FieldNeed::ExpectedWhen(condition), kind: FieldKind::Present }
}
