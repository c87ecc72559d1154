//! A card that is kept by the vendor's own AMSVaulting, in a browser that is started as `serve --client` says.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use conformance::client::{Sdk, find_chromium};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::{Value, json};
use wire::antom::Signer;

use crate::client::{left_out, sdk};
use crate::live::{Standing, word};

/// How long anything may take: the SDK waits a while for a device token.
const PATIENCE: Duration = Duration::from_secs(40);
const ACK: &str = r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#;
const PATH: &str = "/ams/sandbox/api/v1/vaults/createVaultingSession";

/// A shop that keeps cards: its page, its SDK, and what it is told by the page and by the gateway.
struct Shop {
    url: String,
    session: Arc<Mutex<String>>,
    told: Receiver<(String, Value)>,
}

impl Shop {
    fn open(bundle: Vec<u8>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let session = Arc::<Mutex<String>>::default();
        let (tell, told) = channel();
        let shared = Arc::clone(&session);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tell, bundle, session) = (tell.clone(), bundle.clone(), Arc::clone(&shared));
                std::thread::spawn(move || serve(stream, &tell, &bundle, &session));
            }
        });
        Self { url, session, told }
    }

    /// What it is told, until something is told that fits.
    fn until(&self, fits: impl Fn(&str, &Value) -> bool) -> Vec<(String, Value)> {
        let (began, mut all) = (Instant::now(), Vec::new());
        loop {
            let left = PATIENCE.saturating_sub(began.elapsed());
            let one = self.told.recv_timeout(left).unwrap_or_else(|_| panic!("only this was told: {all:?}"));
            let is_it = fits(&one.0, &one.1);
            all.push(one);
            if is_it {
                return all;
            }
        }
    }
}

/// One request, and the connection is closed.
fn serve(stream: TcpStream, tell: &Sender<(String, Value)>, bundle: &[u8], session: &Mutex<String>) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    let _ = reader.read_line(&mut first);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    let path = first.split(' ').nth(1).unwrap_or_default();
    let page = || include_str!("vaulting.html").replace("SESSION", &session.lock().unwrap()).into_bytes();
    let (kind, answer) = match path {
        "/" => ("text/html", page()),
        "/sdk.js" => ("text/javascript", bundle.to_vec()),
        "/told" | "/vaulted" => {
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            let what = if path == "/vaulted" { "notified" } else { body["what"].as_str().unwrap_or_default() };
            let data = if path == "/vaulted" { body.clone() } else { body["data"].clone() };
            let _ = tell.send((what.to_owned(), data));
            ("application/json", ACK.as_bytes().to_vec())
        }
        _ => ("text/plain", Vec::new()),
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        answer.len()
    );
    let mut stream = reader.into_inner();
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&answer));
}

/// A browser, and all that it starts. Dropping it ends it.
struct Browser {
    child: Child,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// As `serve --client` says, but without a screen.
    fn open(line: &str, url: &str) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let program = find_chromium().unwrap();
        let line = line.replacen("chromium", program.to_str().unwrap(), 1);
        let line = line.replace("$(mktemp -d)", profile.path().to_str().unwrap());
        let line = line.replace("http://127.0.0.1:PORT/your-page", url);
        let more = "--headless=new --no-sandbox --no-first-run --disable-gpu --disable-dev-shm-usage --remote-debugging-port=0";
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec {line} {more}")]).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.process_group(0).spawn().unwrap();
        Self { child, _profile: profile }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = killpg(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

/// A session, asked for as a merchant's server does.
fn session(ready: &str, id: &str, notify: &str) -> String {
    let key = fs::read(word(ready, "merchant-key")).unwrap();
    let client = word(ready, "client");
    let body = json!({
        "paymentMethodType": "CARD", "vaultingRequestId": id, "vaultingNotificationUrl": notify,
        "is3DSAuthentication": "false",
    });
    let (body, time) = (body.to_string(), "1767607200000");
    let signature = Signer::load(&key).unwrap().header(PATH, &client, time, body.as_bytes());
    let address = word(ready, "url").strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "POST {PATH} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\nclient-id: {client}\r\n\
         request-time: {time}\r\nsignature: {signature}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let body: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    body["vaultingSessionData"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// What a page is told in a session with this play, until something fits.
fn told(play: &str, fits: impl Fn(&str, &Value) -> bool) -> Option<Vec<(String, Value)>> {
    let sdk = Sdk::find(sdk()?).unwrap();
    left_out(find_chromium().is_ok(), "no Chromium on this machine").then_some(())?;
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.yaml");
    fs::write(&script, format!("antom:\n  client: [{play}]\n")).unwrap();
    let keys = folder.path().join("keys");
    let mut serve =
        Standing::start(&["serve", "--client", "--keys", keys.to_str().unwrap(), "--script", script.to_str().unwrap()]);
    let ready = serve.line("gateway ready");
    let browser = serve.line("chromium ");
    let shop = Shop::open(fs::read(sdk.path).unwrap());
    *shop.session.lock().unwrap() = session(&ready, "V-1", &format!("{}/vaulted", shop.url));
    let _browser = Browser::open(&browser, &shop.url);
    Some(shop.until(fits))
}

fn codes(told: &[(String, Value)]) -> Vec<&str> {
    told.iter().filter(|(what, _)| what == "event").filter_map(|(_, event)| event["code"].as_str()).collect()
}

#[test]
fn a_card_is_kept_by_the_real_sdk_and_the_server_is_told_its_token_first() {
    let play = "{steps: [{until: submitted}, {emit: {code: SDK_PAYMENT_CHALLENGE}}, {server: pays}, {until: notified}, \
                {result: {code: SUCCESS}}]}";
    let Some(told) = told(play, |what, _| what == "submitted") else { return };
    assert_eq!(
        codes(&told),
        ["SDK_START_OF_LOADING", "SDK_END_OF_LOADING", "SDK_PAYMENT_CHALLENGE", "SDK_PAYMENT_SUCCESSFUL"],
        "{told:?}"
    );
    let place = |wanted: &dyn Fn(&(String, Value)) -> bool| told.iter().position(wanted).unwrap();
    let notified = place(&|(what, _)| what == "notified");
    let successful = place(&|(_, event)| event["code"] == "SDK_PAYMENT_SUCCESSFUL");
    assert!(notified < successful, "{told:?}");
    let notice = &told[notified].1;
    assert_eq!((&notice["vaultingRequestId"], &notice["result"]["resultStatus"]), (&json!("V-1"), &json!("S")));
    assert!(notice["paymentMethodDetail"]["card"]["cardToken"].as_str().is_some_and(|token| token.len() > 20));
    assert!(!told[successful].1.to_string().contains("TOKEN"), "the token is the server's alone");
}

/// Measured on 1.47.2: of a payment's session a question that fails is told by onError and by an event, of a vaulting's by
/// nothing at all; loading ends, since the form shows that it is not possible.
#[test]
fn a_session_that_cannot_be_used_is_told_by_no_event() {
    let play = "{query: {fails: {code: PROCESS_FAIL}}}";
    let Some(told) = told(play, |_, event| event["code"] == "SDK_END_OF_LOADING") else { return };
    assert_eq!(codes(&told), ["SDK_START_OF_LOADING", "SDK_END_OF_LOADING"], "{told:?}");
    assert!(told.iter().all(|(what, _)| what == "event" || what == "created"), "{told:?}");
}
