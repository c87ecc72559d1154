//! The program itself, with a simulated terminal on a real PTY, and told the time.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sim_edc::{
    CardholderAction, Device, Event, Fault, HostAnswer, PowerLossAt, Profile, Pty, Script, SystemClock, drive,
};
use wire::time::Span;

struct Program {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Program {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_reference"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut program = Self { child, to, from };
        let mut terminal = crate::world::terminal("stx");
        terminal["port"] = json!(folder.join("terminal"));
        let params = json!({"protocol": "1", "case": "pty", "seed": 1, "state": folder.join("state"),
            "clock": {"now": 1_767_607_200_000_u64}, "terminal": terminal});
        let ready = program.call("initialize", params);
        assert_eq!(
            ready["capabilities"],
            json!([
                "cancel",
                "refund",
                "restart",
                "order-code",
                "payment-code",
                "cashier",
                "card",
                "session",
                "batch",
                "capture",
                "cart",
                "retry",
                "returns",
                "screen",
                "terminal-sdk",
                "clock",
                "stay",
                "words"
            ])
        );
        program
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        writeln!(self.to, "{request}").unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        answer["result"].clone()
    }

    fn state(&mut self, order: &str) -> String {
        self.call("orderStatus", json!({"order": order}))["state"].as_str().unwrap().to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn it_sells_over_a_pty_is_killed_recovers_and_skips_its_own_waits() {
    let folder = tempfile::tempdir().unwrap();
    let quick = CardholderAction::Insert { card: sim_edc::Card::Chip, after: Span::default() };
    let script = Script {
        cardholder: vec![quick.clone(), quick.clone(), quick],
        host: vec![HostAnswer::Approve { after: Span::default() }; 3],
        faults: vec![Fault::PowerLoss { at: PowerLossAt::Approved, lasting: Span::default() }],
        ..Script::default()
    };
    let pty = Pty::open(&folder.path().join("terminal")).unwrap();
    let events: Arc<Mutex<Vec<Event>>> = Arc::default();
    let seen = Arc::clone(&events);
    let observer = move |_, event| seen.lock().unwrap().push(event);
    let clock = Arc::new(SystemClock::from_time_of_day());
    let driving = tokio::spawn(drive(Device::new(Profile::Stx, &script), pty, clock, observer));
    let path = folder.path().to_owned();
    let charges = move || events.lock().unwrap().iter().filter(|e| matches!(e, Event::Recorded { .. })).count();
    let selling = tokio::task::spawn_blocking(move || {
        let until = |what: &str, done: &mut dyn FnMut() -> bool| {
            let begun = Instant::now();
            while !done() {
                assert!(begun.elapsed() < Duration::from_secs(20), "{what} took too long");
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        let amount = json!({"currency": "KRW", "value": "10400"});
        let mut program = Program::start(&path);
        program.call("checkout", json!({"order": "A", "by": "terminal", "amount": amount}));
        until("the charge", &mut || charges() == 1);
        // No answer will come. The till would wait for 95 seconds, and says so; told that they are over, it asks.
        let now = 1_767_607_205_000_u64;
        let mut wake_at = program.call("clock", json!({"now": now}))["wakeAt"].as_u64().unwrap();
        if wake_at < 1_767_607_240_000 {
            // The cashier's countdown ends first, which ends nothing.
            wake_at = program.call("clock", json!({"now": wake_at}))["wakeAt"].as_u64().unwrap();
        }
        assert!((1_767_607_295_000..1_767_607_300_000).contains(&wake_at), "{wake_at}");
        program.call("clock", json!({"now": wake_at}));
        until("the recovery", &mut || program.state("A") == "paid");
        drop(program);
        // Killed in the middle of the second sale.
        let mut program = Program::start(&path);
        assert_eq!(program.state("A"), "paid");
        program.call("checkout", json!({"order": "B", "by": "terminal", "amount": amount}));
        until("the second charge", &mut || charges() == 2 || program.state("B") == "paid");
        drop(program);
        let mut program = Program::start(&path);
        until("the second recovery", &mut || program.state("B") == "paid");
        assert_eq!(charges(), 2);
        program.call("shutdown", json!({}));
        let begun = Instant::now();
        assert!(program.child.wait().unwrap().success() && begun.elapsed() < Duration::from_secs(2));
    });
    selling.await.unwrap();
    driving.abort();
}
