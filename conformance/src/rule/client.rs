//! Rules about a front end: what it makes of what the client SDK tells it.
//!
//! They see what the buyer sees, what the page asks of the SDK and of its backend, and the gateway's ledger; never its code.

mod app;
mod calls;
mod codes;
mod credit;
mod element;
mod history;
mod money;
mod retry;
mod terminal;

pub(super) use app::{events_stay_with_their_payment, late_callbacks_are_survived};
pub(super) use calls::{
    buttons_are_locked, constructor_errors_are_caught, data_is_whole, environment_fits_the_session,
    environments_are_words, hooks_answer, locales_are_mapped, one_component_lives, rejections_are_caught, releases_fit,
    submits_follow_a_gesture,
};
pub(super) use codes::{
    branches_have_their_code, cards_are_optional, challenges_are_left_alone, duplicates_begin_nothing,
    end_of_loading_is_no_end, failures_have_a_reason, forms_are_kept, handlers_do_not_throw, launch_errors_are_no_end,
    missing_parts_are_tolerated, network_errors_begin_nothing, only_masked_data_is_logged, parameter_errors_are_shown,
    redirects_are_the_sdks, spinners_end, unknown_codes_are_tolerated,
};
pub(super) use credit::{coming_back_is_followed, coming_back_pays_nothing, events_credit_nothing};
pub(super) use element::{errors_come_first, processing_is_no_failure, retries_read_the_error};
pub(super) use money::{
    addresses_are_not_trusted, authorised_is_not_paid, client_success_is_not_paid, contradictions_are_the_servers,
    errors_are_unknown, forged_success_is_nothing, goods_are_held, held_is_not_fulfilled, lost_clients_lose_nothing,
    notices_come_first, processing_is_open, results_are_handled_once,
};
pub(super) use retry::{
    cancelled_orders_stay, dead_sessions_are_not_paid, polling_is_bounded, return_addresses_are_sent,
    sessions_change_when_they_must,
};
pub(super) use terminal::{
    countdown_is_the_terminals, failures_are_read_as_the_till_must, metadata_is_kept_and_ids_are_unique,
};
