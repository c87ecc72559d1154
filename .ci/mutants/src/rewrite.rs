//! Writes the text of a file anew, with a switch at every mutant that is kept.
//!
//! What a mutant says instead stands between marks, so that an error of the compiler tells which mutant it is about.

use std::cmp::Reverse;
use std::fmt::Write as _;

use crate::site::Sites;

/// The module that every mutated crate gets.
pub const SWITCH: &str = "crate::mutants_switch";

/// The text of a file with switches. `kept` says which mutants are, and what each is in words of Rust.
#[must_use]
pub fn rewrite<'m>(text: &str, sites: &Sites, kept: impl Fn(u32) -> Option<&'m str>) -> String {
    let mut items = Vec::new();
    for (bounds, mutants) in &sites.expressions {
        let mutants = mutants.iter().filter(|(number, _)| kept(*number).is_some());
        let mutants: Vec<_> = mutants.map(|(number, text)| (*number, text.clone())).collect();
        items.push(Item { start: bounds.start, end: bounds.end(), kind: Kind::Expression(mutants) });
    }
    for (bounds, mutants) in &sites.iterators {
        let mutants = mutants.iter().filter_map(|number| Some((*number, kept(*number)?.to_owned()))).collect();
        items.push(Item { start: bounds.start, end: bounds.end(), kind: Kind::Iterator(mutants) });
    }
    for (place, mutants) in &sites.bodies {
        let mut inserted = String::new();
        for (number, returned) in mutants.iter().filter_map(|number| Some((number, kept(*number)?))) {
            let marked = mark(*number, &format!("return {returned};"));
            let _ = write!(inserted, " if {SWITCH}::on({number}) {{ {marked} }}");
        }
        items.push(Item { start: *place, end: *place, kind: Kind::Insert(inserted) });
    }
    for (place, number) in &sites.arms {
        let guard = mark(*number, &format!(" if !{SWITCH}::on({number})"));
        let inserted = kept(*number).map(|_| guard).unwrap_or_default();
        items.push(Item { start: *place, end: *place, kind: Kind::Insert(inserted) });
    }
    for range in &sites.removed {
        items.push(Item { start: range.start, end: range.end, kind: Kind::Remove });
    }
    items.sort_by_key(|item| (item.start, !matches!(item.kind, Kind::Insert(_)), Reverse(item.end)));
    let mut out = String::new();
    write(text, &items, 0..text.len(), &mut out);
    out
}

/// What is done at a place of a text.
struct Item {
    start: usize,
    end: usize,
    kind: Kind,
}

enum Kind {
    /// An expression, and what its mutants are instead.
    Expression(Vec<(u32, String)>),
    /// The body of a function that returns some iterator, and what its mutants return.
    Iterator(Vec<(u32, String)>),
    Insert(String),
    Remove,
}

/// Writes a range of a text; items are those that lie in it.
fn write(text: &str, items: &[Item], range: std::ops::Range<usize>, out: &mut String) {
    let (mut at, mut rest) = (range.start, items);
    while let Some((item, later)) = rest.split_first() {
        out.push_str(&text[at..item.start]);
        let (within, after) = match item.kind {
            Kind::Insert(_) => later.split_at(0),
            _ => later.split_at(later.partition_point(|other| other.start < item.end)),
        };
        let inner = |out: &mut String| write(text, within, item.start..item.end, out);
        match &item.kind {
            Kind::Expression(mutants) if mutants.is_empty() => inner(out),
            Kind::Expression(mutants) => {
                let numbers: Vec<_> = mutants.iter().map(|(number, _)| number.to_string()).collect();
                // The expression as it is comes first: it says what type the others must have.
                let _ = write!(out, "(match {SWITCH}::which(&[{}]) {{ 0 => ", numbers.join(","));
                inner(out);
                for (index, (number, text)) in (1..).zip(mutants) {
                    let pattern = if index == mutants.len() { "_".to_owned() } else { index.to_string() };
                    let _ = write!(out, ", {pattern} => {}", mark(*number, text));
                }
                out.push_str(" })");
            }
            Kind::Iterator(mutants) => {
                out.push_str("{ ");
                for (number, text) in mutants {
                    let left = mark(*number, &format!("{SWITCH}::Either::Left({text})"));
                    let _ = write!(out, "if {SWITCH}::on({number}) {{ {left} }} else {{ {SWITCH}::Either::Right(");
                }
                inner(out);
                for _ in mutants {
                    out.push_str(") }");
                }
                out.push_str(" }");
            }
            Kind::Insert(inserted) => out.push_str(inserted),
            Kind::Remove => {}
        }
        (at, rest) = (item.end, after);
    }
    out.push_str(&text[at..range.end]);
}

fn mark(number: u32, text: &str) -> String {
    format!("{OPEN}{number}*/{text}{CLOSE}{number}*/")
}

/// The mutant whose text a byte of a rewritten file is in.
#[must_use]
pub fn at(text: &str, byte: usize) -> Option<u32> {
    // Marks never nest: within the text of a mutant no other is switched.
    let opens = text.get(..byte)?.rfind(OPEN)?;
    let number: u32 = text.get(opens + OPEN.len()..)?.split("*/").next()?.parse().ok()?;
    let closes = opens + text.get(opens..)?.find(&format!("{CLOSE}{number}*/"))?;
    (byte <= closes).then_some(number)
}

/// The mutants on a line of a rewritten file: for an error that names none of them.
#[must_use]
pub fn near(text: &str, byte: usize) -> Vec<u32> {
    let start = text.get(..byte).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    line.split(OPEN).skip(1).filter_map(|rest| rest.split("*/").next()?.parse().ok()).collect()
}

const OPEN: &str = "/*<";
const CLOSE: &str = "/*>";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::{Genre, List};
    use crate::site::find;

    /// A mutant at the only place where something stands.
    fn mutant(text: &str, place: &str, genre: Genre, replacement: &str) -> serde_json::Value {
        let before = text.split(place).next().unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        serde_json::json!({
            "name": "", "file": "", "function": {"return_type": ""}, "genre": format!("{genre:?}"),
            "span": {"start": {"line": line, "column": column}}, "replacement": replacement,
        })
    }

    fn rewritten(text: &str, mutants: &[serde_json::Value]) -> String {
        let list = List::parse(&serde_json::Value::from(mutants).to_string()).expect("a list");
        let mutants: Vec<_> = list.all().collect();
        let sites = find(text, &mutants).expect("Rust");
        assert_eq!(sites.inexpressible, Vec::<u32>::new());
        rewrite(text, &sites, |number| list.get(number).map(|mutant| mutant.returned()))
    }

    #[test]
    fn an_operator_is_switched_with_its_chain() {
        let text = "fn f() -> bool { a && b || c }";
        let both = [mutant(text, "&&", Genre::BinaryOperator, "||"), mutant(text, "a &&", Genre::FnValue, "true")];
        let expected = "fn f() -> bool { if crate::mutants_switch::on(2) { /*<2*/return true;/*>2*/ } \
                        (match crate::mutants_switch::which(&[1]) { 0 => a && b || c, _ => /*<1*/a || b || c/*>1*/ }) }";
        let found = rewritten(text, &both).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(found, expected);
    }

    #[test]
    fn an_arm_that_is_deleted_never_matches() {
        let text = "const fn f() { match a { 1 => b, _ => -c } }";
        let both = [mutant(text, "1", Genre::MatchArm, ""), mutant(text, "-c", Genre::UnaryOperator, "")];
        let found = rewritten(text, &both);
        assert!(
            found.starts_with(" fn f() { match a { 1/*<1*/ if !crate::mutants_switch::on(1)/*>1*/ => b, "),
            "{found}"
        );
        assert!(
            found.contains("_ => (match crate::mutants_switch::which(&[2]) { 0 => -c, _ => /*<2*/c/*>2*/ })"),
            "{found}"
        );
        let error = found.find("c/*>2*/").expect("it is there");
        assert_eq!((at(&found, error), at(&found, 3)), (Some(2), None));
        assert_eq!(near(&found, 3), [1, 2]);
    }

    #[test]
    fn what_is_in_an_expression_is_switched_in_its_own_text_only() {
        let text = "fn f() { g(a == b) != c }";
        let both = [mutant(text, "==", Genre::BinaryOperator, "!="), mutant(text, "!= c", Genre::BinaryOperator, "==")];
        let found = rewritten(text, &both);
        assert_eq!(found.matches("which(&[1])").count(), 1, "{found}");
        assert!(found.contains("_ => /*<2*/g(a == b) == c/*>2*/"), "{found}");
    }
}
