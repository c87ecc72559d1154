//! Money in minor units. An amount on either wire is a string of digits; the currency says how many of them are decimals.
//!
//! The provider's own table of decimals (dataVersion 2026-09-01 of the SDK's amount rules) comes first, ISO 4217 fills
//! the rest. No floats, no decimals, no sign.

use std::fmt;
use std::str::FromStr;

use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize};

/// The most digits an amount may have, after the provider's SDK.
pub const MAX_DIGITS: usize = 16;

/// A currency that money can be counted in: three upper-case letters known to ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The Korean won, the terminal's only currency.
    pub const KRW: Self = Self(*b"KRW");

    /// The code, as on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// How many digits of the minor unit are decimals of the major one: 0 for KRW and JPY, 2 for USD.
    #[must_use]
    pub fn exponent(self) -> u32 {
        match self.as_str() {
            "CLP" | "JPY" | "KRW" | "VND" => 0,
            "AUD" | "BDT" | "BRL" | "CAD" | "CNY" | "EUR" | "GBP" | "HKD" | "IDR" | "MXN" | "MYR" | "NZD" | "PEN"
            | "PHP" | "PKR" | "PLN" | "SGD" | "THB" | "TWD" | "USD" => 2,
            other => iso_currency::Currency::from_code(other).and_then(|c| c.exponent()).map_or(2, u32::from),
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let in_iso = || iso_currency::Currency::from_code(text).is_some_and(|currency| currency.exponent().is_some());
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if PROVIDERS.binary_search(&&code).is_ok() || in_iso() => Ok(Self(code)),
            _ => Err(MoneyError::Currency(text.chars().take(16).collect())),
        }
    }
}

/// The provider's own currencies, sorted. They are looked for before the whole of ISO 4217, which is a long table.
const PROVIDERS: [&[u8; 3]; 24] = [
    b"AUD", b"BDT", b"BRL", b"CAD", b"CLP", b"CNY", b"EUR", b"GBP", b"HKD", b"IDR", b"JPY", b"KRW", b"MXN", b"MYR",
    b"NZD", b"PEN", b"PHP", b"PKR", b"PLN", b"SGD", b"THB", b"TWD", b"USD", b"VND",
];

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "description": "ISO 4217 letters.", "pattern": "^[A-Z]{3}$"})
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount of money: a number of minor units (won, yen, cents) of a currency.
///
/// On the wire it is `{"currency":"KRW","value":"10400"}`, and that is how it is serialised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "Amount")]
pub struct Money {
    /// The currency.
    pub currency: Currency,
    /// Minor units: `104` of USD is one dollar and four cents.
    pub minor: u64,
}

impl Money {
    /// So many minor units of a currency.
    #[must_use]
    pub const fn new(currency: Currency, minor: u64) -> Self {
        Self { currency, minor }
    }

    /// So many won.
    #[must_use]
    pub const fn krw(won: u64) -> Self {
        Self::new(Currency::KRW, won)
    }

    /// Reads the two texts of an amount.
    ///
    /// # Errors
    /// An unknown currency; a value that is not 1 to 16 digits (no sign, point, exponent or leading zero).
    pub fn parse(currency: &str, value: &str) -> Result<Self, MoneyError> {
        let currency = currency.parse()?;
        let digits = !value.is_empty() && value.len() <= MAX_DIGITS && value.bytes().all(|b| b.is_ascii_digit());
        let leading_zero = value.len() > 1 && value.starts_with('0');
        match value.parse() {
            Ok(minor) if digits && !leading_zero => Ok(Self { currency, minor }),
            _ => Err(MoneyError::Value(value.chars().take(32).collect())),
        }
    }

    /// The value as the wire wants it: digits only.
    #[must_use]
    pub fn value(&self) -> String {
        self.minor.to_string()
    }

    /// Both wire texts.
    #[must_use]
    pub fn amount(&self) -> Amount {
        Amount { currency: self.currency.as_str().to_owned(), value: self.value() }
    }
}

impl Serialize for Money {
    /// As an [`Amount`], whose texts need not be made for it.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut amount = serializer.serialize_struct("Amount", 2)?;
        amount.serialize_field("currency", self.currency.as_str())?;
        amount.serialize_field("value", &self.value())?;
        amount.end()
    }
}

impl fmt::Display for Money {
    /// For people: `KRW 10400`, `USD 1.04`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = self.currency.exponent();
        let unit = 10_u64.pow(exponent.min(8));
        if exponent == 0 {
            write!(f, "{} {}", self.currency, self.minor)
        } else {
            let width = usize::try_from(exponent).unwrap_or_default();
            write!(f, "{} {}.{:0width$}", self.currency, self.minor / unit, self.minor % unit)
        }
    }
}

/// The wire shape of an amount: two strings, not yet known to be money.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Amount {
    /// ISO 4217 letters.
    #[schemars(with = "Currency")]
    pub currency: String,
    /// Digits, in the smallest unit of the currency. A JSON number is read too, since one official SDK sends it; who
    /// must know the difference looks at the bytes.
    #[serde(deserialize_with = "text_or_number")]
    #[schemars(with = "Digits")]
    pub value: String,
}

/// How a value may be written.
struct Digits;

impl schemars::JsonSchema for Digits {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Digits".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Digits: minor units of the currency.", "type": ["string", "integer"], "pattern": "^[0-9]{1,16}$", "minimum": 0,
        })
    }
}

fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Value;
    impl serde::de::Visitor<'_> for Value {
        type Value = String;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string of digits")
        }
        fn visit_str<E>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
        fn visit_u64<E>(self, number: u64) -> Result<String, E> {
            Ok(number.to_string())
        }
    }
    // A packed form has no types to look at, and was written here.
    if deserializer.is_human_readable() {
        deserializer.deserialize_any(Value)
    } else {
        deserializer.deserialize_str(Value)
    }
}

impl TryFrom<Amount> for Money {
    type Error = MoneyError;
    fn try_from(amount: Amount) -> Result<Self, MoneyError> {
        Self::parse(&amount.currency, &amount.value)
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        money.amount()
    }
}

/// Texts that are not money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a currency with minor units.
    #[error("read money: {0:?} is not a currency code of ISO 4217 in upper case")]
    Currency(String),
    /// Not a number of minor units.
    #[error("read money: {0:?} is not a number of minor units, written as 1 to 16 digits")]
    Value(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_the_provider_then_iso() {
        for (code, exponent) in [("KRW", 0), ("JPY", 0), ("USD", 2), ("IDR", 2), ("KWD", 3), ("CLP", 0)] {
            assert_eq!(code.parse::<Currency>().unwrap().exponent(), exponent, "{code}");
        }
    }

    #[test]
    fn the_providers_currencies_are_sorted_and_all_of_iso_with_minor_units() {
        assert!(PROVIDERS.is_sorted());
        for code in PROVIDERS {
            let iso = iso_currency::Currency::from_code(std::str::from_utf8(code).unwrap());
            assert!(iso.is_some_and(|currency| currency.exponent().is_some()), "{code:?}");
        }
    }

    #[test]
    fn money_is_shown_to_people_with_its_decimals() {
        assert_eq!(Money::parse("USD", "104").unwrap().to_string(), "USD 1.04");
        assert_eq!(Money::krw(10400).to_string(), "KRW 10400");
        assert_eq!(Money::parse("KWD", "1").unwrap().to_string(), "KWD 0.001");
        assert_eq!(format!("{:?}", Currency::KRW), "KRW");
    }

    #[test]
    fn a_value_is_read_as_a_number_too_and_anything_else_is_told() {
        let read = |value: &str| serde_json::from_str::<Amount>(&format!(r#"{{"currency":"JPY","value":{value}}}"#));
        assert_eq!(read("100").unwrap().value, "100");
        assert_eq!(read("\"100\"").unwrap().value, "100");
        for value in ["true", "-1", "1.5", "null", "[]"] {
            assert!(read(value).unwrap_err().to_string().contains("a string of digits"), "{value}");
        }
    }

    #[test]
    fn only_digits_are_a_value() {
        for value in ["", "-1", "1.0", "1e3", "+1", " 1", "01", "12345678901234567", "１"] {
            assert!(matches!(Money::parse("USD", value), Err(MoneyError::Value(_))), "{value:?}");
        }
        assert_eq!(Money::parse("USD", "0").unwrap().minor, 0);
        assert_eq!(Money::parse("USD", "9999999999999999").unwrap().minor, 9_999_999_999_999_999);
    }

    #[test]
    fn only_upper_case_iso_codes_with_minor_units_are_a_currency() {
        for code in ["usd", "XXX", "ABC", "", "US", "₩₩₩"] {
            assert!(Money::parse(code, "1").is_err(), "{code:?}");
        }
    }
}
