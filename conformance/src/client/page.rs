//! One tab: what happens in it goes into the trace; what a buyer does in it is done as he would.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::devtools::{DevTools, Told};
use super::{BrowserError, ClientEvent, Hooks};
use crate::trace::{Event, Recorder};

/// How long something may take to be there.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long what a buyer wants to press may take.
const PRESS: Duration = Duration::from_secs(5);
/// How often in a row it must be found at the same place.
const STEADY: u32 = 3;
/// How often a click may go beside it, since the page moves.
const MISSES: u32 = 10;
/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(40);
/// Characters that are kept of a text.
const LONGEST: usize = 500;
/// Lines of the console that are kept of a case.
const LINES: usize = 500;
/// Errors that are told of a page that does nothing.
const TROUBLES: usize = 4;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Tab {
    tools: DevTools,
    session: String,
    hearing: JoinHandle<()>,
    troubles: Arc<Mutex<Troubles>>,
}

/// What went wrong in a page, as the browser tells it.
#[derive(Debug, Default)]
struct Troubles {
    errors: Vec<String>,
    /// What a policy of the page's own forbade.
    blocked: Option<String>,
    /// Whether something of the page has failed, and was not only warned of.
    is_broken: bool,
}

impl Tab {
    /// Opens a tab in which the probe runs before everything else.
    ///
    /// # Errors
    /// The browser refuses.
    pub(super) async fn open(
        tools: &DevTools,
        events: mpsc::Receiver<Told>,
        hooks: &Hooks,
        recorder: &Recorder,
    ) -> Result<Self, BrowserError> {
        let made = tools.call(None, "Target.createTarget", json!({"url": "about:blank"})).await?;
        let attach = json!({"targetId": made["targetId"], "flatten": true});
        let attached = tools.call(None, "Target.attachToTarget", attach).await?;
        let session = attached["sessionId"].as_str().unwrap_or_default().to_owned();
        let troubles = Arc::<Mutex<Troubles>>::default();
        let ear = Ear { session: session.clone(), recorder: recorder.clone(), troubles: Arc::clone(&troubles) };
        let hearing = tokio::spawn(hear(tools.clone(), events, ear));
        let tab = Self { tools: tools.clone(), session, hearing, troubles };
        let told = serde_json::to_string(hooks).unwrap_or_default();
        let probe = include_str!("probe.js").replace("/*HOOKS*/null", &told);
        for (method, params) in [
            ("Page.enable", json!({})),
            ("Runtime.enable", json!({})),
            ("Network.enable", json!({})),
            ("Log.enable", json!({})),
            ("Runtime.addBinding", json!({"name": "__simSeen"})),
            ("Page.addScriptToEvaluateOnNewDocument", json!({"source": probe})),
        ] {
            tab.call(method, params).await?;
        }
        Ok(tab)
    }

    async fn call(&self, method: &str, params: Value) -> Result<Value, BrowserError> {
        self.tools.call(Some(&self.session), method, params).await
    }

    /// Goes to an address, and waits until its page has loaded.
    ///
    /// # Errors
    /// It cannot be reached.
    pub(super) async fn visit(&self, url: &str) -> Result<(), String> {
        let went = self.call("Page.navigate", json!({"url": url})).await.map_err(|error| error.to_string())?;
        if let Some(why) = went["errorText"].as_str() {
            return Err(format!("open {url}: {why}"));
        }
        self.until("document.readyState === 'complete'")
            .await
            .map_err(|()| format!("open {url}: it did not load within {} s", PATIENCE.as_secs()))
    }

    /// Where something is that can be pressed; none when it is not there after a while.
    ///
    /// # Errors
    /// The browser is gone.
    pub(super) async fn find(&self, selector: &str) -> Result<Option<Value>, String> {
        let wanted = serde_json::to_string(selector).unwrap_or_default();
        // What lies under something else, such as a form that is still closing, is not pressed.
        let place = format!(
            "(() => {{ const one = document.querySelector({wanted}); \
             if (!one || !one.checkVisibility() || one.disabled) return null; \
             one.scrollIntoView({{block: 'center'}}); \
             const r = one.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2; \
             const hit = document.elementFromPoint(x, y); \
             return hit && one.contains(hit) ? [x, y] : null; }})()"
        );
        let began = Instant::now();
        // And what still moves, since a form above it is growing, is waited for too.
        let (mut before, mut steady) = (Value::Null, 0);
        while began.elapsed() < PRESS {
            let at = self.evaluate(&place).await.unwrap_or_default();
            steady = if at != Value::Null && at == before { steady + 1 } else { 0 };
            if steady == STEADY {
                return Ok(Some(at));
            }
            before = at;
            tokio::time::sleep(LOOK).await;
        }
        Ok(None)
    }

    /// Whether a text is a CSS selector.
    pub(super) async fn can_read(&self, selector: &str) -> bool {
        let wanted = serde_json::to_string(selector).unwrap_or_default();
        self.evaluate(&format!("document.createDocumentFragment().querySelector({wanted}) === null")).await.is_ok()
    }

    /// The first words of the page.
    pub(super) async fn words(&self) -> String {
        let text = self.evaluate("(document.body?.innerText ?? '').trim().slice(0, 160)").await.unwrap_or_default();
        text.as_str().unwrap_or_default().to_owned()
    }

    /// What the browser says has gone wrong, as a sentence.
    pub(super) fn troubles(&self) -> String {
        let troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        match troubles.errors.as_slice() {
            [] => " The browser tells of no error.".to_owned(),
            all => format!(" The browser tells: {}.", all.join("; ")),
        }
    }

    /// Whether something of the page has failed.
    pub(super) fn is_broken(&self) -> bool {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner).is_broken
    }

    /// What a policy of the page's own forbade, of what belongs to the SDK.
    pub(super) fn blocked(&self) -> Option<String> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner).blocked.clone()
    }

    /// Presses a place, as a mouse does.
    ///
    /// # Errors
    /// The browser is gone.
    pub(super) async fn press(&self, place: &Value, selector: &str, times: u32) -> Result<(), String> {
        let wanted = serde_json::to_string(selector).unwrap_or_default();
        let arm = format!(
            "(() => {{ window.__simLanded = 0; document.querySelector({wanted})?.addEventListener('pointerdown', \
             () => {{ window.__simLanded += 1; }}, {{capture: true}}); }})()"
        );
        let mut place = place.clone();
        for _ in 0..MISSES {
            // A page that goes at once is told by nothing more.
            let _ = self.evaluate(&arm).await;
            self.click(&place, times).await?;
            // The page may have moved between the look and the click: then the buyer looks again.
            if self.evaluate("window.__simLanded").await.unwrap_or_default() != 0 {
                return Ok(());
            }
            match self.find(selector).await? {
                Some(at) => place = at,
                None => return Ok(()),
            }
        }
        Ok(())
    }

    async fn click(&self, place: &Value, times: u32) -> Result<(), String> {
        let clicks = (1..=times).flat_map(|count| [("mousePressed", count), ("mouseReleased", count)]);
        let events = clicks.map(|(kind, count)| {
            let (x, y) = (&place[0], &place[1]);
            let params = json!({"type": kind, "x": x, "y": y, "button": "left", "clickCount": count});
            self.call("Input.dispatchMouseEvent", params)
        });
        // One right behind the other: a page that moves after the first click must not get away from the second.
        for done in futures_util::future::join_all(events).await {
            done.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Waits until an expression is true.
    async fn until(&self, expression: &str) -> Result<(), ()> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            // While a page is replaced by the next there is nothing to ask.
            if self.evaluate(expression).await.is_ok_and(|value| value == true) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(())
    }

    /// What an expression comes to in the page.
    ///
    /// # Errors
    /// It throws, or there is no page.
    pub(super) async fn evaluate(&self, expression: &str) -> Result<Value, BrowserError> {
        let params = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut told = self.call("Runtime.evaluate", params).await?;
        match told.get("exceptionDetails") {
            Some(details) => Err(BrowserError::Talk(thrown(details))),
            None => Ok(told["result"]["value"].take()),
        }
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        self.hearing.abort();
    }
}

/// Who listens to a tab.
struct Ear {
    session: String,
    recorder: Recorder,
    troubles: Arc<Mutex<Troubles>>,
}

/// Writes down what happens in a tab.
async fn hear(tools: DevTools, mut events: mpsc::Receiver<Told>, ear: Ear) {
    let Ear { session, recorder, troubles } = ear;
    let lines = AtomicUsize::new(0);
    while let Some(told) = events.recv().await {
        if told.session.as_deref() != Some(session.as_str()) {
            continue;
        }
        if told.method == "Page.javascriptDialogOpening" {
            // Nobody is there to close it.
            tools.tell(Some(&session), "Page.handleJavaScriptDialog", json!({"accept": true}));
        }
        let Some(event) = event(&told) else { continue };
        troubles.lock().unwrap_or_else(PoisonError::into_inner).note(&event);
        if matches!(event, ClientEvent::Logged { .. }) && lines.fetch_add(1, Ordering::Relaxed) >= LINES {
            continue;
        }
        recorder.record(Event::Client(event));
    }
}

impl Troubles {
    fn note(&mut self, event: &ClientEvent) {
        let text = match event {
            // A new page has troubles of its own.
            ClientEvent::Navigated { .. } => {
                self.errors.clear();
                self.is_broken = false;
                return;
            }
            ClientEvent::Uncaught { text } => text,
            ClientEvent::Logged { level, text } if level == FORBIDDEN => {
                let is_the_sdks = VENDOR.iter().any(|host| text.contains(host)) || text.contains("ams-checkout");
                if is_the_sdks {
                    self.blocked.get_or_insert_with(|| text.clone());
                }
                text
            }
            ClientEvent::Logged { level, text } if matches!(level.as_str(), "error" | "warning" | LOADING) => text,
            _ => return,
        };
        self.is_broken |= !matches!(event, ClientEvent::Logged { level, .. } if level == "error" || level == "warning");
        if self.errors.len() < TROUBLES && !self.errors.contains(text) {
            self.errors.push(text.clone());
        }
    }
}

/// The level of what the browser would not load because of the page's own policy.
const FORBIDDEN: &str = "forbidden";
/// The level of what it could not load.
const LOADING: &str = "loading";
/// Hosts that the SDK needs.
const VENDOR: [&str; 4] = ["alipay.com", "antom.com", "alipayobjects.com", "marmot-cloud.com"];

/// What the browser tells, as an entry of the trace; none for what says nothing.
fn event(told: &Told) -> Option<ClientEvent> {
    let params = &told.params;
    match told.method.as_str() {
        "Runtime.bindingCalled" if params["name"] == "__simSeen" => {
            serde_json::from_str(params["payload"].as_str()?).ok()
        }
        "Page.frameNavigated" if params["frame"].get("parentId").is_none() => {
            let url = params["frame"]["url"].as_str()?.to_owned();
            (url != "about:blank").then_some(ClientEvent::Navigated { url })
        }
        "Runtime.exceptionThrown" if is_the_sdks_alone(&params["exceptionDetails"]) => None,
        "Runtime.exceptionThrown" => Some(ClientEvent::Uncaught { text: thrown(&params["exceptionDetails"]) }),
        // What the vendor's own script says to itself is nobody's mistake here.
        "Runtime.consoleAPICalled" if is_the_sdks(params) => None,
        "Runtime.consoleAPICalled" => {
            let level = params["type"].as_str()?.to_owned();
            let text: Vec<String> = params["args"].as_array().into_iter().flatten().map(shown).collect();
            Some(ClientEvent::Logged { level, text: clip(&text.join(" ")) })
        }
        "Log.entryAdded" => {
            let entry = &params["entry"];
            let url = entry["url"].as_str().unwrap_or_default();
            let level = match entry["source"].as_str()? {
                "security" => FORBIDDEN,
                "network" if is_own(url) && !url.ends_with("/favicon.ico") => LOADING,
                _ => return None,
            };
            let text = format!("{} {url}", entry["text"].as_str().unwrap_or_default());
            Some(ClientEvent::Logged { level: level.to_owned(), text: clip(text.trim()) })
        }
        "Page.javascriptDialogOpening" => {
            let text = params["message"].as_str().unwrap_or_default();
            Some(ClientEvent::Logged { level: "dialog".to_owned(), text: clip(text) })
        }
        "Network.requestWillBeSent" => {
            let kind = params["type"].as_str()?;
            let url = params["request"]["url"].as_str()?;
            let asks = matches!(kind, "Fetch" | "XHR" | "Ping" | "EventSource");
            (is_own(url) && asks).then(|| ClientEvent::Asked {
                method: params["request"]["method"].as_str().unwrap_or_default().to_owned(),
                url: clip(url),
                body: params["request"]["postData"].as_str().map(clip),
            })
        }
        _ => None,
    }
}

/// Whether something is of the page under test: the vendor's hosts are ours, and in the trace already.
fn is_own(url: &str) -> bool {
    url.starts_with("http://") || url.contains("//127.0.0.1") || url.contains("//localhost")
}

/// Whether something was said, or thrown, by the vendor's bundle itself.
fn is_the_sdks(params: &Value) -> bool {
    let frames = params["stackTrace"]["callFrames"].as_array();
    let url = frames.and_then(|frames| frames.first()?["url"].as_str());
    url.is_some_and(|url| url.contains("ams-checkout"))
}

/// Whether nothing but the vendor's bundle had a hand in it: what it threw at a call of the page's is the page's to catch.
fn is_the_sdks_alone(details: &Value) -> bool {
    let frames = details["stackTrace"]["callFrames"].as_array();
    let urls = || frames.into_iter().flatten().filter_map(|frame| frame["url"].as_str()).filter(|url| !url.is_empty());
    urls().next().is_some() && urls().all(|url| url.contains("ams-checkout"))
}

/// An argument of the console.
fn shown(argument: &Value) -> String {
    match (&argument["value"], argument["description"].as_str()) {
        (Value::String(text), _) => text.clone(),
        (Value::Null, Some(text)) => text.to_owned(),
        (value, _) => value.to_string(),
    }
}

/// An exception in words.
fn thrown(details: &Value) -> String {
    let text = details["text"].as_str().unwrap_or_default();
    let exception = &details["exception"];
    let what = exception["description"].as_str().map(str::to_owned).unwrap_or_else(|| exception["value"].to_string());
    clip(format!("{text} {}", what.lines().next().unwrap_or_default()).trim())
}

fn clip(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(method: &str, params: Value) -> Option<ClientEvent> {
        event(&Told { method: method.to_owned(), params, session: None })
    }

    #[test]
    fn what_the_browser_tells_becomes_an_entry() {
        let seen = r#"{"delivered":{"channel":"onEventCallback","instance":1,"payload":{"code":"X"}}}"#;
        let binding = told("Runtime.bindingCalled", json!({"name": "__simSeen", "payload": seen}));
        assert_eq!(
            binding,
            Some(ClientEvent::Delivered {
                channel: "onEventCallback".to_owned(),
                instance: 1,
                payload: json!({"code": "X"}),
                order: None,
            })
        );
        assert_eq!(told("Runtime.bindingCalled", json!({"name": "other", "payload": seen})), None);
        let uncaught = told(
            "Runtime.exceptionThrown",
            json!({"exceptionDetails": {"text": "Uncaught (in promise)", "exception": {"description": "Error: boom\n  at x"}}}),
        );
        assert_eq!(uncaught, Some(ClientEvent::Uncaught { text: "Uncaught (in promise) Error: boom".to_owned() }));
        let thrown = |urls: &[&str]| {
            let frames: Vec<Value> = urls.iter().map(|url| json!({"url": url})).collect();
            let exception = json!({"description": "Error: boom"});
            let details = json!({"text": "Uncaught", "exception": exception, "stackTrace": {"callFrames": frames}});
            told("Runtime.exceptionThrown", json!({"exceptionDetails": details}))
        };
        let sdk = "http://127.0.0.1:1/sdk/ams-checkout.min.js";
        assert_eq!(thrown(&[sdk, "", sdk]), None);
        assert!(thrown(&[sdk, "", "http://127.0.0.1:1/checkout.mjs"]).is_some() && thrown(&[]).is_some());
        assert_eq!(told("Page.frameNavigated", json!({"frame": {"parentId": "1", "url": "https://x"}})), None);
        let asked = |url: &str, kind: &str| {
            told("Network.requestWillBeSent", json!({"type": kind, "request": {"url": url, "method": "POST"}}))
        };
        assert!(asked("http://127.0.0.1:1/api", "Fetch").is_some());
        assert!(asked("https://ac.alipay.com/x", "XHR").is_none());
        assert!(asked("http://127.0.0.1:1/style.css", "Stylesheet").is_none());
    }

    #[test]
    fn what_the_browser_would_not_load_is_kept_for_whoever_asks_why_nothing_happens() {
        let logged = |source: &str, text: &str, url: &str| {
            told("Log.entryAdded", json!({"entry": {"source": source, "level": "error", "text": text, "url": url}}))
        };
        let mut troubles = Troubles::default();
        for event in [
            logged("network", "404 (Not Found)", "http://127.0.0.1:1/sdk.js"),
            logged("network", "404 (Not Found)", "https://ac.alipay.com/x"),
            logged("network", "404 (Not Found)", "http://127.0.0.1:1/favicon.ico"),
            logged("rendering", "slow", "http://127.0.0.1:1/"),
        ] {
            event.iter().for_each(|event| troubles.note(event));
        }
        assert_eq!(troubles.errors, ["404 (Not Found) http://127.0.0.1:1/sdk.js"]);
        assert!(troubles.is_broken && troubles.blocked.is_none());
        for (text, is_the_sdks) in
            [("Refused to load 'http://127.0.0.1/ad.js'", false), ("Refused to frame 'https://ac.alipay.com/'", true)]
        {
            logged("security", text, "").iter().for_each(|event| troubles.note(event));
            assert_eq!(troubles.blocked.is_some(), is_the_sdks, "{text}");
        }
        troubles.note(&ClientEvent::Navigated { url: "http://127.0.0.1:1/".to_owned() });
        assert!(troubles.errors.is_empty() && !troubles.is_broken);
    }
}
