//! A case's own folder: in memory, where the machine has room for that. Integrations wait for the disk each time they write down
//! what they are about to do, and no case outlives a loss of power.

use std::io;
use std::path::Path;

use nix::sys::statvfs::statvfs;
use tempfile::TempDir;

/// Files in memory, where Linux has them.
const MEMORY: &str = "/dev/shm";
/// How much room there must be, in bytes: dozens of integrations may each have a database there.
const ROOM: u64 = 1 << 30;

/// A folder that goes away with what is returned. Who sets `TMPDIR` gets it there.
///
/// # Errors
/// None can be made.
pub(super) fn open() -> io::Result<TempDir> {
    if std::env::var_os("TMPDIR").is_none() && has_room(Path::new(MEMORY)) {
        // Where it may not be written there is the usual place.
        if let Ok(folder) = tempfile::tempdir_in(MEMORY) {
            return Ok(folder);
        }
    }
    tempfile::tempdir()
}

fn has_room(folder: &Path) -> bool {
    statvfs(folder).is_ok_and(|about| about.blocks_available().saturating_mul(about.fragment_size()) >= ROOM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_empty_and_goes_away() {
        let folder = open().unwrap();
        let path = folder.path().to_owned();
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 0);
        drop(folder);
        assert!(!path.exists());
        assert!(!has_room(&path), "nothing is there");
    }
}
