//! What a correct merchant does with notifications.

use super::view::View;
use super::{Finding, Judgement};

/// NTF-001.
pub(super) fn forgeries_are_not_believed(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let forged: Vec<_> = view.notices.iter().filter(|n| !n.genuine).collect();
    for notice in &forged {
        // One that was refused to its face was not believed; if the order is paid all the same, that has another reason.
        let refused = notice.answer.as_ref().is_some_and(|(_, acknowledged, _)| !acknowledged);
        for order in view.orders.iter().filter(|o| !refused && o.by.is_at_gateway()) {
            let ids = view.payment_request_ids(order.amount);
            let Some(paid) = view.called_paid(&order.name) else { continue };
            if ids.contains(&notice.payment_request_id.as_str())
                && paid.n > notice.n
                && !view.evidence_before(paid.n, &ids)
            {
                let text = format!("order {} is called paid on a forged notification (entry {})", order.name, notice.n);
                findings.push(Finding { entry: paid.n, text });
            }
        }
    }
    Judgement::new(!forged.is_empty(), findings)
}

/// NTF-005.
pub(super) fn forgeries_are_not_acknowledged(view: &View<'_>) -> Judgement {
    let forged = || view.notices.iter().filter(|n| !n.genuine);
    let findings = forged().filter_map(|notice| match &notice.answer {
        Some((n, true, _)) => {
            Some(Finding { entry: *n, text: format!("the forged notification (entry {}) was acknowledged", notice.n) })
        }
        _ => None,
    });
    Judgement::new(forged().next().is_some(), findings.collect())
}

/// NTF-003. A merchant that was killed before it could answer is excused, and one that doubts what is not so.
pub(super) fn genuine_ones_are_acknowledged(view: &View<'_>) -> Judgement {
    let genuine = || {
        view.notices
            .iter()
            .filter(|n| n.genuine && !n.altered)
            .filter_map(|n| n.answer.as_ref().map(|answer| (n, answer)))
    };
    let findings = genuine().filter_map(|(notice, (n, acknowledged, problem))| {
        let excused = *acknowledged || view.broke_between(notice.n, *n);
        let why = problem.clone().unwrap_or_default();
        (!excused).then(|| Finding {
            entry: *n,
            text: format!("the acknowledgement of the notification in entry {} {why}", notice.n),
        })
    });
    Judgement::new(genuine().next().is_some(), findings.collect())
}

/// NTF-006.
pub(super) fn repeats_are_processed_once(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.orders.iter().filter(|o| o.by.is_at_gateway()) {
        let ids = view.payment_request_ids(order.amount);
        let deliveries = view
            .notices
            .iter()
            .filter(|n| n.genuine && !n.altered && n.success && ids.contains(&n.payment_request_id.as_str()))
            .count();
        if deliveries < 2 {
            continue;
        }
        exercised = true;
        let double = view.statuses.iter().find(|s| {
            s.order == order.name
                && s.status.booked.is_some_and(|b| b.currency == order.amount.currency && b.minor > order.amount.minor)
        });
        if let Some(double) = double
            && let Some(booked) = double.status.booked
        {
            let text = format!(
                "order {} of {} is booked with {booked} after {deliveries} deliveries of one notification",
                order.name, order.amount
            );
            findings.push(Finding { entry: double.n, text });
        }
    }
    Judgement::new(exercised, findings)
}
