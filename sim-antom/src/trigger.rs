//! Trigger words: codes that a merchant's own texts ask for, without any script.
//!
//! `[sim:RISK_REJECT]` in a text of the request (an order's description, a refund's reason) answers that request with
//! the code. `[sim:cancel:UNKNOWN_EXCEPTION]` in an order's description answers each later cancel of its payment;
//! `[sim:result:RISK_REJECT]` is how the payment ends. The words are looked up where they stand, so their cost does not
//! depend on how many codes there are to ask for.

use wire::antom::{CodeLine, Operation, codes, find, find_anywhere, known_codes};
use wire::suggest;

/// The texts of a request in which words may stand.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    /// What the request says itself.
    pub(crate) own: String,
    /// What the order of its payment says.
    pub(crate) order: String,
}

const OPEN: &str = "[sim:";
/// No code and no operation is longer.
const LONGEST: usize = 128;

/// The code that the texts ask for in answer to an operation.
pub(crate) fn asked(texts: &Texts, operation: Operation) -> Option<&'static CodeLine> {
    let own = words(&texts.own).find_map(|word| match word.split_once(':') {
        None => code(operation, word),
        Some((name, code_name)) if name == operation.as_str() => code(operation, code_name),
        Some(_) => None,
    });
    let order = || {
        words(&texts.order).find_map(|word| match word.split_once(':') {
            Some((name, code_name)) if name == operation.as_str() => code(operation, code_name),
            _ => None,
        })
    };
    own.or_else(order)
}

/// The code that a payment ends with, if its order says so.
pub(crate) fn result(order: &str) -> Option<&'static CodeLine> {
    words(order).find_map(|word| match word.split_once(':') {
        Some(("result", code)) => find(wire::antom::PAYMENT_RESULT_CODE, code).or_else(|| find_anywhere(code)),
        _ => None,
    })
}

/// An operation's own line of a code; another operation's when it has none.
pub(crate) fn code(operation: Operation, code: &str) -> Option<&'static CodeLine> {
    find(codes(operation), code).or_else(|| find_anywhere(code))
}

/// Words in a text that ask for nothing, each with what was meant if that can be told: a person who wrote one waits for
/// a code that never comes.
pub(crate) fn misspelt(text: &str) -> Vec<String> {
    if !text.contains(['s', 'S']) || !text.contains('[') {
        return Vec::new();
    }
    // As long as the text itself, so that places in the one are places in the other.
    let lower = text.to_ascii_lowercase();
    let places = lower.match_indices(OPEN).take(MOST_MISSPELT);
    places.filter_map(|(at, _)| problem(text.get(at..)?)).collect()
}

/// So many of them are told of one text.
const MOST_MISSPELT: usize = 8;

/// What is wrong with the word at the beginning of a text.
fn problem(text: &str) -> Option<String> {
    let (head, rest) = text.split_at_checked(OPEN.len())?;
    let Some((word, _)) = rest.split_once(']').filter(|(word, _)| word.len() <= LONGEST) else {
        return Some("a word begins with `[sim:` and has no `]`; it asks for nothing".to_owned());
    };
    let (to, name) = word.split_once(':').map_or((None, word), |(to, name)| (Some(to), name));
    let is_addressed =
        to.is_none_or(|to| to == "result" || Operation::ALL.iter().any(|operation| operation.as_str() == to));
    if head == OPEN && is_addressed && find_anywhere(name).is_some() {
        return None;
    }
    let near = suggest::nearest(name.trim(), known_codes().iter().copied());
    let meant = |code| format!("; did you mean `[sim:{}{code}]`?", to.map_or_else(String::new, |to| format!("{to}:")));
    let help = near.filter(|_| is_addressed).map_or_else(String::new, meant);
    Some(format!("`{head}{word}]` asks for nothing{help}"))
}

/// What stands between the brackets of each word.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(OPEN)
        .skip(1)
        .filter_map(|rest| rest.split_once(']').map(|(word, _)| word))
        .filter(|w| w.len() <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(own: &str, order: &str, operation: Operation) -> Option<&'static str> {
        asked(&Texts { own: own.to_owned(), order: order.to_owned() }, operation).map(|line| line.code)
    }

    #[test]
    fn a_word_of_its_own_text_needs_no_operation_and_one_of_the_order_does() {
        assert_eq!(found("tea [sim:RISK_REJECT]", "", Operation::Pay), Some("RISK_REJECT"));
        assert_eq!(found("", "tea [sim:RISK_REJECT]", Operation::Cancel), None);
        assert_eq!(found("", "[sim:refund:X] [sim:cancel:PROCESS_FAIL]", Operation::Cancel), Some("PROCESS_FAIL"));
        assert_eq!(found("[sim:cancel:PROCESS_FAIL]", "", Operation::Pay), None);
        assert_eq!(found("[sim:pay:PROCESS_FAIL]", "", Operation::Pay), Some("PROCESS_FAIL"));
        assert_eq!(result("[sim:result:SUSPECTED_CARD]").map(|line| line.code), Some("SUSPECTED_CARD"));
    }

    #[test]
    fn a_word_that_asks_for_nothing_is_told_with_what_was_meant() {
        for (text, told) in [
            ("tea", &[][..]),
            ("[sim:RISK_REJECT] [sim:cancel:PROCESS_FAIL] [sim:result:SUSPECTED_CARD]", &[]),
            ("[sim:NOPE]", &["`[sim:NOPE]` asks for nothing"]),
            (
                "[sim: RISK_REJECT] [sim:risk_reject]",
                &[
                    "`[sim: RISK_REJECT]` asks for nothing; did you mean `[sim:RISK_REJECT]`?",
                    "`[sim:risk_reject]` asks for nothing; did you mean `[sim:RISK_REJECT]`?",
                ],
            ),
            (
                "\u{fc}[Sim:cancel:RISK_REJEC]",
                &["`[Sim:cancel:RISK_REJEC]` asks for nothing; did you mean `[sim:cancel:RISK_REJECT]`?"],
            ),
            ("[sim:cancle:RISK_REJECT]", &["`[sim:cancle:RISK_REJECT]` asks for nothing"]),
            ("[sim:RISK_REJECT", &["a word begins with `[sim:` and has no `]`; it asks for nothing"]),
        ] {
            assert_eq!(misspelt(text), told, "{text}");
        }
        assert_eq!(misspelt(&"[sim:".repeat(100_000)).len(), MOST_MISSPELT);
    }

    #[test]
    fn what_is_no_word_asks_for_nothing() {
        for text in [
            "",
            "sim:RISK_REJECT",
            "[sim:RISK_REJECT",
            "[sim:]",
            "[sim:NO_SUCH]",
            "[sim:RISK_REJECT ]",
            "[SIM:RISK_REJECT]",
        ] {
            assert_eq!(found(text, text, Operation::Pay), None, "{text}");
        }
        assert_eq!(found(&"[sim:".repeat(100_000), "", Operation::Pay), None);
    }
}
