//! A merchant's front end under test: a real Chromium in which the vendor's SDK, unchanged, finds our gateway under the
//! vendor's names; what the page does there goes into the trace.
//!
//! ```text
//! shop     the page's files and its backend, which is the integration behind the driver     (--page DIR)
//! browser  starts Chromium with every host name resolved to loopback → devtools (the protocol) → page (one tab)
//! probe.js in the page, before anything else: what the SDK is asked, what it tells, what the buyer sees
//! hooks    what a page must say of itself: where it begins, what a buyer presses and sees
//! app      no page at all: an app's handler behind the driver, to which the callbacks are delivered
//! replay   of an app: callbacks that a scenario writes itself, and the terminal's SDK
//! ```

mod app;
mod browser;
mod contract;
mod devtools;
mod event;
mod front;
mod hooks;
mod page;
mod replay;
mod sdk;
mod shop;
mod window;

pub use browser::{BrowserError, find_chromium};
pub use contract::Contract;
pub use event::ClientEvent;
pub(crate) use front::{Front, Opening};
pub use hooks::{Hooks, HooksError, VIEWS};
pub use sdk::{Sdk, SdkError, VERSION};
pub use shop::PageSource;

use std::path::PathBuf;
use std::sync::Arc;

/// What all cases with a front end share.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The browser.
    pub chromium: PathBuf,
    /// Where the page is.
    pub page: PageSource,
    /// What it says of itself.
    pub hooks: Arc<Hooks>,
    /// The vendor's bundle, for pages that load it from us or from the vendor's own host.
    pub sdk: Option<Arc<Sdk>>,
    /// A mistake that the page is told to make.
    pub fault: Option<String>,
}
