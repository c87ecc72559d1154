//! Messages, one file an operation. Fields that a simulator or judge does not act on are let pass unread, as every
//! official SDK does.

mod ack;
mod inquiry_payment;
mod notify_payment;
mod order;
mod pay;
mod result;

pub use ack::Ack;
pub use inquiry_payment::{InquiryPaymentRequest, InquiryPaymentResponse, PaymentStatus};
pub use notify_payment::{NotifyPayment, NotifyType};
pub use order::{Env, Merchant, Order, Store};
pub use pay::{PayRequest, PayResponse, PaymentFactor, PaymentMethod, RedirectActionForm};
pub use result::ResultObject;
