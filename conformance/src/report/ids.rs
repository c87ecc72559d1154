//! Many requirements in few lines: by area, runs of numbers together.

use std::fmt::Write as _;

/// Columns of a line.
const WIDTH: usize = 100;

/// The ids after a heading, each area once: `EDC-P01…P08, P10, P11; LINE-L01`. What a line does not hold goes on below.
pub(super) fn render(heading: &str, ids: &[&str]) -> String {
    below(heading, &words(ids))
}

/// Words after a heading, and below each other where a line does not hold them.
fn below(heading: &str, words: &[String]) -> String {
    let mut text = heading.to_owned();
    let mut column = heading.chars().count();
    for (index, word) in words.iter().enumerate() {
        let word = if index + 1 < words.len() { format!("{word}, ") } else { word.clone() };
        let width = word.chars().count();
        if column + width > WIDTH && column > heading.len() {
            let _ = write!(text, "\n{:1$}", "", heading.len());
            column = heading.len();
        }
        text.push_str(&word);
        column += width;
    }
    // A line that ends in a blank is no help.
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

/// How many of each area there are among all, after a heading: `EDC 45 of 53, SIG 3 of 11`.
pub(super) fn areas<'a>(heading: &str, ids: &[&str], all: impl Iterator<Item = &'a str>) -> String {
    let area = |id: &str| id.split_once('-').map_or_else(|| id.to_owned(), |(area, _)| area.to_owned());
    let mut areas: Vec<(String, usize, usize)> = Vec::new();
    for id in all {
        let (name, is_one) = (area(id), usize::from(ids.contains(&id)));
        match areas.iter_mut().find(|(known, _, _)| *known == name) {
            Some((_, some, of)) => (*some, *of) = (*some + is_one, *of + 1),
            None => areas.push((name, is_one, 1)),
        }
    }
    let words = areas.iter().filter(|(_, some, _)| *some > 0).map(|(name, some, of)| format!("{name} {some} of {of}"));
    below(heading, &words.collect::<Vec<_>>())
}

/// One word for each run of numbers that follow each other.
fn words(ids: &[&str]) -> Vec<String> {
    let mut runs: Vec<(&str, &str, u32)> = Vec::new();
    for id in ids {
        let number = number(id);
        match (runs.last_mut(), number) {
            (Some((first, last, end)), Some((area, number)))
                if number == *end + 1 && self::number(first).is_some_and(|(known, _)| known == area) =>
            {
                *last = id;
                *end = number;
            }
            (_, number) => runs.push((id, id, number.map_or(u32::MAX - 1, |(_, number)| number))),
        }
    }
    let word = |(first, last, _): &(&str, &str, u32)| match (first == last, last.rsplit_once('-')) {
        (false, Some((_, last))) => format!("{first}…{last}"),
        _ => (*first).to_owned(),
    };
    runs.iter().map(word).collect()
}

/// An id's area and number.
fn number(id: &str) -> Option<(&str, u32)> {
    let (area, digits) = id.split_at_checked(id.find(|c: char| c.is_ascii_digit())?)?;
    Some((area, digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_follow_each_other_are_one_word() {
        let ids = ["EDC-P01", "EDC-P02", "EDC-P03", "EDC-P05", "LINE-L06", "SIG-001", "SIG-002"];
        assert_eq!(render("idle: ", &ids), "idle: EDC-P01…P03, EDC-P05, LINE-L06, SIG-001…002\n");
        assert_eq!(render("idle: ", &["odd", "EDC-P01"]), "idle: odd, EDC-P01\n");
    }

    #[test]
    fn areas_are_counted_in_their_order() {
        let all = ["EDC-P01", "EDC-P02", "LINE-L06", "SIG-001", "SIG-002", "EDC-P03"];
        let told = areas("3: ", &["SIG-002", "EDC-P03", "EDC-P01"], all.into_iter());
        assert_eq!(told, "3: EDC 2 of 3, SIG 1 of 2\n");
    }

    #[test]
    fn a_long_list_goes_on_below_its_beginning() {
        let ids: Vec<String> = (1..60).map(|n| format!("SIG-{:03}", 2 * n)).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let told = render("  not exercised: ", &ids);
        assert!(told.lines().count() > 3 && told.lines().all(|line| line.chars().count() <= WIDTH), "{told}");
        assert!(told.lines().skip(1).all(|line| line.starts_with("                 SIG-")), "{told}");
        let again: Vec<&str> =
            told.split_once(':').unwrap().1.split([',', ' ', '\n']).filter(|s| !s.is_empty()).collect();
        assert_eq!(again, ids);
    }
}
