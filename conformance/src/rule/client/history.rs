//! A trace as rules about front ends like to read it: what was told, what was seen, and how the ledger stood meanwhile.

use serde_json::Value;
use sim_antom::{Event as Gateway, Side};
use wire::antom::PaymentStatus;
use wire::time::Moment;

use crate::client::ClientEvent;
use crate::rule::{Finding, Judgement, View};
use crate::trace::Event;

/// Something that the SDK told the page: a callback, or the answer to a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Telling<'v> {
    pub(super) n: usize,
    pub(super) channel: &'v str,
    pub(super) payload: &'v Value,
}

/// What the buyer saw from an entry on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'v> {
    pub(super) n: usize,
    pub(super) shows: &'v [String],
    pub(super) text: &'v str,
}

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct History<'v> {
    pub(super) view: &'v View<'v>,
    pub(super) events: Vec<(usize, Moment, &'v ClientEvent)>,
    pub(super) tellings: Vec<Telling<'v>>,
    pub(super) sights: Vec<Sight<'v>>,
}

/// Codes that tell that a payment has succeeded.
pub(super) const SUCCESS: &str = "SDK_PAYMENT_SUCCESSFUL";
/// Codes that end an attempt.
pub(super) const RESULTS: [&str; 4] = [SUCCESS, "SDK_PAYMENT_PROCESSING", "SDK_PAYMENT_FAIL", "SDK_PAYMENT_ERROR"];

impl<'v> Telling<'v> {
    /// Its code; an answer of the Element has its status for one.
    pub(super) fn code(&self) -> &'v str {
        self.payload["code"].as_str().unwrap_or_default()
    }

    /// Whether it says that the payment has succeeded.
    pub(super) fn is_success(&self) -> bool {
        self.code() == SUCCESS || self.is_answer() && self.payload["status"] == "SUCCESS"
    }

    /// Whether it is the answer to submitPayment.
    pub(super) fn is_answer(&self) -> bool {
        self.channel == "submitPayment"
    }

    /// In a few words.
    pub(super) fn words(&self) -> String {
        match (self.is_answer(), self.code()) {
            (true, _) => format!("submitPayment came to {}", self.payload["status"].as_str().unwrap_or("nothing")),
            (false, "") => "an event without a code".to_owned(),
            (false, code) => code.to_owned(),
        }
    }
}

impl Sight<'_> {
    pub(super) fn shows(&self, view: &str) -> bool {
        self.shows.iter().any(|shown| shown == view)
    }
}

impl<'v> History<'v> {
    pub(super) fn of(view: &'v View<'v>) -> Self {
        let mut history = Self { view, events: Vec::new(), tellings: Vec::new(), sights: Vec::new() };
        for (entry, event) in &view.client {
            let n = entry.n;
            history.events.push((n, entry.at, event));
            match event {
                ClientEvent::Delivered { channel, payload, .. }
                    if channel == "onEventCallback" || channel == "onError" =>
                {
                    history.tellings.push(Telling { n, channel, payload });
                }
                ClientEvent::Settled { method, ok: true, value, .. } if method == "submitPayment" => {
                    history.tellings.push(Telling { n, channel: method, payload: value });
                }
                ClientEvent::Saw { shows, text } => history.sights.push(Sight { n, shows, text }),
                _ => {}
            }
        }
        history
    }

    /// Whether there was a front end at all.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// What was told with this code.
    pub(super) fn told<'h>(&'h self, code: &'h str) -> impl Iterator<Item = Telling<'v>> + 'h {
        self.tellings.iter().copied().filter(move |telling| telling.code() == code)
    }

    /// What was told last before an entry, since the page was opened.
    pub(super) fn told_before(&self, n: usize) -> Option<Telling<'v>> {
        let opened = self.opened_before(n);
        self.tellings.iter().rev().copied().find(|telling| telling.n < n && telling.n > opened)
    }

    /// The next thing that is told after an entry; the end of the trace if there is none.
    pub(super) fn next_told(&self, n: usize) -> usize {
        self.tellings.iter().map(|telling| telling.n).find(|at| *at > n).unwrap_or(usize::MAX)
    }

    /// When the page was last opened, by the buyer or by itself.
    pub(super) fn opened_before(&self, n: usize) -> usize {
        let opened = self.events.iter().rev().find(|(at, _, event)| {
            *at < n && matches!(event, ClientEvent::Visited { .. } | ClientEvent::Navigated { .. })
        });
        opened.map_or(0, |(at, _, _)| *at)
    }

    /// Whether what is on the screen at an entry is paid at a terminal.
    pub(super) fn is_at_terminal(&self, n: usize) -> bool {
        let opened = self.events.iter().rev().find_map(|(at, _, event)| match event {
            ClientEvent::Visited { page, .. } if *at < n => Some(page == "terminal"),
            _ => None,
        });
        opened.unwrap_or(false)
    }

    /// When the buyer next does something after an entry.
    pub(super) fn next_act(&self, n: usize) -> usize {
        let act = |event: &ClientEvent| matches!(event, ClientEvent::Pressed { .. } | ClientEvent::Visited { .. });
        self.events.iter().find(|(at, _, event)| *at > n && act(event)).map_or(usize::MAX, |(at, _, _)| *at)
    }

    /// Sights that begin within a span of entries, and the one that it begins with.
    pub(super) fn seen_between(&self, from: usize, until: usize) -> impl Iterator<Item = Sight<'v>> + '_ {
        self.sights.iter().copied().filter(move |sight| sight.n > from && sight.n < until)
    }

    /// What the buyer saw last before an entry.
    pub(super) fn seen_at(&self, n: usize) -> Option<Sight<'v>> {
        self.sights.iter().rev().copied().find(|sight| sight.n < n)
    }

    /// What the buyer saw in the end.
    pub(super) fn seen_last(&self) -> Option<Sight<'v>> {
        self.sights.last().copied()
    }

    /// How the payment of the newest session stood in the ledger at an entry; none when there was none.
    pub(super) fn ledger_at(&self, n: usize) -> Option<PaymentStatus> {
        let entries = self.view.entries.iter().take_while(|entry| entry.n < n);
        let of = |entry: &crate::trace::Entry| match &entry.event {
            Event::Gateway(Gateway::Payment { status, .. }) => Some(*status),
            _ => None,
        };
        entries.filter_map(of).last()
    }

    /// Whether a payment had succeeded in the ledger before an entry.
    pub(super) fn is_paid_at(&self, n: usize) -> bool {
        let is_paid =
            |event: &Event| matches!(event, Event::Gateway(Gateway::Payment { status: PaymentStatus::Success, .. }));
        self.view.entries.iter().take_while(|entry| entry.n < n).any(|entry| is_paid(&entry.event))
    }

    /// Whether a payment was still open in the ledger at an entry: neither paid nor over.
    pub(super) fn is_open_at(&self, n: usize) -> bool {
        matches!(self.ledger_at(n), Some(PaymentStatus::Processing | PaymentStatus::Pending))
    }

    /// Calls of the SDK: entry, method, instance, arguments.
    pub(super) fn calls(&self) -> impl Iterator<Item = (usize, &'v str, u32, &'v Value)> + '_ {
        self.events.iter().filter_map(|(n, _, event)| match event {
            ClientEvent::Called { method, instance, args } => Some((*n, method.as_str(), *instance, args)),
            _ => None,
        })
    }

    /// What the page asked a backend that changes something there: entry and what.
    pub(super) fn posts(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        self.events.iter().filter_map(|(n, _, event)| match event {
            ClientEvent::Asked { method, url, body } if method != "GET" && method != "HEAD" => {
                Some((*n, format!("{method} {url} {}", body.as_deref().unwrap_or_default())))
            }
            _ => None,
        })
    }

    /// Where the page began another attempt by itself between two entries: it asked for a session, or made a component.
    pub(super) fn began_between(&self, from: usize, until: usize) -> Option<usize> {
        let sessions =
            self.view.story.requests_of(wire::antom::Operation::CreatePaymentSession).map(|request| request.n);
        let makes = |method: &str| matches!(method, "createComponent" | "mountComponent" | "mount");
        let made = self.calls().filter(|(_, method, ..)| makes(method)).map(|(n, ..)| n);
        sessions.chain(made).filter(|n| *n > from && *n < until).min()
    }

    /// Where the page released its component between two entries.
    pub(super) fn released_between(&self, from: usize, until: usize) -> Option<usize> {
        let releases = |method: &str| matches!(method, "unmount" | "destroy");
        self.calls().find(|(n, method, ..)| *n > from && *n < until && releases(method)).map(|(n, ..)| n)
    }

    /// What the SDK's page said to the merchant's, by the gateway's own trace.
    pub(super) fn posted(&self) -> impl Iterator<Item = (usize, &'v str)> + '_ {
        self.view.entries.iter().filter_map(|entry| match &entry.event {
            Event::Gateway(Gateway::Client { side: Side::Page, event, .. }) => Some((entry.n, event.as_str())),
            _ => None,
        })
    }

    /// Whether a handler threw because of what was told: before anything else was told.
    pub(super) fn threw_after(&self, telling: &Telling<'_>) -> Option<(usize, &'v str)> {
        let until = self.next_told(telling.n);
        self.events.iter().find_map(|(n, _, event)| match event {
            ClientEvent::Threw { error, .. } if *n > telling.n && *n < until => Some((*n, error.as_str())),
            _ => None,
        })
    }

    /// Session data that a call of the SDK was given.
    pub(super) fn data_of(args: &'v Value) -> Option<&'v str> {
        args.pointer("/0/sessionData").or_else(|| args.pointer("/0/paymentSessionData"))?.as_str()
    }
}

/// Judges something after each of the things that were told: what is found, in words.
pub(super) fn after_each<'v>(
    history: &History<'v>,
    tellings: impl Iterator<Item = Telling<'v>>,
    look: impl Fn(&Telling<'v>) -> Option<(usize, String)>,
) -> Judgement {
    let tellings: Vec<_> = tellings.collect();
    let findings = tellings.iter().filter_map(|telling| {
        let (entry, text) = look(telling)?;
        Some(Finding { entry, text })
    });
    let findings: Vec<_> = findings.collect();
    Judgement::new(!tellings.is_empty() && !history.is_empty(), findings)
}
