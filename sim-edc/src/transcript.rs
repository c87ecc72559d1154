//! The transcript: everything that happened, one JSON object a line, in the shape that `docs/terminal.md` describes.
//!
//! [`line()`] is pure and makes a line; [`Tape`] keeps the last of them for whoever asks; [`Writer`] puts them into a
//! file or on stdout.

mod entry;
mod tape;
mod writer;

pub(crate) use entry::line;
pub use tape::{Cut, Tape};
pub use writer::Writer;
