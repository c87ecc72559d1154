//! How it is paid.

use serde_json::Value;

use super::object::object;
use super::{Flag, Whole};
use crate::antom::field::{Condition, FieldKind, FieldRule, expected_when, optional, required};

object! {
    /// `paymentMethod`.
    PaymentMethod {
        [ payment_method_type: String, ]
        payment_method_id: String,
        payment_method_meta_data: Value,
        funding: String,
        customer_id: String,
        extend_info: String,
        require_issuer_authentication: Flag,
    }
}

impl PaymentMethod {
    /// `paymentMethodType` of in-store wallets.
    pub const CONNECT_WALLET: &'static str = "CONNECT_WALLET";

    /// The id is required by User-presented and tokenised payments.
    pub const FIELDS: &'static [FieldRule] = &[
        required("paymentMethodType", FieldKind::Text(64)),
        optional("paymentMethodId", FieldKind::Text(128)),
        optional("paymentMethodMetaData", FieldKind::Object),
        optional("funding", FieldKind::OneOf(&["CREDIT", "DEBIT", "PREPAID", "CHARGE", "DEFERRED_DEBIT"])),
        optional("customerId", FieldKind::Text(64)),
        optional("extendInfo", FieldKind::Text(2048)),
        optional("requireIssuerAuthentication", FieldKind::Flag),
    ];
}

object! {
    /// `paymentFactor`: for in-store products, which of the three scenarios; for cards, how they are captured.
    PaymentFactor {
        in_store_payment_scenario: String,
        is_payment_evaluation: Flag,
        presentment_mode: String,
        capture_mode: String,
        is_authorization: Flag,
    }
}

impl PaymentFactor {
    /// Which of them are required depends on the product.
    pub const FIELDS: &'static [FieldRule] = &[
        optional("inStorePaymentScenario", FieldKind::OneOf(&["PaymentCode", "OrderCode", "EntryCode"])),
        optional("isPaymentEvaluation", FieldKind::Flag),
        optional("presentmentMode", FieldKind::OneOf(&["BUNDLE", "TILE", "UNIFIED"])),
        optional("captureMode", FieldKind::OneOf(&["AUTOMATIC", "MANUAL", ""])),
        optional("isAuthorization", FieldKind::Flag),
    ];
}

object! {
    /// `creditPayPlan`.
    CreditPayPlan {
        installment_num: Whole,
        interval: String,
        credit_pay_fee_type: String,
        fee_percentage: Whole,
        filtered_installment_periods: Vec<Whole>,
        interest_rate: String,
    }
}

impl CreditPayPlan {
    /// An instalment plan has 2 to 36 parts: so many, or a choice.
    pub const FIELDS: &'static [FieldRule] = &[
        expected_when("installmentNum", Condition::Without("filteredInstallmentPeriods")),
        expected_when("feePercentage", Condition::Is("creditPayPlan.creditPayFeeType", &["PERCENTAGE"])),
        optional("installmentNum", FieldKind::Whole(2, 36)),
        optional("interval", FieldKind::Text(16)),
        optional("creditPayFeeType", FieldKind::OneOf(&["PERCENTAGE"])),
        optional("feePercentage", FieldKind::Whole(0, 100)),
        optional("filteredInstallmentPeriods", FieldKind::Items(100, &FieldKind::Whole(2, 36))),
        optional("interestRate", FieldKind::Text(16)),
    ];
}
