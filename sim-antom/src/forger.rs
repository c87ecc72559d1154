//! The key of forgeries: one that nobody may ever trust.

use std::sync::OnceLock;

use wire::antom::Signer;

/// Signs what is to look like Antom's and is not.
#[derive(Debug)]
pub struct Forger(Source);

#[derive(Debug)]
enum Source {
    Given(Option<Signer>),
    Fresh(OnceLock<Option<Signer>>),
}

impl Forger {
    /// A key that is made when it is first needed, since making one takes longer than a gateway takes to start. Should the
    /// operating system give no randomness, forgeries carry no signature.
    #[must_use]
    pub const fn fresh() -> Self {
        Self(Source::Fresh(OnceLock::new()))
    }

    pub(crate) fn signer(&self) -> Option<&Signer> {
        match &self.0 {
            Source::Given(signer) => signer.as_ref(),
            Source::Fresh(made) => made.get_or_init(|| Signer::generate().ok()).as_ref(),
        }
    }
}

impl From<Option<Signer>> for Forger {
    /// This key, or none: then forgeries carry no signature.
    fn from(signer: Option<Signer>) -> Self {
        Self(Source::Given(signer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_key_is_made_once_and_is_one_of_its_own() {
        let (one, other) = (Forger::fresh(), Forger::fresh());
        let public = |forger: &Forger| forger.signer().unwrap().public_base64().unwrap();
        assert_eq!(public(&one), public(&one));
        assert_ne!(public(&one), public(&other));
        assert!(Forger::from(None).signer().is_none());
    }
}
