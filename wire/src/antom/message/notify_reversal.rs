//! notifyReversal: money came for an order that was closed already, and could not be given back. A person must look.

use super::object::object;
use super::{AfterPayment, ResultObject};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// The body of the notification. The page names no fields beyond the type; these are those of notifyPayment.
    NotifyReversal {
        [
            notify_type: AfterPayment,
            result: ResultObject,
            payment_request_id: String,
            payment_id: String,
            payment_amount: Money,
        ]
        payment_create_time: WireTime,
        payment_time: WireTime,
    }
}
