//! `conformance completions` and `conformance man`, made from the definition of the command line. The clap_complete and
//! clap_mangen crates are used here only.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Arguments;
use super::output::{say, tell, unless_unwritten};
use crate::exit::Exit;

#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

pub(super) fn completions(arguments: &CompletionsArguments) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "conformance", &mut script);
    say(&String::from_utf8_lossy(&script));
    unless_unwritten(Exit::Expected)
}

/// One page with a section a subcommand.
pub(super) fn man() -> Exit {
    let mut command = Arguments::command();
    command.build();
    let mut page = Vec::new();
    let mut written = clap_mangen::Man::new(command.clone()).render(&mut page);
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let heading = format!(".SH \"{}\"\n", sub.get_name().to_uppercase());
        page.extend_from_slice(heading.as_bytes());
        let man = clap_mangen::Man::new(sub.clone());
        written = written
            .and_then(|()| man.render_synopsis_section(&mut page))
            .and_then(|()| man.render_description_section(&mut page))
            .and_then(|()| man.render_options_section(&mut page));
    }
    match written {
        Ok(()) => {
            // They are sections of this page, not pages of their own.
            let page = String::from_utf8_lossy(&page);
            let own = command.get_subcommands().fold(page.into_owned(), |page, sub| {
                let name = sub.get_name().replace('-', "\\-");
                page.replace(&format!("conformance\\-{name}(1)"), &format!("conformance {name}"))
            });
            say(&own);
            unless_unwritten(Exit::Expected)
        }
        Err(error) => {
            tell(&format!("conformance: failed to write the manual page: {error}"));
            Exit::Bug
        }
    }
}
