//! `conformance client`: scenarios against a front end, in a real browser with the vendor's own SDK.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::mistakes::{self, Mistake};
use super::output::tell;
use super::run::{self, RunArguments};
use crate::client::{Hooks, PageSource, Sdk, Setup, find_chromium};
use crate::exit::Exit;

/// Runs the scenarios of the role `client` against a page: a headless Chromium opens it, the vendor's SDK in it finds our
/// gateway under the vendor's names, and no other host is ever reached. docs/client.md tells the rest.
#[derive(Debug, clap::Args)]
pub(super) struct ClientArguments {
    /// The front end: a folder of files, which is served with --integration for a backend; or the URL on loopback of one
    /// that is served already
    #[arg(long, value_name = "URL|DIR")]
    page: String,
    /// What the page says of itself [default: client-hooks.yaml in the folder]
    #[arg(long, value_name = "FILE")]
    hooks: Option<PathBuf>,
    /// Where the vendor's SDK is: a folder with node_modules, or the bundle [default: the page's folder, this one, and
    /// those above]
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
    /// Let the page make a mistake of its own: put into its address
    #[arg(long, value_name = "NAME")]
    fault: Option<String>,
    /// Let the page make each of its mistakes (its faults.json), one after another, in the scenario that shows it; ends well
    /// when all are caught
    #[arg(long, conflicts_with = "fault")]
    every_fault: bool,
    /// The browser [default: the first Chromium on the path]
    #[arg(long, value_name = "PATH")]
    chromium: Option<PathBuf>,
    #[command(flatten)]
    run: RunArguments,
}

pub(super) fn main(arguments: &ClientArguments) -> Exit {
    match setup(arguments) {
        Ok(setup) if arguments.every_fault => every_fault(arguments, &setup),
        Ok(setup) => run::main_with(&arguments.run, Some(setup)),
        Err(problem) => {
            tell(&format!("conformance: {problem}"));
            Exit::Usage
        }
    }
}

fn setup(arguments: &ClientArguments) -> Result<Setup, String> {
    let chromium = match &arguments.chromium {
        Some(path) => path.clone(),
        None => find_chromium().map_err(|error| error.to_string())?,
    };
    let page = page(&arguments.page)?;
    let folder = match &page {
        PageSource::Folder(folder) => Some(folder.as_path()),
        PageSource::Url(_) => None,
    };
    let file = arguments.hooks.as_deref().or(folder).ok_or("--hooks: a page at a URL needs --hooks FILE")?;
    let hooks = Hooks::read(file).map_err(|error| error.to_string())?;
    let sdk = sdk(arguments.sdk.as_deref(), folder)?;
    if let Some(warning) = sdk.as_ref().and_then(Sdk::warning) {
        tell(&format!("conformance: {warning}"));
    }
    if let (Some(fault), Some(folder)) = (&arguments.fault, folder) {
        check_fault(fault, folder)?;
    }
    Ok(Setup { chromium, page, hooks: Arc::new(hooks), sdk: sdk.map(Arc::new), fault: arguments.fault.clone() })
}

fn page(text: &str) -> Result<PageSource, String> {
    if !text.contains("://") {
        let folder = PathBuf::from(text);
        return if folder.is_dir() {
            Ok(PageSource::Folder(folder))
        } else {
            Err(format!("--page {text}: there is no such folder; a page that is served already is named by its URL"))
        };
    }
    let is_loopback = ["http://127.0.0.1", "http://localhost"]
        .iter()
        .any(|start| text.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/'])));
    if is_loopback {
        Ok(PageSource::Url(text.to_owned()))
    } else {
        Err(format!("--page {text}: only pages on loopback are opened, such as http://127.0.0.1:3000"))
    }
}

/// The SDK that was named; or the first that is found. A page at a URL may bring its own.
fn sdk(named: Option<&Path>, folder: Option<&Path>) -> Result<Option<Sdk>, String> {
    if let Some(path) = named {
        return Sdk::find(path).map(Some).map_err(|error| format!("--sdk: {error}"));
    }
    let here = std::env::current_dir().unwrap_or_default();
    let whole = folder.and_then(|folder| std::fs::canonicalize(folder).ok());
    let places = whole.iter().flat_map(|folder| folder.ancestors()).chain(here.ancestors());
    let found = places.into_iter().find_map(|place| Sdk::find(&place.join("node_modules")).ok());
    match (found, folder) {
        (None, Some(folder)) => {
            Err(Sdk::find(folder).err().map_or_else(String::new, |error| format!("no SDK: {error} (--sdk DIR)")))
        }
        (found, _) => Ok(found),
    }
}

/// A page that lists its mistakes is not told to make another.
fn check_fault(fault: &str, folder: &Path) -> Result<(), String> {
    let listed = Mistake::listed(folder)?;
    let names: Vec<&str> = listed.iter().map(|mistake| mistake.name.as_str()).collect();
    if names.is_empty() || names.contains(&fault) {
        return Ok(());
    }
    Err(format!("--fault {fault}: {}", wire::suggest::help(fault, &names)))
}

fn every_fault(arguments: &ClientArguments, setup: &Setup) -> Exit {
    let listed = match &setup.page {
        PageSource::Folder(folder) => Mistake::listed(folder),
        PageSource::Url(_) => Ok(Vec::new()),
    };
    match listed {
        Ok(listed) if !listed.is_empty() => mistakes::main(&arguments.run, setup, &listed),
        Ok(_) => {
            tell("conformance: --every-fault: the page's folder has no faults.json, which lists its mistakes");
            Exit::Usage
        }
        Err(problem) => {
            tell(&format!("conformance: --every-fault: {problem}"));
            Exit::Usage
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_folder_or_a_url_on_loopback() {
        assert_eq!(page("http://127.0.0.1:3000/shop"), Ok(PageSource::Url("http://127.0.0.1:3000/shop".to_owned())));
        assert!(page("src").is_ok());
        for (text, told) in [
            ("https://shop.example", "only pages on loopback"),
            ("http://127.0.0.1.evil.example", "only pages on loopback"),
            ("nowhere", "no such folder"),
        ] {
            assert!(page(text).unwrap_err().contains(told), "{text}");
        }
    }
}
