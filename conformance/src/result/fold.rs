//! Makes a long poll short: what is said again and again with the same answer is told once, with how often.

use serde_json::Value;

use super::exchange::{JUMP, Lane, Row};

/// Repeats that are told one by one.
const TOLD: usize = 4;
/// The longest round of questions that is looked for: a refund, then a question about it, and so on.
const LONGEST_ROUND: usize = 3;

/// The rows, with repeats in one row each. What is marked stays, and what is beside it.
pub(super) fn fold(rows: Vec<Row>) -> Vec<Row> {
    let units = units(&rows);
    let mut folded = Vec::with_capacity(rows.len());
    let mut next = 0;
    while let Some(unit) = units.get(next) {
        let (round, times) = repeats(&units, next);
        let kept = 2 * round;
        let last = (times - 1) * round;
        // The first two rounds and the last one are told.
        let (first_out, back_in) = (units.get(next + kept), units.get(next + last));
        if times > TOLD
            && let (Some(first_out), Some(back_in)) = (first_out, back_in)
        {
            let (from, to) = (first_out.from, back_in.from);
            folded.extend_from_slice(rows.get(unit.from..from).unwrap_or_default());
            let names = units.get(next..next + round).unwrap_or_default().iter().map(|unit| unit.name.as_str());
            let names: Vec<_> = names.collect();
            let gap = rows.get(from).zip(rows.get(to)).map_or(0.0, |(first, back)| back.at - first.at);
            let text = format!("… {} more {} in {gap:.0} s{}", times - 3, names.join(", "), same(&units, next, round));
            folded.extend(rows.get(from).map(|row| Row { text, bytes: None, decoded: None, ..alone(row) }));
            next += last;
        } else {
            folded.extend_from_slice(rows.get(unit.from..unit.to).unwrap_or_default());
            next += 1;
        }
    }
    folded
}

/// A question with all that follows up to the next one; or a row that belongs to none.
struct Unit {
    from: usize,
    to: usize,
    name: String,
    /// What makes two of them equal; none for what is always told.
    key: Option<Vec<String>>,
    answer: Option<String>,
}

fn units(rows: &[Row]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let key = key(row).filter(|_| !row.marked);
        let question = question(row);
        match (units.last_mut(), key, question) {
            (_, key, Some(name)) => {
                let key = key.map(|key| vec![key]);
                units.push(Unit { from: index, to: index + 1, name, key, answer: None });
            }
            // Time passes between two questions, and belongs to the first.
            (Some(unit), _, None) if unit.key.is_some() && row.text.starts_with(JUMP) => unit.to = index + 1,
            (Some(Unit { to, key: Some(known), answer, .. }), Some(key), None) => {
                *to = index + 1;
                if row.from == Lane::Gateway && row.to.is_some() {
                    *answer = Some(key.clone());
                }
                known.push(key);
            }
            _ => units.push(Unit { from: index, to: index + 1, name: String::new(), key: None, answer: None }),
        }
    }
    units
}

/// The round that is repeated most from a unit on, in units, and how often it comes.
fn repeats(units: &[Unit], from: usize) -> (usize, usize) {
    let rounds = (1..=LONGEST_ROUND).map(|round| {
        let block = |n: usize| units.get(from + n * round..from + (n + 1) * round);
        let is_again = |n: &usize| {
            block(0)
                .zip(block(*n))
                .is_some_and(|(first, other)| first.iter().zip(other).all(|(a, b)| a.key.is_some() && a.key == b.key))
        };
        (round, 1 + (1..).take_while(is_again).count())
    });
    // The shortest round of those that reach as far.
    rounds.rev().max_by_key(|(round, times)| if *times > 1 { round * times } else { 0 }).unwrap_or((1, 1))
}

fn same(units: &[Unit], from: usize, round: usize) -> String {
    let answers = units.get(from..from + round).unwrap_or_default().iter().filter_map(|unit| unit.answer.as_deref());
    let answers: Vec<_> = answers.collect();
    if answers.is_empty() { ", all the same".to_owned() } else { format!(", all {}", answers.join(", ")) }
}

/// What a question is called: an operation, a command.
fn question(row: &Row) -> Option<String> {
    match (row.from, row.to) {
        (Lane::Integration, Some(Lane::Gateway)) => {
            let target = row.text.strip_prefix("POST ")?.split(' ').next()?;
            target.rsplit('/').next().map(ToOwned::to_owned)
        }
        (Lane::Integration, Some(Lane::Terminal)) => {
            let mut words = row.text.split(' ');
            matches!(words.next(), Some("command" | "hello" | "ping"))
                .then(|| words.next().unwrap_or("hello").to_owned())
        }
        _ => None,
    }
}

/// What makes two rows equal; none for one that is always told.
fn key(row: &Row) -> Option<String> {
    match (row.from, row.to) {
        (Lane::Integration, Some(Lane::Gateway)) => question(row).map(|_| row.text.clone()),
        (Lane::Gateway, Some(_)) if !row.text.contains("notification (delivery") => Some(answer(row)),
        (Lane::Integration, Some(Lane::Terminal)) | (Lane::Terminal, Some(_)) => Some(without_ids(&row.text)),
        (Lane::Integration, None) if row.text.starts_with("says: ") => Some(row.text.clone()),
        (Lane::Gateway | Lane::Terminal, None) if row.text.starts_with("FAULT ") => Some(row.text.clone()),
        _ => None,
    }
}

/// An answer of the gateway in two words.
fn answer(row: &Row) -> String {
    let body: Value = row.decoded.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let words = ["/paymentStatus", "/refundStatus", "/result/resultCode"];
    let mut words = words.iter().filter_map(|pointer| body.pointer(pointer).and_then(Value::as_str));
    let word = words.next().unwrap_or("unread");
    if row.lost { format!("{word} and LOST") } else { word.to_owned() }
}

/// A message of the serial line counts them up.
fn without_ids(text: &str) -> String {
    let words = text.split(' ').filter(|word| !word.starts_with("id="));
    words.collect::<Vec<_>>().join(" ")
}

/// A row of nobody's, at the place of another.
fn alone(row: &Row) -> Row {
    Row { from: Lane::Harness, to: None, marked: false, lost: false, ..row.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(entry: usize, from: Lane, to: Option<Lane>, text: &str) -> Row {
        let decoded = text.starts_with('{').then(|| text.to_owned());
        let at = f64::from(u32::try_from(entry).unwrap());
        Row { entry, at, from, to, text: text.to_owned(), marked: false, lost: false, bytes: None, decoded }
    }

    /// So many questions that are answered alike, with a jump of time after each.
    fn poll(times: usize, operation: &str, status: &str) -> Vec<Row> {
        let question = format!("POST /ams/api/v1/payments/{operation} {{}}");
        let answer = format!("{{\"paymentStatus\":\"{status}\"}}");
        (0..times)
            .flat_map(|n| {
                [
                    row(3 * n, Lane::Integration, Some(Lane::Gateway), &question),
                    row(3 * n + 1, Lane::Gateway, Some(Lane::Integration), &answer),
                    row(3 * n + 2, Lane::Harness, None, "time jumps by 3 s"),
                ]
            })
            .collect()
    }

    fn texts(rows: Vec<Row>) -> Vec<String> {
        fold(rows).into_iter().map(|row| row.text).collect()
    }

    #[test]
    fn what_is_asked_again_and_again_is_told_with_how_often() {
        let told = texts(poll(44, "inquiryPayment", "PROCESSING"));
        assert_eq!(told.len(), 3 * 3 + 1);
        assert_eq!(told[6], "… 41 more inquiryPayment in 123 s, all PROCESSING");
    }

    #[test]
    fn what_is_asked_a_few_times_is_told_each_time() {
        assert_eq!(texts(poll(4, "inquiryPayment", "PROCESSING")).len(), 12);
    }

    #[test]
    fn another_answer_and_what_is_marked_are_told() {
        let mut rows = poll(10, "inquiryPayment", "PROCESSING");
        rows.extend(poll(1, "inquiryPayment", "SUCCESS"));
        assert!(texts(rows.clone()).contains(&"{\"paymentStatus\":\"SUCCESS\"}".to_owned()));
        rows[15].marked = true;
        assert!(fold(rows).iter().any(|row| row.marked));
    }

    #[test]
    fn a_round_of_two_questions_is_one_round() {
        let mut rows = Vec::new();
        for _ in 0..8 {
            rows.extend(poll(1, "refund", "UNKNOWN"));
            rows.extend(poll(1, "inquiryRefund", "UNKNOWN"));
        }
        let told = texts(rows);
        assert_eq!(
            told.iter().find(|text| text.starts_with('…')).unwrap().split(" in ").next(),
            Some("… 5 more refund, inquiryRefund")
        );
    }

    #[test]
    fn what_is_no_question_is_left_as_it_is() {
        let rows: Vec<_> = (0..9).map(|n| row(n, Lane::Harness, Some(Lane::Integration), "checkout {}")).collect();
        assert_eq!(fold(rows.clone()), rows);
    }
}
