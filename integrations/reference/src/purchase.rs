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
        let stored = merchant.book(|book| {
            book.sent(now, name, &command)?;
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
        let mut deadline = now + caller_timeout(CommandName::Purchase, attempt.amount.minor);
        let mut was_heard = false;
        let mut card_seen = false;
        let mut cancelling: Option<Cancelling> = None;
        let mut is_cancelled = false;
        let mut ended: Option<Verdict> = None;
        loop {
            if cancelling.is_none()
                && let Some(verdict) = ended.take()
            {
                return match verdict {
                    // Of the two halves of a cancelled sale, the failure; whichever came first.
                    Verdict::Failed(_) if is_cancelled => Went::Cancelled,
                    verdict => Went::Verdict(verdict),
                };
            }
            let until = cancelling.as_ref().map_or(deadline, |cancelling| cancelling.until.min(deadline));
            match self.next(Some(until), false).await {
                Happening::Packet(packet) if names(&packet, &command) => match packet.kind {
                    Kind::Result => {
                        let result = result_of(&packet);
                        ended = Some(match result {
                            Some(result) => verdict::of_purchase(&result, &attempt),
                            None => Verdict::Unclear("the result cannot be read".to_owned()),
                        });
                    }
                    _ => {
                        was_heard = true;
                        let Some(event) = event_of(&packet) else { continue };
                        card_seen |= is_past_ready(&event);
                        if event.event_code == EventCode::Ready.as_str() && merchant.has(Fault::TwoCommandsAtOnce) {
                            let question =
                                Invocation { id: merchant.new_id(name), command: Command::GetLastTransaction };
                            self.port.send(question.packet());
                        }
                    }
                },
                Happening::Packet(packet)
                    if cancelling.as_ref().is_some_and(|cancelling| names(&packet, &cancelling.id)) =>
                {
                    let agreed = result_of(&packet).is_some_and(|result| matches!(result.outcome, Outcome::Success(_)));
                    if agreed {
                        is_cancelled = true;
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
                    ended = Some(Verdict::Unclear("the result cannot be read".to_owned()));
                }
                Happening::Delivery(sent, delivery) if sent == token => match delivery {
                    Delivery::Refused if !was_heard => return Went::Refused,
                    Delivery::NotSent => return Went::NotSent,
                    // A command is not sent again because of silence: its result may still come.
                    Delivery::Refused | Delivery::Silent | Delivery::Acknowledged => {}
                },
                Happening::Cancel(request) if request.order == name => {
                    if card_seen || cancelling.is_some() || is_cancelled {
                        let _ = request.done.send(());
                        continue;
                    }
                    let id = merchant.new_id(name);
                    self.port.send(Invocation { id: id.clone(), command: Command::CommandCancel }.packet());
                    let until = merchant.now() + caller_timeout(CommandName::CommandCancel, 0);
                    cancelling = Some(Cancelling { id, until, done: request.done });
                }
                Happening::TimedOut => {
                    let now = merchant.now();
                    if cancelling.as_ref().is_some_and(|cancelling| cancelling.until <= now)
                        && let Some(unanswered) = cancelling.take()
                    {
                        let _ = unanswered.done.send(());
                    }
                    if deadline <= now && ended.is_none() {
                        return if is_cancelled { Went::Cancelled } else { Went::Silence };
                    }
                }
                other => self.aside(other),
            }
        }
    }

    fn packet(&self, attempt: &Attempt, command: &str) -> Packet {
        let request = PurchaseRequest {
            request_id: attempt.request_id.clone(),
            payment_amount: attempt.amount.amount(),
            // The terminal computes it, and its answer is what counts.
            tax_amount: None,
            tip_amount: Money::krw(0).amount(),
            credit_pay_plan: CreditPayPlan { installment_num: "0".to_owned() },
            payment_expiry_time: Some("30".to_owned()),
            acquirer_info: AcquirerInfo {
                acquirer_terminal_id: Some(self.config.terminal_id.clone()),
                acquirer_registration_no: Some(self.config.registration_no.clone()),
                ..AcquirerInfo::default()
            },
        };
        let packet = Invocation { id: command.to_owned(), command: Command::Purchase(request) }.packet();
        let Ok(mut object) = packet.json() else { return packet };
        if let Some(parameters) = object.get_mut("commandRequestParams") {
            if self.merchant.has(Fault::NumbersForStrings) {
                parameters["paymentAmount"]["value"] = json!(attempt.amount.minor);
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

/// Whether a card was there when this was sent: from then on CommandCancel is not for us to send.
fn is_past_ready(event: &Event) -> bool {
    use EventCode::{CardDetected, CardMissing, CardReadCompleted, CardTryAgain, PendingSignature, StartTransaction};
    let past = [CardDetected, CardMissing, CardReadCompleted, CardTryAgain, PendingSignature, StartTransaction];
    past.iter().any(|code| code.as_str() == event.event_code)
}
