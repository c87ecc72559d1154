//! A front end in a browser: its window, its files, and what a buyer does there.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use sim_antom::Event as Gateway;
use wire::antom::Operation;

use super::browser::Browser;
use super::hooks::Blanks;
use super::page::Tab;
use super::shop::{PageSource, Shop};
use super::{ClientEvent, Opening, Setup};
use crate::driver::Driver;
use crate::scenario::{Press, Visit, Which};
use crate::trace::{Event, Recorder};

/// How long a page may take to ask the SDK for something, or to say why not.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long when the browser tells that something of the page has failed.
const BROKEN: Duration = Duration::from_secs(5);
/// How often that is looked for.
const LOOK: Duration = Duration::from_millis(20);

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Window {
    setup: Setup,
    recorder: Recorder,
    shop: Option<Shop>,
    /// Orders of a page that has a backend of its own, and how long the trace was when its page was opened.
    opened: Mutex<Vec<(String, usize)>>,
    tab: Tab,
    // After the tab, which talks to it.
    browser: Browser,
}

impl Window {
    /// Starts the browser, and serves the page if it is ours to serve.
    ///
    /// # Errors
    /// There is no browser, or no port.
    pub(crate) async fn open(opening: Opening<'_>) -> Result<Self, String> {
        let Opening { setup, gateway, pin, driver, recorder } = opening;
        let shop = match &setup.page {
            PageSource::Folder(folder) => {
                let shop = Shop::open(folder, setup.sdk.clone(), driver, recorder.clone()).await;
                Some(shop.map_err(|error| format!("serve the page: {error}"))?)
            }
            PageSource::Url(_) => None,
        };
        let failed = |error: super::BrowserError| error.to_string();
        let (browser, events) = Browser::start(&setup.chromium, gateway, pin).await.map_err(failed)?;
        let tab = Tab::open(&browser.tools, events, &setup.hooks, recorder).await.map_err(failed)?;
        for (name, selector) in setup.hooks.selectors() {
            if !tab.can_read(selector).await {
                return Err(format!("the hook file: `{name}` is {selector:?}, which is no CSS selector"));
            }
        }
        let (setup, recorder) = (setup.clone(), recorder.clone());
        Ok(Self { setup, recorder, shop, opened: Mutex::default(), tab, browser })
    }

    /// A buyer opens a page of an order; `params` are those of the order's `checkout`.
    ///
    /// # Errors
    /// There is no such page, or it does not load.
    pub(crate) async fn visit(&self, visit: &Visit, mut params: Value) -> Result<(), String> {
        let hooks = &self.setup.hooks;
        let amount = visit.amount.value.amount();
        let blanks = Blanks {
            order: &visit.order.value,
            product: visit.product.as_str(),
            method: visit.method.as_deref().unwrap_or_default(),
            amount: &amount,
            fault: self.setup.fault.as_deref().unwrap_or_default(),
        };
        let base = match (&self.shop, &self.setup.page) {
            (Some(shop), _) => shop.url(),
            (None, PageSource::Url(url)) => url.trim_end_matches('/').to_owned(),
            (None, PageSource::Folder(_)) => String::new(),
        };
        let place =
            |template: &str| format!("{base}/{}", super::Hooks::filled(template, blanks).trim_start_matches('/'));
        if let (Some(shop), Which::Checkout) = (&self.shop, visit.page) {
            if let Some(template) = &hooks.r#return {
                params["returnUrl"] = place(template).into();
            }
            shop.offer(&visit.order.value, params);
        }
        let template = match visit.page {
            Which::Checkout => &hooks.checkout,
            Which::Return => hooks.r#return.as_ref().ok_or("the hook file names no page to return to: add `return`")?,
        };
        let mut url = place(template);
        if let Some(query) = &visit.query {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(query);
        }
        let mark = self.recorder.len();
        let sells_itself = self.shop.is_none() && visit.page == Which::Checkout;
        if sells_itself {
            self.opened.lock().unwrap_or_else(PoisonError::into_inner).push((visit.order.value.clone(), mark));
        }
        self.record(ClientEvent::Visited {
            order: visit.order.value.clone(),
            page: visit.page.as_str().to_owned(),
            url: url.clone(),
            query: visit.query.clone(),
            amount: sells_itself.then_some(amount),
        });
        self.tab.visit(&url).await?;
        if visit.page == Which::Return || !visit.start {
            return Ok(());
        }
        if let Some(start) = &hooks.start {
            let Some(place) = self.tab.find(start).await? else {
                let found = self.tab.words().await;
                return Err(format!(
                    "`start` of the hook file is {start:?}, and nothing on {url} fits it that can be pressed. The page says: \
                     {found:?}.{}",
                    self.tab.troubles()
                ));
            };
            self.record(ClientEvent::Pressed { what: "start".to_owned() });
            self.tab.press(&place, start, 1).await?;
        }
        self.until_something_happens(mark).await
    }

    /// A page that neither asks the SDK for anything nor says why is not judged: nothing of it would be seen.
    async fn until_something_happens(&self, mark: usize) -> Result<(), String> {
        let is_session = |event: &Event| {
            let session = Some(Operation::CreatePaymentSession);
            matches!(event, Event::Gateway(Gateway::Response { operation, body, lost: None, .. })
                if *operation == session && body.0.windows(18).any(|part| part == b"paymentSessionData"))
        };
        let began = Instant::now();
        while began.elapsed() < if self.tab.is_broken() { BROKEN } else { PATIENCE } {
            // Who has a session, and shows a problem without asking the SDK, has not got the SDK.
            let has_session = self.recorder.any_after(mark, is_session);
            let says = |view: &String| match view.as_str() {
                "loading" | "form" => false,
                "problem" => !has_session,
                _ => true,
            };
            let is_it = |event: &Event| match event {
                Event::Client(ClientEvent::Called { .. } | ClientEvent::Delivered { .. })
                | Event::Gateway(Gateway::Client { .. }) => true,
                Event::Client(ClientEvent::Saw { shows, .. }) => shows.iter().any(says),
                _ => false,
            };
            if self.recorder.any_after(mark, is_it) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(format!(
            "the page asked the SDK for nothing within {:.0} s, and the buyer sees nothing of a payment.{} Does the page load the SDK \
             as a script, such as {} (served with a folder), and make AMSCashierPayment or AMSElement of the session that its \
             backend gives? docs/client.md says more under `When nothing happens`",
            began.elapsed().as_secs_f32(),
            self.tab.troubles(),
            super::shop::SDK,
        ))
    }

    /// What the browser would not load for the SDK, since the page forbids it.
    pub(crate) fn blocked(&self) -> Result<(), String> {
        self.tab.blocked().map_or(Ok(()), |text| {
            Err(format!(
                "the page's Content-Security-Policy keeps the SDK from working: {text}. Let it through: script-src, frame-src \
                 and connect-src need the vendor's hosts (docs/client.md, `When nothing happens`)"
            ))
        })
    }

    /// A buyer presses something.
    ///
    /// # Errors
    /// The hook file does not name it, or it is not there.
    pub(crate) async fn press(&self, press: &Press) -> Result<(), String> {
        let hooks = &self.setup.hooks;
        let what = press.what.as_str();
        let named = hooks.press.get(what).or_else(|| hooks.start.as_ref().filter(|_| what == "start"));
        let selector =
            named.ok_or_else(|| format!("the hook file does not say where `{what}` is: add it to `press`"))?;
        self.press_at(what, selector, press.times).await
    }

    async fn press_at(&self, what: &str, selector: &str, times: u32) -> Result<(), String> {
        let what = || what.to_owned();
        let Some(place) = self.tab.find(selector).await? else {
            self.record(ClientEvent::Missed { what: what() });
            return Ok(());
        };
        for _ in 0..times {
            self.record(ClientEvent::Pressed { what: what() });
        }
        self.tab.press(&place, selector, times).await
    }

    /// Moves the time of day in the page.
    pub(crate) async fn advance(&self, by: Duration) {
        // A page that is not ours has no probe, and no such time.
        let _ = self.tab.evaluate(&format!("window.__simAdvance({})", by.as_millis())).await;
    }

    /// The orders that the page has asked its backend for.
    pub(crate) fn sold(&self) -> Vec<String> {
        let is_session = |event: &Event| {
            let session = Some(Operation::CreatePaymentSession);
            matches!(event, Event::Gateway(Gateway::Request { operation, .. }) if *operation == session)
        };
        match &self.shop {
            Some(shop) => shop.sold(),
            // Its own backend sells: an order is there when it has asked for a session.
            None => {
                let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
                let is_sold = |(_, mark): &&(String, usize)| self.recorder.any_after(*mark, is_session);
                opened.iter().filter(is_sold).map(|(order, _)| order.clone()).collect()
            }
        }
    }

    /// The integration was started again.
    pub(crate) fn use_driver(&self, driver: Driver) {
        if let Some(shop) = &self.shop {
            shop.use_driver(driver);
        }
    }

    /// The buyer closes the window; the browser ends.
    pub(crate) async fn end(self) {
        drop(self.tab);
        self.browser.end().await;
    }

    fn record(&self, event: ClientEvent) {
        self.recorder.record(Event::Client(event));
    }
}
