//! notifyCapture: Antom tells the merchant how a capture ended. It has no paymentRequestId.

use super::object::object;
use super::{AcquirerInfo, AfterPayment, ResultObject};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// The body of the notification.
    NotifyCapture {
        [
            notify_type: AfterPayment,
            result: ResultObject,
            /// Made by Antom when the capture was automatic.
            capture_request_id: String,
            payment_id: String,
            capture_id: String,
            capture_amount: Money,
        ]
        capture_time: WireTime,
        acquirer_reference_no: String,
        acquirer_info: AcquirerInfo,
    }
}
