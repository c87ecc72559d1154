//! The exchange as lines of text, for reports that have no picture.

use std::fmt::Write as _;

use crate::result::{Lane, Row};

/// How many lines are shown at most: the beginning, and what is around the marked entries.
const LINES: usize = 80;

/// The exchange, one line a row, with `>>` before the marked ones.
pub(crate) fn render(rows: &[Row]) -> String {
    annotated(rows, &[])
}

/// The same, with what is wrong under the row that shows it: entries and words. What no row shows stands under the one
/// before it.
pub(crate) fn annotated(rows: &[Row], problems: &[(usize, String)]) -> String {
    let near = |n: usize| rows.iter().any(|row| row.marked && n + 12 >= row.entry && n <= row.entry + 4);
    let mut shown = String::new();
    let mut left_out = 0;
    for (index, row) in rows.iter().enumerate() {
        if rows.len() <= LINES || index < LINES / 4 || near(row.entry) {
            if left_out > 0 {
                let _ = writeln!(shown, "         … {left_out} more …");
                left_out = 0;
            }
            let mark = if row.marked { ">>" } else { "  " };
            let _ = writeln!(shown, "{mark} {:>5} {:>10.3}s  {}", format!("#{}", row.entry), row.at, line(row));
            let next = rows.get(index + 1).map_or(usize::MAX, |row| row.entry);
            for (_, words) in problems.iter().filter(|(entry, _)| (row.entry..next).contains(entry)) {
                let _ = writeln!(shown, "{:>20}  ^ {words}", "");
            }
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        let _ = writeln!(shown, "         … {left_out} more …");
    }
    shown
}

fn line(row: &Row) -> String {
    let text = &row.text;
    match (row.from, row.to) {
        (Lane::Integration, Some(Lane::Terminal)) => format!("POS      -> terminal  {text}"),
        (Lane::Terminal, Some(_)) => format!("POS      <- terminal  {text}"),
        (Lane::Integration, Some(Lane::Gateway)) => format!("merchant -> gateway   {text}"),
        (Lane::Gateway, Some(_)) => format!("merchant <- gateway   {text}"),
        (Lane::Harness, Some(_)) => format!("harness  => integration  {text}"),
        (Lane::Integration, Some(_)) => format!("harness  <= integration  {text}"),
        (Lane::Harness, None) => text.clone(),
        (Lane::Integration, None) => format!("            integration  {text}"),
        (Lane::Terminal, None) => format!("            terminal  {text}"),
        (Lane::Gateway, None) => format!("            gateway   {text}"),
    }
}
