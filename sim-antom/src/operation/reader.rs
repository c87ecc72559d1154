//! Reads bodies: compares them with their tables, and collects what is let pass but should be told.

use wire::antom::{BatchPayRequest, Json, Outline, Severity, WalletRefusal, WalletRule};
use wire::money::Money;
use wire::time::{Moment, Span, WireTime};

use crate::checks::Refusal;

/// How strictly a body is read, and what was noticed.
#[derive(Debug)]
pub(crate) struct Reader<'n> {
    /// Whether what is merely noticed is refused too.
    pub(crate) strict: bool,
    /// What is let pass but should be told.
    pub(crate) notes: &'n mut Vec<String>,
    /// When it is read.
    pub(crate) now: Moment,
}

impl Reader<'_> {
    /// Compares a body with tables of fields; all that breaks them is told at once.
    pub(crate) fn check(&mut self, body: &impl Json, outline: &Outline) -> Result<(), Refusal> {
        let mut errors = Vec::new();
        for problem in outline.check(body) {
            let list = match problem.severity {
                Severity::Error => &mut errors,
                Severity::Lint if self.strict => &mut errors,
                Severity::Lint | Severity::Note => &mut *self.notes,
            };
            let text = problem.to_string();
            // Tables overlap; once is enough.
            if !list.contains(&text) {
                list.push(text);
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(illegal(errors.join("; "))) }
    }

    /// One of several fields must be there.
    pub(crate) fn needs_one(&self, names: &str, found: Option<&String>) -> Result<(), Refusal> {
        if found.is_some() { Ok(()) } else { Err(illegal(format!("{names} is required"))) }
    }

    /// A paymentExpiryTime lies ahead, and no farther than the method allows.
    pub(crate) fn check_expiry(&mut self, expiry: Option<&WireTime>, most: Option<Span>) -> Result<(), Refusal> {
        let Some(expiry) = expiry else { return Ok(()) };
        let ahead = expiry.moment().since(self.now);
        match most {
            _ if expiry.moment() <= self.now => self.note(format!("paymentExpiryTime {expiry} is not in the future")),
            Some(most) if ahead > most.0 => {
                let minutes = most.0.as_secs() / 60;
                self.note(format!("paymentExpiryTime {expiry} is more than {minutes} min ahead"))
            }
            _ => Ok(()),
        }
    }

    /// An amount is one that the wallet takes.
    pub(crate) fn check_wallet(&mut self, method: &str, amount: Money) -> Result<(), Refusal> {
        let Some(rule) = WalletRule::of(method, amount) else { return Ok(()) };
        let takes = match rule.refusal(amount) {
            None => return Ok(()),
            Some(WalletRefusal::TooLittle) => format!("{} at least", rule.least),
            Some(WalletRefusal::BetweenSteps) => format!("multiples of {}", rule.step),
        };
        self.note(format!("paymentAmount is {}, of {} {method} takes {takes}", amount.minor, rule.currency))
    }

    /// What is let pass with a note, unless it is read strictly.
    fn note(&mut self, text: String) -> Result<(), Refusal> {
        if self.strict {
            return Err(illegal(text));
        }
        self.notes.push(text);
        Ok(())
    }

    /// Each order of a batch should be another merchant's.
    pub(crate) fn note_twins(&mut self, request: &BatchPayRequest) {
        let merchants = request.order_list.iter().filter_map(|order| order.merchant.as_ref());
        let mut ids: Vec<&str> = merchants.map(|merchant| merchant.reference_merchant_id.as_str()).collect();
        ids.sort_unstable();
        if let Some(twin) =
            ids.windows(2).find_map(|pair| if let [a, b] = pair { (a == b).then_some(*a) } else { None })
        {
            self.notes.push(format!("orderList has two orders of the merchant {twin:?}, and should have one each"));
        }
    }
}

fn illegal(reason: String) -> Refusal {
    Refusal { code: "PARAM_ILLEGAL", reason }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wire::antom::{FieldKind, FieldNeed, FieldRule};

    use super::*;

    const TABLE: &[FieldRule] = &[
        FieldRule { path: "a", need: FieldNeed::Required, kind: FieldKind::Text(3) },
        FieldRule { path: "b", need: FieldNeed::Required, kind: FieldKind::Text(3) },
        FieldRule { path: "c", need: FieldNeed::Optional, kind: FieldKind::Text(3) },
    ];

    #[test]
    fn a_refusal_lists_every_field_once_and_a_lint_alone_refuses_nothing() {
        let mut notes = Vec::new();
        let mut reader = Reader { strict: false, notes: &mut notes, now: Moment::WORLD_START };
        let refusal = reader.check(&json!({"b": "long", "c": 7}), &Outline::of(&[TABLE, TABLE])).unwrap_err();
        assert_eq!(refusal.code, "PARAM_ILLEGAL");
        assert_eq!(refusal.reason, "a is required and missing; b must have 1 to 3 characters, has 4");
        assert_eq!(reader.check(&json!({"a": 1, "b": "x"}), &Outline::of(&[TABLE])), Ok(()));
        assert_eq!(notes, ["c should be a JSON string, is a number", "a should be a JSON string, is a number"]);
    }

    #[test]
    fn what_a_wallet_does_not_take_is_noted_and_refused_by_a_strict_reader() {
        let told = |strict, minor| {
            let mut notes = Vec::new();
            let mut reader = Reader { strict, notes: &mut notes, now: Moment::WORLD_START };
            let verdict = reader.check_wallet("JKOPAY", Money::new("TWD".parse().unwrap(), minor));
            notes.extend(verdict.err().map(|refusal| format!("{}: {}", refusal.code, refusal.reason)));
            notes.concat()
        };
        assert_eq!(told(false, 100), "");
        assert_eq!(told(false, 99), "paymentAmount is 99, of TWD JKOPAY takes 100 at least");
        assert_eq!(told(true, 150), "PARAM_ILLEGAL: paymentAmount is 150, of TWD JKOPAY takes multiples of 100");
    }

    #[test]
    fn a_field_that_nobody_knows_is_noted_and_refused_by_nobody() {
        let mut notes = Vec::new();
        let mut reader = Reader { strict: true, notes: &mut notes, now: Moment::WORLD_START };
        assert_eq!(reader.check(&json!({"a": "x", "b": "y", "z": 1}), &Outline::of(&[TABLE])), Ok(()));
        assert_eq!(notes, ["z is not documented, and is ignored"]);
    }

    #[test]
    fn a_strict_reader_refuses_what_a_lenient_one_notes() {
        let mut notes = Vec::new();
        let mut reader = Reader { strict: true, notes: &mut notes, now: Moment::WORLD_START };
        let refusal = reader.check(&json!({"a": 1, "b": "x"}), &Outline::of(&[TABLE])).unwrap_err();
        assert_eq!(refusal.reason, "a should be a JSON string, is a number");
        assert!(notes.is_empty());
    }
}
