//! Which notifications are believed.

use crate::rule::story::Notice;
use crate::rule::view::View;
use crate::rule::{Finding, Judgement};

/// NTF-001.
pub(in crate::rule) fn forgeries_are_not_believed(view: &View<'_>) -> Judgement {
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
pub(in crate::rule) fn forgeries_are_not_acknowledged(view: &View<'_>) -> Judgement {
    let forged = || view.notices.iter().filter(|n| !n.genuine);
    let findings = forged().filter_map(|notice| match &notice.answer {
        Some((n, true, _)) => {
            Some(Finding { entry: *n, text: format!("the forged notification (entry {}) was acknowledged", notice.n) })
        }
        _ => None,
    });
    Judgement::new(forged().next().is_some(), findings.collect())
}

/// Deliveries that somebody else sent, and that were acknowledged all the same.
fn acknowledged(
    view: &View<'_>,
    is_it: impl Fn(&Notice<'_>) -> bool,
    text: impl Fn(&Notice<'_>) -> String,
) -> Judgement {
    let all = || view.story.notices.iter().filter(|notice| is_it(notice));
    let findings = all()
        .filter(|notice| notice.is_acknowledged())
        .filter_map(|notice| Some(Finding { entry: notice.answer.as_ref()?.n, text: text(notice) }));
    let findings = findings.collect();
    Judgement::new(all().next().is_some(), findings)
}

/// NTF-002. A forgery with a signature shows which part of a message is not looked at.
pub(in crate::rule) fn all_parts_are_verified(view: &View<'_>) -> Judgement {
    let is_signed = |notice: &Notice<'_>| !notice.genuine && notice.header("signature").is_some();
    acknowledged(view, is_signed, |notice| {
        format!(
            "the notification in entry {} carries a signature that does not fit its path, client id, time and body, and is \
             acknowledged",
            notice.n
        )
    })
}

/// NTF-021.
pub(in crate::rule) fn foreign_clients_are_turned_away(view: &View<'_>) -> Judgement {
    let own: Vec<_> = view.story.requests.iter().filter_map(|request| request.header("client-id")).collect();
    let is_foreign = |notice: &Notice<'_>| {
        notice.header("client-id").is_some_and(|client| !own.is_empty() && !own.contains(&client))
    };
    acknowledged(view, is_foreign, |notice| {
        let client = notice.header("client-id").unwrap_or_default();
        format!(
            "the notification in entry {} is for the client {client:?}, who is another merchant, and is acknowledged",
            notice.n
        )
    })
}
