//! Documents that can rot are executed: the README's map, the examples of the guides.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{conformance, root, stdout};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The fenced blocks of a language in a document.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("\n```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_code_map_of_the_readme_names_every_folder_and_every_source_file() {
    let readme = read("README.md");
    let map = readme
        .split("## Code map")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next())
        .expect("the README has a code map");
    let named: BTreeSet<&str> = map.split('`').skip(1).step_by(2).collect();
    for krate in ["wire", "sim-edc", "sim-antom", "conformance", "integrations/reference"] {
        assert!(named.contains(krate), "the code map does not name {krate}");
    }
    for entry in fs::read_dir(root()).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_ours = entry.path().is_dir()
            && !name.starts_with('.')
            && !["target", "reports", "sim-antom-keys"].contains(&name.as_str());
        let is_named = named.iter().any(|n| *n == name || n.starts_with(&format!("{name}/")));
        assert!(!is_ours || is_named, "the code map does not name the folder {name}");
    }
    for name in named.iter().filter(|n| n.contains('/') || n.ends_with(".rs")) {
        assert!(root().join(name).exists(), "the code map names {name}, which is not there");
    }
}

/// Every Markdown file of the repository outside folders that builds and package managers make.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && !["target", "node_modules"].contains(&name.as_str()) {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found
}

/// The name that a heading is linked to by: lower case, spaces as hyphens, no other punctuation.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn no_link_of_a_document_is_dead() {
    let mut dead = Vec::new();
    let mut count = 0;
    for page in pages(&root()) {
        let text = fs::read_to_string(&page).unwrap();
        // A parenthesis that follows a bracket in a code block is not told from a link: none of ours has one.
        for target in text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target)) {
            if target.starts_with("http://") || target.starts_with("https://") {
                continue;
            }
            count += 1;
            let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            let is_there = match fs::read_to_string(&file) {
                Ok(text) if !fragment.is_empty() => {
                    let mut headings = text.lines().filter(|line| line.starts_with('#'));
                    headings.any(|line| anchor(line.trim_start_matches('#')) == fragment)
                }
                Ok(_) => true,
                Err(_) => file.is_dir(),
            };
            if !is_there {
                dead.push(format!("{}: {target}", page.strip_prefix(root()).unwrap_or(&page).display()));
            }
        }
    }
    assert!(count > 500, "{count} links were found: too few to believe");
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}

#[test]
fn every_scenario_in_the_guide_runs_and_passes() {
    let examples = blocks(&read("docs/scenarios.md"), "yaml");
    assert!(examples.len() >= 3, "the guide teaches by example");
    let folder = tempfile::tempdir().unwrap();
    for (index, example) in examples.iter().enumerate() {
        // A first line such as `# common/part.yaml` names the file.
        let name = example.lines().next().and_then(|line| line.strip_prefix("# "));
        let path = folder.path().join(name.map_or_else(|| format!("example-{index}.yaml"), str::to_owned));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, example).unwrap();
    }
    let output = conformance(&["run", "--integration", "memory", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), crate::stderr(&output));
}

#[test]
fn the_list_of_known_failures_in_the_guide_is_one() {
    let lists: Vec<_> = blocks(&read("docs/ci.md"), "yaml").into_iter().filter(|b| b.contains("reason:")).collect();
    assert_eq!(lists.len(), 1);
    let known = conformance::result::known::parse("docs/ci.md", &lists[0]).expect("it can be read");
    assert_eq!(known.len(), 2);
}

#[test]
fn every_option_that_the_guide_to_pipelines_names_is_there() {
    let help = ["run", "merge", "check"].map(|command| stdout(&conformance(&[command, "--help"]))).concat();
    let guide = read("docs/ci.md");
    let options = guide.split(|c: char| c.is_whitespace() || "`,()".contains(c)).filter(|word| word.starts_with("--"));
    let ours = options.filter(|o| !["--release", "--locked", "--quiet", "--manifest-path"].contains(o));
    let mut seen = 0;
    for option in ours {
        assert!(help.contains(option), "docs/ci.md names {option}");
        seen += 1;
    }
    assert!(seen > 15);
}

#[test]
fn every_json_example_of_the_driver_guide_is_json() {
    for example in blocks(&read("docs/driver.md"), "json") {
        for line in
            example.split("\n{").map(|part| if part.starts_with('{') { part.to_owned() } else { format!("{{{part}") })
        {
            let parsed = serde_json::from_str::<serde_json::Value>(&line);
            assert!(parsed.is_ok(), "{line}: {parsed:?}");
        }
    }
}

#[test]
fn every_word_of_the_script_language_is_in_the_guide() {
    let guide = read("docs/scenarios.md");
    let words = [
        "checkout",
        "refund",
        "cancel",
        "until",
        "repeat",
        "parallel",
        "send-raw",
        "notify-raw",
        "replay-notification",
        "include",
        "vars",
        "table",
        "part",
        "restart",
        "advance",
        "settle",
        "order",
        "charged",
        "sent",
        "called",
        "acknowledged",
        "insert",
        "cancel-key",
        "sign",
        "refuse-signature",
        "nothing",
        "approve",
        "decline",
        "silent",
        "power-loss",
        "lose-answer",
        "nak-command",
        "corrupt-result",
        "lose-ack",
        "pays",
        "declines",
        "leaves",
        "answers",
        "repeat-notification",
        "forge-notification",
        "lose-notification",
        "profile",
    ];
    for word in words {
        assert!(
            guide.contains(&format!("`{word}`")) || guide.contains(&format!("`{word}:")),
            "docs/scenarios.md does not explain `{word}`"
        );
    }
}
