//! Faults of the reference that are switched on from the command line. That each is caught: `matrix.rs`.

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
fn the_five_faults_of_the_trade_are_caught_in_a_process_too() {
    for (name, requirement, cases) in [
        ("purchase-again-after-silence", "EDC-P27", "edc/answer-lost-and-recovered"),
        ("pay-s-is-paid", "PAY-009", "pay/success-is-not-paid"),
        ("notify-signature-unchecked", "NTF-001", "notify/forged-absent"),
        ("notify-booked-twice", "NTF-006", "notify/repeated-eight-times"),
        ("numbers-for-strings", "EDC-P03", "edc/purchase-approved"),
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
