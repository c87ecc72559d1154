//! Whether an app survives what only apps meet: a screen that is gone, and an event of the payment before.

use wire::antom::PaymentStatus;

use super::history::History;
use crate::client::ClientEvent;
use crate::rule::{Finding, Judgement, View};
use crate::trace::Event;

/// CLI-048: what is told while the screen is gone neither throws nor is lost. On which thread an app draws is its own
/// business, and is not seen.
pub(crate) fn late_callbacks_are_survived(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let mut findings = Vec::new();
    let (mut is_gone, mut told_meanwhile) = (false, false);
    let mut back = None;
    for (n, _, event) in &history.events {
        match event {
            ClientEvent::Screen { is } => {
                is_gone = is == "gone";
                back = (!is_gone && told_meanwhile).then_some(*n);
            }
            ClientEvent::Delivered { .. } => told_meanwhile |= is_gone,
            ClientEvent::Settled { method, .. } if method == "submitPayment" => told_meanwhile |= is_gone,
            ClientEvent::Threw { channel, error } if is_gone => {
                findings
                    .push(Finding { entry: *n, text: format!("{channel} throws while the screen is gone: {error}") });
            }
            _ => {}
        }
    }
    if let (Some(back), Some(last)) = (back, history.seen_last())
        && history.is_paid_at(usize::MAX)
        && !last.shows("paid")
        && !last.shows("pending")
    {
        let entry = last.n.max(back);
        let text =
            format!("the payment was made while the screen was gone, and the buyer is left with {:?}", last.shows);
        findings.push(Finding { entry, text });
    }
    Judgement::new(told_meanwhile, findings)
}

/// CLI-049: an event of another payment than that on the screen changes nothing there.
pub(crate) fn events_stay_with_their_payment(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let mut shown: Option<(usize, &str)> = None;
    let mut exercised = false;
    let mut findings = Vec::new();
    for (n, _, event) in &history.events {
        match event {
            ClientEvent::Visited { order, .. } => shown = Some((*n, order)),
            ClientEvent::Delivered { order: Some(of), payload, .. } => {
                let Some((opened, order)) = shown.filter(|(_, order)| *order != of.as_str()) else { continue };
                exercised = true;
                let until = history.next_told(*n).min(history.next_act(*n));
                let before = history.seen_at(*n);
                let changed = history.seen_between(*n, until).find_map(|sight| {
                    let view = ["paid", "failed", "cancelled", "problem"]
                        .into_iter()
                        .find(|view| sight.shows(view) && !before.is_some_and(|before| before.shows(view)))?;
                    (view != "paid" || !history.is_paid_since(opened, sight.n)).then_some((sight.n, view))
                });
                if let Some((entry, view)) = changed {
                    let code = payload["code"].as_str().unwrap_or("an event");
                    let text = format!("{code} of {of} makes the app show `{view}` for {order}");
                    findings.push(Finding { entry, text });
                }
            }
            _ => {}
        }
    }
    Judgement::new(exercised, findings)
}

impl History<'_> {
    /// Whether a payment that began after one entry had succeeded before another.
    fn is_paid_since(&self, from: usize, until: usize) -> bool {
        let mut known = Vec::new();
        for entry in self.view.entries.iter().take_while(|entry| entry.n < until) {
            let Event::Gateway(sim_antom::Event::Payment { payment_id, status, .. }) = &entry.event else { continue };
            if entry.n < from {
                known.push(payment_id);
            } else if *status == PaymentStatus::Success && !known.contains(&payment_id) {
                return true;
            }
        }
        false
    }
}
