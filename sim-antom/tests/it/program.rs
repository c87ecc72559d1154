//! The real binary: ready line, keys, refusals, a clean stop.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;

use rstest::rstest;
use wire::antom::{Envelope, Headers, Signature, Signer, Verifier, string_to_sign};

use super::http::written;
use super::merchant::{CLIENT, Draft, PAY, pay_body};
use super::process::{PATIENCE, Program, run};

const FILES: [&str; 4] = ["antom-private.key", "antom-public.key", "merchant-private.key", "merchant-public.key"];

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn contents(keys: &Path) -> Vec<String> {
    FILES.iter().map(|file| fs::read_to_string(keys.join(file)).unwrap()).collect()
}

#[test]
fn it_makes_keys_gets_ready_and_serves_a_merchant_that_uses_them() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("deep/keys");
    let program = Program::start(&["--keys", text(&keys), "--client-id", CLIENT]);
    assert!(program.ready.starts_with("sim-antom ready url=http://127.0.0.1:"), "{}", program.ready);
    assert!(program.ready.ends_with('\n'));
    assert_eq!(program.field("client"), CLIENT);
    assert_eq!(program.field("keys"), text(&keys));
    let merchant = Signer::load(&fs::read(keys.join("merchant-private.key")).unwrap()).unwrap();
    let draft = Draft::pay("PR-1", "1000");
    let signature = merchant.header(&draft.target, CLIENT, draft.time, &draft.body);
    let answer = program.exchange(&written(&draft.with_signature(signature)));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(body.contains("\"resultCode\":\"SUCCESS\""), "{answer}");
    let headers: Headers =
        head.lines().skip(1).map(|l| l.split_once(": ").unwrap()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let antom = Verifier::load(&fs::read(keys.join("antom-public.key")).unwrap()).unwrap();
    let time = headers.value("response-time").unwrap();
    let signed = string_to_sign("POST", &draft.target, CLIENT, time, body.as_bytes());
    assert!(antom.verify(&signed, &Signature::parse(headers.value("signature").unwrap()).unwrap().bytes));
}

#[test]
fn private_keys_are_their_owners_and_the_next_start_loads_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    drop(Program::start(&["--keys", text(&keys)]));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&keys), 0o700);
    assert_eq!(mode(&keys.join("antom-private.key")), 0o600);
    assert_eq!(mode(&keys.join("merchant-private.key")), 0o600);
    let first = contents(&keys);
    drop(Program::start(&["--keys", text(&keys)]));
    assert_eq!(contents(&keys), first);
}

#[test]
fn a_merchant_who_brought_his_public_key_alone_is_not_told_of_a_private_one() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().to_str().unwrap();
    fs::write(folder.path().join("merchant-public.key"), include_bytes!("../../../fixtures/keys/pool-0.public.pem"))
        .unwrap();
    let gateway = Program::start(&["--keys", keys]);
    assert!(!gateway.ready.contains("merchant-key=") && gateway.ready.contains("antom-key="), "{}", gateway.ready);
}

#[rstest]
#[case("TERM")]
#[case("INT")]
fn a_signal_stops_it_with_success(#[case] signal: &str) {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(&["--keys", text(folder.path())]);
    // A connection that is open does not keep it.
    let _open = TcpStream::connect(program.field("url").strip_prefix("http://").unwrap()).unwrap();
    assert_eq!(program.end_with(signal), (Some(0), String::new()));
}

#[test]
fn refusals_are_told_on_stderr_and_the_rest_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = written(&Draft::pay("PR-1", "1000").signed());
    let quiet = Program::start(&["--keys", text(folder.path()), "--client-id", CLIENT]);
    quiet.exchange(&bytes);
    let (_, told) = quiet.end_with("TERM");
    // Signed with a key that this folder does not hold.
    assert!(told.contains("POST /ams/api/v1/payments/pay refused with INVALID_SIGNATURE: "), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    let verbose = Program::start(&["--keys", text(folder.path()), "--client-id", CLIENT, "--verbose"]);
    verbose.exchange(&bytes);
    let (_, told) = verbose.end_with("TERM");
    assert_eq!(told.lines().count(), 2, "{told}");
    assert!(told.contains("{\"response\":"), "{told}");
}

#[test]
fn a_pipe_on_stderr_that_nobody_reads_stops_nothing_and_what_is_missing_there_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--keys", text(folder.path()), "--client-id", CLIENT, "--no-signing", "--verbose"];
    let mut program = Program::start(&arguments);
    let pay = |program: &Program, id: u8| {
        let mut body = pay_body(&format!("PR-{id}"), "1000");
        body["unknown"] = "x".repeat(500_000).into();
        let answer = program.exchange(&written(&Draft::new(PAY, &body).signed()));
        assert!(answer.contains("\"SUCCESS\""), "{answer}");
    };
    // A pipe holds 64 KiB, and less than 5 MiB wait for it.
    (0..16).for_each(|id| pay(&program, id));
    let told = program.says(" lines are missing here");
    assert!(told.starts_with("sim-antom: "), "{told}");
    // Nor does a full pipe keep it from ending.
    let program = Program::start(&arguments);
    pay(&program, 0);
    assert_eq!(program.end_with("TERM").0, Some(0));
}

#[rstest]
#[case::page_url(&["--page-url", "http://127.0.0.1:1/x?y"], "send buyers to http://127.0.0.1:1/x?y: ")]
#[case::tls_name(&["--tls", "--tls-name", "bad name"], "\"bad name\" into the certificate")]
#[case::notify_ca(&["--notify-ca", "/no/such.pem"], "open /no/such.pem: No such file or directory (os error 2)")]
fn what_cannot_be_used_is_named_and_told_once(#[case] arguments: &[&str], #[case] told: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (code, stderr) = run(&[&["--keys", text(folder.path())], arguments].concat());
    assert_eq!((code, stderr.matches(told).count()), (Some(2), 1), "{stderr}");
    assert_eq!(stderr.matches("os error").count(), told.matches("os error").count(), "{stderr}");
}

#[test]
fn a_clock_that_was_moved_goes_on_from_there_with_the_same_store_and_a_damaged_store_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("ledger");
    let arguments = ["--keys", text(folder.path()), "--store", text(&store)];
    let millis = |told: &str| serde_json::from_str::<serde_json::Value>(told).unwrap()["millis"].as_u64().unwrap();
    let program = Program::start(&arguments);
    let before = millis(&program.control("POST", "/_sim/clock/advance", r#"{"by": "25h"}"#).1);
    program.kill();
    let program = Program::start(&arguments);
    let after = millis(&program.control("GET", "/_sim/clock", "").1);
    assert!(after >= before, "{after} is before {before}");
    program.kill();
    let mut bytes = fs::read(&store).unwrap();
    bytes[4096..].chunks_mut(4096).for_each(|page| page.iter_mut().take(200).for_each(|byte| *byte = !*byte));
    fs::write(&store, &bytes).unwrap();
    let (code, told) = run(&arguments);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("it is damaged") && told.lines().count() == 1, "{told}");
}

#[test]
fn the_dashboards_url_is_used_when_a_request_names_none() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let script = folder.path().join("script.yaml");
    fs::write(&script, "buyer: [{pays: {after: 0s}}]\n").unwrap();
    let url = format!("http://{}/dashboard", listener.local_addr().unwrap());
    let program = Program::start(&[
        "--keys",
        text(folder.path()),
        "--notify-url",
        &url,
        "--client-id",
        CLIENT,
        "--script",
        text(&script),
    ]);
    let merchant = Signer::load(&fs::read(folder.path().join("merchant-private.key")).unwrap()).unwrap();
    let mut body = pay_body("PR-1", "1000");
    body.as_object_mut().unwrap().shift_remove("paymentNotifyUrl");
    let draft = Draft::new(PAY, &body);
    let signature = merchant.header(&draft.target, CLIENT, draft.time, &draft.body);
    let envelope: Envelope = draft.with_signature(signature);
    assert!(program.exchange(&written(&envelope)).contains("SUCCESS"));
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut line = String::new();
        let _ = BufReader::new(stream).read_line(&mut line);
        let _ = sender.send(line);
    });
    assert_eq!(receiver.recv_timeout(PATIENCE).unwrap(), "POST /dashboard HTTP/1.1\r\n");
}

#[rstest]
#[case("0.0.0.0:0")]
#[case("192.0.2.1:80")]
#[case("[::]:0")]
fn it_listens_on_loopback_only(#[case] address: &str) {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let (code, stderr) = run(&["--listen", address, "--keys", text(&keys)]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains(address) && stderr.contains("only loopback addresses are served"), "{stderr}");
    assert!(!keys.exists(), "nothing is left behind");
}

#[rstest]
#[case("/notify", "is neither http nor https")]
#[case("ftp://127.0.0.1/", "is neither http nor https")]
#[case("http://shop.example/notify", "loopback only")]
#[case("https://127.0.0.1:9/notify", "https needs --tls")]
fn a_notify_url_that_cannot_be_reached_is_told_at_the_start(#[case] url: &str, #[case] why: &str) {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let (code, stderr) = run(&["--notify-url", url, "--keys", text(&keys)]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains(url) && stderr.contains(why), "{stderr}");
    assert!(!keys.exists(), "nothing is left behind");
}

#[test]
fn halves_of_two_key_pairs_are_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    drop(Program::start(&["--keys", text(folder.path())]));
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/keys");
    fs::copy(fixtures.join("pool-0.public.pem"), folder.path().join("merchant-public.key")).unwrap();
    let (code, stderr) = run(&["--keys", text(folder.path())]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("not the public half of") && stderr.contains("merchant-private.key"), "{stderr}");
}

#[test]
fn http_and_https_share_a_port_and_the_ca_stays_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let first = Program::start(&["--tls", "--keys", text(folder.path())]);
    assert_eq!(first.field("url").replace("http", "https"), first.field("tls-url"));
    assert_eq!(first.field("ca"), text(&folder.path().join("ca.pem")));
    let pin = first.field("ca-pin").to_owned();
    let ask = |program: &Program, url: &str| {
        let asked = Command::new("curl")
            .args(["-sS", "--max-time", "20", "--cacert", program.field("ca"), &format!("{url}/_sim/state")])
            .output()
            .expect("start curl: install it, this test needs it");
        (asked.status.success(), String::from_utf8(asked.stdout).unwrap())
    };
    for url in [first.field("url"), first.field("tls-url")] {
        let (good, said) = ask(&first, url);
        assert!(good && said.contains("\"payments\":0"), "{said}");
    }
    drop(first);
    let again = Program::start(&["--tls", "--keys", text(folder.path())]);
    assert_eq!(again.field("ca-pin"), pin);
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("ca-private.key"), mode("merchant-tls-private.key")), (0o600, 0o600));
    // Whoever does not know the CA does not get through.
    let stranger = Command::new("curl").args(["-sS", "--max-time", "20", again.field("tls-url")]).output().unwrap();
    assert!(!stranger.status.success());
}

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (code, stderr) = run(&["--listen", &address, "--keys", text(folder.path())]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains(&format!("failed to listen on {address}")), "{stderr}");
}

#[rstest]
#[case("antom-private.key", "wrong/certificate.pem", "this is a certificate")]
#[case("merchant-public.key", "pool-0.private.pem", "load public key: this is a private key (PKCS#8)")]
#[case("antom-private.key", "pool-0.public.pem", "load private key: this is a public key (SubjectPublicKeyInfo)")]
#[case("merchant-public.key", "wrong/ec.public.pem", "another algorithm than RSA")]
fn a_wrong_key_file_says_what_it_is(#[case] file: &str, #[case] wrong: &str, #[case] what: &str) {
    let folder = tempfile::tempdir().unwrap();
    drop(Program::start(&["--keys", text(folder.path())]));
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/keys");
    fs::copy(fixtures.join(wrong), folder.path().join(file)).unwrap();
    let (code, stderr) = run(&["--keys", text(folder.path())]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains(file) && stderr.contains(what), "{stderr}");
}

#[rstest]
#[case("answers:\n  - {on: pay, code: RISK_REJECTED}\n", "unknown result code `RISK_REJECTED`", "line 2 column 21")]
#[case("buyer:\n  - leaves\n  - {pay: {}}\n", "unknown variant `pay`; did you mean `pays`?", "line 3")]
#[case("settings:\n  expiri: 3m\n", "unknown field `expiri`; did you mean `expiry`?", "line 2 column 3")]
#[case("settings:\n  expiry: 3 minutes\n", "read duration \"3 minutes\"", "line 2 column 11")]
#[case("answers: [\n", "", "line ")]
fn a_mistake_in_a_script_is_named_with_its_line_and_column(
    #[case] yaml: &str,
    #[case] mistake: &str,
    #[case] place: &str,
) {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.yaml");
    fs::write(&script, yaml).unwrap();
    let (code, stderr) = run(&["--keys", text(folder.path()), "--script", text(&script)]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains(text(&script)), "{stderr}");
    assert!(stderr.contains(mistake) && stderr.contains(place), "{stderr}");
}

#[rstest]
#[case("")]
#[case("\n  \n# nothing is scripted\n")]
fn a_script_that_says_nothing_is_a_script(#[case] yaml: &str) {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.yaml");
    fs::write(&script, yaml).unwrap();
    let program = Program::start(&["--keys", text(folder.path()), "--script", text(&script)]);
    assert!(program.ready.starts_with("sim-antom ready"), "{}", program.ready);
}

#[test]
fn a_script_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (code, stderr) = run(&["--keys", text(folder.path()), "--script", "no/such.yaml"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("failed to read script no/such.yaml"), "{stderr}");
}

#[test]
fn a_client_id_that_no_header_takes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for id in ["", "two words", "caf\u{e9}"] {
        let (code, stderr) = run(&["--keys", text(folder.path()), "--client-id", id]);
        assert_eq!(code, Some(2));
        assert!(stderr.contains("visible ASCII"), "{stderr}");
    }
}

/// The first block of a language in the gateway's documentation.
fn documented(language: &str) -> String {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/gateway.md")).unwrap();
    let (_, rest) = page.split_once(&format!("\n```{language}\n")).unwrap();
    rest.split_once("\n```\n").unwrap().0.to_owned()
}

#[test]
fn the_documented_request_by_hand_works() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(&["--keys", text(&folder.path().join("sim-antom-keys"))]);
    let snippet = documented("sh");
    assert!(snippet.contains("url=http://127.0.0.1:8443\n"));
    let snippet = snippet.replace("http://127.0.0.1:8443", program.field("url"));
    let ran = Command::new("sh").args(["-e", "-c", &snippet]).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    assert!(said.starts_with("{\"result\":{\"resultCode\":\"SUCCESS\""), "{said}{:?}", ran.stderr);
    assert_eq!(said.matches("Verified OK\n").count(), 2, "{said}");
    assert!(said.contains("\"paymentStatus\":\"SUCCESS\""), "{said}");
}

#[test]
fn the_documented_calls_of_the_control_api_work() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(&["--keys", text(folder.path())]);
    let calls = documented("bash");
    assert!(calls.starts_with("url=http://127.0.0.1:8443\n"));
    let calls =
        calls.replace("http://127.0.0.1:8443", program.field("url")).replace("curl -sS", "curl -sSf --max-time 20");
    let ran = Command::new("sh").args(["-e", "-c", &calls]).output().unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert!(said.contains("RISK_REJECT") && said.contains("\"clientId\":\"SECOND\""), "{said}");
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/gateway.md")).unwrap();
    let (_, description) = program.control("GET", "/_sim/openapi.json", "");
    let description: serde_json::Value = serde_json::from_str(&description).unwrap();
    for path in description["paths"].as_object().unwrap().keys() {
        assert!(page.contains(&path.replace("{client}", "{id}")), "{path} is not in the guide");
    }
}

#[test]
fn the_documented_script_is_one() {
    let script = super::rig::script(&documented("yaml"));
    assert_eq!((script.answers.len(), script.buyer.len(), script.faults.len()), (4, 6, 6));
    assert_eq!((script.refunds.len(), script.captures.len()), (2, 2));
    let (settings, default) = (script.settings, sim_antom::Settings::default());
    assert_eq!((settings.expiry, settings.capture_after), (default.expiry, default.capture_after));
    assert_eq!((settings.settlement_currencies.len(), settings.rate_limit.is_some()), (2, true));
}
