//! A front end in a real browser with the vendor's own SDK, which npm installs below `target/`. A machine without Chromium or
//! npm is told what is left out; CI has both.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use conformance::client::{Contract, Sdk, VERSION, find_chromium};

use crate::{conformance, root, stderr, stdout};

/// The folder with the SDK; none where it cannot be had.
pub(crate) fn sdk() -> Option<&'static PathBuf> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER
        .get_or_init(|| {
            let folder = root().join("target/client-sdk");
            let is_there = || Sdk::find(&folder).is_ok_and(|sdk| sdk.version.as_deref() == Some(VERSION));
            if is_there() {
                return Some(folder);
            }
            std::fs::create_dir_all(&folder).unwrap();
            let package = format!("@alipay/ams-checkout@{VERSION}");
            let ran = Command::new("npm")
                .args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
                .arg(&folder)
                .arg(package)
                .output();
            left_out(ran.is_ok() && is_there(), "npm could not install the client SDK").then_some(folder)
        })
        .as_ref()
}

/// Whether a test can be run; in CI it must.
pub(crate) fn left_out(can: bool, why: &str) -> bool {
    assert!(can || std::env::var_os("CI").is_none(), "{why}: .ci/run installs what is missing");
    if !can {
        // The macros are not heard of a test that passes.
        let _ = writeln!(std::io::stderr(), "not run: {why}");
    }
    can
}

/// What `conformance client` says of the reference page in some cases, and how it ends.
fn judged(cases: &[&str], more: &[&str]) -> Option<(String, Option<i32>)> {
    let sdk = sdk()?.to_str().unwrap();
    left_out(find_chromium().is_ok(), "no Chromium on this machine").then_some(())?;
    let mut arguments = vec!["client", "--page", "integrations/web", "--sdk", sdk, "scenarios/client"];
    for case in cases {
        arguments.extend(["--run", case]);
    }
    arguments.extend(more);
    let output = conformance(&arguments);
    Some((format!("{}{}", stdout(&output), stderr(&output)), output.status.code()))
}

#[test]
fn the_reference_page_passes_with_the_real_sdk() {
    let Some((told, code)) = judged(&["client/paid[card]", "client/element-paid"], &[]) else { return };
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("2 cases: 2 passed"), "{told}");
}

#[test]
fn a_page_with_its_own_backend_is_judged_at_its_url() {
    let Some(folder) = sdk() else { return };
    let has_node = Command::new("node").arg("--version").output().is_ok();
    let can = left_out(find_chromium().is_ok(), "no Chromium on this machine") && left_out(has_node, "no Node");
    if !can {
        return;
    }
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let bundle = Sdk::find(folder).unwrap().path;
    let backend = format!(
        "node integrations/web/storefront.mjs {port} {} node integrations/node/driver.mjs",
        bundle.strip_prefix(root()).unwrap_or(&bundle).display()
    );
    let page = format!("http://127.0.0.1:{port}");
    let hooks = "integrations/web/client-hooks.yaml";
    let output = conformance(&[
        "client",
        "--page",
        &page,
        "--hooks",
        hooks,
        "--integration",
        &backend,
        "scenarios/client",
        "--run",
        "client/paid[wallet]",
    ]);
    let told = format!("{}{}", stdout(&output), stderr(&output));
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains(": 1 passed, 0 failed"), "{told}");
}

#[test]
fn a_page_of_which_nothing_would_be_seen_is_told_why() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().to_str().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let client = |more: &[&str]| {
        let mut arguments =
            vec!["client", "--page", page, "--sdk", "README.md", "scenarios/client", "--run", "client/loading"];
        arguments.extend(more);
        let output = conformance(&arguments);
        (format!("{}{}", stdout(&output), stderr(&output)), output.status.code())
    };
    // What is not run needs no browser.
    let (told, code) = client(&["--chromium", "/bin/true"]);
    assert!(told.contains("client-hooks.yaml") && told.contains("sees: {form: iframe"), "{told}");
    assert_eq!(code, Some(2), "{told}");
    if !left_out(find_chromium().is_ok(), "no Chromium on this machine") {
        return;
    }
    // The SDK is loaded from where it is not.
    write("client-hooks.yaml", "checkout: index.html\nstart: \"#buy\"\nsees: {paid: \"#thanks\"}\n");
    write(
        "index.html",
        "<button id=buy onclick='new AMSCashierPayment({})'>Buy</button><script src=/ams-checkout.js></script>",
    );
    let (told, code) = client(&[]);
    assert!(told.contains("asked the SDK for nothing") && told.contains("404 (Not Found)"), "{told}");
    assert!(
        told.contains("AMSCashierPayment is not a constructor") && told.contains("/sdk/ams-checkout.min.js"),
        "{told}"
    );
    assert_eq!(code, Some(4), "{told}");
}

#[test]
fn the_official_sample_is_caught_as_it_is_pasted() {
    let Some((told, code)) = judged(&["client/loading"], &["--fault", "copied-sample"]) else { return };
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("CLI-004 broken") && told.contains("after SDK_START_OF_LOADING"), "{told}");
}

#[test]
fn the_sdk_names_what_was_measured_and_no_more() {
    let Some(folder) = sdk() else { return };
    let sdk = Sdk::find(folder).unwrap();
    let differs = sdk.contract.as_ref().unwrap().differences(&Contract::measured());
    assert!(differs.is_empty(), "the SDK is not the one that was measured, {VERSION}: {}", differs.join("; "));
    assert_eq!(sdk.warning(), None);
}

#[test]
fn without_a_browser_or_an_sdk_it_is_said_what_to_install() {
    let empty = tempfile::tempdir().unwrap();
    let page = ["client", "--page", "integrations/web", "scenarios/client"];
    let without = |name: &str, value: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
        command.args(page).args(more).current_dir(root()).env(name, value);
        let output = command.output().unwrap();
        (stderr(&output), output.status.code())
    };
    let (told, code) = without("PATH", empty.path().to_str().unwrap(), &[]);
    assert!(told.contains("apt-get install chromium"), "{told}");
    assert_eq!(code, Some(2), "{told}");
    let (told, code) = without("X", "y", &["--chromium", "/bin/true", "--sdk", empty.path().to_str().unwrap()]);
    assert!(told.contains(&format!("npm install @alipay/ams-checkout@{VERSION}")), "{told}");
    assert_eq!(code, Some(2), "{told}");
    let (told, _) = without("X", "y", &["--chromium", "/bin/true", "--sdk", "README.md", "--fault", "copied-smaple"]);
    assert!(told.contains("did you mean `copied-sample`?"), "{told}");
}
