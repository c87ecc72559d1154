//! The key that takes the place of a merchant's signatures.

/// `isak_TEST_id_secret` or `irak_PROD_id_secret`: what a client in API-key mode sends as its bearer token.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// Reads a key.
    ///
    /// # Errors
    /// What is wrong with it, without repeating it.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        let mut parts = text.splitn(4, '_');
        let (Some(kind), Some(world), Some(id), Some(secret)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(ApiKeyError);
        };
        let printable = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic());
        let known = matches!(kind, "isak" | "irak") && matches!(world, "TEST" | "PROD");
        if known && printable(id) && printable(secret) { Ok(Self(text.to_owned())) } else { Err(ApiKeyError) }
    }

    /// Whether a token is this key.
    pub(crate) fn is(&self, token: &str) -> bool {
        self.0 == token
    }
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKey(a secret)")
    }
}

/// A text that is no API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("read the API key: it is not of the form isak_TEST_<id>_<secret> (or irak_, or _PROD_)")]
pub struct ApiKeyError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_key_has_four_parts_and_is_never_shown() {
        for good in ["isak_TEST_a_b", "irak_PROD_a_b_c"] {
            assert_eq!(format!("{:?}", ApiKey::parse(good).unwrap()), "ApiKey(a secret)");
        }
        for bad in [
            "",
            "isak",
            "isak_TEST_a",
            "isak_TEST__b",
            "isak_TEST_a_",
            "esak_TEST_a_b",
            "isak_LIVE_a_b",
            "isak_TEST_a b_c",
        ] {
            assert_eq!(ApiKey::parse(bad), Err(ApiKeyError), "{bad}");
        }
    }
}
