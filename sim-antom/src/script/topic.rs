//! What a rule of the script may be about: a call of an operation, or a notification of a kind; and the fields that each
//! of them has, so that a slip in a path is told instead of matching nothing.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use wire::antom::{
    BatchPayRequest, CancelRequest, CaptureRequest, CreatePaymentSessionRequest, CreateVaultingSessionRequest,
    FieldKind, FieldRule, InquiryPaymentRequest, InquiryRefundRequest, Operation, PayRequest, Product, RefundRequest,
};

/// A notification, by the provider's own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the provider's own names")]
pub enum NoticeKind {
    #[default]
    NotifyPayment,
    NotifyRefund,
    NotifyCapture,
    NotifyReversal,
    NotifyVaulting,
}

/// What a rule may be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    /// A call of a merchant.
    Call(Operation),
    /// A notification.
    Notice(NoticeKind),
}

impl NoticeKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::NotifyPayment, Self::NotifyRefund, Self::NotifyCapture, Self::NotifyReversal, Self::NotifyVaulting];

    const fn as_str(self) -> &'static str {
        match self {
            Self::NotifyPayment => "notifyPayment",
            Self::NotifyRefund => "notifyRefund",
            Self::NotifyCapture => "notifyCapture",
            Self::NotifyReversal => "notifyReversal",
            Self::NotifyVaulting => "notifyVaulting",
        }
    }
}

impl Topic {
    /// Calls of an operation; of any when none is named.
    pub(crate) fn calls(on: Option<Operation>) -> Vec<Self> {
        on.map_or_else(|| Operation::ALL.map(Self::Call).into(), |operation| vec![Self::Call(operation)])
    }

    /// Notifications of a kind; of any when none is named.
    pub(crate) fn notices(on: Option<NoticeKind>) -> Vec<Self> {
        on.map_or_else(|| NoticeKind::ALL.map(Self::Notice).into(), |kind| vec![Self::Notice(kind)])
    }

    /// The calls that make payments.
    pub(crate) const PAYING: [Self; 3] =
        [Self::Call(Operation::Pay), Self::Call(Operation::BatchPay), Self::Call(Operation::CreatePaymentSession)];

    /// The calls after which a buyer does something.
    pub(crate) const BUYING: [Self; 4] = [
        Self::Call(Operation::Pay),
        Self::Call(Operation::BatchPay),
        Self::Call(Operation::CreatePaymentSession),
        Self::Call(Operation::CreateVaultingSession),
    ];

    /// The calls that make sessions of the client SDK.
    pub(crate) const SESSIONS: [Self; 2] =
        [Self::Call(Operation::CreatePaymentSession), Self::Call(Operation::CreateVaultingSession)];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Call(operation) => operation.as_str(),
            Self::Notice(kind) => kind.as_str(),
        }
    }

    /// The paths of its fields; elements of lists are written `[]`.
    pub(crate) fn fields(self) -> &'static [String] {
        FIELDS.get(&self).map_or(&[], Vec::as_slice)
    }
}

static FIELDS: LazyLock<BTreeMap<Topic, Vec<String>>> = LazyLock::new(|| {
    let calls = Operation::ALL.map(Topic::Call).into_iter();
    calls.chain(NoticeKind::ALL.map(Topic::Notice)).map(|topic| (topic, fields(topic))).collect()
});

fn fields(topic: Topic) -> Vec<String> {
    let tables: &[&[FieldRule]] = match topic {
        Topic::Call(Operation::Pay) => &[
            PayRequest::FIELDS,
            PayRequest::ENTRY_CODE_FIELDS,
            Product::UserPresented.fields(),
            Product::Cashier.fields(),
        ],
        Topic::Call(Operation::BatchPay) => &[BatchPayRequest::FIELDS],
        Topic::Call(Operation::CreatePaymentSession) => &[CreatePaymentSessionRequest::FIELDS],
        Topic::Call(Operation::InquiryPayment) => &[InquiryPaymentRequest::FIELDS],
        Topic::Call(Operation::Cancel) => &[CancelRequest::FIELDS],
        Topic::Call(Operation::Refund) => &[RefundRequest::FIELDS],
        Topic::Call(Operation::InquiryRefund) => &[InquiryRefundRequest::FIELDS],
        Topic::Call(Operation::Capture) => &[CaptureRequest::FIELDS],
        Topic::Call(Operation::CreateVaultingSession) => &[CreateVaultingSessionRequest::FIELDS],
        Topic::Notice(kind) => {
            let own = match kind {
                NoticeKind::NotifyPayment => PAYMENT_FIELDS,
                NoticeKind::NotifyRefund => REFUND_FIELDS,
                NoticeKind::NotifyCapture => CAPTURE_FIELDS,
                NoticeKind::NotifyReversal => REVERSAL_FIELDS,
                NoticeKind::NotifyVaulting => VAULTING_FIELDS,
            };
            return ALL_NOTICES.iter().chain(own).map(|path| (*path).to_owned()).collect();
        }
    };
    let mut paths = Vec::new();
    for table in tables {
        collect("", table, &mut paths);
    }
    paths.sort_unstable();
    paths.dedup();
    paths
}

fn collect(prefix: &str, table: &[FieldRule], paths: &mut Vec<String>) {
    for rule in table {
        let path = if prefix.is_empty() { rule.path.to_owned() } else { format!("{prefix}.{}", rule.path) };
        match rule.kind {
            FieldKind::Nested(table) => collect(&path, table, paths),
            FieldKind::List(_, _, table) => collect(&format!("{path}[]"), table, paths),
            FieldKind::Items(..) => paths.push(format!("{path}[]")),
            FieldKind::Amount => paths.extend([format!("{path}.currency"), format!("{path}.value")]),
            FieldKind::Object => {}
            _ => paths.push(path),
        }
    }
}

/// What the gateway writes into each notification.
const ALL_NOTICES: &[&str] = &["notifyType", "result.resultCode", "result.resultStatus", "result.resultMessage"];
const PAYMENT_FIELDS: &[&str] = &[
    "paymentRequestId",
    "paymentId",
    "paymentAmount.currency",
    "paymentAmount.value",
    "actualPaymentAmount.currency",
    "actualPaymentAmount.value",
    "grossSettlementAmount.currency",
    "grossSettlementAmount.value",
    "paymentCreateTime",
    "paymentTime",
];
const REFUND_FIELDS: &[&str] =
    &["refundStatus", "refundRequestId", "refundId", "refundAmount.currency", "refundAmount.value", "refundTime"];
const CAPTURE_FIELDS: &[&str] =
    &["captureRequestId", "paymentId", "captureId", "captureAmount.currency", "captureAmount.value", "captureTime"];
const REVERSAL_FIELDS: &[&str] = &[
    "paymentRequestId",
    "paymentId",
    "paymentAmount.currency",
    "paymentAmount.value",
    "paymentCreateTime",
    "paymentTime",
];
const VAULTING_FIELDS: &[&str] = &[
    "vaultingRequestId",
    "vaultingCreateTime",
    "paymentMethodDetail.paymentMethodType",
    "paymentMethodDetail.card.cardToken",
    "paymentMethodDetail.card.brand",
    "paymentMethodDetail.card.maskedCardNo",
    "paymentMethodDetail.card.lastFour",
    "paymentMethodDetail.card.bin",
    "paymentMethodDetail.card.expiryMonth",
    "paymentMethodDetail.card.expiryYear",
    "paymentMethodDetail.card.funding",
    "paymentMethodDetail.card.issuingCountry",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_fields_of_its_own_and_none_is_told_twice() {
        for topic in Operation::ALL.map(Topic::Call).into_iter().chain(NoticeKind::ALL.map(Topic::Notice)) {
            let fields = topic.fields();
            assert!(fields.len() > 1, "{topic:?}");
            let mut sorted = fields.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), fields.len(), "{topic:?}");
        }
        let has = |topic: Topic, path: &str| topic.fields().iter().any(|known| known == path);
        assert!(has(Topic::Call(Operation::Pay), "order.orderDescription"));
        assert!(has(Topic::Call(Operation::Pay), "paymentAmount.value"));
        assert!(has(Topic::Call(Operation::BatchPay), "orderList[].orderAmount.value"));
        assert!(!has(Topic::Call(Operation::Cancel), "order.orderDescription"));
    }
}
