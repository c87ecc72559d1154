//! What is seen of a card's number: the terminal tells its first eight digits, and nobody needs more.

use serde_json::Value;
use sim_edc::Event as Terminal;

use super::super::text::any_text;
use super::super::view::{View, at};
use super::super::{Finding, Judgement};
use crate::trace::{DriverEvent, Event};

/// How long a card's number is.
const LENGTH: std::ops::RangeInclusive<usize> = 13..=19;

/// EDC-P48. Looked for in all that the integration lets out: its log, its answers, what it sends.
pub(in crate::rule) fn card_numbers_are_not_kept(view: &View<'_>) -> Judgement {
    let of_card = |json: &Value| at(json, "/responseData/paymentResultInfo/cardBin")?.as_str().map(ToOwned::to_owned);
    let mut starts: Vec<String> = view.results.iter().filter_map(|result| of_card(result.json)).collect();
    starts.retain(|start| start.len() >= 6);
    starts.dedup();
    if starts.is_empty() {
        return Judgement::NotExercised;
    }
    let is_of_card = |number: &String| starts.iter().any(|start| number.starts_with(start));
    let findings = view.entries.iter().filter_map(|entry| {
        let mut number = None;
        is_said(&entry.event, &mut |text| {
            number = numbers(text).into_iter().find(is_of_card);
            number.is_some()
        });
        let number = number?;
        let shown = format!("{}…{}", &number[..6], &number[number.len() - 4..]);
        Some(Finding { entry: entry.n, text: format!("the whole number of the card {shown} is let out") })
    });
    let findings = findings.collect();
    Judgement::new(true, findings)
}

/// Whether a text that the integration lets out fits.
fn is_said(event: &Event, fits: &mut impl FnMut(&str) -> bool) -> bool {
    match event {
        Event::Driver(DriverEvent::Said { line: text } | DriverEvent::Failed { error: text, .. }) => fits(text),
        Event::Driver(DriverEvent::Answered { result: json, .. })
        | Event::Terminal(Terminal::Received { json, .. }) => any_text(json, fits),
        Event::Gateway(sim_antom::Event::Request { body, .. }) => fits(&String::from_utf8_lossy(&body.0)),
        _ => false,
    }
}

/// The numbers in a text that may be a card's, written with blanks or hyphens or without.
fn numbers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut number = String::new();
    let mut gap = false;
    for letter in text.chars().chain(['.']) {
        match letter {
            '0'..='9' => {
                number.push(letter);
                gap = false;
            }
            ' ' | '-' if !gap && !number.is_empty() => gap = true,
            _ => {
                let whole = std::mem::take(&mut number);
                if LENGTH.contains(&whole.len()) && has_check_digit(&whole) {
                    found.push(whole);
                }
                gap = false;
            }
        }
    }
    found
}

/// The last digit of a card's number is made of the others (ISO/IEC 7812, Luhn).
fn has_check_digit(number: &str) -> bool {
    let digits = number.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let weigh = |(place, digit): (usize, u32)| match (place % 2, digit * 2) {
        (0, _) => digit,
        (_, twice) => twice / 10 + twice % 10,
    };
    digits.enumerate().map(weigh).sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_are_found_in_what_is_written_around_them() {
        for text in ["4054695723100768", "card 4054 6957 2310 0768!", "{\"a\":\"4054-6957-2310-0768\"}"] {
            assert_eq!(numbers(text), ["4054695723100768"], "{text}");
        }
        for text in ["4054695723100769", "40546957", "4054695723  100768", "40546957231007684054695723100768", ""] {
            assert_eq!(numbers(text), [""; 0], "{text}");
        }
    }
}
