//! What a drawn terminal, its line, its cardholder and its host do. The neighbourhood of money is drawn most: what is
//! approved and not answered, called off and paid, lost and asked for.

use sim_edc::{
    Aim, CancelOrder, Card, CardholderAction as Does, Direction, FailureCode, Fault, HostAnswer, Instead,
    LastTransaction, Notes, PowerLossAt, Profile, Reply, Reversal, Script, Settings, TaxRounding, Tip, When,
};
use wire::edc::{BusinessCode, Charge, CommandCode, CommandName, EventCode, InitCode, Kind};
use wire::time::Span;

use super::Drawing;
use crate::campaign::Chance;

impl Drawing<'_> {
    /// A terminal's script.
    pub(super) fn terminal(&mut self) -> (Profile, Script) {
        let chance = &mut *self.chance;
        // A line of JSON has no frames that could be damaged, and nothing is acknowledged on it.
        let profile = if chance.falls(8) { Profile::Ndjson } else { Profile::Stx };
        let mut script = Script {
            cardholder: (0..chance.few(3)).map(|_| cardholder(chance)).collect(),
            host: (0..chance.few(2)).map(|_| host(chance)).collect(),
            answers: (0..chance.falls(20).into()).map(|_: u64| instead(chance)).collect(),
            faults: (0..chance.few(3)).map(|_| fault(chance, profile)).collect(),
            settings: settings(chance),
        };
        decide(profile, &mut script);
        (profile, script)
    }
}

/// Takes out what nobody could decide: a failure that tells another amount, is it ours?
pub(in crate::campaign) fn decide(profile: Profile, script: &mut Script) {
    // A line of JSON has no frames: what is damaged on it may mean anything.
    if profile == Profile::Ndjson {
        script.faults.retain(|fault| !is_of_the_line(fault));
    }
    let is_altered = |fault: &Fault| matches!(fault, Fault::AlteredAmount(_) | Fault::AlteredTerminal(_));
    // Beside any other fault nobody knows whether an ACK or a NAK was meant.
    let is_stray = |fault: &Fault| matches!(fault, Fault::StrayAck(_) | Fault::StrayNak(_) | Fault::NakStorm(_));
    if !script.faults.iter().all(is_stray) {
        script.faults.retain(|fault| !is_stray(fault));
    }
    if script.faults.iter().any(is_altered) {
        script.cardholder.clear();
        script.host.clear();
        script.answers.clear();
    }
}

/// What is drawn for a line of frames only.
const fn is_of_the_line(fault: &Fault) -> bool {
    use Fault::{
        BitNoise, CorruptResult, DropBytes, DuplicateBytes, FalseStx, LateAck, LengthHuge, LengthLong, LengthShort,
        LengthZero, LineNoise, LoseAck, Merge, NakCommand, NakStorm, SeqReset, Split, StrayAck, StrayNak, Trickle,
        WrongCheck,
    };
    matches!(
        fault,
        NakCommand { .. }
            | CorruptResult { .. }
            | LoseAck { .. }
            | LateAck(_)
            | BitNoise(_)
            | DropBytes(_)
            | DuplicateBytes(_)
            | WrongCheck(_)
            | LengthShort(_)
            | LengthLong(_)
            | LengthZero(_)
            | LengthHuge(_)
            | LineNoise(_)
            | FalseStx(_)
            | Split(_)
            | Merge(_)
            | Trickle(_)
            | StrayAck(_)
            | StrayNak(_)
            | NakStorm(_)
            | SeqReset(_)
    )
}

fn moment(chance: &mut Chance) -> Span {
    let millis = chance.weighted([(4, 2000), (2, 500), (2, 0), (2, 10_000), (2, 29_000), (1, 58_000), (1, 61_000)]);
    Span::millis(millis)
}

fn card(chance: &mut Chance) -> Card {
    chance.one([Card::Chip, Card::Credit, Card::Debit, Card::Prepaid, Card::Foreign, Card::Magstripe])
}

fn cardholder(chance: &mut Chance) -> Does {
    let (card, after) = (card(chance), moment(chance));
    let action = match chance.weighted([
        (6, 0),
        (2, 1),
        (1, 2),
        (1, 3),
        (1, 4),
        (1, 5),
        (1, 6),
        (1, 7),
        (2, 8),
        (2, 9),
        (1, 10),
        (3, 11),
    ]) {
        0 => Does::Insert { card, after },
        1 => Does::Tap { card, after },
        2 => Does::Swipe { card, after },
        3 => Does::ChipFailure { after },
        4 => Does::TapFailure { after },
        5 => Does::Remove { after: Span::millis(chance.one([0, 200, 400])) },
        6 => Does::WalletQr { barcode: "281006020000000000001".to_owned(), after },
        7 => Does::SamsungPay { after },
        8 => Does::CancelKey { after },
        9 => Does::Sign { after },
        10 => Does::RefuseSignature { after },
        _ => Does::Nothing,
    };
    if chance.falls(5) { Does::On { event: EventCode::Ready, then: Box::new(action) } } else { action }
}

fn host(chance: &mut Chance) -> HostAnswer {
    let after = Span::millis(chance.weighted([(4, 1000), (2, 0), (2, 5000), (2, 20_000), (2, 29_500), (1, 31_000)]));
    match chance.weighted([(4, 0), (3, 1), (3, 2), (1, 3)]) {
        0 => HostAnswer::Approve { after },
        1 => HostAnswer::Decline { code: business(chance), after },
        2 => HostAnswer::Silent { reversal: chance.one([Reversal::Done, Reversal::Refused, Reversal::Silent]) },
        _ => HostAnswer::NetworkDown { after },
    }
}

/// Any code but ORDER_IS_CANCELED, which would tell of a refund that never was.
fn business(chance: &mut Chance) -> BusinessCode {
    let code = chance.any(BusinessCode::ALL).copied().filter(|code| *code != BusinessCode::OrderIsCanceled);
    code.unwrap_or(BusinessCode::ProcessFail)
}

fn instead(chance: &mut Chance) -> Instead {
    let reply = reply(chance);
    match chance.weighted([(1, 0), (4, 1), (2, 2), (2, 3), (1, 4)]) {
        0 => Instead::Hello { code: chance.any(InitCode::ALL).copied().unwrap_or(InitCode::InitFailed) },
        1 => Instead::Purchase(reply),
        2 => Instead::PurchaseCancel(reply),
        3 => Instead::GetLastTransaction(reply),
        _ => Instead::CommandCancel(reply),
    }
}

fn reply(chance: &mut Chance) -> Reply {
    if chance.falls(40) {
        return Reply { code: FailureCode::Business(business(chance)), when: When::AtOnce };
    }
    let code = chance.any(CommandCode::ALL).copied().unwrap_or(CommandCode::Invalid);
    // A code that says that nothing was charged, of a command that was carried out, would be a lie: nobody could tell.
    let may_have_charged = code.charge() == Charge::Unknown;
    let when = if may_have_charged && chance.falls(80) { When::InTheEnd } else { When::AtOnce };
    Reply { code: FailureCode::Command(code), when }
}

fn lasting(chance: &mut Chance) -> Span {
    Span::millis(chance.one([100, 1000, 5000, 8000, 20_000, 60_000, 120_000]))
}

fn at(chance: &mut Chance) -> PowerLossAt {
    chance.weighted([
        (6, PowerLossAt::Approved),
        (3, PowerLossAt::Authorizing),
        (2, PowerLossAt::Ready),
        (1, PowerLossAt::CardDetected),
        (1, PowerLossAt::Signing),
        (1, PowerLossAt::Cancelling),
    ])
}

/// How often: mostly once; a thousand times is always.
fn times(chance: &mut Chance) -> u32 {
    chance.weighted([(10, 1), (3, 2), (2, 3), (1, 9), (1, 1000)])
}

pub(super) fn fault(chance: &mut Chance, profile: Profile) -> Fault {
    let times = times(chance);
    let few = times.min(3);
    let framed = |weight| if profile == Profile::Stx { weight } else { 0 };
    match chance.weighted([
        (6, 0),
        (6, 1),
        (framed(1), 2),
        (framed(2), 3),
        (framed(2), 4),
        (4, 5),
        (3, 6),
        (3, 7),
        (framed(10), 8),
        (10, 9),
        (4, 10),
    ]) {
        0 => Fault::PowerLoss { at: at(chance), lasting: lasting(chance) },
        1 => Fault::LoseAnswer { times: few },
        2 => Fault::NakCommand { times },
        3 => Fault::CorruptResult { times },
        4 => Fault::LoseAck { times: few },
        5 => Fault::LateAnswer(Aim { lasting: late(chance), ..of_results(chance) }),
        6 => Fault::Hang(Aim { at: stuck(chance), lasting: back(chance), skip: skip(chance), ..Aim::default() }),
        7 => Fault::Unplug(Aim { at: stuck(chance), lasting: back(chance), skip: skip(chance), ..Aim::default() }),
        8 => of_the_line(chance),
        9 => of_what_is_said(chance),
        _ => of_commands(chance, profile),
    }
}

fn skip(chance: &mut Chance) -> u32 {
    chance.weighted([(6, 0), (3, 1), (1, 2)])
}

/// Around the time after which a till gives up.
fn late(chance: &mut Chance) -> Option<Span> {
    Some(Span::secs(chance.one([5, 50, 84, 91, 93, 119, 130, 600])))
}

/// When it comes back, if it does.
fn back(chance: &mut Chance) -> Option<Span> {
    if chance.falls(20) { None } else { Some(lasting(chance)) }
}

/// Where a terminal may hang or be unplugged.
fn stuck(chance: &mut Chance) -> Option<PowerLossAt> {
    chance.one([None, Some(PowerLossAt::Ready), Some(PowerLossAt::Authorizing)])
}

fn of_results(chance: &mut Chance) -> Aim {
    let command = chance.weighted([
        (6, None),
        (3, Some(CommandName::Purchase)),
        (2, Some(CommandName::PurchaseCancel)),
        (2, Some(CommandName::GetLastTransaction)),
        (1, Some(CommandName::CommandCancel)),
    ]);
    Aim { command, skip: skip(chance), times: times(chance), ..Aim::default() }
}

fn of_events(chance: &mut Chance) -> Aim {
    let event = if chance.falls(40) { chance.any(EventCode::ALL).copied() } else { None };
    Aim { event, skip: skip(chance), times: times(chance), ..Aim::default() }
}

/// Bytes, ACK and NAK.
fn of_the_line(chance: &mut Chance) -> Fault {
    let on = chance.weighted([(4, None), (2, Some(Kind::Event)), (1, Some(Kind::Result)), (1, Some(Kind::Command))]);
    let direction = if chance.falls(20) { Direction::FromPos } else { Direction::ToPos };
    let count = if chance.falls(50) { None } else { Some(chance.one([1, 2, 3, 16, 60])) };
    let aim = Aim {
        on: on.filter(|_| direction == Direction::ToPos).filter(|kind| *kind != Kind::Command),
        skip: skip(chance),
        times: times(chance).min(9),
        count,
        seed: chance.below(100),
        ..Aim::default()
    };
    let noisy = Aim { direction, ..aim };
    // Longer, and a till need not take it for one frame.
    let short = Some(Span::millis(chance.one([10, 60, 150])));
    match chance.place(17) {
        0 => Fault::BitNoise(noisy),
        1 => Fault::DropBytes(noisy),
        2 => Fault::DuplicateBytes(noisy),
        3 => Fault::WrongCheck(aim),
        4 => Fault::LengthShort(aim),
        5 => Fault::LengthLong(aim),
        6 => Fault::LengthZero(aim),
        7 => Fault::LengthHuge(aim),
        8 => Fault::LineNoise(noisy),
        9 => Fault::FalseStx(aim),
        10 => Fault::Split(Aim { lasting: short, ..aim }),
        11 => Fault::Merge(Aim { on: None, ..aim }),
        12 => Fault::Trickle(Aim { count: count.map(|count| count.max(16)), ..aim }),
        13 => Fault::StrayAck(Aim { on: None, ..aim }),
        14 => Fault::StrayNak(Aim { on: None, ..aim }),
        15 => Fault::NakStorm(Aim { on: None, ..aim }),
        _ => Fault::SeqReset(Aim { on: None, ..aim }),
    }
}

/// Results and events.
fn of_what_is_said(chance: &mut Chance) -> Fault {
    let (results, events) = (of_results(chance), of_events(chance));
    // The answer to CommandCancel has nothing in it that could be another's.
    let told = chance.one([CommandName::Purchase, CommandName::PurchaseCancel, CommandName::GetLastTransaction]);
    let altered = Aim { command: Some(told), ..results };
    match chance.place(19) {
        0 => Fault::RepeatResult(results),
        1 => Fault::StaleResult(results),
        2 => Fault::UnsolicitedResult(results),
        3 => Fault::AlteredAmount(altered),
        4 => Fault::AlteredTerminal(altered),
        5 => Fault::LoseEvent(events),
        6 => Fault::RepeatEvent(events),
        7 => Fault::SwapEvents(events),
        8 => Fault::UnknownEvent(events),
        9 => Fault::EventAfterFinal(results),
        10 => Fault::MalformedJson(altered),
        11 => Fault::NullFields(altered),
        12 => Fault::NumbersForStrings(results),
        13 => Fault::KoreanText(results),
        14 => Fault::LeadingSpaces(results),
        15 => Fault::LargeSignature(results),
        16 => Fault::MissingSignature(results),
        17 => Fault::TaxOffByOne(results),
        _ => Fault::RepeatResult(Aim { times: 2, ..results }),
    }
}

/// What befalls commands.
fn of_commands(chance: &mut Chance, profile: Profile) -> Fault {
    let command = chance.one([None, Some(CommandName::Purchase), Some(CommandName::PurchaseCancel)]);
    let aim = Aim { command, skip: skip(chance), times: times(chance), ..Aim::default() };
    match chance.place(4) {
        0 | 1 => Fault::Busy(aim),
        2 if profile == Profile::Stx => {
            Fault::LateAck(Aim { lasting: Some(Span::millis(chance.one([500, 2000, 2500, 4000]))), ..aim })
        }
        _ => Fault::CardRacesCancel(Aim { skip: 0, times: 1, ..Aim::default() }),
    }
}

fn settings(chance: &mut Chance) -> Settings {
    let mut settings = Settings::default();
    for _ in 0..chance.few(2) {
        match chance.place(9) {
            0 => settings.require_init = false,
            1 => settings.cancel_order = CancelOrder::FailureFirst,
            2 => {
                settings.last_transaction =
                    chance.one([LastTransaction::Empty, LastTransaction::Unsupported, LastTransaction::Stale]);
            }
            3 => settings.last_transaction_has_request_id = false,
            4 => settings.tax_rounding = TaxRounding::Floor,
            5 => settings.tip = Tip::Outside,
            6 => settings.cancel_requires_card = true,
            7 => settings.reading = Span::millis(chance.one([0, 100, 2000])),
            _ => settings.notes = chance.one([Notes::Always, Notes::Never]),
        }
    }
    settings
}
