//! What a correct merchant asks, how often, and what it makes of the answers.

use wire::antom::{Operation, PaymentStatus};

use super::pay::believed;
use super::story::{Tells, Word};
use super::view::View;
use super::{Finding, Judgement};

/// INQ-001.
pub(super) fn status_is_the_outcome(view: &View<'_>) -> Judgement {
    let is_it = |word: &Word<'_>| match word.tells {
        Tells::Status(status) => status != PaymentStatus::Success,
        Tells::Refused(operation, _) | Tells::Unsure(operation, _) => operation == Operation::InquiryPayment,
        _ => false,
    };
    let judged = believed(view, is_it, |_, word| {
        format!("but the inquiry (entry {}) did not say SUCCESS in paymentStatus", word.n)
    });
    // An inquiry that says SUCCESS exercises it too: its order may be called paid.
    let is_answered = |w: &Word<'_>| matches!(w.tells, Tells::Status(_));
    let exercised = view.story.payments.iter().any(|payment| payment.words.iter().any(is_answered));
    if judged == Judgement::NotExercised { Judgement::new(exercised, Vec::new()) } else { judged }
}

#[expect(dead_code, reason = "the rest of the family comes next")]
fn finding(entry: usize, text: String) -> Finding {
    Finding { entry, text }
}
