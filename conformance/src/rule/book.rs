//! Rules that compare what was seen on the wires with what the merchant was asked to do, or says that it did. Only a
//! driver tells that. In a trace without one they find nothing, and nothing of theirs holds either.

use super::view::View;
use crate::trace::Event;

/// What these rules judge.
const NEED_IT: &[&str] = &[
    "EDC-P23",
    "EDC-P24",
    "EDC-P26",
    "EDC-P30",
    "EDC-P31",
    "EDC-P32",
    "EDC-P33",
    "EDC-P38",
    "EDC-P39",
    "EDC-P40",
    "EDC-P41",
    "EDC-P42",
    "EDC-P43",
    "EDC-P44",
    "EDC-P45",
    "EDC-P49",
    "EDC-P53",
    "SIG-005",
    "SIG-011",
    "PAY-003",
    "PAY-009",
    "PAY-013",
    "PAY-014",
    "PAY-023",
    "PAY-027",
    "PAY-030",
    "PAY-031",
    "NTF-001",
    "NTF-006",
    "NTF-007",
    "NTF-008",
    "NTF-010",
    "NTF-012",
    "NTF-013",
    "NTF-014",
    "NTF-019",
    "NTF-022",
    "NTF-023",
    "INQ-001",
    "INQ-005",
    "INQ-006",
    "INQ-007",
    "INQ-008",
    "INQ-009",
    "CAN-001",
    "CAN-003",
    "CAN-005",
    "CAN-006",
    "CAN-007",
    "CAN-009",
    "REF-004",
    "REF-005",
    "REF-007",
    "REF-009",
    "REF-010",
    "REF-011",
    "AMT-001",
    "AMT-006",
    "AMT-007",
    "BAT-007",
    "BAT-010",
    "OPS-001",
    "OPS-002",
    "MONEY-001",
    "MONEY-002",
    "MONEY-003",
    "MONEY-004",
    "MONEY-005",
];

/// Whether a requirement cannot be judged without the merchant's book.
pub(super) fn is_needed(requirement: &str) -> bool {
    NEED_IT.contains(&requirement)
}

impl View<'_> {
    /// Whether a driver told what the merchant was asked for and what became of it.
    #[must_use]
    pub fn has_book(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.event, Event::Driver(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_them_has_a_rule() {
        for id in NEED_IT {
            assert!(super::super::ALL.iter().any(|rule| rule.requirement == *id), "{id}");
        }
    }
}
