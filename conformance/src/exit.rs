//! How the program ends.

use std::process::ExitCode;

/// Exit codes. Three kinds of failure are never mixed: the target misbehaved (1), the file is wrong (3), the run could
/// not be carried out (4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Everything as expected.
    Expected = 0,
    /// A case failed.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A scenario file is wrong.
    BadFile = 3,
    /// A case could not be carried out.
    NotCarriedOut = 4,
    /// Nothing was selected.
    NothingSelected = 5,
    /// A bug in this program.
    Bug = 70,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
