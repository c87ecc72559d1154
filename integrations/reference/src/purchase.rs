//! One Purchase at the terminal, from the command to its result, and CommandCancel beside it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::oneshot;
use wire::edc::{
    AcquirerInfo, Command, CommandName, CreditPayPlan, Event, EventCode, Invocation, Kind, Outcome, Packet,
    PurchaseRequest, caller_timeout,
};
use wire::money::Money;
use wire::time::Moment;

use crate::book::BookError;
use crate::countdown::{self, Countdown};
use crate::fault::Fault;
use crate::order::{Attempt, Order, OrderState};
use crate::port::Delivery;
use crate::till::{Happening, Till, event_of, names, result_of};
use crate::verdict::{self, Verdict};

/// How long the other half of a cancelled sale may take.
const CANCEL_WAIT: Duration = Duration::from_secs(5);

/// How one Purchase went.
pub(crate) enum Went {
    Verdict(Verdict),
    /// The cashier called it off, and the terminal agreed.
    Cancelled,
    /// The caller's time-out passed.
    Silence,
    /// The terminal never took it: every sending was refused.
    Refused,
    /// The terminal never saw it: the line was closed, or the book could not be written.
    NotSent,
}

/// A CommandCancel that has no answer yet.
struct Cancelling {
    id: String,
    until: Moment,
    done: oneshot::Sender<()>,
}

impl Till {
    /// One Purchase, from its intent in the book to its end.
    pub(crate) async fn purchase(&mut self, order: &Order) -> Went {
        let (merchant, name) = (Arc::clone(&self.merchant), order.name.as_str());
        let now = merchant.now();
        let command = merchant.new_id(name);
        let is_late = merchant.has(Fault::IntentAfterTheAnswer);
        let stored = merchant.book(|book| {
            if !is_late {
                book.sent(now, name, &command)?;
            }
            Ok::<_, BookError>(book.order(name).and_then(Order::attempt).cloned())
        });
        let attempt = match stored {
            Ok(Some(attempt)) => attempt,
            Ok(None) => return Went::NotSent,
            Err(error) => {
                merchant.log(&format!("order {name}: {error}"));
                return Went::NotSent;
            }
        };
        let token = self.port.send(self.packet(&attempt, &command));
        let mut deadline = now + self.patience(attempt.amount);
        let mut countdown = Countdown::new(merchant.mistake());
        let mut was_heard = false;
        let mut card_seen = false;
        let mut cancelling: Option<Cancelling> = None;
        let mut is_cancelled = false;
        // A CommandCancel whose answer is not waited for any more; when it comes all the same, it is heard.
        let mut unanswered: Option<String> = None;
        // A CommandCancel that would only wait behind the Purchase: meanwhile a card may come.
        let (mut is_delivered, mut early) = (false, None);
        let mut ended: Option<Verdict> = None;
        loop {
            // A failure may be the first half of a sale that was called off after all.
            let other_half_may_come = matches!(ended, Some(Verdict::Failed(_))) && unanswered.is_some();
            if cancelling.is_none()
                && (!other_half_may_come || deadline <= merchant.now())
                && let Some(verdict) = ended.take()
            {
                if is_late && let Err(error) = merchant.book(|book| book.sent(merchant.now(), name, &command)) {
                    merchant.log(&format!("order {name}: {error}"));
                }
                return match verdict {
                    // Of the two halves of a cancelled sale, the failure; whichever came first.
                    Verdict::Failed(_) if is_cancelled => Went::Cancelled,
                    verdict => Went::Verdict(verdict),
                };
            }
            let early_until = early.as_ref().map(|(_, until)| *until);
            let asked_until = cancelling.as_ref().map(|cancelling| cancelling.until);
            // Nothing else is asked while a CommandCancel waits for its answer.
            let own_until = cancelling.is_none().then_some(deadline);
            let until = [own_until, asked_until, early_until, countdown.ends()];
            let is_ours = |packet: &Packet| {
                names(packet, &command) || packet.kind == Kind::Result && merchant.has(Fault::AnyResultIsOurs)
            };
            let happening = match early.take_if(|_| is_delivered) {
                Some((request, _)) => Happening::Cancel(request),
                None => self.next(until.into_iter().flatten().min(), false).await,
            };
            match happening {
                Happening::Packet(packet) if is_ours(&packet) => match packet.kind {
                    Kind::Result => {
                        let result = result_of(&packet).filter(|_| !self.minds_numbers(&packet));
                        let verdict = match result {
                            Some(result) => {
                                verdict::of_result(&result, CommandName::Purchase, &attempt, merchant.mistake())
                            }
                            None => self.unreadable(),
                        };
                        if cancelling.is_some() && merchant.has(Fault::CancelAnswerComesFirst) {
                            return Went::Verdict(verdict);
                        }
                        ended = Some(verdict);
                        if unanswered.is_some() {
                            deadline = merchant.now() + CANCEL_WAIT;
                        }
                    }
                    _ => {
                        was_heard = true;
                        let Some(event) = event_of(&packet) else { continue };
                        card_seen |= is_past_ready(&event);
                        if let Some(reason) = countdown.hear(&event, merchant.now()) {
                            return Went::Verdict(Verdict::Failed(reason.to_owned()));
                        }
                        if event.event_code == EventCode::Ready.as_str() && merchant.has(Fault::TwoCommandsAtOnce) {
                            let question =
                                Invocation { id: merchant.new_id(name), command: Command::GetLastTransaction };
                            self.port.send(question.packet());
                        }
                    }
                },
                // An event that names it is no answer.
                Happening::Packet(packet)
                    if packet.kind == Kind::Result
                        && (cancelling.as_ref().is_some_and(|cancelling| names(&packet, &cancelling.id))
                            || unanswered.as_ref().is_some_and(|id| names(&packet, id))) =>
                {
                    let agreed = result_of(&packet).is_some_and(|result| matches!(result.outcome, Outcome::Success(_)));
                    if merchant.has(Fault::CommandInvalidIsCancelled) {
                        return called_off(cancelling);
                    }
                    if agreed && !merchant.has(Fault::CancelledIsFailed) {
                        is_cancelled = true;
                        unanswered = None;
                        // The sale is closed; what is left is the failure of its Purchase, if it comes at all.
                        merchant.close(name, OrderState::Cancelled, "called off at the terminal");
                        deadline = merchant.now() + CANCEL_WAIT;
                    }
                    if let Some(cancelling) = cancelling.take() {
                        let _ = cancelling.done.send(());
                    }
                }
                Happening::Packet(packet) if packet.kind == Kind::Result && packet.json().is_err() => {
                    // Whose it was cannot be read; only ours is awaited.
                    ended.get_or_insert_with(|| self.unreadable());
                }
                Happening::Delivery(sent, delivery) if sent == token => match delivery {
                    Delivery::Refused if !was_heard || self.gives_up_on_bad_bytes() => return Went::Refused,
                    Delivery::NotSent => return Went::NotSent,
                    Delivery::Silent if merchant.has(Fault::GivesUpWithoutAck) => {
                        return Went::Verdict(Verdict::Failed("the terminal does not react".to_owned()));
                    }
                    // A command is not sent again because of silence: its result may still come.
                    Delivery::Refused | Delivery::Silent | Delivery::Acknowledged => is_delivered = true,
                },
                Happening::Cancel(request) if request.order == name && !is_delivered && early.is_none() => {
                    early = Some((request, merchant.now() + caller_timeout(CommandName::CommandCancel, 0)));
                }
                Happening::Cancel(request) if request.order == name => {
                    let is_too_late = card_seen && !merchant.has(Fault::CancelsAfterTheCard);
                    if is_too_late || cancelling.is_some() || is_cancelled {
                        let _ = request.done.send(());
                        continue;
                    }
                    let id = merchant.new_id(name);
                    self.port.send(self.command_cancel(&id, &attempt));
                    let until = merchant.now() + caller_timeout(CommandName::CommandCancel, 0);
                    cancelling = Some(Cancelling { id, until, done: request.done });
                    if merchant.has(Fault::CashierIsBelieved) {
                        return called_off(cancelling);
                    }
                }
                Happening::TimedOut => {
                    let now = merchant.now();
                    if let Some((request, _)) = early.take_if(|(_, until)| *until <= now) {
                        // Nobody can say any more whether it is in time.
                        let _ = request.done.send(());
                    }
                    if cancelling.as_ref().is_some_and(|cancelling| cancelling.until <= now)
                        && let Some(given_up) = cancelling.take()
                    {
                        if merchant.has(Fault::UnansweredCancelIsCancelled) {
                            return called_off(Some(given_up));
                        }
                        let _ = given_up.done.send(());
                        unanswered = Some(given_up.id);
                        // A sale whose end is known has waited long enough.
                        deadline = if ended.is_some() { now } else { deadline };
                    }
                    if let Some(reason) = countdown.end(now) {
                        return Went::Verdict(Verdict::Failed(reason.to_owned()));
                    }
                    if deadline <= now && cancelling.is_none() && ended.is_none() {
                        return if is_cancelled { Went::Cancelled } else { Went::Silence };
                    }
                }
                other => self.aside(other),
            }
        }
    }

    /// How long the result of a Purchase is waited for.
    fn patience(&self, amount: Money) -> Duration {
        const FOR_EVER: Duration = Duration::from_secs(3600 * 24 * 365);
        match () {
            () if self.merchant.has(Fault::WaitsHalfAMinute) => Duration::from_secs(30),
            () if self.merchant.has(Fault::OneWaitForAll) => caller_timeout(CommandName::Purchase, 0),
            () if self.merchant.has(Fault::NoWatchdog) => FOR_EVER,
            () => caller_timeout(CommandName::Purchase, amount.minor),
        }
    }

    fn minds_numbers(&self, packet: &Packet) -> bool {
        let tax =
            || packet.json().ok().and_then(|object| object.get("responseData")?.pointer("/taxAmount/value").cloned());
        self.merchant.has(Fault::NumberIsFailure) && tax().is_some_and(|tax| tax.is_number())
    }

    fn unreadable(&self) -> Verdict {
        let reason = "the result cannot be read".to_owned();
        if self.merchant.has(Fault::UnreadableIsFailure) || self.merchant.has(Fault::NumberIsFailure) {
            Verdict::Failed(reason)
        } else {
            Verdict::Unclear(reason)
        }
    }

    fn gives_up_on_bad_bytes(&self) -> bool {
        self.merchant.has(Fault::StrayNakIsARefusal) || self.merchant.has(Fault::BadFrameEndsTheSale)
    }

    fn command_cancel(&self, id: &str, attempt: &Attempt) -> Packet {
        let packet = Invocation { id: id.to_owned(), command: Command::CommandCancel }.packet();
        if self.merchant.has(Fault::CancelWithParameters)
            && let Ok(mut object) = packet.json()
        {
            object.insert("commandRequestParams".to_owned(), json!({"requestId": attempt.request_id}));
            return Packet::new(Kind::Command, &object);
        }
        packet
    }

    fn packet(&self, attempt: &Attempt, command: &str) -> Packet {
        let request = PurchaseRequest {
            request_id: attempt.request_id.clone(),
            payment_amount: attempt.amount.amount(),
            // The terminal computes it, and its answer is what counts.
            tax_amount: None,
            tip_amount: Money::krw(0).amount(),
            credit_pay_plan: CreditPayPlan { installment_num: "0".to_owned() },
            payment_expiry_time: Some(countdown::CARD_SECONDS.to_string()),
            acquirer_info: AcquirerInfo {
                acquirer_terminal_id: Some(self.config.terminal_id.clone()),
                acquirer_registration_no: Some(self.config.registration_no.clone()),
                ..AcquirerInfo::default()
            },
        };
        let packet = Invocation { id: command.to_owned(), command: Command::Purchase(request) }.packet();
        let mistakes = [Fault::NumbersForStrings, Fault::AmountWithDecimals, Fault::RequiredFieldMissing];
        if !mistakes.into_iter().any(|mistake| self.merchant.has(mistake)) {
            return packet;
        }
        let Ok(mut object) = packet.json() else { return packet };
        if let Some(parameters) = object.get_mut("commandRequestParams") {
            if self.merchant.has(Fault::NumbersForStrings) {
                parameters["paymentAmount"]["value"] = json!(attempt.amount.minor);
            }
            if self.merchant.has(Fault::AmountWithDecimals) {
                parameters["paymentAmount"]["value"] = json!(format!("{}.00", attempt.amount.minor));
            }
            if self.merchant.has(Fault::RequiredFieldMissing)
                && let Some(parameters) = parameters.as_object_mut()
            {
                parameters.remove("tipAmount");
            }
        }
        Packet::new(Kind::Command, &object)
    }
}

/// Ends a sale as called off, for the faults that believe so.
fn called_off(cancelling: Option<Cancelling>) -> Went {
    if let Some(cancelling) = cancelling {
        let _ = cancelling.done.send(());
    }
    Went::Cancelled
}

/// Whether a card was there when this was sent: from then on CommandCancel is not for us to send.
fn is_past_ready(event: &Event) -> bool {
    use EventCode::{CardDetected, CardMissing, CardReadCompleted, CardTryAgain, PendingSignature, StartTransaction};
    let past = [CardDetected, CardMissing, CardReadCompleted, CardTryAgain, PendingSignature, StartTransaction];
    past.iter().any(|code| code.as_str() == event.event_code)
}
