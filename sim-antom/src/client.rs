//! Merchants, and how a request proves that it comes from one: by a signature with a key of theirs, or by an API key. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use wire::antom::{Envelope, Signature, Verifier};
use wire::time::{Moment, WireTime};

use crate::api_key::ApiKey;
use crate::checks::{Refusal, clip};

/// A merchant that the gateway knows.
#[derive(Debug, Default)]
pub struct Client {
    /// The public keys that were uploaded, by version. Old ones stay good: that is what a rotation needs.
    keys: BTreeMap<u32, Verifier>,
    /// The key that takes a signature's place, if the merchant has one.
    api_key: Option<ApiKey>,
}

impl Client {
    /// A merchant who has uploaded nothing.
    #[must_use]
    pub fn keyless() -> Self {
        Self::default()
    }

    /// A merchant with one public key, version 1.
    #[must_use]
    pub fn with_key(key: Verifier) -> Self {
        Self { keys: BTreeMap::from([(1, key)]), api_key: None }
    }

    /// Adds a public key, or replaces the one of that version.
    pub fn put_key(&mut self, version: u32, key: Verifier) {
        self.keys.insert(version, key);
    }

    /// Takes a public key back: what it signed is refused from now on. Tells whether there was one.
    pub fn remove_key(&mut self, version: u32) -> bool {
        self.keys.remove(&version).is_some()
    }

    /// The versions of the public keys, oldest first.
    pub fn versions(&self) -> impl Iterator<Item = u32> {
        self.keys.keys().copied()
    }

    /// Lets requests with this API key in without a signature.
    pub fn set_api_key(&mut self, key: ApiKey) {
        self.api_key = Some(key);
    }

    /// The key of a version; the newest when a request names none.
    fn key(&self, version: Option<&str>) -> Result<&Verifier, String> {
        let held = || self.keys.keys().map(u32::to_string).collect::<Vec<_>>().join(", ");
        match version {
            _ if self.keys.is_empty() => Err("no public key is stored for".to_owned()),
            None => self.keys.values().next_back().ok_or_else(held),
            Some(text) => text.parse().ok().and_then(|version: u32| self.keys.get(&version)).ok_or_else(|| {
                format!("no public key of version {:?} is stored (versions: {}) for", clip(text), held())
            }),
        }
    }
}

/// Whether messages prove where they come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signing {
    /// Requests must be signed, answers and notifications are.
    #[default]
    On,
    /// Nobody signs anything, and no signature is looked at: to see what an integration costs without its cryptography.
    Off,
}

/// All merchants, by client id.
#[derive(Debug, Default)]
pub struct Clients {
    by_id: BTreeMap<String, Client>,
    signing: Signing,
}

impl<const N: usize> From<[(String, Client); N]> for Clients {
    fn from(clients: [(String, Client); N]) -> Self {
        Self { by_id: clients.into(), signing: Signing::On }
    }
}

impl FromIterator<(String, Client)> for Clients {
    fn from_iter<I: IntoIterator<Item = (String, Client)>>(clients: I) -> Self {
        Self { by_id: clients.into_iter().collect(), signing: Signing::On }
    }
}

impl Clients {
    /// Adds a merchant, or replaces the one of that id.
    pub fn put(&mut self, id: impl Into<String>, client: Client) {
        self.by_id.insert(id.into(), client);
    }

    /// Asks for signatures, or does not.
    pub const fn set_signing(&mut self, signing: Signing) {
        self.signing = signing;
    }

    /// Whether requests must be signed.
    #[must_use]
    pub const fn signing(&self) -> Signing {
        self.signing
    }

    /// A merchant.
    pub fn find_mut(&mut self, id: &str) -> Option<&mut Client> {
        self.by_id.get_mut(id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Client)> {
        self.by_id.iter().map(|(id, client)| (id.as_str(), client))
    }

    /// The client id that an answer to a request goes to: the one in the header, or the owner of the API key. Empty when
    /// there is none, or none that a header takes.
    #[must_use]
    pub fn addressee<'a>(&'a self, envelope: &'a Envelope) -> &'a str {
        let printable = |id: &&str| id.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let named = envelope.headers.value("client-id").filter(printable);
        named.or_else(|| self.owner(bearer(envelope)?).map(|(id, _)| id)).unwrap_or_default()
    }

    /// Checks that a request comes from a merchant: client, key, signature.
    ///
    /// # Errors
    /// The first of them that fails.
    pub fn authenticate(&self, envelope: &Envelope, now: Moment, notes: &mut Vec<String>) -> Result<(), Refusal> {
        if envelope.headers.value("signature").is_none()
            && let Some(key) = bearer(envelope)
        {
            return self.authenticate_by_api_key(envelope, key);
        }
        let header = |name: &str, code: &'static str| {
            let missing = || Refusal { code, reason: format!("the header {name} is missing") };
            envelope.headers.value(name).ok_or_else(missing)
        };
        let client_id = header("Client-Id", "CLIENT_INVALID")?;
        let Some(client) = self.by_id.get(client_id) else { return Err(self.unknown(client_id)) };
        if self.signing == Signing::Off {
            return Ok(());
        }
        if client.keys.is_empty() {
            return Err(Refusal { code: "KEY_NOT_FOUND", reason: format!("no public key is stored for {client_id}") });
        }
        let time = header("Request-Time", "INVALID_SIGNATURE")?;
        note_time(time, now, notes);
        let invalid = |reason: String| Refusal { code: "INVALID_SIGNATURE", reason };
        let signature =
            Signature::parse(header("Signature", "INVALID_SIGNATURE")?).map_err(|error| invalid(error.to_string()))?;
        if signature.algorithm != Signature::ALGORITHM {
            return Err(invalid(format!("the algorithm is {:?}, only RSA256 is served", clip(&signature.algorithm))));
        }
        let key = client
            .key(signature.key_version.as_deref())
            .map_err(|problem| Refusal { code: "KEY_NOT_FOUND", reason: format!("{problem} {client_id}") })?;
        if key.verify_envelope(envelope, client_id, time, &signature) {
            return Ok(());
        }
        let signed = format!(
            "POST {}\\n{client_id}.{}.<body of {} bytes>",
            clip(envelope.path_and_query()),
            clip(time),
            envelope.body.len()
        );
        let others: Vec<_> = client.keys.iter().filter(|(_, other)| !std::ptr::eq(*other, key)).collect();
        let meant = others.iter().find(|(_, other)| other.verify_envelope(envelope, client_id, time, &signature));
        let hint = match meant {
            Some((version, _)) => format!("; it was made with the key of version {version}"),
            None => String::new(),
        };
        Err(invalid(format!(
            "the signature does not fit the string to sign {signed} and the client's public key{hint}"
        )))
    }

    fn authenticate_by_api_key(&self, envelope: &Envelope, key: &str) -> Result<(), Refusal> {
        let Some((owner, _)) = self.owner(key) else {
            let reason = "the API key in Authorization is no client's".to_owned();
            return Err(Refusal { code: "ACCESS_DENIED", reason });
        };
        match envelope.headers.value("client-id") {
            Some(other) if other != owner => {
                let reason = format!("the API key belongs to {owner}, the header Client-Id says {:?}", clip(other));
                Err(Refusal { code: "CLIENT_INVALID", reason })
            }
            _ => Ok(()),
        }
    }

    fn owner(&self, key: &str) -> Option<(&str, &Client)> {
        self.iter().find(|(_, client)| client.api_key.as_ref().is_some_and(|known| known.is(key)))
    }

    fn unknown(&self, client_id: &str) -> Refusal {
        let known = self.by_id.keys().take(8).map(String::as_str).collect::<Vec<_>>().join(", ");
        let reason = format!("client id {:?} is not known (known: {known})", clip(client_id));
        Refusal { code: "CLIENT_INVALID", reason }
    }
}

/// The token of `Authorization: Bearer …`.
fn bearer(envelope: &Envelope) -> Option<&str> {
    let (scheme, token) = envelope.headers.value("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn note_time(time: &str, now: Moment, notes: &mut Vec<String>) {
    let read = match time.parse::<u64>() {
        Ok(millis) if time.len() == 13 => Some(Moment::from_millis(millis)),
        _ => WireTime::parse(time).ok().map(|t| t.moment()),
    };
    match read {
        None => notes
            .push(format!("Request-Time {:?} is neither epoch milliseconds nor ISO-8601 with an offset", clip(time))),
        Some(at) if at.since(now) > SKEW || now.since(at) > SKEW => {
            notes.push(format!("Request-Time {} differs from the gateway's clock by more than 5 minutes", clip(time)));
        }
        Some(_) => {}
    }
}

/// Clocks that differ by more than this are noted; the real tolerance is not documented.
const SKEW: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use wire::antom::{Headers, Signer};

    use super::*;

    const NOW: Moment = Moment::WORLD_START;
    const PATH: &str = "/ams/api/v1/payments/pay";
    const FIRST: &[u8] = include_bytes!("../../fixtures/keys/pool-0.private.pem");
    const SECOND: &[u8] = include_bytes!("../../fixtures/keys/pool-1.private.pem");

    fn signer(key: &[u8]) -> Signer {
        Signer::load(key).unwrap()
    }

    fn envelope(headers: Headers) -> Envelope {
        Envelope { method: "POST".to_owned(), target: PATH.to_owned(), headers, body: bytes::Bytes::from_static(b"{}") }
    }

    /// A request that says which version of the key signed it.
    fn signed(key: &[u8], version: Option<&str>) -> Envelope {
        let headers = signer(key).headers(PATH, "C", "1767607200000", b"{}");
        let mut header = headers.value("signature").unwrap().to_owned();
        header = match version {
            Some(version) => header.replace("keyVersion=1", &format!("keyVersion={version}")),
            None => header.replace("keyVersion=1,", ""),
        };
        envelope(Headers::new().with("Client-Id", "C").with("Request-Time", "1767607200000").with("Signature", header))
    }

    fn rotated() -> Clients {
        let mut client = Client::with_key(signer(FIRST).verifier().unwrap());
        client.put_key(2, signer(SECOND).verifier().unwrap());
        Clients::from([("C".to_owned(), client)])
    }

    fn code(clients: &Clients, envelope: &Envelope) -> Option<(&'static str, String)> {
        clients.authenticate(envelope, NOW, &mut Vec::new()).err().map(|refusal| (refusal.code, refusal.reason))
    }

    #[test]
    fn after_a_rotation_both_keys_are_good_and_the_newest_is_meant_when_none_is_named() {
        let clients = rotated();
        assert_eq!(code(&clients, &signed(FIRST, Some("1"))), None);
        assert_eq!(code(&clients, &signed(SECOND, Some("2"))), None);
        assert_eq!(code(&clients, &signed(SECOND, None)), None);
        assert_eq!(code(&clients, &signed(FIRST, None)).unwrap().0, "INVALID_SIGNATURE");
    }

    #[test]
    fn a_signature_under_the_wrong_version_says_which_version_made_it() {
        let (code, reason) = code(&rotated(), &signed(SECOND, Some("1"))).unwrap();
        assert_eq!(code, "INVALID_SIGNATURE");
        assert!(reason.ends_with("it was made with the key of version 2"), "{reason}");
    }

    #[test]
    fn a_version_that_is_not_stored_is_no_key() {
        let mut clients = rotated();
        for version in ["3", "0", "two", "", "99999999999999999999"] {
            let (code, reason) = code(&clients, &signed(FIRST, Some(version))).unwrap();
            assert_eq!(code, "KEY_NOT_FOUND", "{version}");
            assert!(reason.contains("(versions: 1, 2) for C"), "{reason}");
        }
        assert!(clients.find_mut("C").unwrap().remove_key(1));
        assert!(!clients.find_mut("C").unwrap().remove_key(1));
        assert_eq!(code(&clients, &signed(FIRST, Some("1"))).unwrap().0, "KEY_NOT_FOUND");
        assert_eq!(clients.find_mut("C").unwrap().versions().collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn an_api_key_takes_the_place_of_client_id_and_signature() {
        let mut client = Client::keyless();
        client.set_api_key(ApiKey::parse("isak_TEST_one_secret").unwrap());
        let clients = Clients::from([("C".to_owned(), client)]);
        let with = |token: &str| envelope(Headers::new().with("Authorization", token));
        assert_eq!(code(&clients, &with("Bearer isak_TEST_one_secret")), None);
        assert_eq!(clients.addressee(&with("bearer isak_TEST_one_secret")), "C");
        assert_eq!(code(&clients, &with("Bearer isak_TEST_one_guess")).unwrap().0, "ACCESS_DENIED");
        assert_eq!(code(&clients, &with("Basic isak_TEST_one_secret")).unwrap().0, "CLIENT_INVALID");
        assert_eq!(clients.addressee(&with("Bearer isak_TEST_one_guess")), "");
        let other = Headers::new().with("Authorization", "Bearer isak_TEST_one_secret").with("client-id", "D");
        assert_eq!(code(&clients, &envelope(other)).unwrap().0, "CLIENT_INVALID");
        // A signature that is there is checked, whatever else is there.
        let both =
            Headers::new().with("Authorization", "Bearer isak_TEST_one_secret").with("signature", "signature=AA");
        assert_eq!(code(&clients, &envelope(both)).unwrap().0, "CLIENT_INVALID");
    }

    #[test]
    fn where_nobody_signs_a_merchant_needs_a_known_client_id_alone() {
        let mut clients = rotated();
        let bare = |id: &str| envelope(Headers::new().with("Client-Id", id));
        assert_eq!(code(&clients, &bare("C")).unwrap().0, "INVALID_SIGNATURE");
        clients.set_signing(Signing::Off);
        assert_eq!(code(&clients, &bare("C")), None);
        assert_eq!(code(&clients, &bare("D")).unwrap().0, "CLIENT_INVALID");
    }

    #[test]
    fn the_clock_may_differ_by_five_minutes_before_it_is_noted() {
        for (time, noted) in [
            ("1767607200000", 0),
            ("1767607500000", 0),
            ("1767606900000", 0),
            ("1767607500001", 1),
            ("1767606899999", 1),
            ("176760720000", 1),
            ("2026-01-05T18:05:00+08:00", 0),
            ("2026-01-05T18:05:01+08:00", 1),
            ("", 1),
        ] {
            let mut notes = Vec::new();
            note_time(time, NOW, &mut notes);
            assert_eq!(notes.len(), noted, "{time}: {notes:?}");
        }
    }
}
