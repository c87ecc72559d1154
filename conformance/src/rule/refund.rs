//! What a correct merchant does to give money back.

mod book;
mod request;
mod words;

pub(super) use book::{
    failed_refunds_are_open_again, in_process_is_no_end, refund_notices_are_handled, refund_status_is_the_end,
    refunded_orders_stay_refunded,
};
pub(super) use request::{
    clicks_refund_once, failed_ids_are_left, no_more_than_was_paid, one_id_a_refund, only_paid_payments_are_refunded,
    useless_refunds_are_no_loop,
};
pub(super) use words::Known as KnownWords;
