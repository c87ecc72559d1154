//! The gateway's side of the client SDK: what a merchant's front end meets when its SDK, the vendor's own and unchanged,
//! finds this gateway under the vendor's host names.
//!
//! ```text
//! createPaymentSession → SessionData (four parts, the last one read by the SDK) → the merchant's page → the SDK
//!   the SDK asks  /mgw.htm                  → query     what is to be paid
//!   the SDK frames /page/… or /elements/…   → page/     a small checkout, which speaks with the SDK by messages
//!   that page asks /x-sim/sessions/{id}     → checkout  what the script (a Play) or a person wants there, and
//!                                                       what the server does about it: one ledger for all
//! ```
//! createVaultingSession begins the same way: what a session is about is its [`subject`].
//!
//! Pure: [`subject`], [`session_data`], [`ending`], [`score`], [`checkout`]. Shell: [`pages`].

mod checkout;
mod ending;
mod flags;
mod pages;
mod query;
mod score;
mod session_data;
mod subject;

pub(crate) use checkout::Checkouts;
pub use checkout::{Checkout, Saying, Side};
pub use flags::chromium_flags;
pub use pages::ClientPages;
pub use session_data::session_payment;
pub(crate) use session_data::{Scene, SessionData};
