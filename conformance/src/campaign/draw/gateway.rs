//! What a drawn gateway, its buyers and its notifications do. The neighbourhood of money is drawn most: answers that are
//! lost after the call was carried out, notifications that are lost, late, repeated or forged.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use serde_json::json;
use sim_antom::{
    Aim, Answer, Buyer, CaptureEnd, Chance as Percent, Changes, Code, Fault, FieldPath, Forgery, Hangup, NoticeKind,
    Oddity, Place, Point, RateLimit, RefundEnd, Rule, Script, Settings, Spelling, Status, Times, UrlKind,
};
use wire::antom::{Operation, PAYMENT_RESULT_CODE, ResultStatus, codes};
use wire::time::Span;

use super::Drawing;
use crate::campaign::Chance;

impl Drawing<'_> {
    /// A gateway's script.
    pub(super) fn gateway(&mut self) -> Script {
        let chance = &mut *self.chance;
        let mut drawn: Vec<Rule<Answer>> = (0..chance.few(3)).map(|_| answers(chance)).collect();
        let mut begun = BTreeSet::new();
        // What was carried out, or a refund that was begun, and is refused under the same id, would be a lie.
        drawn.retain(|rule| {
            let Answer { on, code } = rule.what;
            let is_lie = code.0.status == ResultStatus::F && begun.contains(&on);
            let is_carried_out = code.0.status == ResultStatus::S;
            let is_begun = on == Operation::Refund && code.0.status == ResultStatus::U;
            if is_carried_out || is_begun {
                begun.insert(on);
            }
            !is_lie
        });
        Script {
            answers: drawn,
            buyer: (0..chance.few(3)).map(|_| rule(buyer(chance), OFTEN, chance)).collect(),
            client: Vec::new(),
            refunds: (0..chance.few(1)).map(|_| rule(refund(chance), OFTEN, chance)).collect(),
            captures: (0..chance.few(1)).map(|_| rule(capture(chance), OFTEN, chance)).collect(),
            faults: (0..chance.few(3)).map(|_| rule(fault(chance), SELDOM, chance)).collect(),
            settings: settings(chance),
        }
    }
}

/// How often a rule applies at most: what makes or asks about a payment may fail for ever; a cancel or refund whose end
/// nobody ever tells leaves open what is right.
const OFTEN: u32 = 50;
pub(super) const SELDOM: u32 = 3;

fn most(on: Operation) -> u32 {
    if matches!(on, Operation::Pay | Operation::InquiryPayment) { OFTEN } else { SELDOM }
}

pub(super) fn rule<T>(what: T, most: u32, chance: &mut Chance) -> Rule<T> {
    let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    let nth = number(chance.weighted([(8, 1), (2, 2), (1, 3)]));
    let times = chance.weighted([(10, 1), (3, 2), (2, 3), (1, 9), (1, 50)]);
    let mut aim = Aim { nth, times: Times::Limited(number(times.min(most))), ..Aim::default() };
    if chance.falls(4) {
        aim.chance = Percent(50);
        aim.seed = chance.below(100);
        aim.times = Times::Always;
    }
    if chance.falls(4) {
        aim.until = Some(Point::After(Span::secs(chance.one([5, 60, 600]))));
    }
    Rule { what, aim }
}

/// Any operation; the ones that move money most.
fn operation(chance: &mut Chance) -> Operation {
    chance.weighted([
        (6, Operation::Pay),
        (3, Operation::InquiryPayment),
        (4, Operation::Cancel),
        (4, Operation::Refund),
        (2, Operation::InquiryRefund),
        (2, Operation::Capture),
        (2, Operation::BatchPay),
        (2, Operation::CreatePaymentSession),
    ])
}

fn answers(chance: &mut Chance) -> Rule<Answer> {
    let answer = answer(chance);
    let mut drawn = rule(answer, most(answer.on), chance);
    if answer.code.0.status == ResultStatus::F {
        // A refusal of what was carried out before under the same id would be a lie.
        drawn.aim = Aim { times: drawn.aim.times, ..Aim::default() };
        if drawn.aim.times == Times::Always {
            drawn.aim.times = Times::Limited(NonZeroU32::MIN);
        }
    }
    drawn
}

fn answer(chance: &mut Chance) -> Answer {
    let on = operation(chance);
    // What leaves the outcome open comes as often as all that do not, together.
    let unknown = ["UNKNOWN_EXCEPTION", "REQUEST_TRAFFIC_EXCEED_LIMIT", "SYSTEM_ERROR", "PROCESS_FAIL"];
    let wanted = chance.one(unknown);
    // Of PAYMENT_IN_PROCESS the documents disagree; that there is nothing to cancel any more would not be true.
    let is_untrue = |code: &str| matches!(code, "ORDER_NOT_EXIST" | "CANCEL_WINDOW_EXCEED");
    let is_lie = |code: &str| code == "PAYMENT_IN_PROCESS" || on == Operation::Cancel && is_untrue(code);
    let table = || codes(on).iter().filter(|line| !is_lie(line.code));
    let found = if chance.falls(50) { table().find(|line| line.code == wanted) } else { None };
    let place = chance.place(table().count());
    let line = found.or_else(|| table().nth(place)).unwrap_or(&wire::antom::PAY[0]);
    Answer { on, code: Code(line) }
}

/// Soon, and around the times at which somebody asks, gives up, or it expires. Soon most: while nothing happens, everybody
/// asks, and no money moves.
fn moment(chance: &mut Chance) -> Span {
    let soon = [0, 100, 1000, 3000, 4000, 6000, 12_000, 30_000];
    let late = [60_000, 179_000, 299_000, 539_000, 599_000];
    Span::millis(if chance.falls(80) { chance.one(soon) } else { chance.one(late) })
}

fn later(chance: &mut Chance) -> Span {
    Span::secs(chance.one([0, 3, 30, 120, 600, 3600, 12 * 3600, 24 * 3600]))
}

fn declined(chance: &mut Chance) -> Code {
    let table = PAYMENT_RESULT_CODE;
    // Of a payment that has ended nobody says that it is unknown how.
    let failures = || table.iter().filter(|line| line.status == ResultStatus::F);
    let place = chance.place(failures().count());
    Code(failures().nth(place).unwrap_or(&table[0]))
}

fn success() -> Code {
    Code(PAYMENT_RESULT_CODE.iter().find(|line| line.code == "SUCCESS").unwrap_or(&PAYMENT_RESULT_CODE[0]))
}

fn buyer(chance: &mut Chance) -> Buyer {
    let after = moment(chance);
    match chance.weighted([(6, 0), (3, 1), (3, 2), (4, 3), (2, 4), (2, 5)]) {
        0 => Buyer::Pays { after },
        1 => Buyer::Declines { code: declined(chance), after },
        2 => Buyer::Leaves,
        3 => {
            let reversal = if chance.falls(20) { Some(later(chance)) } else { None };
            Buyer::PaysLate { after, reversal }
        }
        4 => {
            let code = if chance.falls(50) { success() } else { declined(chance) };
            Buyer::Pends { after, lasting: later(chance), code }
        }
        _ => Buyer::Authorises { after, lasting: Span::secs(chance.one([600, 24 * 3600, 7 * 24 * 3600])) },
    }
}

fn refund(chance: &mut Chance) -> RefundEnd {
    let after = later(chance);
    if chance.falls(60) {
        RefundEnd::Succeeds { after }
    } else {
        RefundEnd::Fails { code: one_of(Operation::Refund, chance), after }
    }
}

fn capture(chance: &mut Chance) -> CaptureEnd {
    let after = later(chance);
    if chance.falls(60) {
        CaptureEnd::Succeeds { after }
    } else {
        CaptureEnd::Fails { code: one_of(Operation::Capture, chance), after }
    }
}

/// A failure of an operation.
fn one_of(operation: Operation, chance: &mut Chance) -> Code {
    let failures = || codes(operation).iter().filter(|line| line.status == ResultStatus::F);
    let place = chance.place(failures().count());
    Code(failures().nth(place).unwrap_or(&wire::antom::REFUND[0]))
}

fn forgery(chance: &mut Chance) -> Forgery {
    chance.one([
        Forgery::ForeignKey,
        Forgery::Absent,
        Forgery::TamperedBody,
        Forgery::OtherTime,
        Forgery::OtherPath,
        Forgery::OtherClient,
        Forgery::Garbled,
    ])
}

pub(super) fn fault(chance: &mut Chance) -> Fault {
    let on = if chance.falls(20) { None } else { Some(operation(chance)) };
    let kind = chance.weighted([
        (3, None),
        (6, Some(NoticeKind::NotifyPayment)),
        (3, Some(NoticeKind::NotifyRefund)),
        (2, Some(NoticeKind::NotifyCapture)),
        (1, Some(NoticeKind::NotifyReversal)),
    ]);
    let lasting = Span::millis(chance.one([500, 3000, 6000, 20_000]));
    match chance.weighted([
        (8, 0),
        (2, 1),
        (2, 2),
        (1, 3),
        (2, 4),
        (3, 5),
        (1, 6),
        (1, 7),
        (1, 8),
        (1, 9),
        (3, 10),
        (6, 11),
        (3, 12),
        (5, 13),
        (3, 14),
        (2, 15),
        (3, 16),
        (3, 17),
        (3, 18),
        (2, 19),
    ]) {
        0 => Fault::LoseAnswer {
            on,
            how: chance.one([Hangup::Close, Hangup::Silence, Hangup::Reset]),
            carried_out: chance.falls(80),
        },
        1 => Fault::DelayAnswer { on, lasting },
        2 => Fault::CutAnswer { on, bytes: chance.one([None, Some(0), Some(20)]) },
        3 => Fault::TrickleAnswer { on, bytes: NonZeroU32::MIN.saturating_add(40), every: Span::millis(10) },
        4 => Fault::HtmlAnswer { on, status: Status(chance.one([404, 500, 502, 503])), carried_out: chance.falls(80) },
        5 => Fault::ForgeAnswer { on, signature: forgery(chance) },
        6 => Fault::ExtraFields { on },
        7 => Fault::RespellAnswer {
            on,
            spelling: chance.one([Spelling::Blanks, Spelling::Bom, Spelling::Pretty, Spelling::Escapes]),
        },
        8 => Fault::OddHeaders { on, how: oddity(chance) },
        9 => Fault::RepeatKey {
            on,
            key: "result".to_owned(),
            value: json!(null),
            place: chance.one([Place::First, Place::Last]),
        },
        10 => Fault::EarlyNotification { on, lasting: Span::secs(8) },
        11 => Fault::LoseNotification { on: kind },
        12 => Fault::DelayNotification { on: kind, lasting: later(chance) },
        13 => Fault::RepeatNotification {
            on: kind,
            deliveries: chance.one([2, 3, 8]),
            every: Span::secs(chance.one([0, 1, 60, 3600])),
        },
        14 => Fault::ConcurrentNotification { on: kind, deliveries: chance.one([2, 3, 8]) },
        15 => Fault::ReorderNotification { on: kind, lasting: Span::secs(60) },
        16 if chance.falls(25) => {
            Fault::AlterNotification { on: Some(NoticeKind::NotifyRefund), set: set("refundAmount.value", json!("1")) }
        }
        16 => Fault::AlterNotification { on: Some(NoticeKind::NotifyPayment), set: altered(chance) },
        17 => Fault::SpoilNotification { on: kind, signature: forgery(chance) },
        18 => Fault::ForgeNotification {
            on: None,
            signature: forgery(chance),
            set: Changes::new(),
            after: moment(chance),
        },
        _ => Fault::AlterAnswer { on: Some(Operation::InquiryPayment), set: altered(chance) },
    }
}

fn oddity(chance: &mut Chance) -> Oddity {
    chance.one([
        Oddity::TitleCase,
        Oddity::UpperCase,
        Oddity::Reversed,
        Oddity::Blanks,
        Oddity::Unescaped,
        Oddity::Twice,
        Oddity::Others,
    ])
}

/// What a merchant can see to be another payment's, or of no interest.
fn altered(chance: &mut Chance) -> Changes {
    let (field, value) = match chance.place(4) {
        0 => ("paymentAmount.value", json!("1")),
        1 => ("paymentAmount.currency", json!("USD")),
        2 => ("paymentRequestId", json!("NOBODY-1")),
        _ => ("paymentTime", json!(null)),
    };
    set(field, value)
}

fn set(field: &str, value: serde_json::Value) -> Changes {
    FieldPath::parse(field).map(|path| Changes::from([(path, value)])).unwrap_or_default()
}

fn settings(chance: &mut Chance) -> Settings {
    let mut settings = Settings::default();
    for _ in 0..chance.few(2) {
        match chance.place(9) {
            0 => settings.strict = true,
            1 => settings.sign_invalid_signature = false,
            2 => settings.notify_failure = true,
            3 => settings.notify_refund = true,
            4 => settings.notify_each_order = true,
            5 => settings.capture_after = Span::secs(chance.one([0, 60, 3600])),
            6 => settings.rate_limit = Some(RateLimit { calls: chance.one([1, 2, 5]), per: Span::secs(1) }),
            7 => {
                settings.urls =
                    Some(chance.one([&[][..], &[UrlKind::Normal], &[UrlKind::Scheme], &[UrlKind::Applink]]).to_vec());
            }
            _ => settings.reversal_fails = true,
        }
    }
    settings
}
