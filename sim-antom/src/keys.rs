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
const ANTOM_PUBLIC: &str = "antom-public.key";
/// The merchant's private key: the merchant signs with it. Only there for convenience.
const MERCHANT_PRIVATE: &str = "merchant-private.key";
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
