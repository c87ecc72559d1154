//! Everything that line and terminal may do to a till, item by item: how it is asked for is read from the scenario that
//! shows it, so the list in `docs/terminal.md` says what is really run. `UPDATE_DOCS=1 cargo test -p sim-edc` writes it.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;

use sim_edc::{Fault, Script};

/// What it is, a word that its script must have, and the scenarios that show it.
type Item = (&'static str, &'static str, &'static [&'static str]);

const LINE: &[Item] = &[
    ("bit noise, to the till", "bit-noise", &["fault-bit-noise"]),
    ("bit noise, from the till", "from-pos", &["noise-from-the-till"]),
    ("noise between frames", "line-noise", &["fault-line-noise"]),
    ("false STX", "false-stx", &["fault-false-stx"]),
    ("dropped bytes", "drop-bytes", &["fault-drop-bytes"]),
    ("duplicated bytes", "duplicate-bytes", &["fault-duplicate-bytes"]),
    ("split frames", "split", &["fault-split"]),
    ("merged frames", "merge", &["fault-merge"]),
    ("slow trickle", "trickle", &["fault-trickle"]),
    ("CRC wrong once", "wrong-check", &["fault-wrong-check"]),
    ("CRC wrong once, in other words", "corrupt-result", &["damaged-result-is-refused"]),
    ("CRC always wrong", "times: 1000", &["check-always-wrong"]),
    ("LEN too short", "length-short", &["fault-length-short"]),
    ("LEN too long", "length-long", &["fault-length-long"]),
    ("LEN 0", "length-zero", &["fault-length-zero"]),
    ("LEN FFFF", "length-huge", &["fault-length-huge"]),
    ("ACK lost", "lose-ack", &["ack-lost"]),
    ("ACK late", "late-ack", &["fault-late-ack"]),
    ("NAK storm", "nak-storm", &["fault-nak-storm"]),
    ("an intact command is NAKed", "nak-command", &["nak-then-resend"]),
    ("stray ACK", "stray-ack", &["fault-stray-ack"]),
    ("stray NAK", "stray-nak", &["fault-stray-nak"]),
    ("result repeated", "repeat-result", &["fault-repeat-result"]),
    ("stale result of an earlier id", "stale-result", &["fault-stale-result"]),
    ("result with altered amount", "altered-amount", &["fault-altered-amount"]),
    ("result with altered terminal", "altered-terminal", &["fault-altered-terminal"]),
    ("event out of order", "swap-events", &["fault-swap-events"]),
    ("event repeated", "repeat-event", &["fault-repeat-event"]),
    ("event unknown", "unknown-event", &["fault-unknown-event"]),
    ("event missing", "lose-event", &["fault-lose-event"]),
    ("event after the final result", "event-after-final", &["fault-event-after-final"]),
    ("no result after START_TRANSACTION", "lose-answer", &["answer-lost-and-recovered", "sale-after-a-lost-answer"]),
    ("result late, just before the limit", "late-answer", &["answer-just-in-time"]),
    ("result late, just after the limit", "late-answer", &["fault-late-answer"]),
    ("malformed JSON", "malformed-json", &["fault-malformed-json"]),
    ("nulls", "null-fields", &["fault-null-fields"]),
    ("numbers for strings", "numbers-for-strings", &["fault-numbers-for-strings"]),
    ("Korean text", "korean-text", &["fault-korean-text"]),
    ("leading spaces", "leading-spaces", &["fault-leading-spaces"]),
    ("very large signData", "large-signature", &["fault-large-signature"]),
    ("missing signData", "missing-signature", &["fault-missing-signature"]),
    ("tax off by one", "tax-off-by-one", &["fault-tax-off-by-one"]),
];

const TERMINAL: &[Item] = &[
    ("**power loss after approval and before the answer**", "at: approved", &["power-loss-after-approval"]),
    ("power loss before approval", "at: authorizing", &["power-loss-before-approval"]),
    ("power loss during a cancel", "at: cancelling", &["power-loss-during-cancel"]),
    ("last transaction empty", "last-transaction: empty", &["last-transaction-empty"]),
    ("last transaction unsupported", "last-transaction: unsupported", &["last-transaction-unsupported"]),
    ("last transaction an older one of the same amount", "last-transaction: stale", &["last-transaction-older"]),
    ("last transaction without requestId", "has-request-id: false", &["last-transaction-without-request-id"]),
    ("unplug in READY", "unplug: {at: ready", &["fault-unplug"]),
    ("unplug in AUTH", "unplug: {at: authorizing, for", &["unplug-during-payment"]),
    ("port gone for good", "unplug: {at: authorizing}", &["unplug-for-good"]),
    ("stale bytes on reopen", "stale-bytes", &["fault-stale-bytes"]),
    ("busy for a while", "busy", &["fault-busy"]),
    ("busy for ever", "busy: {times: 1000}", &["busy-for-ever"]),
    ("hang in READY", "hang: {at: ready", &["fault-hang"]),
    ("hang in AUTH, for good", "hang: {at: authorizing}", &["hang-for-good"]),
    ("CommandCancel racing the card", "card-races-cancel", &["fault-card-races-cancel"]),
    ("a cancel's answer and the purchase's failure in the other order", "failure-first", &["cancel-failure-first"]),
    ("approved but reversal failed", "reversal", &["reversal-refused", "reversal-unanswered"]),
    ("auto-reversed", "silent", &["reversed"]),
    ("unsolicited result", "unsolicited-result", &["fault-unsolicited-result"]),
    ("SEQ reset", "seq-reset", &["fault-seq-reset"]),
    ("CommandResponseTimeout, charged", "CommandResponseTimeout", &["code-response-timeout"]),
    ("CommandResponseTimeout, not charged", "at-once", &["timeout-of-a-payment-not-begun"]),
];

/// Two tests write parts of that page, one after the other.
pub(crate) static PAGE: Mutex<()> = Mutex::new(());

/// The words that are not aimed in the uniform way.
const PLAIN: [&str; 5] = ["power-loss", "lose-answer", "nak-command", "corrupt-result", "lose-ack"];

/// What a scenario's `given: terminal` says, in one line each.
fn given(scenario: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../scenarios/edc/{scenario}.yaml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let script = text.split("\n  terminal:\n").nth(1).unwrap_or_else(|| panic!("{scenario} scripts no terminal"));
    script.lines().take_while(|line| line.starts_with("    ")).map(|line| line.trim().to_owned()).collect()
}

fn table(items: &[Item], seen: &mut String) -> String {
    let mut text = "| what happens | how to ask for it | scenario |\n|---|---|---|\n".to_owned();
    for (item, word, scenarios) in items {
        let (mut asked, mut links) = (Vec::new(), Vec::new());
        for scenario in *scenarios {
            let script = given(scenario);
            let all = script.join("\n");
            assert!(serde_saphyr::from_str::<Script>(&all).is_ok(), "{scenario}: {all}");
            assert!(all.contains(word), "{scenario} does not ask for {word}: {all}");
            seen.push_str(&all);
            asked.extend(script.into_iter().map(|line| format!("`{line}`")));
            links.push(format!("[{scenario}](../scenarios/edc/{scenario}.yaml)"));
        }
        let _ = writeln!(text, "| {item} | {} | {} |", asked.join("<br>"), links.join("<br>"));
    }
    text
}

#[test]
fn every_fault_is_on_the_check_list_with_a_scenario_that_asks_for_it() {
    let mut seen = String::new();
    let list = format!("The line:\n\n{}\nThe terminal:\n\n{}", table(LINE, &mut seen), table(TERMINAL, &mut seen));
    for word in Fault::table().into_iter().map(|(word, ..)| word).chain(PLAIN) {
        assert!(seen.contains(&format!("{{{word}: {{")), "{word} is not on the list");
    }
    let _page = PAGE.lock().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/terminal.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- check list: made from the scenarios -->\n", "<!-- end of the check list -->");
    let start = text.find(begin).unwrap() + begin.len();
    let stop = text.find(end).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{}{list}{}", &text[..start], &text[stop..])).unwrap();
    } else {
        assert_eq!(&text[start..stop], list, "run with UPDATE_DOCS=1");
    }
}
