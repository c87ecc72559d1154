//! What campaigns taught: the histories of `taught.yaml`, each of which showed that a rule, the harness or the reference was wrong.

use std::time::Duration;

use conformance::campaign::findings;
use conformance::integration::Integration;
use conformance::plan::Case;
use conformance::requirement::Level;
use conformance::run::{Settings, TimeMode, greet, run};
use conformance::scenario::parse;
use conformance::verdict::Standard;
use conformance::world::Signing;

use crate::generated::equal;
use crate::judgements::{of_report, paragraph};

#[test]
fn a_right_merchant_is_accused_of_nothing_in_the_histories_that_campaigns_found() {
    let settings = Settings {
        integration: Integration::Memory(None),
        time: TimeMode::Paused,
        start_timeout: Duration::from_secs(5),
        case_timeout: Duration::from_secs(60),
        standard: Standard { fail_on: Level::Should, ..Standard::default() },
        signing: Signing::Words,
        client: None,
    };
    let hello = greet(&settings).unwrap();
    let mut accused = Vec::new();
    let mut page = "What the rules say of the reference in the histories that campaigns taught.\n".to_owned();
    let histories = include_str!("../taught.yaml").split("---\n").skip(1);
    for text in histories {
        let scenario = parse("taught.yaml", text).unwrap_or_else(|mistakes| panic!("{mistakes:?}\n{text}"));
        let title = scenario.title.value.clone();
        let case = Case { name: "taught".to_owned(), file: String::new(), scenario, seed: 1 };
        let report = run(&case, &settings, &hello);
        page.push_str(&paragraph(&title, &of_report(&report.requirements)));
        let found = findings(&report, &settings);
        if !found.is_empty() {
            accused.push(format!("{title}: {found:?}"));
        }
    }
    assert!(accused.is_empty(), "{}", accused.join("\n"));
    equal("docs/judgements/taught.txt", &page);
}
