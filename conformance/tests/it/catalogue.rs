//! The catalogue: complete, frozen, and in step with the rules.

use std::collections::BTreeSet;
use std::fs;

use conformance::requirement::{self, Area, Revision, Sight};
use conformance::rule;

use crate::root;

#[test]
fn every_requirement_is_named_once_and_says_something() {
    let ids: BTreeSet<_> = requirement::ALL.iter().map(|r| r.id).collect();
    assert_eq!(ids.len(), requirement::ALL.len());
    for r in requirement::ALL.iter() {
        assert!(r.statement.len() > 15 && r.why.len() > 15 && !r.source.is_empty(), "{}", r.id);
        assert!(!r.statement.ends_with('.') && !r.why.ends_with('.'), "{}: a fragment has no full stop", r.id);
        assert_eq!(requirement::find(r.id), Some(r));
    }
    for area in Area::ALL {
        assert!(requirement::ALL.iter().any(|r| r.area == area), "{area:?}");
    }
}

#[test]
fn every_rule_judges_a_known_requirement_that_can_be_seen() {
    for rule in rule::ALL {
        let found = requirement::find(rule.requirement);
        assert_eq!(found.map(|r| r.sight), Some(Sight::Seen), "{}", rule.requirement);
    }
}

/// These files are never made anew: a revision that is published does not change. What comes later gets a revision of
/// its own, and a file.
#[test]
fn a_revision_that_is_published_does_not_change() {
    for (revision, _) in Revision::ALL {
        let path = root().join(format!("fixtures/requirements/revision-{revision}.txt"));
        let frozen = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let set = requirement::ALL.iter().filter(|r| r.since <= revision);
        let lines: Vec<_> = set.map(|r| format!("{} {}", r.id, r.level.as_str())).collect();
        assert_eq!(frozen.lines().collect::<Vec<_>>(), lines, "revision {revision}");
    }
}
