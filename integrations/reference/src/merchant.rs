//! What till and shop share: the book behind its lock, the clock, the outside, and the fault that is switched on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wire::clock::{Deadlines, Sleep};
use wire::edc::Packet;
use wire::time::Moment;

use crate::book::{Book, BookError, Evidence};
use crate::fault::{Fault, Mistake};
use crate::news::{Listener, News};
use crate::order::{Order, OrderState};
use crate::world::World;

/// See the module's documentation.
pub(crate) struct Merchant {
    book: Mutex<Book>,
    changed: News,
    world: Arc<dyn World>,
    fault: Option<Fault>,
}

impl Merchant {
    pub(crate) fn new(world: Arc<dyn World>, book: Book, fault: Option<Fault>) -> Self {
        Self { book: Mutex::new(book), changed: News::default(), world, fault }
    }

    /// Whether this mistake is to be made.
    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// The mistake that is to be made, for pure code.
    pub(crate) fn mistake(&self) -> Mistake {
        Mistake(self.fault)
    }

    pub(crate) fn world(&self) -> &dyn World {
        self.world.as_ref()
    }

    pub(crate) fn now(&self) -> Moment {
        self.world.clock().now()
    }

    /// Completes at a moment; never, when there is none.
    pub(crate) fn at(&self, at: Option<Moment>) -> Sleep {
        self.world.clock().sleep(Deadlines { world: at, peer: None })
    }

    /// Completes at a moment.
    pub(crate) fn until(&self, at: Moment) -> Sleep {
        self.at(Some(at))
    }

    pub(crate) async fn pause(&self, duration: Duration) {
        self.until(self.now() + duration).await;
    }

    /// Works on the book.
    pub(crate) fn book<R>(&self, work: impl FnOnce(&mut Book) -> R) -> R {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut book)
    }

    pub(crate) fn order(&self, name: &str) -> Option<Order> {
        self.book(|book| book.order(name).cloned())
    }

    /// Whether there is an order, and something is true of it. The book is locked meanwhile.
    pub(crate) fn is(&self, name: &str, is_it: impl FnOnce(&Order) -> bool) -> bool {
        self.book(|book| book.order(name).is_some_and(is_it))
    }

    pub(crate) fn is_open(&self, name: &str) -> bool {
        self.is(name, Order::is_open)
    }

    pub(crate) fn new_id(&self, order: &str) -> String {
        self.book(|book| book.new_id(order))
    }

    /// Sees every change of an order's state.
    pub(crate) fn changes(&self) -> Listener {
        self.changed.listen()
    }

    /// Books an order once.
    pub(crate) fn paid(&self, order: &str, evidence: Evidence) -> Result<(), BookError> {
        let now = self.now();
        self.book(|book| book.paid(now, order, evidence))?;
        self.tell_change();
        Ok(())
    }

    /// Books an order without looking whether it is booked. For the fault that does so.
    pub(crate) fn book_again(&self, order: &str, evidence: Evidence) {
        let now = self.now();
        if let Err(error) = self.book(|book| book.book(now, order, evidence)) {
            self.log(&format!("order {order}: {error}"));
        }
        self.tell_change();
    }

    /// Opens the order of an event again. For the fault that does so.
    pub(crate) fn undo(&self, event: &Packet) {
        let now = self.now();
        let id = event.json().ok().and_then(|object| Some(object.get("id")?.as_str()?.to_owned()));
        let undone = self.book(|book| {
            let order = id.and_then(|id| book.by_command(&id).map(|(order, _)| order.name.clone()));
            order.map_or(Ok(()), |order| book.overwrite(now, &order, OrderState::Open))
        });
        if let Err(error) = undone {
            self.log(&error.to_string());
        }
        self.tell_change();
    }

    /// Ends an order otherwise than paid. A book that cannot be written leaves it as it is: a restart looks again.
    pub(crate) fn close(&self, order: &str, state: OrderState, reason: &str) {
        let now = self.now();
        if let Err(error) = self.book(|book| book.close(now, order, state, reason)) {
            self.log(&format!("order {order}: {error}"));
        }
        self.tell_change();
    }

    pub(crate) fn tell_change(&self) {
        self.changed.tell();
    }

    /// Says something to whoever reads the log.
    pub(crate) fn log(&self, text: &str) {
        self.world.log(&format!("reference: {text}"));
    }
}
