//! Values as few bytes, for what rests in memory by the million or goes to the disk by the thousand a second. The postcard
//! crate is used here only.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value's bytes; none for a value that cannot be packed, of which a test knows no example.
pub(crate) fn pack(value: &impl Serialize) -> Option<Box<[u8]>> {
    postcard::to_extend(value, Vec::with_capacity(USUAL)).ok().map(Into::into)
}

/// Most values take fewer bytes.
const USUAL: usize = 512;

/// Writes a value's bytes behind others. A value that cannot be packed leaves what is no value.
pub(crate) fn append(value: &impl Serialize, bytes: &mut Vec<u8>) {
    let begin = bytes.len();
    match postcard::to_extend(value, std::mem::take(bytes)) {
        Ok(whole) => *bytes = whole,
        Err(_) => bytes.truncate(begin),
    }
}

/// The value that was packed.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}
