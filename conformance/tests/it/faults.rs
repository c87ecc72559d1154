//! The judge is judged: every switchable fault of the reference is caught by the requirement that it breaks.

use crate::{code, conformance, stdout};

/// The requirements that a run of some cases found broken.
fn broken(integration: &str, cases: &str) -> Vec<String> {
    let output = conformance(&["run", "--integration", integration, "--format", "json", "--run", cases]);
    assert_eq!(code(&output), 1, "{integration}: {}", stdout(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("stdout is JSON");
    for case in report["cases"].as_array().unwrap() {
        assert_ne!(case["verdict"], "not-carried-out", "{integration}: {case}");
    }
    let requirements = report["requirements"].as_array().unwrap().iter();
    requirements.filter(|r| r["state"] == "broken").map(|r| r["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_fault_is_caught_by_its_requirement_in_memory() {
    for fault in reference::Fault::ALL {
        let found = broken(&format!("memory --fault {}", fault.name()), "**");
        assert!(
            found.iter().any(|id| id == fault.requirement()),
            "{} should break {}, broke {found:?}",
            fault.name(),
            fault.requirement()
        );
        // What else it breaks follows from it: nothing of another area is accused.
        let area = fault.requirement().split('-').next().unwrap_or_default();
        let related =
            |id: &String| id.starts_with(area) || id.starts_with("MONEY") || id.starts_with("EDC") && area == "LINE";
        assert!(found.iter().all(related), "{} broke {found:?}", fault.name());
    }
}

#[test]
fn the_five_faults_of_the_trade_are_caught_in_a_process_too() {
    for (name, requirement, cases) in [
        ("purchase-again-after-silence", "EDC-P27", "edc/answer-*"),
        ("pay-s-is-paid", "PAY-009", "pay/*"),
        ("notify-signature-unchecked", "NTF-001", "notify/*"),
        ("notify-booked-twice", "NTF-006", "notify/*"),
        ("numbers-for-strings", "EDC-P03", "edc/purchase-*"),
    ] {
        let found = broken(&format!("reference --fault {name}"), cases);
        assert!(found.iter().any(|id| id == requirement), "{name} should break {requirement}, broke {found:?}");
    }
}

#[test]
fn the_faults_are_listed_with_their_requirements() {
    let text = stdout(&conformance(&["reference", "--list-faults"]));
    for fault in reference::Fault::ALL {
        assert!(text.lines().any(|line| line.contains(fault.name()) && line.contains(fault.requirement())), "{text}");
        assert!(conformance::requirement::find(fault.requirement()).is_some(), "{}", fault.requirement());
    }
    let output = conformance(&["reference", "--list-faults", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a JSON list");
    assert_eq!(list.as_array().map(Vec::len), Some(reference::Fault::ALL.len()));
}
