//! paymentSessionData: an id that means something to this gateway only, a region, a group, and what the SDK reads. Pure.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::script::DataGiven;

/// What is written into a session's data. A vaulting's id stands where a payment's does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionData<'a> {
    pub(crate) payment_id: &'a str,
    pub(crate) client: &'a str,
    pub(crate) payment_method_type: &'a str,
    pub(crate) scene: Scene,
    /// The script's name; none when a person decides.
    pub(crate) play: Option<&'a str>,
    /// Whether the SDK's page shall never begin.
    pub(crate) is_absent: bool,
}

/// What the SDK shows for a session: productScene in its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scene {
    Cashier,
    Element,
    CheckoutPage,
    EasyPay,
    /// No payment: a card is kept.
    Vaulting,
}

/// Before the id, so that it cannot be taken for an id of anybody else.
const MARK: &str = "sim:";

impl Scene {
    /// From the request's productScene.
    pub(crate) fn of(product_scene: Option<&str>) -> Self {
        match product_scene {
            Some("ELEMENT_PAYMENT") => Self::Element,
            Some("CHECKOUT_PAYMENT") => Self::CheckoutPage,
            Some("EASY_PAY") => Self::EasyPay,
            _ => Self::Cashier,
        }
    }

    /// productScene and paymentMethodCategoryType.
    fn words(self, payment_method_type: &str) -> (&'static str, &'static str) {
        match (self, payment_method_type) {
            (Self::Cashier, "CARD") => ("CASHIER_PAYMENT", "CARD"),
            (Self::Cashier, _) => ("CASHIER_PAYMENT", "APM"),
            (Self::Element, _) => ("ELEMENT_PAYMENT", "ALL"),
            (Self::CheckoutPage, _) => ("CHECKOUT_PAYMENT", ""),
            (Self::EasyPay, _) => ("EASY_PAY", "WALLET"),
            (Self::Vaulting, _) => ("VAULTING", "CARD"),
        }
    }
}

impl SessionData<'_> {
    /// What a play lets a merchant have of it.
    pub(crate) fn given(&self, given: DataGiven) -> String {
        let whole = self.to_string();
        match given {
            DataGiven::Whole => whole,
            DataGiven::Cut => whole.rsplit_once("&&").map_or_else(String::new, |(head, _)| head.to_owned()),
            DataGiven::Empty => String::new(),
        }
    }

    /// The payment that a session's data, or its first part, belong to.
    pub(crate) fn payment_id(data: &str) -> Option<String> {
        let first = data.split("&&").next()?;
        let text = String::from_utf8(STANDARD.decode(first).ok()?).ok()?;
        text.strip_prefix(MARK).map(str::to_owned)
    }
}

/// The payment that a session's data belong to, when they are of this gateway.
#[must_use]
pub fn session_payment(data: &str) -> Option<String> {
    SessionData::payment_id(data)
}

impl fmt::Display for SessionData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { payment_id, client, payment_method_type, scene, play, is_absent } = self;
        let (product, category) = scene.words(payment_method_type);
        let read = json!({
            "clientId": client,
            "paymentSessionConfig": {
                "productScene": product, "productSceneVersion": "1.0", "paymentMethodCategoryType": category,
            },
            "paymentMethodInfoView": {"paymentMethodType": payment_method_type},
            "action": {"skipSdkQuery": false, "requireFastSdk": false},
            "extendInfo": "{}",
            "x_sim": {"session": payment_id, "script": play},
        });
        let id = STANDARD.encode(format!("{MARK}{payment_id}"));
        // The SDK takes a region that it does not know for SG, and writes it into its page's address.
        let region = if *is_absent { "ABSENT" } else { "SG" };
        write!(f, "{id}&&{region}&&111&&{}", STANDARD.encode(read.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_have_four_parts_of_which_the_last_is_read_by_the_sdk_and_the_first_by_the_gateway() {
        let made = |scene, method| {
            let data = SessionData {
                payment_id: "2026",
                client: "C",
                payment_method_type: method,
                scene,
                play: Some("happy"),
                is_absent: false,
            };
            data.to_string()
        };
        let data = made(Scene::Cashier, "CARD");
        let parts: Vec<_> = data.split("&&").collect();
        assert_eq!((parts.len(), parts[1], parts[2]), (4, "SG", "111"));
        assert_eq!(SessionData::payment_id(&data).as_deref(), Some("2026"));
        assert_eq!(SessionData::payment_id(parts[0]).as_deref(), Some("2026"));
        let read = |data: &str| -> serde_json::Value {
            serde_json::from_slice(&STANDARD.decode(data.split("&&").nth(3).unwrap()).unwrap()).unwrap()
        };
        let told = read(&data);
        assert_eq!(told["paymentSessionConfig"]["paymentMethodCategoryType"], "CARD");
        assert_eq!(told["x_sim"], json!({"session": "2026", "script": "happy"}));
        assert_eq!(read(&made(Scene::Cashier, "GCASH"))["paymentSessionConfig"]["paymentMethodCategoryType"], "APM");
        assert_eq!(
            read(&made(Scene::Element, "CARD"))["paymentSessionConfig"],
            json!({"productScene": "ELEMENT_PAYMENT", "productSceneVersion": "1.0", "paymentMethodCategoryType": "ALL"})
        );
        let vaulting = made(Scene::Vaulting, "CARD");
        assert_eq!(read(&vaulting)["paymentSessionConfig"]["productScene"], "VAULTING");
        for strange in ["", "garbage", "&&SG&&1", "aGVsbG8="] {
            assert_eq!(SessionData::payment_id(strange), None, "{strange}");
        }
        let (id, client, name) = ("9".repeat(64), "C".repeat(128), "m".repeat(64));
        let long = SessionData {
            payment_id: &id,
            client: &client,
            payment_method_type: &name,
            scene: Scene::Cashier,
            play: Some(&name),
            is_absent: true,
        };
        assert!(long.to_string().len() < 4096);
    }
}
