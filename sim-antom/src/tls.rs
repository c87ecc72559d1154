//! TLS with a private CA: made on first run, kept with the other keys, and known to nobody who was not told of it.
//! The rcgen and rustls crates are used here only.
//!
//! The gateway's own certificate is made anew at every start, for the names that clients may dial; only the CA lasts.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData as _,
};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::keys::write_new;
use crate::net::Stream;

/// The CA's certificate: what clients must trust.
pub(crate) const CA: &str = "ca.pem";
/// The CA's private key.
const CA_PRIVATE: &str = "ca-private.key";
/// A certificate for the merchant's own https server on loopback, and its key: for notifications over TLS.
const MERCHANT_CERTIFICATE: &str = "merchant-tls.pem";
const MERCHANT_TLS_PRIVATE: &str = "merchant-tls-private.key";

/// The official hosts, so that a merchant who cannot be given another URL can be given another address for them.
const OFFICIAL_HOSTS: [&str; 6] = [
    "open-sea-global.alipay.com",
    "open-sea.alipay.com",
    "open-na-global.alipay.com",
    "open-na.alipay.com",
    "open-de-global.alipay.com",
    "open.antglobal-us.com",
];

/// A private certificate authority in a folder.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    path: PathBuf,
}

impl Authority {
    /// Loads the CA of a folder, or makes one. Its key is readable by its owner only.
    ///
    /// # Errors
    /// A file that cannot be read or written, or is not what its name says.
    pub fn open(folder: &Path) -> Result<Self, TlsError> {
        let (path, private) = (folder.join(CA), folder.join(CA_PRIVATE));
        let file = |path: &Path| {
            let path = path.to_owned();
            move |error| TlsError::File { path, error }
        };
        let made = |path: &Path| {
            let path = path.to_owned();
            move |source: rcgen::Error| TlsError::Made { path, reason: source.to_string() }
        };
        if !private.exists() && !path.exists() {
            let key = KeyPair::generate().map_err(made(&private))?;
            let certificate = authority().self_signed(&key).map_err(made(&path))?;
            write_new(&private, &key.serialize_pem(), 0o600).map_err(file(&private))?;
            write_new(&path, &certificate.pem(), 0o644).map_err(file(&path))?;
        }
        let key = fs::read_to_string(&private).map_err(file(&private))?;
        let key = KeyPair::from_pem(&key).map_err(made(&private))?;
        let text = fs::read(&path).map_err(file(&path))?;
        let certificate = CertificateDer::from_pem_slice(&text).map_err(|error| TlsError::Made {
            path: path.clone(),
            reason: format!("it holds no certificate: {error}"),
        })?;
        if !holds(&certificate, &key.subject_public_key_info()) {
            let reason = format!("it does not belong to {}", private.display());
            return Err(TlsError::Made { path, reason });
        }
        Ok(Self { issuer: Issuer::new(authority(), key), certificate, path })
    }

    /// Where the certificate lies that clients must trust.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The CA's public key as pinning clients write it: `sha256/` and the base64 of the SubjectPublicKeyInfo's digest.
    #[must_use]
    pub fn pin(&self) -> String {
        let digest =
            ::aws_lc_rs::digest::digest(&::aws_lc_rs::digest::SHA256, &self.issuer.key().subject_public_key_info());
        format!("sha256/{}", STANDARD.encode(digest))
    }

    /// The server's side of TLS, with a certificate for loopback, the official hosts and the names given.
    ///
    /// # Errors
    /// A name that no certificate can hold.
    pub fn server(&self, names: &[String]) -> Result<TlsServer, TlsError> {
        let names = loopback().chain(OFFICIAL_HOSTS.map(str::to_owned)).chain(names.iter().cloned());
        let (certificate, key) = self.issue("sim-antom", names)?;
        let chain = vec![certificate, self.certificate.clone()];
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| {
                config
                    .with_no_client_auth()
                    .with_single_cert(chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            });
        let mut config = config.map_err(|error| self.refused(error.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsServer(TlsAcceptor::from(Arc::new(config))))
    }

    /// A certificate for a merchant's own server on loopback, so that notifications can go to https: written once.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn provide_merchant(&self, folder: &Path) -> Result<(), TlsError> {
        let (path, private) = (folder.join(MERCHANT_CERTIFICATE), folder.join(MERCHANT_TLS_PRIVATE));
        if path.exists() || private.exists() {
            return Ok(());
        }
        let (certificate, key) = self.issue("merchant", loopback())?;
        let file = |path: &Path| {
            let path = path.to_owned();
            move |error| TlsError::File { path, error }
        };
        write_new(&private, &key.serialize_pem(), 0o600).map_err(file(&private))?;
        write_new(&path, &armour(&certificate), 0o644).map_err(file(&path))
    }

    /// The client's side of TLS: trusts this CA.
    ///
    /// # Errors
    /// Our own certificate is none, which loading it has ruled out.
    pub fn client(&self) -> Result<TlsClient, TlsError> {
        TlsClient::trusting([self.certificate.clone()]).map_err(|reason| self.refused(reason))
    }

    fn issue(
        &self,
        name: &str,
        names: impl Iterator<Item = String>,
    ) -> Result<(CertificateDer<'static>, KeyPair), TlsError> {
        let issued = || {
            let key = KeyPair::generate()?;
            let mut leaf = CertificateParams::new(names.collect::<Vec<_>>())?;
            leaf.distinguished_name = DistinguishedName::new();
            leaf.distinguished_name.push(DnType::CommonName, name);
            leaf.use_authority_key_identifier_extension = true;
            leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            leaf.not_before = rcgen::date_time_ymd(2020, 1, 1);
            leaf.not_after = rcgen::date_time_ymd(2049, 12, 31);
            let certificate = leaf.signed_by(&key, &self.issuer)?;
            Ok((certificate.der().clone(), key))
        };
        issued().map_err(|error: rcgen::Error| self.refused(error.to_string()))
    }

    fn refused(&self, reason: String) -> TlsError {
        TlsError::Made { path: self.path.clone(), reason }
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authority({})", self.path.display())
    }
}

/// The server's side: turns a connection into one that speaks TLS.
#[derive(Clone)]
pub struct TlsServer(TlsAcceptor);

impl TlsServer {
    /// Shakes hands.
    ///
    /// # Errors
    /// The client does not want to.
    pub async fn accept(&self, stream: Box<dyn Stream>) -> io::Result<Box<dyn Stream>> {
        Ok(Box::new(self.0.accept(stream).await?))
    }
}

impl std::fmt::Debug for TlsServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsServer")
    }
}

/// The client's side.
#[derive(Clone)]
pub struct TlsClient(TlsConnector);

impl TlsClient {
    /// Trusts the certificates of a PEM file, as well as those given.
    ///
    /// # Errors
    /// The file cannot be read, or holds no certificate.
    pub fn open(path: &Path, also: Option<&Authority>) -> Result<Self, TlsError> {
        let refused = |reason: String| TlsError::Made { path: path.to_owned(), reason };
        let text = fs::read(path).map_err(|error| TlsError::File { path: path.to_owned(), error })?;
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        let read = read.map_err(|error| refused(error.to_string()))?;
        if read.is_empty() {
            return Err(refused("it holds no certificate".to_owned()));
        }
        let also = also.map(|authority| authority.certificate.clone());
        Self::trusting(read.into_iter().chain(also)).map_err(refused)
    }

    fn trusting(certificates: impl IntoIterator<Item = CertificateDer<'static>>) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates {
            roots.add(certificate).map_err(|error| error.to_string())?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    /// Shakes hands with the host of this name.
    ///
    /// # Errors
    /// It cannot prove that it is the one.
    pub async fn connect(&self, host: &str, stream: Box<dyn Stream>) -> io::Result<Box<dyn Stream>> {
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(io::Error::other)?;
        Ok(Box::new(self.0.connect(name, stream).await?))
    }
}

impl std::fmt::Debug for TlsClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsClient")
    }
}

/// What the CA's certificate says; the same every time, so that certificates made later chain to the one on disk.
fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "sim-antom private CA (tests only)");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2049, 12, 31);
    params
}

fn loopback() -> impl Iterator<Item = String> {
    ["localhost", "127.0.0.1", "::1"].into_iter().map(str::to_owned)
}

/// The names under which a certificate must be known when this address is dialled.
pub(crate) fn names_of(address: IpAddr) -> Option<String> {
    (!address.is_unspecified()).then(|| address.to_string())
}

/// Whether a certificate can be for this name, the first label of which may be an asterisk.
pub(crate) fn is_host_name(name: &str) -> bool {
    ServerName::try_from(name.strip_prefix("*.").unwrap_or(name)).is_ok()
}

fn holds(certificate: &[u8], key: &[u8]) -> bool {
    certificate.windows(key.len()).any(|window| window == key)
}

fn armour(certificate: &CertificateDer<'_>) -> String {
    let text = STANDARD.encode(certificate);
    let lines: Vec<&str> = (0..text.len()).step_by(64).filter_map(|at| text.get(at..text.len().min(at + 64))).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file.
    #[error("open {path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A certificate or key that is not what it should be, or could not be made.
    #[error("use {path}: {reason}")]
    Made {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;

    use super::*;

    /// What a client that dials `host` reads, or why it will not.
    async fn dial(server: &TlsServer, client: &TlsClient, host: &str) -> Result<String, String> {
        let (near, far) = tokio::io::duplex(64 * 1024);
        let server = server.clone();
        let serving = tokio::spawn(async move {
            let mut stream = server.accept(Box::new(far)).await?;
            stream.write_all(b"hello").await?;
            stream.shutdown().await
        });
        let mut text = String::new();
        let mut stream = client.connect(host, Box::new(near)).await.map_err(|error| error.to_string())?;
        stream.read_to_string(&mut text).await.map_err(|error| error.to_string())?;
        serving.await.unwrap().unwrap();
        Ok(text)
    }

    #[tokio::test]
    async fn whoever_trusts_the_ca_gets_through_under_every_name_and_nobody_else_does() {
        let (ours, others) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let authority = Authority::open(ours.path()).unwrap();
        let server = authority.server(&["shop.test".to_owned(), "127.0.0.7".to_owned()]).unwrap();
        let client = authority.client().unwrap();
        for host in ["localhost", "127.0.0.1", "[::1]", "127.0.0.7", "shop.test", "open-sea-global.alipay.com"] {
            assert_eq!(dial(&server, &client, host).await.as_deref(), Ok("hello"), "{host}");
        }
        let error = dial(&server, &client, "127.0.0.8").await.unwrap_err();
        assert!(error.contains("not valid for name"), "{error}");
        let stranger = Authority::open(others.path()).unwrap();
        let error = dial(&server, &stranger.client().unwrap(), "localhost").await.unwrap_err();
        assert!(error.contains("invalid peer certificate"), "{error}");
        // The other's CA in a file, and ours beside it.
        let both = TlsClient::open(&others.path().join(CA), Some(&authority)).unwrap();
        assert_eq!(dial(&server, &both, "localhost").await.as_deref(), Ok("hello"));
    }

    #[tokio::test]
    async fn the_next_start_uses_the_same_ca() {
        let folder = tempfile::tempdir().unwrap();
        let first = Authority::open(folder.path()).unwrap();
        let again = Authority::open(folder.path()).unwrap();
        assert_eq!(first.pin(), again.pin());
        assert!(first.pin().starts_with("sha256/") && first.pin().len() == 7 + 44, "{}", first.pin());
        let server = again.server(&[]).unwrap();
        assert_eq!(dial(&server, &first.client().unwrap(), "localhost").await.as_deref(), Ok("hello"));
        let mode = |name| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(CA_PRIVATE), mode(CA)), (0o600, 0o644));
    }

    #[test]
    fn a_merchant_gets_a_certificate_once() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::open(folder.path()).unwrap();
        authority.provide_merchant(folder.path()).unwrap();
        let read = || fs::read(folder.path().join(MERCHANT_CERTIFICATE)).unwrap();
        let first = read();
        assert!(CertificateDer::from_pem_slice(&first).is_ok());
        assert!(PrivateKeyDer::from_pem_file(folder.path().join(MERCHANT_TLS_PRIVATE)).is_ok());
        authority.provide_merchant(folder.path()).unwrap();
        assert_eq!(read(), first);
    }

    #[test]
    fn files_that_do_not_belong_together_are_named() {
        let (ours, others) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        Authority::open(ours.path()).unwrap();
        Authority::open(others.path()).unwrap();
        fs::copy(others.path().join(CA), ours.path().join(CA)).unwrap();
        let error = Authority::open(ours.path()).unwrap_err().to_string();
        assert!(error.contains(CA) && error.contains("does not belong to"), "{error}");
        fs::write(ours.path().join(CA), "no certificate").unwrap();
        let error = Authority::open(ours.path()).unwrap_err().to_string();
        assert!(error.contains("holds no certificate"), "{error}");
        fs::remove_file(ours.path().join(CA_PRIVATE)).unwrap();
        let error = Authority::open(ours.path()).unwrap_err().to_string();
        assert!(error.contains(CA_PRIVATE), "{error}");
        let error = TlsClient::open(&ours.path().join(CA), None).unwrap_err().to_string();
        assert!(error.contains("holds no certificate"), "{error}");
    }
}
