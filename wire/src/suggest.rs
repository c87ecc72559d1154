//! "Did you mean …?": the nearest of the words that would have been right.

/// The nearest word, if it is near enough to be a slip of the finger.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let scored = known.into_iter().map(|candidate| {
        let other = candidate.to_lowercase();
        // Among equals, the one that begins alike: people slip at the end of a word.
        let alike = lower.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
        (strsim::damerau_levenshtein(&lower, &other), std::cmp::Reverse(alike), candidate)
    });
    let (distance, _, candidate) = scored.min_by_key(|(distance, alike, _)| (*distance, *alike))?;
    let longest = word.chars().count().max(candidate.chars().count());
    (distance * 5 <= longest * 2).then_some(candidate)
}

/// A line of help: the nearest word, or all of them when none is near.
#[must_use]
pub fn help(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "nothing is allowed here".to_owned(),
        None => format!("write one of: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_nonsense_is_not() {
        let known = ["checkout", "settle", "cancel"];
        assert_eq!(nearest("chekcout", known), Some("checkout"));
        assert_eq!(nearest("Settle", known), Some("settle"));
        assert_eq!(nearest("banana", known), None);
        assert_eq!(help("banana", &known), "write one of: checkout, settle, cancel");
        assert_eq!(help("banana", &[]), "nothing is allowed here");
        assert_eq!(help("setle", &known), "did you mean `settle`?");
    }

    #[test]
    fn up_to_two_fifths_of_a_word_may_be_wrong_and_among_equals_the_one_that_begins_alike_is_meant() {
        assert_eq!(nearest("xyzdefgh", ["abcdefgh"]), Some("abcdefgh"));
        assert_eq!(nearest("wxyzefgh", ["abcdefgh"]), None);
        assert_eq!(nearest("pays", ["says", "payx"]), Some("payx"));
    }
}
