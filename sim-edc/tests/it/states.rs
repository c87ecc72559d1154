//! The state diagram in docs/ is the table of transitions. `UPDATE_DOCS=1 cargo test -p sim-edc` writes it anew.

use std::path::Path;

use sim_edc::Transition;

#[test]
fn the_state_diagram_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/terminal-states.md");
    let expected = format!(
        "# The states of the terminal\n\nMade from the table in `sim-edc/src/transition.rs`, and kept equal to it by a test; \
         `UPDATE_DOCS=1 cargo test -p sim-edc`\nwrites it anew. Behind the slash is the event that the POS gets. Why the states \
         are as they are: [terminal.md](terminal.md).\n\n```mermaid\n{}```\n",
        Transition::diagram()
    );
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), expected, "run with UPDATE_DOCS=1");
}
