//! Where words go: results to stdout, the rest to stderr.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::diagnostic::Diagnostic;
use crate::exit::Exit;

/// Whether something could not be written to stdout.
static UNWRITTEN: AtomicBool = AtomicBool::new(false);

/// Writes to stdout; a pipe that was closed is no error, a disk that is full is.
pub(super) fn say(text: &str) {
    let mut out = anstream::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
        && !UNWRITTEN.swap(true, Ordering::Relaxed)
    {
        tell(&format!("conformance: failed to write to stdout: {error}"));
    }
}

/// Writes to stderr.
pub(super) fn tell(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// How the program ends after it wrote to stdout.
pub(super) fn unless_unwritten(exit: Exit) -> Exit {
    if UNWRITTEN.load(Ordering::Relaxed) { Exit::Usage } else { exit }
}

/// Tells everything that is wrong with some files.
pub(super) fn tell_mistakes(mistakes: &[Diagnostic], consequence: &str) -> Exit {
    let coloured = io::stderr().is_terminal();
    for mistake in mistakes {
        tell(&mistake.render(coloured));
    }
    let files: std::collections::BTreeSet<_> = mistakes.iter().map(|m| m.path.as_str()).collect();
    tell(&format!(
        "conformance: {} wrong in {}; {consequence}",
        count(mistakes.len(), "thing is", "things are"),
        count(files.len(), "file", "files")
    ));
    Exit::BadFile
}

pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// Writes a file, and makes its folder.
pub(super) fn write_file(path: &Path, text: &str) -> io::Result<()> {
    make_folder(path)?;
    fs::write(path, text).map_err(explain(path))
}

/// Writes a file anew: whoever looks finds the old one or the new one, whenever this program ends.
pub(super) fn replace_file(path: &Path, text: &str) -> io::Result<()> {
    make_folder(path)?;
    // What a link leads to is replaced, not the link.
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let is_device = fs::metadata(&place).is_ok_and(|found| !found.is_file() && !found.is_dir());
    if is_device {
        return fs::write(&place, text).map_err(explain(path));
    }
    // One name, so that what an end in the middle leaves is written over the next time.
    let mut new = place.clone().into_os_string();
    new.push(".new");
    fs::write(&new, text).and_then(|()| fs::rename(&new, &place)).map_err(|error| {
        let _ = fs::remove_file(&new);
        explain(path)(error)
    })
}

/// Finds out whether a file can be written.
pub(super) fn try_file(path: &Path) -> io::Result<()> {
    make_folder(path)?;
    fs::OpenOptions::new().append(true).create(true).open(path).map(drop).map_err(explain(path))
}

/// Finds out whether files can be written to a folder.
pub(super) fn try_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder).map_err(explain(folder))?;
    let trial = folder.join(".writable");
    fs::write(&trial, "").and_then(|()| fs::remove_file(&trial)).map_err(explain(folder))
}

fn make_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => fs::create_dir_all(folder).map_err(explain(folder)),
        None => Ok(()),
    }
}

fn explain(path: &Path) -> impl Fn(io::Error) -> io::Error {
    let path = path.display().to_string();
    move |error: io::Error| io::Error::new(error.kind(), format!("write {path}: {error}"))
}
