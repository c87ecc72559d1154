//! A mistake on its way to the place that a person can mend.

use serde_saphyr::Location;

use super::parse::span;
use super::source::Source;
use crate::diagnostic::Diagnostic;

/// What is wrong, where in its file, and what to do.
#[derive(Debug, Clone)]
pub(super) struct Mistake {
    pub(super) location: Location,
    pub(super) message: String,
    pub(super) help: String,
}

impl Mistake {
    pub(super) fn in_file(self, source: &Source) -> Diagnostic {
        let place = span(&source.text, self.location);
        Diagnostic::new(&source.path, &source.text, place, self.message, self.help)
    }
}
