//! Rules: pure functions from a trace to findings. Every run is judged by all of them, whatever its scenario says.

mod amount;
mod batch;
mod book;
mod cancel;
mod client;
mod edc;
mod evidence;
mod inquiry;
mod line;
mod money;
mod notify;
mod operations;
mod pay;
mod refund;
mod session;
mod signing;
mod story;
mod text;
mod view;

pub use view::{Call, Command, Notice, Order, Sending, Status, View};

use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::trace::Entry;

/// A rule and the requirement that it judges.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The requirement's id.
    pub requirement: &'static str,
    /// Reads a trace.
    pub judge: fn(&View<'_>) -> Judgement,
}

/// What a rule finds in a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// The trace exercised the requirement, and it held.
    Held,
    /// It was broken, here and in this way.
    Broken(Vec<Finding>),
    /// Nothing in the trace concerns it.
    NotExercised,
}

impl Judgement {
    /// From whether anything concerned the requirement, and what broke it.
    #[must_use]
    pub fn new(exercised: bool, findings: Vec<Finding>) -> Self {
        match (findings.is_empty(), exercised) {
            (false, _) => Self::Broken(findings),
            (true, true) => Self::Held,
            (true, false) => Self::NotExercised,
        }
    }
}

/// How a requirement was broken, and the place in the trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The number of the trace entry that shows it.
    pub entry: usize,
    /// What happened, in words.
    pub text: String,
}

/// All rules.
pub const ALL: &[Rule] = &[
    Rule { requirement: "EDC-P01", judge: edc::hello_comes_first },
    Rule { requirement: "EDC-P02", judge: edc::names_are_documented },
    Rule { requirement: "EDC-P03", judge: edc::every_scalar_is_a_string },
    Rule { requirement: "EDC-P04", judge: edc::required_fields_are_there },
    Rule { requirement: "EDC-P05", judge: edc::amounts_are_whole_won },
    Rule { requirement: "EDC-P06", judge: edc::amounts_are_positive_and_short },
    Rule { requirement: "EDC-P07", judge: edc::request_ids_are_unique },
    Rule { requirement: "EDC-P08", judge: edc::cancels_have_ids_of_their_own },
    Rule { requirement: "EDC-P10", judge: edc::one_command_at_a_time },
    Rule { requirement: "EDC-P11", judge: edc::busy_is_waited_for },
    Rule { requirement: "EDC-P13", judge: edc::countdown_stops },
    Rule { requirement: "EDC-P14", judge: edc::countdown_restarts },
    Rule { requirement: "EDC-P16", judge: edc::results_are_waited_for },
    Rule { requirement: "EDC-P17", judge: edc::countdown_ends_nothing },
    Rule { requirement: "EDC-P21", judge: edc::cancels_come_before_the_card },
    Rule { requirement: "EDC-P22", judge: edc::cancel_has_no_parameters },
    Rule { requirement: "EDC-P23", judge: edc::cancelled_sales_are_closed },
    Rule { requirement: "EDC-P24", judge: edc::refused_cancels_leave_the_sale },
    Rule { requirement: "EDC-P26", judge: edc::races_agree_with_the_ledger },
    Rule { requirement: "EDC-P27", judge: edc::no_second_charge_after_silence },
    Rule { requirement: "EDC-P29", judge: edc::recovery_comes_first },
    Rule { requirement: "EDC-P30", judge: edc::records_are_matched },
    Rule { requirement: "EDC-P31", judge: edc::successes_are_booked_once },
    Rule { requirement: "EDC-P32", judge: edc::nothing_is_guessed },
    Rule { requirement: "EDC-P33", judge: edc::restarts_recover },
    Rule { requirement: "EDC-P36", judge: edc::metadata_is_passed_back },
    Rule { requirement: "EDC-P37", judge: edc::amounts_equal_the_sales },
    Rule { requirement: "EDC-P38", judge: edc::cancelled_before_is_refunded },
    Rule { requirement: "EDC-P39", judge: edc::invalid_status_ends_it },
    Rule { requirement: "EDC-P40", judge: edc::repeats_are_looked_into },
    Rule { requirement: "EDC-P41", judge: edc::failures_are_not_retried },
    Rule { requirement: "EDC-P42", judge: edc::declines_are_not_retried },
    Rule { requirement: "EDC-P43", judge: edc::contract_errors_stop },
    Rule { requirement: "EDC-P44", judge: edc::results_are_matched },
    Rule { requirement: "EDC-P45", judge: edc::success_is_judged_by_its_code },
    Rule { requirement: "EDC-P48", judge: edc::card_numbers_are_not_kept },
    Rule { requirement: "EDC-P49", judge: edc::tax_is_the_terminals },
    Rule { requirement: "EDC-P53", judge: edc::records_without_ids_are_read },
    Rule { requirement: "LINE-L01", judge: line::refused_frames_come_again_unchanged },
    Rule { requirement: "LINE-L02", judge: line::results_are_acknowledged },
    Rule { requirement: "LINE-L03", judge: line::bad_frames_are_refused_once },
    Rule { requirement: "LINE-L06", judge: line::strays_are_ignored },
    Rule { requirement: "LINE-L10", judge: line::lines_are_opened_again },
    Rule { requirement: "LINE-L11", judge: line::stale_input_spoils_nothing },
    Rule { requirement: "SIG-001", judge: signing::requests_are_signed },
    Rule { requirement: "SIG-002", judge: signing::the_bytes_that_are_sent_are_signed },
    Rule { requirement: "SIG-003", judge: signing::headers_are_complete },
    Rule { requirement: "SIG-004", judge: signing::clocks_are_right },
    Rule { requirement: "SIG-005", judge: signing::only_sound_answers_are_used },
    Rule { requirement: "SIG-007", judge: signing::calls_are_posted_json },
    Rule { requirement: "SIG-008", judge: signing::sandbox_is_kept_apart },
    Rule { requirement: "SIG-010", judge: signing::private_keys_stay_private },
    Rule { requirement: "SIG-011", judge: signing::spoilt_answers_are_unknown },
    Rule { requirement: "PAY-001", judge: pay::discriminators_are_right },
    Rule { requirement: "PAY-002", judge: pay::required_fields_are_there },
    Rule { requirement: "PAY-003", judge: pay::user_agents_are_the_buyers },
    Rule { requirement: "PAY-004", judge: pay::notify_urls_are_sound },
    Rule { requirement: "PAY-005", judge: pay::ids_are_one_an_attempt },
    Rule { requirement: "PAY-006", judge: pay::same_id_same_payment },
    Rule { requirement: "PAY-007", judge: pay::no_fresh_charge_after_silence },
    Rule { requirement: "PAY-008", judge: pay::answers_are_waited_for },
    Rule { requirement: "PAY-009", judge: pay::s_is_not_paid },
    Rule { requirement: "PAY-010", judge: pay::buyers_go_where_they_are_sent },
    Rule { requirement: "PAY-011", judge: pay::unknown_is_repeated_unchanged },
    Rule { requirement: "PAY-012", judge: pay::repeats_are_bounded },
    Rule { requirement: "PAY-013", judge: pay::failures_end_the_attempt },
    Rule { requirement: "PAY-014", judge: pay::fatal_codes_stop },
    Rule { requirement: "PAY-015", judge: pay::closed_ids_are_left },
    Rule { requirement: "PAY-016", judge: pay::inconsistent_repeats_are_mended },
    Rule { requirement: "PAY-018", judge: pay::expired_orders_end },
    Rule { requirement: "PAY-019", judge: pay::expiry_times_are_sound },
    Rule { requirement: "PAY-020", judge: pay::missing_payment_ids_are_done_without },
    Rule { requirement: "PAY-021", judge: client::coming_back_pays_nothing },
    Rule { requirement: "PAY-022", judge: client::coming_back_is_followed },
    Rule { requirement: "PAY-023", judge: pay::one_success_an_order },
    Rule { requirement: "PAY-024", judge: pay::old_attempts_are_cleared_up },
    Rule { requirement: "PAY-025", judge: pay::references_stay },
    Rule { requirement: "PAY-026", judge: pay::settlement_is_named },
    Rule { requirement: "PAY-027", judge: pay::early_notifications_count },
    Rule { requirement: "PAY-029", judge: pay::fields_fit },
    Rule { requirement: "PAY-030", judge: pay::payment_codes_are_followed },
    Rule { requirement: "PAY-031", judge: pay::in_process_charges_once },
    Rule { requirement: "BAT-001", judge: batch::the_sum_is_right },
    Rule { requirement: "BAT-002", judge: batch::orders_are_complete_and_apart },
    Rule { requirement: "BAT-003", judge: batch::ids_are_short_and_kept },
    Rule { requirement: "BAT-004", judge: batch::failed_ids_are_left },
    Rule { requirement: "BAT-005", judge: batch::buyers_are_sent_to_the_url },
    Rule { requirement: "BAT-006", judge: batch::nothing_was_made_without_a_url },
    Rule { requirement: "BAT-007", judge: batch::a_batch_that_was_made_is_not_paid },
    Rule { requirement: "BAT-008", judge: batch::required_fields_are_there },
    Rule { requirement: "BAT-009", judge: batch::expiry_is_near },
    Rule { requirement: "BAT-010", judge: batch::orders_move_together },
    Rule { requirement: "NTF-001", judge: notify::forgeries_are_not_believed },
    Rule { requirement: "NTF-002", judge: notify::all_parts_are_verified },
    Rule { requirement: "NTF-003", judge: notify::genuine_ones_are_acknowledged },
    Rule { requirement: "NTF-004", judge: notify::failures_are_acknowledged },
    Rule { requirement: "NTF-005", judge: notify::forgeries_are_not_acknowledged },
    Rule { requirement: "NTF-006", judge: notify::repeats_are_processed_once },
    Rule { requirement: "NTF-007", judge: notify::concurrent_ones_are_processed_once },
    Rule { requirement: "NTF-008", judge: notify::notices_are_compared },
    Rule { requirement: "NTF-009", judge: notify::strangers_do_no_harm },
    Rule { requirement: "NTF-010", judge: notify::pending_is_not_paid },
    Rule { requirement: "NTF-011", judge: notify::failed_is_not_paid },
    Rule { requirement: "NTF-012", judge: notify::cancelled_stays_cancelled },
    Rule { requirement: "NTF-013", judge: notify::late_money_is_not_lost },
    Rule { requirement: "NTF-014", judge: notify::paid_is_never_turned_back },
    Rule { requirement: "NTF-015", judge: notify::answers_are_quick },
    Rule { requirement: "NTF-016", judge: notify::lost_ones_are_asked_for },
    Rule { requirement: "NTF-017", judge: notify::odd_fields_are_accepted },
    Rule { requirement: "NTF-018", judge: notify::the_address_is_public },
    Rule { requirement: "NTF-019", judge: notify::payment_ids_stay_one_to_one },
    Rule { requirement: "NTF-021", judge: notify::foreign_clients_are_turned_away },
    Rule { requirement: "NTF-022", judge: notify::replays_do_no_harm },
    Rule { requirement: "NTF-023", judge: notify::cards_are_captured_first },
    Rule { requirement: "NTF-024", judge: notify::reversals_are_taken },
    Rule { requirement: "INQ-001", judge: inquiry::status_is_the_outcome },
    Rule { requirement: "INQ-002", judge: inquiry::polling_goes_on_and_ends },
    Rule { requirement: "INQ-003", judge: inquiry::failed_payments_are_closed },
    Rule { requirement: "INQ-004", judge: inquiry::cancelled_payments_are_closed },
    Rule { requirement: "INQ-005", judge: inquiry::pending_is_no_end },
    Rule { requirement: "INQ-006", judge: inquiry::unanswered_inquiries_are_no_failures },
    Rule { requirement: "INQ-007", judge: inquiry::unknown_payments_may_appear },
    Rule { requirement: "INQ-008", judge: inquiry::given_up_payments_are_cancelled },
    Rule { requirement: "INQ-009", judge: inquiry::answers_are_compared },
    Rule { requirement: "INQ-010", judge: inquiry::restarts_ask_again },
    Rule { requirement: "INQ-011", judge: inquiry::finished_orders_are_left_alone },
    Rule { requirement: "CAN-001", judge: cancel::open_payments_are_cancelled_first },
    Rule { requirement: "CAN-002", judge: cancel::unsure_cancels_are_repeated },
    Rule { requirement: "CAN-003", judge: cancel::nothing_is_cancelled_before_s },
    Rule { requirement: "CAN-004", judge: cancel::late_cancels_become_refunds },
    Rule { requirement: "CAN-005", judge: cancel::cancelled_is_never_fulfilled },
    Rule { requirement: "CAN-006", judge: cancel::paid_orders_are_not_cancelled },
    Rule { requirement: "CAN-007", judge: cancel::payments_never_made_are_closed },
    Rule { requirement: "CAN-008", judge: cancel::refused_cancels_are_no_loop },
    Rule { requirement: "CAN-009", judge: cancel::races_are_cleared_up },
    Rule { requirement: "REF-001", judge: refund::one_id_a_refund },
    Rule { requirement: "REF-002", judge: refund::failed_ids_are_left },
    Rule { requirement: "REF-003", judge: refund::no_more_than_was_paid },
    Rule { requirement: "REF-004", judge: refund::in_process_is_no_end },
    Rule { requirement: "REF-005", judge: refund::refund_status_is_the_end },
    Rule { requirement: "REF-006", judge: refund::refund_notices_are_handled },
    Rule { requirement: "REF-007", judge: refund::clicks_refund_once },
    Rule { requirement: "REF-008", judge: refund::only_paid_payments_are_refunded },
    Rule { requirement: "REF-009", judge: refund::useless_refunds_are_no_loop },
    Rule { requirement: "REF-010", judge: refund::refunded_orders_stay_refunded },
    Rule { requirement: "REF-011", judge: refund::failed_refunds_are_open_again },
    Rule { requirement: "AMT-001", judge: amount::amounts_are_in_minor_units },
    Rule { requirement: "AMT-002", judge: amount::values_are_digits },
    Rule { requirement: "AMT-003", judge: amount::rupiah_end_with_zeros },
    Rule { requirement: "AMT-004", judge: amount::currencies_agree },
    Rule { requirement: "AMT-005", judge: amount::minimums_are_respected },
    Rule { requirement: "AMT-006", judge: amount::amounts_are_computed_exactly },
    Rule { requirement: "AMT-007", judge: amount::other_amounts_are_let_pass },
    Rule { requirement: "SES-001", judge: session::clients_get_session_data_only },
    Rule { requirement: "SES-002", judge: session::dead_sessions_are_left },
    Rule { requirement: "SES-003", judge: client::events_credit_nothing },
    Rule { requirement: "SES-004", judge: session::sessions_live_an_hour },
    Rule { requirement: "OPS-001", judge: operations::unresolved_orders_are_parked },
    Rule { requirement: "OPS-002", judge: operations::books_agree },
    Rule { requirement: "OPS-003", judge: operations::limits_slow_down },
    Rule { requirement: "CLI-001", judge: client::client_success_is_not_paid },
    Rule { requirement: "CLI-002", judge: client::lost_clients_lose_nothing },
    Rule { requirement: "CLI-003", judge: client::forged_success_is_nothing },
    Rule { requirement: "CLI-004", judge: client::branches_have_their_code },
    Rule { requirement: "CLI-005", judge: client::unknown_codes_are_tolerated },
    Rule { requirement: "CLI-006", judge: client::missing_parts_are_tolerated },
    Rule { requirement: "CLI-007", judge: client::processing_is_open },
    Rule { requirement: "CLI-008", judge: client::errors_are_unknown },
    Rule { requirement: "CLI-009", judge: client::failures_have_a_reason },
    Rule { requirement: "CLI-010", judge: client::end_of_loading_is_no_end },
    Rule { requirement: "CLI-011", judge: client::spinners_end },
    Rule { requirement: "CLI-012", judge: client::cancelled_orders_stay },
    Rule { requirement: "CLI-013", judge: client::dead_sessions_are_not_paid },
    Rule { requirement: "CLI-014", judge: client::results_are_handled_once },
    Rule { requirement: "CLI-015", judge: client::contradictions_are_the_servers },
    Rule { requirement: "CLI-016", judge: client::duplicates_begin_nothing },
    Rule { requirement: "CLI-017", judge: client::forms_are_kept },
    Rule { requirement: "CLI-018", judge: client::challenges_are_left_alone },
    Rule { requirement: "CLI-019", judge: client::authorised_is_not_paid },
    Rule { requirement: "CLI-020", judge: client::redirects_are_the_sdks },
    Rule { requirement: "CLI-021", judge: client::launch_errors_are_no_end },
    Rule { requirement: "CLI-022", judge: client::addresses_are_not_trusted },
    Rule { requirement: "CLI-023", judge: client::return_addresses_are_sent },
    Rule { requirement: "CLI-024", judge: client::network_errors_begin_nothing },
    Rule { requirement: "CLI-025", judge: client::parameter_errors_are_shown },
    Rule { requirement: "CLI-026", judge: client::rejections_are_caught },
    Rule { requirement: "CLI-027", judge: client::constructor_errors_are_caught },
    Rule { requirement: "CLI-028", judge: client::environments_are_words },
    Rule { requirement: "CLI-029", judge: client::environment_fits_the_session },
    Rule { requirement: "CLI-030", judge: client::one_component_lives },
    Rule { requirement: "CLI-031", judge: client::releases_fit },
    Rule { requirement: "CLI-032", judge: client::handlers_do_not_throw },
    Rule { requirement: "CLI-033", judge: client::errors_come_first },
    Rule { requirement: "CLI-034", judge: client::processing_is_no_failure },
    Rule { requirement: "CLI-035", judge: client::retries_read_the_error },
    Rule { requirement: "CLI-036", judge: client::sessions_change_when_they_must },
    Rule { requirement: "CLI-037", judge: client::buttons_are_locked },
    Rule { requirement: "CLI-038", judge: client::submits_follow_a_gesture },
    Rule { requirement: "CLI-039", judge: client::data_is_whole },
    Rule { requirement: "CLI-040", judge: client::locales_are_mapped },
    Rule { requirement: "CLI-041", judge: client::cards_are_optional },
    Rule { requirement: "CLI-042", judge: client::only_masked_data_is_logged },
    Rule { requirement: "CLI-043", judge: client::goods_are_held },
    Rule { requirement: "CLI-044", judge: client::notices_come_first },
    Rule { requirement: "CLI-045", judge: client::polling_is_bounded },
    Rule { requirement: "CLI-046", judge: client::held_is_not_fulfilled },
    Rule { requirement: "CLI-047", judge: client::hooks_answer },
    Rule { requirement: "CLI-048", judge: client::late_callbacks_are_survived },
    Rule { requirement: "CLI-049", judge: client::events_stay_with_their_payment },
    Rule { requirement: "CLI-050", judge: client::countdown_is_the_terminals },
    Rule { requirement: "CLI-051", judge: client::failures_are_read_as_the_till_must },
    Rule { requirement: "CLI-052", judge: client::metadata_is_kept_and_ids_are_unique },
    Rule { requirement: "MONEY-001", judge: money::taken_equals_paid },
    Rule { requirement: "MONEY-002", judge: money::nothing_is_paid_twice },
    Rule { requirement: "MONEY-003", judge: money::paid_needs_evidence },
    Rule { requirement: "MONEY-004", judge: money::taken_money_is_accounted_for },
    Rule { requirement: "MONEY-005", judge: money::every_order_ends },
];

/// Judges a trace by all rules.
#[must_use]
pub fn judge(entries: &[Entry]) -> Vec<(&'static str, Judgement)> {
    judge_view(&View::new(entries))
}

/// All rules by the names of their requirements, sorted once.
fn in_order() -> &'static [&'static Rule] {
    static SORTED: OnceLock<Vec<&'static Rule>> = OnceLock::new();
    SORTED.get_or_init(|| {
        let mut rules: Vec<&'static Rule> = ALL.iter().collect();
        rules.sort_by_key(|rule| rule.requirement);
        rules
    })
}

/// Judges a trace that was read already. In the order of the requirements' names.
#[must_use]
pub fn judge_view(view: &View<'_>) -> Vec<(&'static str, Judgement)> {
    let has_book = view.has_book();
    let judge = |rule: &Rule| {
        let can_tell = has_book || !book::is_needed(rule.requirement);
        if can_tell { (rule.judge)(view) } else { Judgement::NotExercised }
    };
    in_order().iter().map(|rule| (rule.requirement, judge(rule))).collect()
}
