//! Which operation a path names. Both prefixes (`/ams/api/…` and `/ams/sandbox/api/…`) lead to the same ones.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The operations in scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the provider's own names")]
pub enum Operation {
    Pay,
    BatchPay,
    CreatePaymentSession,
    InquiryPayment,
    Cancel,
    Refund,
    InquiryRefund,
    Capture,
    CreateVaultingSession,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Pay,
        Self::BatchPay,
        Self::CreatePaymentSession,
        Self::InquiryPayment,
        Self::Cancel,
        Self::Refund,
        Self::InquiryRefund,
        Self::Capture,
        Self::CreateVaultingSession,
    ];

    /// The last segment of the path.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::BatchPay => "batchPay",
            Self::CreatePaymentSession => "createPaymentSession",
            Self::InquiryPayment => "inquiryPayment",
            Self::Cancel => "cancel",
            Self::Refund => "refund",
            Self::InquiryRefund => "inquiryRefund",
            Self::Capture => "capture",
            Self::CreateVaultingSession => "createVaultingSession",
        }
    }

    /// The segment before it: what it is about.
    #[must_use]
    pub const fn area(self) -> &'static str {
        match self {
            Self::CreateVaultingSession => "vaults",
            _ => "payments",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a path leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// An operation in scope.
    Operation(Operation),
    /// Any other path: NO_INTERFACE_DEF.
    Unknown,
}

impl Route {
    /// Looks at a path without query; doubled slashes count as one.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let mut segments = path.split('/').filter(|s| !s.is_empty());
        let mut next = || segments.next();
        let second = match (next(), next()) {
            (Some("ams"), Some("sandbox")) => next(),
            (Some("ams"), second) => second,
            _ => None,
        };
        if (second, next()) != (Some("api"), Some("v1")) {
            return Self::Unknown;
        }
        let (area, name) = (next(), next());
        let is_it = |operation: &Operation| (Some(operation.area()), Some(operation.as_str())) == (area, name);
        match (Operation::ALL.into_iter().find(is_it), next()) {
            (Some(operation), None) => Self::Operation(operation),
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_prefixes_and_doubled_slashes_lead_to_the_operation() {
        for path in [
            "/ams/api/v1/payments/pay",
            "/ams/sandbox/api/v1/payments/pay",
            "//ams//api/v1/payments/pay",
            "/ams/api//v1/payments/pay",
        ] {
            assert_eq!(Route::of(path), Route::Operation(Operation::Pay), "{path}");
        }
        for operation in Operation::ALL {
            let path = format!("/ams/api/v1/{}/{operation}", operation.area());
            assert_eq!(Route::of(&path), Route::Operation(operation));
        }
        let vaulting = Route::of("/ams/sandbox/api/v1/vaults/createVaultingSession");
        assert_eq!(vaulting, Route::Operation(Operation::CreateVaultingSession));
    }

    #[test]
    fn other_paths_lead_nowhere() {
        for path in [
            "/",
            "",
            "/ams/api/v2/payments/pay",
            "/ams/api/v1/payments",
            "/ams/api/v1/payments/pay/x",
            "/ams/api/v1/payments/Pay",
            "/api/v1/payments/pay",
            "/ams/api/v1/vaults/pay",
            "/ams/api/v1/vaults/inquireVaulting",
            "/ams/api/v1/payments/createVaultingSession",
        ] {
            assert_eq!(Route::of(path), Route::Unknown, "{path}");
        }
    }
}
