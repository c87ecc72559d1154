//! notifyRefund: Antom tells the merchant how an asynchronous refund ended.

use serde_json::Value;

use super::object::object;
use super::{AfterPayment, Quote, RefundStatus, ResultObject};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// The body of the notification.
    NotifyRefund {
        [
            notify_type: AfterPayment,
            result: ResultObject,
            refund_status: RefundStatus,
            refund_request_id: String,
            refund_id: String,
            refund_amount: Money,
        ]
        /// Only when the status is SUCCESS.
        refund_time: WireTime,
        gross_settlement_amount: Money,
        settlement_quote: Quote,
        actual_refund_amount: Money,
        arn: String,
        metadata: Value,
        customized_info: Value,
    }
}
