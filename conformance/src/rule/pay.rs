//! What a correct merchant does to be paid: what it sends, under which ids, and what it makes of the answers.

mod answer;
mod belief;
mod body;
mod counter;
mod identity;
mod silence;
mod twice;

pub(super) use answer::{
    closed_ids_are_left, failures_end_the_attempt, fatal_codes_stop, inconsistent_repeats_are_mended,
    repeats_are_bounded, unknown_is_repeated_unchanged,
};
pub(super) use belief::{believed, s_is_not_paid};
pub(super) use body::{
    buyers_go_where_they_are_sent, discriminators_are_right, expiry_times_are_sound, fields_fit, notify_urls_are_sound,
    required_fields_are_there, settlement_is_named, user_agents_are_the_buyers,
};
pub(super) use counter::payment_codes_are_followed;
pub(super) use identity::{
    ids_are_one_an_attempt, missing_payment_ids_are_done_without, references_stay, same_id_same_payment,
};
pub(super) use silence::{
    answers_are_waited_for, early_notifications_count, expired_orders_end, failed_on_silence, given_up,
    no_fresh_charge_after_silence, silent_before,
};
pub(super) use twice::{in_process_charges_once, old_attempts_are_cleared_up, one_success_an_order};
