//! Whether a scenario is for an integration: its roles and its capabilities.

use std::collections::BTreeMap;

use sim_antom::{DataGiven, Play, PlayStep, Query};

use super::Settings;
use crate::driver::{Hello, NO_ENTRY_CODE};
use crate::scenario::{By, Capture, Checkout, Product, Role, Scenario, Step, Visit, Which};

/// Why a scenario is not for this integration.
pub(super) fn unfit(scenario: &Scenario, settings: &Settings, hello: &Hello) -> Option<String> {
    if let Some(role) = scenario.roles.iter().find(|role| !hello.roles.contains(role)) {
        return Some(format!("the integration does not play the role `{}`", role.as_str()));
    }
    if settings.client.is_none()
        && let Some(what) = scenario.given.antom.client.iter().find_map(|rule| of_the_web(&rule.what))
    {
        return in_a_browser(what);
    }
    let lack = |capability: &str| Some(format!("the integration has no capability `{capability}`"));
    let lacks = |capability: &str| if hello.can(capability) { None } else { lack(capability) };
    // `cancel` is for every side; one that can do it on one side only says `cancel:edc` or `cancel:antom`.
    let lacks_at = |capability: &str, side: Role| {
        let there = format!("{capability}:{}", side.as_str());
        if hello.can(capability) || hello.can(&there) { None } else { lack(capability) }
    };
    let mut sides: BTreeMap<&str, Role> = BTreeMap::new();
    scenario.steps.iter().flat_map(Step::all).find_map(|step| {
        let side = |order: &str| sides.get(order).copied().unwrap_or(Role::Antom);
        match step {
            Step::Checkout(checkout) => {
                sides.insert(&checkout.order.value, checkout.by.role());
                if checkout.by == By::EntryCode && hello.can(NO_ENTRY_CODE) {
                    return Some("the integration does not sell by entry-code".to_owned());
                }
                needs(checkout).into_iter().find_map(lacks)
            }
            Step::CheckoutBatch(_) => lacks(By::Batch.as_str()),
            Step::Retry(_) => lacks("retry"),
            Step::Capture(_) => lacks("capture"),
            Step::Cancel(cancel) => lacks_at("cancel", side(&cancel.order.value)),
            Step::Refund(refund) => lacks_at("refund", side(&refund.order.value)),
            Step::Restart(_) if !settings.integration.can_be_restarted() => {
                Some("an integration behind a URL cannot be restarted".to_owned())
            }
            Step::Restart(_) => lacks("restart"),
            Step::Visit(visit) if settings.client.is_none() && visit.page == Which::Return => lacks("returns"),
            Step::Visit(visit) if settings.client.is_some() && visit.product == Product::Terminal => {
                of_an_app("an app at the terminal")
            }
            Step::Visit(visit) => needs_of_front(visit).into_iter().find_map(lacks),
            Step::Callback(_) if settings.client.is_some() => of_an_app("what the SDK calls late"),
            Step::Screen(_) if settings.client.is_some() => of_an_app("a screen that goes and comes back"),
            Step::Screen(_) => lacks("screen"),
            Step::Press(_) | Step::Callback(_) => None,
            Step::Until(_)
            | Step::Advance(_)
            | Step::Settle(_)
            | Step::Repeat(_)
            | Step::Parallel(_)
            | Step::SendRaw(_)
            | Step::NotifyRaw(_)
            | Step::ReplayNotification(_) => None,
        }
    })
}

/// What a play has that only a browser can show.
fn of_the_web(play: &Play) -> Option<&'static str> {
    if play.data != DataGiven::Whole {
        return Some("what the SDK refuses by itself");
    }
    if play.query != Query::Truly {
        return Some("the SDK's own question to the gateway");
    }
    play.steps.iter().find_map(|step| match step {
        PlayStep::Garble(_) | PlayStep::Forge(_) => Some("messages between windows"),
        PlayStep::Post { .. } => Some("messages of the SDK's own page"),
        PlayStep::Redirect(_) => Some("a page to return to"),
        _ => None,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "it is a reason among others")]
fn in_a_browser(what: &str) -> Option<String> {
    Some(format!("it is about {what}: `conformance client` shows it in a browser"))
}

#[expect(clippy::unnecessary_wraps, reason = "it is a reason among others")]
fn of_an_app(what: &str) -> Option<String> {
    Some(format!("it is about {what}, and this front end is a page: an app is judged behind a driver"))
}

/// What a sale in a front end needs beside its role.
fn needs_of_front(visit: &Visit) -> Vec<&'static str> {
    match visit.product {
        Product::Terminal => vec!["terminal-sdk"],
        Product::Cashier | Product::Element if visit.capture == Capture::Manual => {
            vec![By::Session.as_str(), "capture"]
        }
        Product::Cashier | Product::Element => vec![By::Session.as_str()],
    }
}

/// What a checkout needs beside its role.
fn needs(checkout: &Checkout) -> Vec<&'static str> {
    let card = checkout.method.as_deref() == Some("CARD");
    [
        checkout.by.capability(),
        card.then_some("card"),
        (checkout.capture == Capture::Manual).then_some("capture"),
        (!checkout.cart.is_empty()).then_some("cart"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integration::Integration;
    use crate::run::TimeMode;
    use crate::scenario::parse;
    use crate::verdict::Standard;
    use crate::world::Signing;
    use std::time::Duration;

    fn reason(roles: &str, steps: &str, capabilities: &[&str]) -> Option<String> {
        let text = format!("title: A story\nroles: [{roles}]\nsteps: [{steps}]\n");
        let scenario = parse("story.yaml", &text).unwrap();
        let settings = Settings {
            integration: Integration::Memory(None),
            time: TimeMode::Paused,
            start_timeout: Duration::ZERO,
            case_timeout: Duration::ZERO,
            standard: Standard::default(),
            signing: Signing::Rsa,
            client: None,
        };
        let hello = serde_json::json!({"name": "n", "roles": ["edc", "antom"], "capabilities": capabilities});
        unfit(&scenario, &settings, &serde_json::from_value(hello).unwrap())
    }

    const YEN: &str = "amount: {currency: JPY, value: \"1000\"}";

    #[test]
    fn each_way_of_selling_needs_its_capability() {
        for (more, capability) in [
            ("by: entry-code", None),
            ("by: order-code", Some("order-code")),
            ("by: payment-code", Some("payment-code")),
            ("by: cashier", Some("cashier")),
            ("by: session", Some("session")),
            ("by: entry-code, cart: [{price: \"1000\"}]", Some("cart")),
        ] {
            let step = format!("{{checkout: {{order: A, {more}, {YEN}}}}}");
            let lacking = capability.map(|word| format!("the integration has no capability `{word}`"));
            assert_eq!(reason("antom", &step, &[]), lacking, "{more}");
            assert_eq!(reason("antom", &step, &capability.into_iter().collect::<Vec<_>>()), None, "{more}");
        }
    }

    #[test]
    fn a_shop_without_entry_code_is_spared_it_and_nothing_else() {
        let step = |by: &str| format!("{{checkout: {{order: A, by: {by}, {YEN}}}}}");
        let offered = [NO_ENTRY_CODE, "cashier"];
        let lacking = Some("the integration does not sell by entry-code".to_owned());
        assert_eq!(reason("antom", &step("entry-code"), &offered), lacking);
        assert_eq!(reason("antom", &step("cashier"), &offered), None);
    }

    #[test]
    fn a_card_that_is_captured_later_needs_three() {
        let step = format!("{{checkout: {{order: A, by: cashier, {YEN}, method: CARD, capture: manual}}}}");
        for lacking in ["cashier", "card", "capture"] {
            let offered: Vec<_> = ["cashier", "card", "capture"].into_iter().filter(|word| *word != lacking).collect();
            let reason = reason("antom", &step, &offered);
            assert_eq!(reason, Some(format!("the integration has no capability `{lacking}`")));
        }
    }

    #[test]
    fn cancel_and_refund_may_be_offered_on_one_side_only() {
        let at_gateway = format!("{{checkout: {{order: A, by: entry-code, {YEN}}}}}, {{cancel: {{order: A}}}}");
        let won = "amount: {currency: KRW, value: \"1000\"}";
        let at_terminal = format!("{{checkout: {{order: A, by: terminal, {won}}}}}, {{cancel: {{order: A}}}}");
        let lacking = Some("the integration has no capability `cancel`".to_owned());
        for (roles, steps, side, other) in
            [("antom", at_gateway, "cancel:antom", "cancel:edc"), ("edc", at_terminal, "cancel:edc", "cancel:antom")]
        {
            assert_eq!(reason(roles, &steps, &["cancel"]), None);
            assert_eq!(reason(roles, &steps, &[side]), None);
            assert_eq!(reason(roles, &steps, &[other]), lacking);
        }
    }
}
