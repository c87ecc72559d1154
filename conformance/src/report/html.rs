//! One HTML file that needs nothing else: the result as JSON, and a page that draws it.

use crate::result::RunResult;

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// How much of exchanges is embedded; beyond that, those of cases that went well are left out.
const ROOM: usize = 12 * 1024 * 1024;

/// The page.
#[must_use]
pub fn render(run: &RunResult) -> String {
    // Every part of it has string keys and no fallible serialiser.
    let whole = serde_json::to_string(run).unwrap_or_default();
    let data = if whole.len() > ROOM { serde_json::to_string(&run.brief()).unwrap_or_default() } else { whole };
    // Inside a script element nothing but this could end it, or begin a comment.
    let data = data.replace('<', "\\u003c");
    let (before, rest) = PAGE.split_once("/*STYLE*/").unwrap_or((PAGE, ""));
    let (middle, rest) = rest.split_once("/*DATA*/").unwrap_or((rest, ""));
    let (last, after) = rest.split_once("/*SCRIPT*/").unwrap_or((rest, ""));
    [before, STYLE, middle, &data, last, SCRIPT, after].concat()
}
