//! Where a cashier's buyer goes on.

use crate::desk::Desk;
use crate::payment::Payment;
use crate::script::UrlKind;

/// The URLs of an answer.
#[derive(Debug, Default)]
pub(crate) struct Urls {
    pub(crate) normal: Option<String>,
    pub(crate) scheme: Option<String>,
    pub(crate) applink: Option<String>,
    pub(crate) app_identifier: Option<String>,
}

/// The URLs that a payment is answered with; none when its creation is to fail.
pub(crate) fn urls(desk: &Desk, payment: &Payment) -> Option<Urls> {
    let in_app = matches!(payment.terminal_type.as_deref(), Some("APP" | "MINI_APP"));
    let has_identifier = matches!(payment.terminal_type.as_deref(), Some("APP" | "WAP"));
    let kinds = match &desk.settings.urls {
        Some(kinds) if kinds.is_empty() => return None,
        Some(kinds) => kinds.as_slice(),
        None if in_app => &[UrlKind::Normal, UrlKind::Scheme, UrlKind::Applink],
        None => &[UrlKind::Normal],
    };
    let id = &payment.payment_id;
    let when = |kind: UrlKind, url: String| kinds.contains(&kind).then_some(url);
    Some(Urls {
        normal: when(UrlKind::Normal, format!("{}/cashier?paymentId={id}", desk.page_url)),
        scheme: when(UrlKind::Scheme, format!("wallet://cashier?paymentId={id}")),
        applink: when(UrlKind::Applink, format!("{}/applink?paymentId={id}", desk.page_url)),
        app_identifier: has_identifier.then(|| "example.wallet".to_owned()),
    })
}
