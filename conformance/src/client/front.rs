//! A front end on stage: in a browser, or an app behind the driver.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use sim_antom::Call;
use tokio::sync::mpsc;
use wire::clock::ClockHandle;

use super::Setup;
use super::app::App;
use super::window::Window;
use crate::driver::Driver;
use crate::scenario::{Callback, Press, Screen, Visit};
use crate::trace::Recorder;

/// See the module's documentation.
#[derive(Debug)]
pub(crate) enum Front {
    /// A page in a browser.
    Window(Box<Window>),
    /// A handler that is called.
    App(App),
}

/// Scenarios of apps are left out for pages before they begin.
const NO_APP: &str = "the front end is a page, not an app";

/// What is needed to open a window.
#[derive(Debug)]
pub(crate) struct Opening<'a> {
    pub(crate) setup: &'a Setup,
    /// Where the gateway is.
    pub(crate) gateway: SocketAddr,
    /// The pin of its CA.
    pub(crate) pin: &'a str,
    /// The integration that is the page's backend.
    pub(crate) driver: Driver,
    pub(crate) recorder: &'a Recorder,
}

impl Front {
    /// Opens a page in a browser.
    ///
    /// # Errors
    /// There is no browser, or no port.
    pub(crate) async fn window(opening: Opening<'_>) -> Result<Self, String> {
        Window::open(opening).await.map(Box::new).map(Self::Window)
    }

    /// Takes the app behind a driver.
    pub(crate) fn app(
        driver: Driver,
        errands: Option<mpsc::Sender<Call>>,
        recorder: &Recorder,
        clock: ClockHandle,
    ) -> Self {
        Self::App(App::new(driver, errands, recorder.clone(), clock))
    }

    /// Whether it lives in real time.
    pub(crate) const fn is_real(&self) -> bool {
        matches!(self, Self::Window(_))
    }

    /// A buyer begins to pay, or comes back.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(crate) async fn visit(&self, visit: &Visit, params: Value) -> Result<(), String> {
        match self {
            Self::Window(window) => window.visit(visit, params).await,
            Self::App(app) => app.visit(visit, params).await,
        }
    }

    /// A buyer presses something.
    ///
    /// # Errors
    /// There is no such thing.
    pub(crate) async fn press(&self, press: &Press) -> Result<(), String> {
        match self {
            Self::Window(window) => window.press(press).await,
            Self::App(app) => app.press(press).await,
        }
    }

    /// The SDK calls an app back.
    ///
    /// # Errors
    /// It is no app, or does not answer.
    pub(crate) async fn callback(&self, callback: &Callback) -> Result<(), String> {
        match self {
            Self::Window(_) => Err(NO_APP.to_owned()),
            Self::App(app) => app.callback(callback).await,
        }
    }

    /// An app's screen goes, or comes back.
    ///
    /// # Errors
    /// It is no app, or does not answer.
    pub(crate) async fn screen(&self, screen: Screen) -> Result<(), String> {
        match self {
            Self::Window(_) => Err(NO_APP.to_owned()),
            Self::App(app) => app.screen(screen).await,
        }
    }

    /// Looks at what the buyer sees, where that is not told by itself.
    ///
    /// # Errors
    /// The app does not answer.
    pub(crate) async fn look(&self) -> Result<(), String> {
        match self {
            Self::Window(window) => window.blocked(),
            Self::App(app) => app.look().await,
        }
    }

    /// Moves the time of day.
    pub(crate) async fn advance(&self, by: Duration) {
        if let Self::Window(window) = self {
            window.advance(by).await;
        }
    }

    /// The orders that were asked for.
    pub(crate) fn sold(&self) -> Vec<String> {
        match self {
            Self::Window(window) => window.sold(),
            Self::App(app) => app.sold(),
        }
    }

    /// The integration was started again.
    pub(crate) async fn use_driver(&self, driver: Driver) {
        match self {
            Self::Window(window) => window.use_driver(driver),
            Self::App(app) => app.use_driver(driver).await,
        }
    }

    /// The buyer leaves.
    pub(crate) async fn end(self) {
        match self {
            Self::Window(window) => window.end().await,
            Self::App(app) => app.end().await,
        }
    }
}
