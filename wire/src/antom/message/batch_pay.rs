//! batchPay: one cashier page for the orders of several merchants.

use super::object::{answer, object};
use super::{
    CreditPayPlan, Env, Order, OrderCodeForm, PaymentFactor, PaymentMethod, PaymentResultInfo, PspCustomerInfo,
};
use crate::antom::field::{FieldKind, FieldRule, optional, required, when};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// The body of a batchPay request.
    BatchPayRequest {
        [
            product_code: String,
            /// The idempotency key.
            batch_payment_request_id: String,
            /// The sum of the orders' amounts.
            payment_amount: Money,
            payment_method: PaymentMethod,
            payment_redirect_url: String,
            env: Env,
            /// 1 to 10, each of another merchant.
            order_list: Vec<Order>,
        ]
        payment_notify_url: String,
        payment_factor: PaymentFactor,
        payment_expiry_time: WireTime,
        user_region: String,
        credit_pay_plan: CreditPayPlan,
        app_id: String,
    }
}

impl BatchPayRequest {
    /// The documented table. That the amounts add up is checked beside it.
    pub const FIELDS: &'static [FieldRule] = &[
        required("productCode", FieldKind::OneOf(&["CASHIER_PAYMENT"])),
        required("batchPaymentRequestId", FieldKind::Id(64)),
        required("paymentAmount", FieldKind::Amount),
        required("paymentMethod", FieldKind::Nested(PaymentMethod::FIELDS)),
        required("paymentRedirectUrl", FieldKind::Link(2048)),
        required("paymentNotifyUrl", FieldKind::Url(2048)),
        required("env", FieldKind::Nested(Env::FIELDS)),
        required("env.terminalType", FieldKind::Present),
        when("env.osType", FieldKind::Present, "env.terminalType", &["APP", "WAP"]),
        when("appId", FieldKind::Present, "env.terminalType", &["MINI_APP"]),
        required("orderList", FieldKind::List(1, 10, Order::FIELDS)),
        when("paymentFactor", FieldKind::Present, "paymentMethod.paymentMethodType", &["CARD"]),
        optional("paymentFactor", FieldKind::Nested(PaymentFactor::FIELDS)),
        optional("paymentExpiryTime", FieldKind::DateTime),
        optional("userRegion", FieldKind::Region),
        optional("creditPayPlan", FieldKind::Nested(CreditPayPlan::FIELDS)),
        optional("appId", FieldKind::Text(32)),
    ];
}

answer! {
    /// The body of a batchPay response: U PAYMENT_IN_PROCESS with a URL means that it was created.
    BatchPayResponse {
        payment_data: String,
        psp_customer_info: PspCustomerInfo,
        order_code_form: OrderCodeForm,
        app_identifier: String,
        scheme_url: String,
        applink_url: String,
        normal_url: String,
        payment_result_info: PaymentResultInfo,
        order_summaries: Vec<OrderSummary>,
    }
}

object! {
    /// One order of a batch. The documents promise a transaction id and an amount; the other fields are inferred.
    OrderSummary {
        [
            reference_order_id: String,
            transaction_id: String,
            order_amount: Money,
        ]
        reference_merchant_id: String,
    }
}
