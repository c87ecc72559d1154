//! A client that shares no code with us: Python's pyserial, with frames written from docs/line.md alone
//! (`tests/pyserial/`). A mistake that both of our ends make would show here.
//!
//! The test installs pyserial by itself (`fixtures/python/with.py`); where it cannot, it fails.

use std::path::Path;
use std::process::Command;

use nix::sys::signal::Signal;

use crate::running::Program;

/// The first purchase is approved, and the power goes before it is answered.
const SCRIPT: &str = "
cardholder: [{insert: {after: 0ms}}, {insert: {after: 0ms}}, {sign: {after: 0ms}}]
host: [{approve: {after: 50ms}}, {approve: {after: 50ms}}, {approve: {after: 50ms}}, {approve: {after: 50ms}}]
faults: [{power-loss: {at: approved, for: 100ms}}]
";

/// What the till says when all of it held, in order.
const HELD: &str = "\
hello: INIT_SUCCESS
purchase: answer lost
recovery: GetLastTransaction matches the lost sale
cancel: the recovered sale is given back
purchase: SUCCESS with a signature, after a NAK
cancel: once, and only with the metadata that was returned
";

#[test]
fn a_till_written_in_python_buys_recovers_and_cancels() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = Program::start("stx", SCRIPT);
    let till = Command::new("python3")
        .arg(package.join("../fixtures/python/with.py"))
        .arg(package.join("tests/pyserial/requirements.txt"))
        .arg(env!("CARGO_TARGET_TMPDIR"))
        .arg(package.join("tests/pyserial/till.py"))
        .arg(program.link())
        .output()
        .expect("start python3: install it, this test needs it");
    let said = String::from_utf8_lossy(&till.stdout);
    assert!(till.status.success(), "{said}{}", String::from_utf8_lossy(&till.stderr));
    assert_eq!(said, HELD);
    assert!(program.stop(Signal::SIGTERM));
}
