//! The name under which a PTY is found: a symlink that changes its target at once and goes with its owner.
//!
//! Who owns a name is told by a socket in the abstract namespace: the kernel gives it to one process, and takes it back
//! when that process ends, however it ends. The link itself cannot tell: a killed program leaves it behind, and the PTY
//! that it leads to may be somebody else's by then.

use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};

use crc::{CRC_64_XZ, Crc};

const NAMES: Crc<u64> = Crc::<u64>::new(&CRC_64_XZ);

/// See the module's documentation. Dropping it removes the link.
#[derive(Debug)]
pub(crate) struct Symlink {
    path: PathBuf,
    /// Where it leads; none while it is not there.
    target: Option<PathBuf>,
    _owned: UnixListener,
}

impl Symlink {
    /// Takes a path for links, and replaces none but what an earlier owner may have left.
    pub(crate) fn claim(path: &Path) -> io::Result<Self> {
        let taken = |text: String| io::Error::new(io::ErrorKind::AlreadyExists, text);
        let owned = UnixListener::bind_addr(&SocketAddr::from_abstract_name(name_of(path))?).map_err(|error| {
            if error.kind() != io::ErrorKind::AddrInUse {
                return error;
            }
            taken("another terminal has this path; stop that one, or choose another path".to_owned())
        })?;
        match std::fs::symlink_metadata(path) {
            Ok(found) if !found.file_type().is_symlink() => {
                return Err(taken(format!(
                    "{} exists and is no symlink; choose another path or remove it",
                    path.display()
                )));
            }
            Ok(_) => {
                let target = std::fs::read_link(path)?;
                if !target.starts_with("/dev/pts") && path.exists() {
                    return Err(taken(format!(
                        "{} leads to {}, which is no PTY; choose another path or remove it",
                        path.display(),
                        target.display()
                    )));
                }
            }
            Err(_) => {}
        }
        Ok(Self { path: path.to_owned(), target: None, _owned: owned })
    }

    /// Makes the link lead to a device, at once: a client sees the old target or the new one, never nothing.
    pub(crate) fn lead_to(&mut self, device: &Path) -> io::Result<()> {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}", std::process::id()));
        let fresh = self.path.with_file_name(name);
        std::os::unix::fs::symlink(device, &fresh)?;
        std::fs::rename(&fresh, &self.path).inspect_err(|_| {
            let _ = std::fs::remove_file(&fresh);
        })?;
        self.target = Some(device.to_owned());
        Ok(())
    }

    /// Removes the link, if it is still ours.
    pub(crate) fn remove(&mut self) {
        if let Some(target) = self.target.take()
            && std::fs::read_link(&self.path).is_ok_and(|found| found == target)
        {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Drop for Symlink {
    fn drop(&mut self) {
        self.remove();
    }
}

/// A path's name in the abstract namespace, which is short: the same for every way to write the path.
fn name_of(path: &Path) -> String {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let path = folder.join(path.file_name().unwrap_or_default());
    format!("sim-edc link {:016x}", NAMES.checksum(path.as_os_str().as_encoded_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_owner_at_a_time_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terminal");
        let mut link = Symlink::claim(&path).unwrap();
        link.lead_to(Path::new("/dev/null")).unwrap();
        let detour = folder.path().join(".").join("terminal");
        let error = Symlink::claim(&detour).unwrap_err().to_string();
        assert!(error.contains("another terminal has this path"), "{error}");
        drop(link);
        assert!(std::fs::symlink_metadata(&path).is_err(), "it went with its owner");
        assert!(Symlink::claim(&detour).is_ok());
    }

    #[test]
    fn what_an_earlier_owner_left_is_replaced_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terminal");
        let file = folder.path().join("file");
        std::fs::write(&file, "a file").unwrap();
        for (target, fine) in
            [("/dev/pts/0", true), ("/dev/pts/99999", true), ("/nowhere", true), (file.to_str().unwrap(), false)]
        {
            let _ = std::fs::remove_file(&path);
            std::os::unix::fs::symlink(target, &path).unwrap();
            let claimed = Symlink::claim(&path);
            assert_eq!(claimed.is_ok(), fine, "{target}: {claimed:?}");
        }
        assert_eq!(std::fs::read_link(&path).unwrap(), file, "it was left alone");
        assert!(Symlink::claim(&file).unwrap_err().to_string().contains("is no symlink"));
    }

    #[test]
    fn a_link_that_somebody_else_made_is_not_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terminal");
        let mut link = Symlink::claim(&path).unwrap();
        link.lead_to(Path::new("/dev/null")).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        drop(link);
        assert_eq!(std::fs::read_link(&path).unwrap(), Path::new("/dev/zero"));
    }
}
