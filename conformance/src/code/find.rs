//! A code by what a person types.

use wire::suggest;

use super::catalogue::{Entry, all};

/// Why a code cannot be reproduced, and what to type instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFound {
    /// No table has it.
    #[error("there is no documented code `{code}`; {help}")]
    Unknown {
        /// As typed.
        code: String,
        /// What may have been meant.
        help: String,
    },
    /// Several tables have it.
    #[error("`{code}` can be had on {}; say which, such as --on {}", places.join(", "), places.first().copied().unwrap_or_default())]
    Ambiguous {
        /// The code.
        code: String,
        /// Where it can be had.
        places: Vec<&'static str>,
    },
    /// It has other places than the one that was named.
    #[error("`{code}` cannot be had on `{on}`, only on {}", places.join(", "))]
    Elsewhere {
        /// The code.
        code: String,
        /// As typed.
        on: String,
        /// Where it can be had.
        places: Vec<&'static str>,
    },
}

/// The one entry of a code, at a place if one is named.
///
/// # Errors
/// There is none, or there are several.
pub fn find(code: &str, on: Option<&str>) -> Result<Entry, NotFound> {
    let all = all();
    let code = code.to_owned();
    let named: Vec<&Entry> = all.iter().filter(|entry| entry.code.eq_ignore_ascii_case(&code)).collect();
    if named.is_empty() {
        let near = suggest::nearest(&code, all.iter().map(|entry| entry.code));
        let help = near.map_or_else(
            || "`conformance codes` lists all of them".to_owned(),
            |near| format!("did you mean `{near}`? `conformance codes` lists all of them"),
        );
        return Err(NotFound::Unknown { code, help });
    }
    let to_be_had = named;
    let places: Vec<&'static str> = to_be_had.iter().map(|entry| entry.on).collect();
    let fits = |entry: &&&Entry| {
        on.is_none_or(|on| entry.on.eq_ignore_ascii_case(on) || entry.side.as_str().eq_ignore_ascii_case(on))
    };
    let fitting: Vec<&&Entry> = to_be_had.iter().filter(fits).collect();
    match (fitting.as_slice(), on) {
        ([one], _) => Ok((**one).clone()),
        ([], Some(on)) => Err(NotFound::Elsewhere { code, on: on.to_owned(), places }),
        (several, _) => Err(NotFound::Ambiguous { code, places: several.iter().map(|entry| entry.on).collect() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(code: &str, on: Option<&str>) -> String {
        find(code, on).map_or_else(|error| error.to_string(), |entry| entry.name())
    }

    #[test]
    fn a_code_with_one_place_needs_no_more_and_one_with_several_does() {
        assert_eq!(name("IDENTITY_VERIFY_FAILED", None), "terminal/Purchase/IDENTITY_VERIFY_FAILED");
        assert_eq!(name("CANCEL_WINDOW_EXCEED", None), "gateway/cancel/CANCEL_WINDOW_EXCEED");
        assert_eq!(name("invalid_contract", Some("PAY")), "gateway/pay/INVALID_CONTRACT");
        assert_eq!(name("INVALID_CONTRACT", Some("terminal")), "terminal/Purchase/INVALID_CONTRACT");
        assert_eq!(name("RISK_REJECT", Some("payment")), "gateway/payment/RISK_REJECT");
        let told = name("INVALID_CONTRACT", None);
        assert!(told.contains("Purchase, pay") && told.contains("such as --on Purchase"), "{told}");
        assert!(name("INVALID_CONTRACT", Some("gateway")).contains("such as --on pay"));
    }

    #[test]
    fn what_is_not_there_is_explained() {
        assert!(name("RISK_REJCET", None).contains("did you mean `RISK_REJECT`?"));
        assert!(name("BANANA", None).contains("`conformance codes` lists all of them"));
        assert!(name("CANCEL_WINDOW_EXCEED", Some("pay")).contains("only on cancel"));
        assert_eq!(name("SDK_PAYMENT_FAIL", None), "client/event/SDK_PAYMENT_FAIL");
    }
}
