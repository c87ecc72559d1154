//! What a correct merchant does with notifications.

mod answer;
mod once;
mod outcome;
mod trust;

pub(super) use answer::{
    answers_are_quick, failures_are_acknowledged, genuine_ones_are_acknowledged, odd_fields_are_accepted,
    reversals_are_taken, strangers_do_no_harm, the_address_is_public,
};
pub(super) use once::{
    concurrent_ones_are_processed_once, lost_ones_are_asked_for, payment_ids_stay_one_to_one,
    repeats_are_processed_once, replays_do_no_harm,
};
pub(super) use outcome::{
    cancelled_stays_cancelled, cards_are_captured_first, failed_is_not_paid, late_money_is_not_lost,
    notices_are_compared, paid_is_never_turned_back, pending_is_not_paid,
};
pub(super) use trust::{
    all_parts_are_verified, foreign_clients_are_turned_away, forgeries_are_not_acknowledged, forgeries_are_not_believed,
};
