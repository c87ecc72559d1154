//! What a till does when the answer to a command that moves money does not come.

use std::time::Duration;

use sim_edc::{Direction, Event as Terminal, Note};
use wire::edc::{Kind, NAK};

use super::super::line::refused_since_ack;
use super::super::view::{Command, Order, View, at};
use super::super::{Finding, Judgement};
use crate::driver::OrderState;
use crate::scenario::By;
use crate::trace::{DriverEvent, Event};

/// Questions after which a till may leave an order to a person. How many is not documented, so ours (docs/choices.md).
const ENOUGH: usize = 3;
/// So soon what is on the line has been read.
const READ: Duration = Duration::from_secs(1);

/// EDC-P27. The same amount is the same order, unless more orders of that amount are sold. What the terminal has agreed to call
/// off charges nothing, though its failure comes late.
pub(in crate::rule) fn no_second_charge_after_silence(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    for silent in view.commands.iter().filter(|c| c.is_financial() && !c.refused) {
        // An answer that came after it was sent again had been given up.
        let heard = view.heard_result_of(silent).map_or(usize::MAX, |r| r.n);
        let same = |c: &&Command<'_>| !c.refused && c.name() == silent.name() && c.amount() == silent.amount();
        let mut later = view.commands.iter().filter(same).filter(|c| c.n > silent.n && c.n < heard);
        let is_off = |c: &Command<'_>| called_off(view, silent).is_some_and(|n| n < c.n);
        let is_resent = |c: &Command<'_>| is_resent_in_noise(view, silent, c);
        let is_next = |c: &Command<'_>| {
            may_follow(view, silent, c) || is_after_a_parked_one(view, silent, c) || is_of_another_sale(silent, c)
        };
        let again = later.find(|c| !is_next(c) && !came_after_all(view, silent, c) && !is_off(c) && !is_resent(c));
        if let Some(again) = again {
            let amount = silent.amount().unwrap_or_default();
            let text = format!(
                "{} of {amount} was sent again; the first one (entry {}) had no answer and may have charged",
                silent.name(),
                silent.n
            );
            findings.push(Finding { entry: again.n, text });
        }
    }
    let waited = view.entries.iter().any(|entry| match &entry.event {
        Event::Terminal(Terminal::Fault { name }) => name == "lose-ack" || name == "late-ack",
        _ => false,
    });
    findings.extend(repeats(view));
    Judgement::new(waited || view.silent().next().is_some(), findings)
}

/// Whether a command may follow a silent one of the same amount: the terminal was asked and has told that the silent one
/// did not charge, or has answered whatever and this is another order.
fn may_follow(view: &View<'_>, silent: &Command<'_>, next: &Command<'_>) -> bool {
    let inquiries = view.commands.iter().filter(|c| c.name() == "GetLastTransaction" && c.n > silent.n && c.n < next.n);
    let is_purchase = silent.name() == "Purchase";
    // For a person who asks for a refund again it is enough that the terminal said anything.
    let said = |c| match view.heard_result_of(c) {
        None if !is_purchase => view.result_of(c).filter(|r| r.fault == Some(Note::Corrupted)),
        heard => heard,
    };
    let mut heard = inquiries.filter_map(said).filter(|r| r.n < next.n).map(|r| &r.json["responseData"]);
    heard.any(|data| {
        let is_silents = data["requestId"].as_str().map(ToOwned::to_owned) == silent.parameter("/requestId");
        // Without a book, whoever asked first may have sold another order.
        !view.has_book() || is_of_its_own(view, next) || is_silents && data["result"]["resultCode"] != "SUCCESS"
    })
}

/// Whether a Purchase may be another order's: nothing could be read of what the terminal was asked again and again, it could
/// not be asked, or what it said cannot be; a person was told of the sale that stayed open, and the next one goes on with an order of the same amount.
fn is_after_a_parked_one(view: &View<'_>, silent: &Command<'_>, next: &Command<'_>) -> bool {
    let is_untrue = |fault| view.fault_between(fault, silent.n, next.n);
    silent.name() == "Purchase"
        && (asked_in_vain(view, silent.n, next.n) >= ENOUGH
            || was_deaf(view, silent.n, next.n)
            || ["altered-amount", "altered-terminal"].into_iter().any(is_untrue))
        && is_parked(view, silent)
        && is_of_its_own(view, next)
}

/// Whether both give back a sale, and not the same one: what the terminal gave with a sale names it.
fn is_of_another_sale(silent: &Command<'_>, next: &Command<'_>) -> bool {
    let sale = |c: &Command<'_>| c.parameter("/acquirerInfo/acquirerMetaData");
    silent.name() == "PurchaseCancel" && sale(silent).zip(sale(next)).is_some_and(|(one, other)| one != other)
}

/// Whether as many orders of its amount were asked for as commands were sent until it, so that it may be for one of its own.
fn is_of_its_own(view: &View<'_>, next: &Command<'_>) -> bool {
    // A person may ask for a refund again: the terminal gives nothing back twice.
    let asked_for = if next.name() == "Purchase" { &view.orders } else { &view.refunds };
    let is_same = |o: &&Order| o.by == By::Terminal && Some(o.amount.value()) == next.amount();
    let sold = asked_for.iter().filter(is_same).filter(|o| o.n < next.n).count();
    let alike = view.commands.iter().filter(|c| !c.refused && c.name() == next.name() && c.amount() == next.amount());
    // What was not taken up, because the terminal was busy or wanted a hello, is asked for once more and is no other.
    let is_taken_up = |c: &&Command<'_>| {
        let is_not = |r: &super::super::view::Sending<'_>| {
            matches!(r.json["errorCode"].as_str(), Some("CommandDeviceBusy" | "CommandInvalid"))
        };
        c.n == next.n || !view.heard_result_of(c).is_some_and(is_not)
    };
    let asked = alike.filter(|c| c.n <= next.n).filter(is_taken_up).count();
    asked <= sold
}

/// Whether a command is the same frame once more, because noise on the line looked like its refusal.
fn is_resent_in_noise(view: &View<'_>, first: &Command<'_>, again: &Command<'_>) -> bool {
    let between = view.entries.get(first.n..again.n).unwrap_or_default();
    first.json == again.json && between.iter().any(|e| is_like_a_refusal(&e.event))
}

/// Whether a till may take something on the line for a refusal: noise, or the byte of a NAK in a frame that came damaged.
fn is_like_a_refusal(event: &Event) -> bool {
    match event {
        Event::Terminal(Terminal::Fault { name }) => name.contains("nak") || name.contains("noise"),
        Event::Terminal(Terminal::OnWire { raw }) => raw.0.contains(&NAK),
        _ => false,
    }
}

/// Frames of commands that move money, sent again although nothing refused them.
fn repeats<'v>(view: &'v View<'_>) -> impl Iterator<Item = Finding> + 'v {
    view.entries.iter().enumerate().filter_map(|(index, entry)| {
        let Event::Terminal(Terminal::Received { kind: Kind::Command, json, repeat: true, .. }) = &entry.event else {
            return None;
        };
        let name = json["commandName"].as_str().unwrap_or_default();
        let first = view.commands.iter().rev().find(|c| c.n < entry.n && c.json["id"] == json["id"])?;
        let between = view.entries.get(first.n..index).unwrap_or_default();
        let is_nak = |e: &Event| matches!(e, Event::Terminal(Terminal::Nak { direction: Direction::ToPos, .. }));
        // A frame that came damaged may have been refused more than once, and each refusal is heard; what came in fragments
        // just before is read when the next one has left.
        let just_before = view.entries.iter().take(first.n).rev().take_while(|e| first.at.since(e.at) < READ);
        let refused = between.iter().any(|e| is_nak(&e.event) || is_like_a_refusal(&e.event))
            || just_before.into_iter().any(|e| is_like_a_refusal(&e.event))
            || refused_since_ack(view, first.n) > 1;
        (first.is_financial() && !refused).then(|| Finding {
            entry: entry.n,
            text: format!("the frame of {name} (entry {}) was sent again, and nothing had refused it", first.n),
        })
    })
}

/// EDC-P29.
pub(in crate::rule) fn recovery_comes_first(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for silent in view.silent() {
        // CommandCancel belongs to the payment itself; a NAKed command was never taken up.
        let next = view.commands.iter().find(|c| c.n > silent.n && !c.refused && c.name() != "CommandCancel");
        let Some(next) = next else { continue };
        // What was called off needs no recovery: the terminal has said so.
        if called_off(view, silent).is_some_and(|n| n < next.n) || came_after_all(view, silent, next) {
            continue;
        }
        let could_not_ask = was_deaf(view, silent.n, next.n) || was_garbled(view, silent.n, next.n);
        if is_parked(view, silent) && could_not_ask || was_refused(view, silent, next.n) {
            continue;
        }
        exercised = true;
        if next.name() != "GetLastTransaction" {
            let text = format!(
                "{} got no answer (entry {}), and {} came next instead of GetLastTransaction",
                silent.name(),
                silent.n,
                next.name()
            );
            findings.push(Finding { entry: next.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// EDC-P30. There are not more paid orders of an amount than different successes that the till was told of.
pub(in crate::rule) fn records_are_matched(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for silent in view.silent().filter(|c| c.name() == "Purchase") {
        let told = view.told_by_last_transaction(silent.n).find(|r| {
            let data = &r.json["responseData"];
            data["result"]["resultCode"] == "SUCCESS" && Some(&data["paymentAmount"]["value"]) == silent.value()
        });
        let Some(told) = told else { continue };
        exercised = true;
        let orders = view.orders.iter().filter(|o| o.by == By::Terminal && Some(o.amount.value()) == silent.amount());
        let mut paid: Vec<_> =
            orders.filter_map(|order| view.called_paid(&order.name)).map(|status| status.n).collect();
        paid.sort_unstable();
        let key = |data: &serde_json::Value| {
            let info = &data["acquirerInfo"]["acquirerTransactionId"];
            if info.is_string() { info.clone() } else { data["requestId"].clone() }
        };
        let mut successes: Vec<_> = view
            .results
            .iter()
            .filter(|r| r.fault.is_none())
            .map(|r| &r.json["responseData"])
            .filter(|data| data["result"]["resultCode"] == "SUCCESS")
            .filter(|data| Some(&data["paymentAmount"]["value"]) == silent.value())
            .map(key)
            .collect();
        successes.sort_by_key(ToString::to_string);
        successes.dedup();
        if let Some(extra) = paid.get(successes.len()) {
            let text = format!(
                "the last transaction (entry {}) is that of another sale, and the order was called paid by it",
                told.n
            );
            findings.push(Finding { entry: *extra, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// EDC-P31. What is booked for an order is its amount, however often its success was told.
pub(in crate::rule) fn successes_are_booked_once(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.orders.iter().filter(|o| o.by == By::Terminal) {
        let told = view.results.iter().filter(|r| {
            let data = &r.json["responseData"];
            r.fault.is_none()
                && r.attempt == 1
                && data["result"]["resultCode"] == "SUCCESS"
                && data["paymentAmount"]["value"] == order.amount.value().as_str()
        });
        let recovered = view.silent().any(|c| c.name() == "Purchase" && c.amount() == Some(order.amount.value()));
        if told.count() < 2 && !recovered {
            continue;
        }
        let statuses = || view.statuses.iter().filter(|s| s.order == order.name);
        exercised |= statuses().any(|s| s.status.state == OrderState::Paid);
        let twice = statuses().find(|s| s.status.booked.is_some_and(|booked| booked.minor > order.amount.minor));
        if let Some(twice) = twice {
            let booked = twice.status.booked.map(|booked| booked.to_string()).unwrap_or_default();
            let text = format!("{booked} is booked for order {} of {}", order.name, order.amount);
            findings.push(Finding { entry: twice.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// EDC-P32. Nothing told how the Purchase ended, and it was not called off: whatever the order is called is a guess.
pub(in crate::rule) fn nothing_is_guessed(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    let undecided = view.commands.iter().filter(|c| c.name() == "Purchase" && !c.refused && !is_told(view, c));
    for command in undecided.filter(|_| view.ended.is_some()) {
        let same = |o: &&Order| o.by == By::Terminal && Some(o.amount.value()) == command.amount();
        let orders: Vec<_> = view.orders.iter().filter(same).collect();
        // Of several orders of one amount, nobody can say which it was.
        let [order] = orders.as_slice() else { continue };
        let purchases = view.commands.iter().filter(|c| c.name() == "Purchase" && c.amount() == command.amount());
        let Some(last) = view.last_status(&order.name).filter(|_| purchases.filter(|c| !c.refused).count() == 1) else {
            continue;
        };
        exercised = true;
        if matches!(last.status.state, OrderState::Failed | OrderState::Cancelled) {
            let text = format!(
                "order {} is called {}, but nothing told how its Purchase (entry {}) ended",
                order.name, last.status.state, command.n
            );
            findings.push(Finding { entry: last.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// Whether anything told how a Purchase ended: a result that can be relied on, the last transaction, or the success of
/// CommandCancel.
fn is_told(view: &View<'_>, command: &Command<'_>) -> bool {
    let decides = |r: &&super::super::view::Sending<'_>| {
        r.fault.is_none() && r.json["responseData"]["result"]["resultCode"] != "UNKNOWN"
    };
    let own = view.results.iter().any(|r| r.n > command.n && command.is_answered_by(r) && decides(&r));
    let record = view.told_by_last_transaction(command.n).filter(decides).any(|r| {
        let id = &r.json["responseData"]["requestId"];
        id.is_null() || Some(id) == at(command.json, "/commandRequestParams/requestId")
    });
    own || record || was_refused(view, command, usize::MAX) || called_off(view, command).is_some()
}

/// Whether the result was heard before the next command although the line had broken meanwhile.
fn came_after_all(view: &View<'_>, silent: &Command<'_>, next: &Command<'_>) -> bool {
    let mut sent = view.results.iter().filter(|r| (silent.n..next.n).contains(&r.n) && silent.is_answered_by(r));
    sent.any(|r| r.fault.is_none() && view.was_open(r.n))
}

/// Whether the answer was a failure that is not true in its amount only: nothing was moved, whatever amount it names.
fn was_refused(view: &View<'_>, command: &Command<'_>, until: usize) -> bool {
    let mut sent = view.results.iter().filter(|r| (command.n..until).contains(&r.n) && command.is_answered_by(r));
    sent.any(|r| r.json["outcome"] == "businessFailed" && view.fault_between("altered-amount", command.n, r.n))
}

/// Where the POS heard that its CommandCancel succeeded, after a Purchase and before the next one.
pub(super) fn called_off(view: &View<'_>, purchase: &Command<'_>) -> Option<usize> {
    let is_next = |c: &&Command<'_>| c.n > purchase.n && c.is_financial() && !c.refused;
    let next = view.commands.iter().find(is_next).map_or(usize::MAX, |c| c.n);
    let cancels = view.commands.iter().filter(|c| (purchase.n..next).contains(&c.n) && c.name() == "CommandCancel");
    let mut heard = cancels.filter_map(|c| view.heard_result_of(c)).filter(|r| r.json["outcome"] == "success");
    heard.next().map(|r| r.n)
}

/// Whether a person was told of the sale that a command is about: it could not be cleared up.
fn is_parked(view: &View<'_>, command: &Command<'_>) -> bool {
    let same = |o: &&Order| o.by == By::Terminal && Some(o.amount.value()) == command.amount();
    let mut last = view.orders.iter().filter(same).filter_map(|order| view.last_status(&order.name));
    last.any(|last| last.status.state == OrderState::Parked)
}

/// Whether the terminal could not be asked for a while: it was off, hung, or its line unplugged.
fn was_deaf(view: &View<'_>, from: usize, to: usize) -> bool {
    view.entries.iter().skip(from).take_while(|entry| entry.n < to).any(|entry| match &entry.event {
        Event::Terminal(Terminal::State { to, .. }) => to.is_deaf(),
        Event::Terminal(Terminal::Fault { name }) => name == "unplug" || name == "hang",
        _ => false,
    })
}

/// Whether something that the till sent came as no message.
fn was_garbled(view: &View<'_>, from: usize, to: usize) -> bool {
    let between = view.entries.get(from..to).unwrap_or_default();
    between.iter().any(|entry| matches!(entry.event, Event::Terminal(Terminal::Garbage { .. })))
}

/// How often the last transaction was asked for between two entries without an answer that was heard until then.
fn asked_in_vain(view: &View<'_>, from: usize, to: usize) -> usize {
    let asked = view.commands.iter().filter(|c| (from..to).contains(&c.n) && c.name() == "GetLastTransaction");
    asked.filter(|c| view.heard_result_of(c).is_none_or(|result| result.n > to)).count()
}

/// EDC-P33. After a restart, the first thing is to ask what became of the payment that was going on.
pub(in crate::rule) fn restarts_recover(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for killed in view.entries.iter().filter(|e| e.event == Event::Driver(DriverEvent::Killed)) {
        // What came before the last one was cleared up, or is another rule's.
        let last = view.commands.iter().rev().find(|c| c.n < killed.n && c.is_financial() && !c.refused);
        let open = last.filter(|c| {
            let is_open = view.result_of(c).is_none_or(|r| r.n > killed.n);
            let is_told = view.told_by_last_transaction(c.n).any(|r| r.n < killed.n);
            is_open && !is_told && called_off(view, c).is_none_or(|n| n > killed.n)
        });
        let Some(open) = open else { continue };
        let again = view.entries.iter().skip(killed.n).any(|e| e.event == Event::Driver(DriverEvent::Killed));
        let next = view.commands.iter().find(|c| c.n > killed.n && !c.refused);
        // A result that comes late, and is heard, needs no question.
        let heard = view
            .results
            .iter()
            .any(|r| r.n > killed.n && open.is_answered_by(r) && r.fault.is_none() && view.was_open(r.n));
        let text = match next {
            Some(next) if next.name() == "GetLastTransaction" => None,
            _ if heard || again => continue,
            _ if is_parked(view, open) && was_deaf(view, open.n, next.map_or(usize::MAX, |next| next.n)) => continue,
            // Asked for before, again and again and in vain, it was a person's business already.
            _ if is_parked(view, open) && asked_in_vain(view, open.n, killed.n) >= ENOUGH => continue,
            Some(next) => Some((next.n, format!("after the restart {} came first", next.name()))),
            None if view.ended.is_some() => Some((killed.n, "after the restart nothing was asked".to_owned())),
            None => continue,
        };
        exercised = true;
        if let Some((entry, text)) = text {
            let text = format!("{text}; what became of {} (entry {}) is not known", open.name(), open.n);
            findings.push(Finding { entry, text });
        }
    }
    Judgement::new(exercised, findings)
}
