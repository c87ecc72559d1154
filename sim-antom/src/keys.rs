//! The keys of a gateway and its merchant, in a folder: made on first run, loaded afterwards.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use wire::antom::{KeyError, Signer, Verifier};

/// What a gateway needs: its own private key, and the merchant's public one.
#[derive(Debug)]
pub struct KeyRing {
    /// Signs answers and notifications.
    pub antom: Signer,
    /// Verifies requests.
    pub merchant: Verifier,
}

/// Antom's private key: signs answers and notifications.
const ANTOM_PRIVATE: &str = "antom-private.key";
/// Antom's public key: the merchant verifies with it.
pub(crate) const ANTOM_PUBLIC: &str = "antom-public.key";
/// The merchant's private key: the merchant signs with it. Only there for convenience.
pub(crate) const MERCHANT_PRIVATE: &str = "merchant-private.key";
/// The merchant's public key: verifies requests.
const MERCHANT_PUBLIC: &str = "merchant-public.key";

impl KeyRing {
    /// Loads the keys of a folder, making those of a side that has none; a private key that stands alone gets its public
    /// half, and nothing that is there is ever changed. Each file is the base64 of the key on one line,
    /// as portals hand keys out; private ones are readable by their owner only. PEM files are read too.
    ///
    /// # Errors
    /// A file that cannot be read or written, or is not the key that its name says.
    pub fn open(folder: &Path) -> Result<Self, KeyRingError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| KeyRingError::File { path, source }
        };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io(folder))?;
        let path = |name| folder.join(name);
        complete(&path(ANTOM_PRIVATE), &path(ANTOM_PUBLIC))?;
        complete(&path(MERCHANT_PRIVATE), &path(MERCHANT_PUBLIC))?;
        let read = |path: PathBuf| fs::read(&path).map_err(io(&path)).map(|bytes| (path, bytes));
        let (path_of_private, antom) = read(path(ANTOM_PRIVATE))?;
        let (path_of_public, merchant) = read(path(MERCHANT_PUBLIC))?;
        let antom = Signer::load(&antom).map_err(|source| KeyRingError::Key { path: path_of_private, source })?;
        let merchant =
            Verifier::load(&merchant).map_err(|source| KeyRingError::Key { path: path_of_public, source })?;
        Ok(Self { antom, merchant })
    }
}

fn complete(private: &Path, public: &Path) -> Result<(), KeyRingError> {
    let key = |source| KeyRingError::Key { path: private.to_owned(), source };
    let signer = match (private.exists(), public.exists()) {
        (_, true) => return Ok(()),
        (true, false) => {
            let bytes = fs::read(private).map_err(|source| KeyRingError::File { path: private.to_owned(), source })?;
            Signer::load(&bytes).map_err(key)?
        }
        (false, false) => {
            let signer = Signer::generate().map_err(key)?;
            write(private, &signer.to_pkcs8_base64().map_err(key)?, 0o600)?;
            signer
        }
    };
    write(public, &signer.public_base64().map_err(key)?, 0o644)
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), KeyRingError> {
    // Never over a key that is there: it may be the only copy.
    let written = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")
    });
    written.map_err(|source| KeyRingError::File { path: path.to_owned(), source })
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// A file or folder.
    #[error("open {path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that is not the key it should be.
    #[error("read {path}: {source}")]
    Key {
        /// Which.
        path: PathBuf,
        /// Why.
        source: KeyError,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIVATE: &[u8] = include_bytes!("../../fixtures/keys/pool-0.private.pem");
    const PUBLIC: &[u8] = include_bytes!("../../fixtures/keys/pool-0.public.pem");
    const FOREIGN_PUBLIC: &[u8] = include_bytes!("../../fixtures/keys/pool-1.public.pem");

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn an_empty_folder_gets_two_pairs_that_belong_together() {
        let folder = folder(&[]);
        let ring = KeyRing::open(folder.path()).unwrap();
        assert_eq!(names(folder.path()), [ANTOM_PRIVATE, ANTOM_PUBLIC, MERCHANT_PRIVATE, MERCHANT_PUBLIC]);
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        let merchant = Signer::load(&read(MERCHANT_PRIVATE)).unwrap();
        assert!(ring.merchant.verify(b"text", &merchant.sign(b"text")));
        let antom = Verifier::load(&read(ANTOM_PUBLIC)).unwrap();
        assert!(antom.verify(b"text", &ring.antom.sign(b"text")));
        assert!(!antom.verify(b"text", &merchant.sign(b"text")), "the two sides have keys of their own");
        // One line of base64, as portals hand keys out.
        for name in names(folder.path()) {
            let text = String::from_utf8(read(&name)).unwrap();
            assert_eq!(text.lines().count(), 1, "{name}");
            assert!(text.ends_with('\n') && text.starts_with("MII"), "{name}");
        }
    }

    #[test]
    fn a_merchant_may_bring_only_his_public_key_and_in_pem() {
        let folder = folder(&[(MERCHANT_PUBLIC, PUBLIC)]);
        let ring = KeyRing::open(folder.path()).unwrap();
        assert!(ring.merchant.verify(b"text", &Signer::load(PRIVATE).unwrap().sign(b"text")));
        assert_eq!(names(folder.path()), [ANTOM_PRIVATE, ANTOM_PUBLIC, MERCHANT_PUBLIC]);
    }

    #[test]
    fn a_private_key_that_stands_alone_gets_its_public_half() {
        for (private, public) in [(ANTOM_PRIVATE, ANTOM_PUBLIC), (MERCHANT_PRIVATE, MERCHANT_PUBLIC)] {
            let folder = folder(&[(private, PRIVATE)]);
            KeyRing::open(folder.path()).unwrap();
            let made = Verifier::load(&fs::read(folder.path().join(public)).unwrap()).unwrap();
            assert!(made.verify(b"text", &Signer::load(PRIVATE).unwrap().sign(b"text")));
            assert_eq!(fs::read(folder.path().join(private)).unwrap(), PRIVATE);
        }
    }

    #[test]
    fn antoms_public_key_alone_is_of_no_use_and_nothing_is_made_beside_it() {
        let folder = folder(&[(ANTOM_PUBLIC, FOREIGN_PUBLIC), (MERCHANT_PUBLIC, PUBLIC)]);
        let error = KeyRing::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains(ANTOM_PRIVATE), "{error}");
        assert_eq!(names(folder.path()), [ANTOM_PUBLIC, MERCHANT_PUBLIC]);
        assert_eq!(fs::read(folder.path().join(ANTOM_PUBLIC)).unwrap(), FOREIGN_PUBLIC);
    }

    #[test]
    fn a_file_in_place_of_the_folder_is_named() {
        let folder = folder(&[("keys", b"")]);
        let error = KeyRing::open(&folder.path().join("keys")).unwrap_err();
        assert!(matches!(error, KeyRingError::File { .. }), "{error}");
        assert!(error.to_string().contains("keys"), "{error}");
    }

    #[test]
    fn an_empty_key_file_says_what_is_wanted() {
        let folder = folder(&[(ANTOM_PRIVATE, b""), (ANTOM_PUBLIC, PUBLIC)]);
        let error = KeyRing::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains(ANTOM_PRIVATE) && error.contains("the text is empty"), "{error}");
    }
}
