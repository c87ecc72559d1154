//! A body compared with a table, rule by rule.

use super::kind::check_one;
use super::problem::MISSING;
use super::{FieldKind, FieldNeed, FieldProblem, FieldRule, Severity};
use crate::antom::{Json, JsonView};

/// Compares a body with its table; problems come in the order of the table.
#[must_use]
pub fn check_fields<J: Json>(body: &J, table: &[FieldRule]) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    check_object(body, body, "", table, &mut problems);
    problems
}

fn check_object<J: Json>(root: &J, object: &J, prefix: &str, table: &[FieldRule], problems: &mut Vec<FieldProblem>) {
    for rule in table {
        // Most rules hold, so the path is written only for those that do not, and for what lies deeper.
        let path = || if prefix.is_empty() { rule.path.to_owned() } else { format!("{prefix}.{}", rule.path) };
        let mut report = |severity, problem: String| {
            problems.push(FieldProblem { path: path(), problem, severity });
        };
        let Some(value) = object.at(rule.path) else {
            match rule.need {
                FieldNeed::Required => report(Severity::Error, format!("{MISSING} and missing")),
                FieldNeed::Expected => report(Severity::Lint, format!("{MISSING} by the documents and missing")),
                FieldNeed::When(condition) if condition.holds(root, object) => {
                    report(Severity::Error, format!("{MISSING} and missing, since {}", condition.words(root)));
                }
                FieldNeed::ExpectedWhen(condition) if condition.holds(root, object) => {
                    let why = condition.words(root);
                    report(Severity::Lint, format!("{MISSING} by the documents and missing, since {why}"));
                }
                FieldNeed::When(_) | FieldNeed::ExpectedWhen(_) | FieldNeed::Optional => {}
            }
            continue;
        };
        match (rule.kind, value.view()) {
            (FieldKind::Nested(table), JsonView::Object) => check_object(root, value, &path(), table, problems),
            (FieldKind::List(least, most, table), view) => match view {
                JsonView::List(items) => {
                    if !(least..=most).contains(&items.len()) {
                        report(Severity::Error, format!("must have {least} to {most} elements, has {}", items.len()));
                    }
                    for (index, item) in items.iter().take(most).enumerate() {
                        let place = format!("{}[{index}]", path());
                        if matches!(item.view(), JsonView::Object) {
                            check_object(root, item, &place, table, problems);
                        } else {
                            let problem = "must be an object".to_owned();
                            problems.push(FieldProblem { path: place, problem, severity: Severity::Error });
                        }
                    }
                }
                _ => report(Severity::Error, "must be an array".to_owned()),
            },
            (FieldKind::Items(most, kind), view) => match view {
                JsonView::List(items) if items.len() > most => {
                    report(Severity::Error, format!("must have at most {most} elements, has {}", items.len()));
                }
                JsonView::List(items) => items.iter().for_each(|item| check_one(item, *kind, &mut report)),
                _ => report(Severity::Error, "must be an array".to_owned()),
            },
            (kind, _) => check_one(value, kind, &mut report),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::antom::field::{Condition, expected, expected_when, optional, required, when};

    const INNER: &[FieldRule] = &[required("a", FieldKind::Text(1))];

    #[test]
    fn a_nested_problem_is_named_by_its_whole_path() {
        const TABLE: &[FieldRule] =
            &[required("list", FieldKind::List(1, 2, INNER)), optional("o", FieldKind::Nested(INNER))];
        let body = json!({"list": [{"a": "x"}, {"a": "xx"}, {"a": "never looked at"}], "o": {"a": null}});
        let told: Vec<_> = check_fields(&body, TABLE).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "list must have 1 to 2 elements, has 3",
                "list[1].a must have 1 to 1 characters, has 2",
                "o.a is required and missing",
            ]
        );
    }

    #[test]
    fn what_is_missing_is_told_from_what_is_wrong() {
        const TABLE: &[FieldRule] = &[required("a", FieldKind::Text(1)), expected("b", FieldKind::Text(1))];
        let told: Vec<_> = check_fields(&json!({"a": "xx"}), TABLE).iter().map(FieldProblem::is_missing).collect();
        assert_eq!(told, [false, true]);
        assert!(check_fields(&json!({"b": "x"}), TABLE)[0].is_missing());
    }

    #[test]
    fn a_conditional_field_is_required_when_the_other_field_says_so() {
        const TABLE: &[FieldRule] = &[when("a", FieldKind::Text(9), "b.c", &["X", "Y"])];
        for (body, problems) in [
            (json!({"b": {"c": "X"}}), 1),
            (json!({"b": {"c": "Y"}, "a": "there"}), 0),
            (json!({"b": {"c": "Z"}}), 0),
            (json!({}), 0),
        ] {
            assert_eq!(check_fields(&body, TABLE).len(), problems, "{body}");
        }
    }

    #[test]
    fn what_the_documents_demand_under_conditions_is_a_lint() {
        const CARD: Condition = Condition::Is("type", &["CARD"]);
        const TABLE: &[FieldRule] = &[
            optional("o", FieldKind::Nested(&[expected_when("a", Condition::Without("b"))])),
            expected_when("data", Condition::Both(&CARD, &Condition::Without("id"))),
        ];
        let told = |body| check_fields(&body, TABLE).iter().map(|p| (p.severity, p.to_string())).collect::<Vec<_>>();
        assert_eq!(
            told(json!({"o": {}, "type": "CARD"})),
            [
                (Severity::Lint, "o.a is required by the documents and missing, since there is no b".to_owned()),
                (
                    Severity::Lint,
                    "data is required by the documents and missing, since type is CARD and there is no id".to_owned()
                ),
            ]
        );
        for body in [json!({"o": {"b": 1}}), json!({"o": {"a": 1}}), json!({"type": "CARD", "id": "x"}), json!({})] {
            assert_eq!(told(body), []);
        }
    }
}
