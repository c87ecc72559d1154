//! What the gateway can be told beside requests: by the command line, the control API and the buyer's page.

use wire::antom::{PaymentStatus, Signer};
use wire::time::Moment;

use super::Gateway;
use crate::client::Clients;
use crate::desk::Desk;
use crate::notices::NoticeView;
use crate::payment::Payment;
use crate::script::Script;

impl Gateway {
    /// Where a world that its store knows goes on, so that its time never runs back.
    #[must_use]
    pub fn resumes_at(&self) -> Option<Moment> {
        self.desk.resumes_at()
    }

    /// Sets where notifications go when a request names no URL.
    pub fn set_dashboard_url(&mut self, url: Option<String>) {
        self.desk.dashboard_url = url;
    }

    /// Goes by this script from now on. What is planned already stays planned.
    pub fn set_script(&mut self, now: Moment, script: Script) {
        self.desk.set_script(script);
        self.begin(now);
    }

    /// Forgets all payments, plans and notifications. Keys and merchants stay.
    pub fn reset(&mut self, script: Script) {
        self.desk.reset(script);
    }

    /// The notifications that are not done with, and the newest that are.
    #[must_use]
    pub fn notices(&self) -> Vec<NoticeView> {
        self.desk.notices.views()
    }

    /// Whether notifications are held back.
    #[must_use]
    pub const fn holds_notices(&self) -> bool {
        self.desk.notices.is_held()
    }

    /// Holds notifications back, or lets them go.
    pub const fn hold_notices(&mut self, held: bool) {
        self.desk.notices.hold(held);
    }

    /// Sends a notification again, at once. False when there is none of that number, or it is under way.
    pub fn resend(&mut self, now: Moment, number: u64) -> bool {
        let desk = &mut self.desk;
        desk.notices.resend(desk.ledger.store(), now, number)
    }

    /// Lets buyers whom the script says nothing of wait for what happens on their page.
    pub const fn set_by_hand(&mut self, by_hand: bool) {
        self.desk.by_hand = by_hand;
    }

    /// Takes trigger words, or takes them for ordinary texts whatever the script says.
    pub const fn set_triggers(&mut self, triggers: bool) {
        self.desk.triggers = triggers;
    }

    /// A payment in progress ends.
    pub(crate) fn end_payment(&mut self, now: Moment, payment: &Payment, status: PaymentStatus, code: &str) {
        self.desk.now = now;
        self.desk.end_payment(payment, now, status, code);
    }

    /// What every operation works with.
    pub(crate) const fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The same, to work with it.
    pub(crate) const fn desk_mut(&mut self) -> &mut Desk {
        &mut self.desk
    }

    /// The merchants.
    pub const fn clients_mut(&mut self) -> &mut Clients {
        &mut self.clients
    }

    /// What answers and notifications are signed with.
    #[must_use]
    pub const fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Signs with this key from now on, under a version one higher.
    pub fn rotate(&mut self, signer: Signer) {
        self.signer = signer.with_version(self.signer.version().saturating_add(1));
    }

    /// Sets where the pages lie that buyers are sent to: a URL without a slash at its end.
    pub fn set_page_url(&mut self, url: String) {
        self.desk.page_url = url;
    }
}
