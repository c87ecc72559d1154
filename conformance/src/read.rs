//! Reading what a user names, never more than is asked for: a device may never end, and a pipe may never begin.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

/// The largest scenario, script or list.
pub(crate) const TEXT: usize = 1024 * 1024;
/// The largest report, trace or campaign that was left: what a program wrote, for a program to read.
pub(crate) const RECORD: usize = 256 * 1024 * 1024;

/// A file's bytes, at most one more than may be: who gets that many refuses it.
///
/// # Errors
/// It cannot be read, or is neither a regular file nor a pipe that is open already.
pub(crate) fn bytes(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() && !is_open_already(path) {
        return Err(io::Error::other(
            "it is no regular file; a pipe may be given as /dev/stdin, or as the shell's <(…)",
        ));
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A text; one that is too large is cut after the byte with which it is.
///
/// # Errors
/// As for bytes; or it is not UTF-8.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    let bytes = bytes(path, TEXT)?;
    if bytes.len() > TEXT {
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
}

/// What a program wrote.
///
/// # Errors
/// As for bytes; or it is too large.
pub(crate) fn record(path: &Path) -> io::Result<Vec<u8>> {
    let bytes = bytes(path, RECORD)?;
    let too_large = || io::Error::other(format!("it is larger than {} MiB", RECORD / TEXT));
    if bytes.len() > RECORD { Err(too_large()) } else { Ok(bytes) }
}

/// To open a pipe by its name waits for somebody at its other end; these have been opened.
fn is_open_already(path: &Path) -> bool {
    path == Path::new("/dev/stdin") || path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}
