//! Who paid, in the words of his wallet or of the issuer of his card. There is one buyer in this world.

use serde::{Deserialize, Serialize};
use wire::antom::{CardInfo, PaymentMethod, PaymentResultInfo, PspCustomerInfo, VaultedCard};

use crate::payment::Payment;

/// What is told of a payment that was made; nothing of one that was not.
#[derive(Debug, Default)]
pub(crate) struct Payer {
    /// Of a wallet.
    pub(crate) customer: Option<PspCustomerInfo>,
    /// Of a card.
    pub(crate) card: Option<CardInfo>,
    /// Of a card, in more words.
    pub(crate) result: Option<PaymentResultInfo>,
}

impl Payer {
    pub(crate) fn of(payment: &Payment) -> Self {
        match payment.paid {
            None => Self::default(),
            Some(_) if is_card(&payment.payment_method_type) => {
                let card = payment.card.clone().unwrap_or_default();
                Self { customer: None, card: Some(card.info()), result: Some(card.result_info()) }
            }
            Some(_) => Self { customer: Some(customer(&payment.payment_method_type)), card: None, result: None },
        }
    }
}

/// Whether a payment method is a card, in a wallet or not.
pub(crate) fn is_card(payment_method_type: &str) -> bool {
    ["CARD", "APPLEPAY", "GOOGLEPAY"].contains(&payment_method_type)
}

/// The customer of a wallet, whose name is its method's; that of in-store wallets is the one in the provider's samples.
fn customer(payment_method_type: &str) -> PspCustomerInfo {
    let name = match payment_method_type {
        "" | PaymentMethod::CONNECT_WALLET => "ALIPAYCN".to_owned(),
        method => method.replace('_', ""),
    };
    PspCustomerInfo {
        psp_name: Some(name),
        psp_customer_id: Some("2088000000000001".to_owned()),
        display_customer_id: Some("buy***@wallet.example".to_owned()),
        ..PspCustomerInfo::default()
    }
}

/// What may be kept of a card's number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Its first six digits.
    pub bin: String,
    /// Its last four digits.
    pub last_four: String,
}

/// The provider's test card, for those who give no number: a token, a page, a session.
impl Default for Card {
    fn default() -> Self {
        Self { bin: "405469".to_owned(), last_four: "0768".to_owned() }
    }
}

impl Card {
    /// The card of a request, if it is paid by one and its number is there.
    pub(crate) fn of(method: &PaymentMethod) -> Option<Self> {
        let data = method.payment_method_meta_data.as_ref().filter(|_| is_card(&method.payment_method_type))?;
        let number: String = data.get("cardNo")?.as_str()?.split([' ', '-']).collect();
        let is_number = (12..=19).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        let (bin, rest) = number.split_at_checked(6).filter(|_| is_number)?;
        let last_four = rest.get(rest.len().checked_sub(4)?..)?;
        Some(Self { bin: bin.to_owned(), last_four: last_four.to_owned() })
    }

    fn masked(&self) -> String {
        format!("{}******{}", self.bin, self.last_four)
    }

    fn brand(&self) -> &'static str {
        match self.bin.as_bytes() {
            [b'4', ..] => "VISA",
            [b'2' | b'5', ..] => "MASTERCARD",
            [b'3', b'4' | b'7', ..] => "AMEX",
            [b'3', b'5', ..] => "JCB",
            [b'3', ..] => "DINERS",
            [b'6', b'2', ..] => "CUP",
            [b'6', ..] => "DISCOVER",
            _ => "UNKNOWN",
        }
    }

    fn info(&self) -> CardInfo {
        CardInfo {
            card_no: Some(self.masked()),
            card_brand: Some(self.brand().to_owned()),
            funding: Some("CREDIT".to_owned()),
            ..CardInfo::default()
        }
    }

    /// As it is kept under a token.
    pub(crate) fn vaulted(&self, card_token: String) -> VaultedCard {
        VaultedCard {
            card_token: Some(card_token),
            brand: Some(self.brand().to_owned()),
            masked_card_no: Some(self.masked()),
            last_four: Some(self.last_four.clone()),
            bin: Some(self.bin.clone()),
            expiry_month: Some("12".to_owned()),
            expiry_year: Some("34".to_owned()),
            funding: Some("CREDIT".to_owned()),
            issuing_country: Some("SG".to_owned()),
            ..VaultedCard::default()
        }
    }

    fn result_info(&self) -> PaymentResultInfo {
        PaymentResultInfo {
            card_no: Some(self.masked()),
            card_brand: Some(self.brand().to_owned()),
            card_bin: Some(self.bin.clone()),
            last_four: Some(self.last_four.clone()),
            funding: Some("CREDIT".to_owned()),
            ..PaymentResultInfo::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_a_card_its_first_and_last_digits_are_kept_and_nothing_of_what_is_no_number() {
        let of = |kind: &str, number: &str| {
            let method = PaymentMethod {
                payment_method_meta_data: Some(json!({"cardNo": number})),
                ..PaymentMethod::new(kind.to_owned())
            };
            Card::of(&method).map(|card| (card.masked(), card.brand()))
        };
        assert_eq!(of("CARD", "5162 7701 1477 4974"), Some(("516277******4974".to_owned(), "MASTERCARD")));
        assert_eq!(of("CARD", "349002166921"), Some(("349002******6921".to_owned(), "AMEX")));
        for number in [
            "",
            "40546957231",
            "4054695723100768x",
            "40546957231007680000",
            "\u{663}\u{663}\u{663}\u{663}\u{663}\u{663}",
        ] {
            assert_eq!(of("CARD", number), None, "{number}");
        }
        assert_eq!(of("GCASH", "4054695723100768"), None);
    }
}
