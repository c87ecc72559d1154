//! The script as a file: read once at the start, and again whenever it has changed.
//!
//! The file is looked at a few times a second (a `stat`, no more). A change is taken up when two looks in a row see the
//! same file, so that one that is being written is not read in halves. What is broken is told and changes nothing.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::script::Script;
use crate::text::{self, LARGEST, TextFault};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// A script file, and which version of it was read last.
#[derive(Debug)]
pub struct ScriptFile {
    path: PathBuf,
    watch: Watch,
}

/// A file that is looked at, and which version of it was seen last.
#[derive(Debug)]
pub struct Watch {
    path: PathBuf,
    known: Option<Stamp>,
}

/// What tells one version of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

impl Watch {
    /// Looks at a file. What it is now is no change.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), known: stamp(path) }
    }

    /// Waits until the file has changed. One that is gone is no change: editors replace files. Not cancel-safe: a wait that
    /// is begun anew takes two looks again.
    pub async fn changed(&mut self) {
        let mut seen = self.known;
        loop {
            tokio::time::sleep(LOOK).await;
            let now = stamp(&self.path);
            if now.is_some() && now != self.known && now == seen {
                self.known = now;
                return;
            }
            seen = now;
        }
    }
}

impl ScriptFile {
    /// Reads a script file for the first time.
    ///
    /// # Errors
    /// It cannot be read, or is no script.
    pub fn open(path: &Path) -> Result<(Self, Script), ScriptFault> {
        let file = Self { path: path.to_owned(), watch: Watch::new(path) };
        let script = file.script()?;
        Ok((file, script))
    }

    /// Waits until the file has changed, and reads it. A file that is gone is no change: editors replace files.
    ///
    /// # Errors
    /// It has changed into something that cannot be read or is no script. The next call waits for another change.
    pub async fn changed(&mut self) -> Result<Script, ScriptFault> {
        self.watch.changed().await;
        self.script()
    }

    fn script(&self) -> Result<Script, ScriptFault> {
        let unreadable = |error| ScriptFault::Unreadable { path: self.path.clone(), error };
        let file = File::open(&self.path).map_err(unreadable)?;
        let mut bytes = Vec::new();
        // One byte more than is allowed is enough to see that it is too long.
        let limit = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
        file.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
        let wrong = |fault| ScriptFault::Wrong { path: self.path.clone(), fault };
        let text = String::from_utf8(bytes)
            .map_err(|_| wrong(TextFault { line: 0, column: 0, message: "it is no UTF-8".to_owned() }))?;
        text::read(&text).map_err(wrong)
    }
}

/// Why a file gives no script.
#[derive(Debug, thiserror::Error)]
pub enum ScriptFault {
    /// It is not there, or may not be read.
    #[error("read script {path}: {error}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is no script.
    #[error("read script {path}: {fault}", path = path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        fault: TextFault,
    },
}

fn stamp(path: &Path) -> Option<Stamp> {
    let found = std::fs::metadata(path).ok()?;
    Some(Stamp { inode: found.ino(), length: found.len(), modified: (found.mtime(), found.mtime_nsec()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_changed_file_is_read_once_and_a_broken_one_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script.yaml");
        std::fs::write(&path, "settings: {tip: outside}").unwrap();
        let (mut file, first) = ScriptFile::open(&path).unwrap();
        assert_eq!(first.settings.tip, crate::Tip::Outside);

        std::fs::write(&path, "host:\n- nonsense: {}\n").unwrap();
        let told = file.changed().await.unwrap_err().to_string();
        assert!(told.contains("script.yaml: line 2, column 3") && told.contains("nonsense"), "{told}");

        let again = tokio::time::timeout(Duration::from_secs(60), file.changed()).await;
        assert!(again.is_err(), "nothing has changed since");

        // As editors do it: another file under the same name, which is gone for a moment.
        std::fs::remove_file(&path).unwrap();
        assert!(tokio::time::timeout(Duration::from_secs(60), file.changed()).await.is_err());
        std::fs::write(&path, "host: [{network-down: {}}]").unwrap();
        assert_eq!(file.changed().await.unwrap().host.len(), 1);
    }

    #[test]
    fn a_file_that_is_too_large_or_no_text_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script.yaml");
        for (bytes, word) in [(vec![b'#'; LARGEST + 1], "1 MiB"), (vec![0xff, 0xfe], "UTF-8")] {
            std::fs::write(&path, bytes).unwrap();
            let told = ScriptFile::open(&path).unwrap_err().to_string();
            assert!(told.contains(word), "{told}");
        }
    }
}
