//! A front end in a browser: its window, its files, and what a buyer does there.

use std::time::Duration;

use serde_json::Value;

use super::browser::Browser;
use super::hooks::Blanks;
use super::page::Tab;
use super::shop::{PageSource, Shop};
use super::{ClientEvent, Opening, Setup};
use crate::driver::Driver;
use crate::scenario::{Press, Visit, Which};
use crate::trace::{Event, Recorder};

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Window {
    setup: Setup,
    recorder: Recorder,
    shop: Option<Shop>,
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
        Ok(Self { setup: setup.clone(), recorder: recorder.clone(), shop, tab, browser })
    }

    /// A buyer opens a page of an order; `params` are those of the order's `checkout`.
    ///
    /// # Errors
    /// There is no such page, or it does not load.
    pub(crate) async fn visit(&self, visit: &Visit, mut params: Value) -> Result<(), String> {
        let hooks = &self.setup.hooks;
        let blanks = Blanks {
            order: &visit.order.value,
            product: visit.product.as_str(),
            method: visit.method.as_deref().unwrap_or_default(),
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
        self.record(ClientEvent::Visited {
            order: visit.order.value.clone(),
            page: visit.page.as_str().to_owned(),
            url: url.clone(),
            query: visit.query.clone(),
        });
        self.tab.visit(&url).await?;
        match &hooks.start {
            Some(start) if visit.page == Which::Checkout && visit.start => self.press_at("start", start, 1).await,
            _ => Ok(()),
        }
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
        self.tab.press(&place, times).await
    }

    /// Moves the time of day in the page.
    pub(crate) async fn advance(&self, by: Duration) {
        // A page that is not ours has no probe, and no such time.
        let _ = self.tab.evaluate(&format!("window.__simAdvance({})", by.as_millis())).await;
    }

    /// The orders that the page has asked its backend for.
    pub(crate) fn sold(&self) -> Vec<String> {
        self.shop.as_ref().map(Shop::sold).unwrap_or_default()
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
