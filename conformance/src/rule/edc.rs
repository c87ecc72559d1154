//! What a correct POS says to the terminal, and what it makes of the answers.

mod cancel;
mod card;
mod command;
mod outcome;
mod record;
mod refund;
mod silence;
mod wait;

pub(super) use cancel::{
    cancelled_sales_are_closed, cancels_come_before_the_card, races_agree_with_the_ledger,
    refused_cancels_leave_the_sale,
};
pub(super) use card::card_numbers_are_not_kept;
pub(super) use command::{
    amounts_are_positive_and_short, amounts_are_whole_won, cancel_has_no_parameters, cancels_have_ids_of_their_own,
    every_scalar_is_a_string, hello_comes_first, names_are_documented, one_command_at_a_time, request_ids_are_unique,
    required_fields_are_there,
};
pub(super) use outcome::{
    contract_errors_stop, declines_are_not_retried, failures_are_not_retried, repeats_are_looked_into,
    results_are_matched, success_is_judged_by_its_code, tax_is_the_terminals,
};
pub(super) use record::records_without_ids_are_read;
pub(super) use refund::{
    amounts_equal_the_sales, cancelled_before_is_refunded, invalid_status_ends_it, metadata_is_passed_back,
};
pub(super) use silence::{
    no_second_charge_after_silence, nothing_is_guessed, records_are_matched, recovery_comes_first, restarts_recover,
    successes_are_booked_once,
};
pub(super) use wait::{
    busy_is_waited_for, countdown_ends_nothing, countdown_restarts, countdown_stops, results_are_waited_for,
};
