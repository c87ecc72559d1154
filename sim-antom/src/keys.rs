//! The keys of a gateway and its merchants, in a folder: made on first run, loaded afterwards.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use wire::antom::{KeyError, Signer, Verifier};

use crate::client::Client;

/// What a gateway needs: its own private key, and the merchant's public one.
#[derive(Debug)]
pub struct KeyRing {
    /// Signs answers and notifications.
    pub antom: Signer,
    /// Verifies requests.
    pub merchant: Verifier,
    /// Further keys of the merchant, with their versions.
    more: Vec<(u32, Verifier)>,
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
            move |error| KeyRingError::File { path, error }
        };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io(folder))?;
        let path = |name| folder.join(name);
        complete(&path(ANTOM_PRIVATE), &path(ANTOM_PUBLIC))?;
        complete(&path(MERCHANT_PRIVATE), &path(MERCHANT_PUBLIC))?;
        let read = |path: PathBuf| fs::read(&path).map_err(io(&path)).map(|bytes| (path, bytes));
        if !path(ANTOM_PRIVATE).exists() {
            return Err(KeyRingError::Alone { private: path(ANTOM_PRIVATE), public: path(ANTOM_PUBLIC) });
        }
        let (path_of_private, antom) = read(path(ANTOM_PRIVATE))?;
        let (path_of_public, merchant) = read(path(MERCHANT_PUBLIC))?;
        let antom = Signer::load(&antom).map_err(|error| KeyRingError::Key { path: path_of_private, error })?;
        let merchant = Verifier::load(&merchant).map_err(|error| KeyRingError::Key { path: path_of_public, error })?;
        belong_together(&path(ANTOM_PRIVATE), &path(ANTOM_PUBLIC))?;
        belong_together(&path(MERCHANT_PRIVATE), &path(MERCHANT_PUBLIC))?;
        Ok(Self { antom, merchant, more: versions(folder)? })
    }

    /// The merchant's side alone, in a folder of its own: for a further merchant of the same gateway.
    ///
    /// # Errors
    /// As [`KeyRing::open`].
    pub fn open_merchant(folder: &Path) -> Result<Client, KeyRingError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| KeyRingError::File { path: folder.to_owned(), error })?;
        let (private, public) = (folder.join(MERCHANT_PRIVATE), folder.join(MERCHANT_PUBLIC));
        complete(&private, &public)?;
        belong_together(&private, &public)?;
        Ok(client(load(&public)?, versions(folder)?))
    }

    /// The merchant, and the gateway's own key.
    #[must_use]
    pub fn into_parts(self) -> (Client, Signer) {
        (client(self.merchant, self.more), self.antom)
    }
}

fn client(first: Verifier, more: Vec<(u32, Verifier)>) -> Client {
    let mut client = Client::with_key(first);
    for (version, key) in more {
        client.put_key(version, key);
    }
    client
}

/// Whether an id can be a folder's name and travels in a header.
pub(crate) fn is_client_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    (1..=64).contains(&id.len()) && !id.starts_with('.') && id.bytes().all(plain)
}

/// Further public keys of a merchant: `merchant-public.2.key` is version 2.
fn versions(folder: &Path) -> Result<Vec<(u32, Verifier)>, KeyRingError> {
    let file = |error| KeyRingError::File { path: folder.to_owned(), error };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(file)? {
        let name = entry.map_err(file)?.file_name();
        let version = name.to_str().and_then(|name| name.strip_prefix("merchant-public.")?.strip_suffix(".key"));
        if let Some(version) = version.and_then(|version| version.parse().ok()).filter(|version| *version > 1) {
            found.push((version, load(&folder.join(&name))?));
        }
    }
    Ok(found)
}

fn load(path: &Path) -> Result<Verifier, KeyRingError> {
    let bytes = fs::read(path).map_err(|error| KeyRingError::File { path: path.to_owned(), error })?;
    Verifier::load(&bytes).map_err(|error| KeyRingError::Key { path: path.to_owned(), error })
}

/// Two halves that do not fit would make every signature wrong and never say why.
fn belong_together(private: &Path, public: &Path) -> Result<(), KeyRingError> {
    if !private.exists() {
        return Ok(());
    }
    let bytes = fs::read(private).map_err(|error| KeyRingError::File { path: private.to_owned(), error })?;
    let signer = Signer::load(&bytes).map_err(|error| KeyRingError::Key { path: private.to_owned(), error })?;
    if load(public)?.verify(b"pair", &signer.sign(b"pair")) {
        return Ok(());
    }
    Err(KeyRingError::Strangers { private: private.to_owned(), public: public.to_owned() })
}

fn complete(private: &Path, public: &Path) -> Result<(), KeyRingError> {
    let key = |error| KeyRingError::Key { path: private.to_owned(), error };
    let signer = match (private.exists(), public.exists()) {
        (_, true) => return Ok(()),
        (true, false) => {
            let bytes = fs::read(private).map_err(|error| KeyRingError::File { path: private.to_owned(), error })?;
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
    write_new(path, &format!("{text}\n"), mode).map_err(|error| KeyRingError::File { path: path.to_owned(), error })
}

/// Writes a file, but never over a key that is there: it may be the only copy.
pub(crate) fn write_new(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?.write_all(text.as_bytes())
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// A file or folder.
    #[error("open {path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file that is not the key it should be.
    #[error("read {path}: {error}")]
    Key {
        /// Which.
        path: PathBuf,
        /// Why.
        error: KeyError,
    },
    /// The gateway's public key without the private one.
    #[error(
        "use {public}: its private half {private} is not there, and nothing can be signed without it; put that there too, \
         or remove the public one to have a new pair made"
    )]
    Alone {
        /// The private key.
        private: PathBuf,
        /// The public one.
        public: PathBuf,
    },
    /// Two halves that are not of one pair.
    #[error(
        "use {public}: it is not the public half of {private}, so nothing signed with the one verifies with the other; \
         put your own public key there and move the private one away, or remove the public one to have it made again"
    )]
    Strangers {
        /// The private key.
        private: PathBuf,
        /// The public one.
        public: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIVATE: &[u8] = include_bytes!("../../fixtures/keys/pool-0.private.pem");
    const PUBLIC: &[u8] = include_bytes!("../../fixtures/keys/pool-0.public.pem");
    const FOREIGN_PUBLIC: &[u8] = include_bytes!("../../fixtures/keys/pool-1.public.pem");

    #[test]
    fn the_gateways_public_key_alone_is_told_with_what_to_do() {
        let folder = folder(&[(ANTOM_PUBLIC, PUBLIC)]);
        let told = KeyRing::open(folder.path()).unwrap_err().to_string();
        assert!(told.contains("antom-private.key is not there") && told.contains("remove the public one"), "{told}");
    }

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
    fn halves_of_two_pairs_are_told_at_the_start() {
        for (private, public) in [(ANTOM_PRIVATE, ANTOM_PUBLIC), (MERCHANT_PRIVATE, MERCHANT_PUBLIC)] {
            let folder = folder(&[(private, PRIVATE), (public, FOREIGN_PUBLIC)]);
            let error = KeyRing::open(folder.path()).unwrap_err().to_string();
            assert!(error.contains(private) && error.contains(public), "{error}");
            assert!(error.contains("not the public half"), "{error}");
        }
    }

    #[test]
    fn further_versions_of_the_merchants_key_are_found_by_name() {
        let folder = folder(&[
            (MERCHANT_PUBLIC, PUBLIC),
            ("merchant-public.3.key", FOREIGN_PUBLIC),
            ("merchant-public.old.key", b"x"),
        ]);
        let (client, _) = KeyRing::open(folder.path()).unwrap().into_parts();
        assert_eq!(client.versions().collect::<Vec<_>>(), [1, 3]);
        fs::write(folder.path().join("merchant-public.2.key"), "x").unwrap();
        let error = KeyRing::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("merchant-public.2.key"), "{error}");
    }

    #[test]
    fn a_further_merchant_has_a_folder_and_keys_of_its_own() {
        let folder = folder(&[]);
        let other = folder.path().join("clients/OTHER");
        let client = KeyRing::open_merchant(&other).unwrap();
        assert_eq!(client.versions().collect::<Vec<_>>(), [1]);
        assert_eq!(names(&other), [MERCHANT_PRIVATE, MERCHANT_PUBLIC]);
        for (id, good) in
            [("SANDBOX_5Y.1-a", true), ("", false), ("..", false), ("a/b", false), ("a b", false), ("\u{e9}", false)]
        {
            assert_eq!(is_client_id(id), good, "{id}");
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
