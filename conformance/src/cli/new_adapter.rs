//! `conformance new-adapter`: writes a skeleton that passes `driver-check`.

use std::path::{Path, PathBuf};

use super::output::{say, tell, unless_unwritten, write_file};
use crate::adapter::Language;
use crate::exit::Exit;

#[derive(Debug, clap::Args)]
pub(super) struct NewAdapterArguments {
    /// The language
    #[arg(value_enum)]
    language: Language,
    /// The folder; it is made when it is not there
    dir: PathBuf,
}

pub(super) fn main(arguments: &NewAdapterArguments) -> Exit {
    let path = |file: &str| arguments.dir.join(Path::new(file));
    let files = arguments.language.files();
    if let Some(file) = files.iter().find(|file| path(file.path).exists()) {
        tell(&format!("conformance: {} is there already; name another folder", path(file.path).display()));
        return Exit::Usage;
    }
    for file in files {
        if let Err(error) = write_file(&path(file.path), file.text) {
            tell(&format!("conformance: failed to {error}"));
            return Exit::Usage;
        }
        say(&format!("wrote {}\n", path(file.path).display()));
    }
    let command = arguments.language.command().replace("DIR", &arguments.dir.display().to_string());
    say(&format!("next: conformance driver-check --integration {command:?}\n"));
    unless_unwritten(Exit::Expected)
}
