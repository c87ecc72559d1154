//! Where the buyer is: his device and browser, or the shop's till.

use serde_json::Value;

use super::Whole;
use super::object::object;
use crate::antom::field::{FieldKind, FieldRule, advised, optional};
use crate::time::WireTime;

object! {
    /// `env`, or `order.env` in store. Entry Code needs the buyer's User-Agent, by which the wallet is recognised.
    Env {
        terminal_type: String,
        os_type: String,
        user_agent: String,
        client_ip: String,
        device_token_id: String,
        cookie_id: String,
        extend_info: String,
        store_terminal_id: String,
        store_terminal_request_time: WireTime,
        browser_info: BrowserInfo,
        color_depth: Whole,
        screen_height: Whole,
        screen_width: Whole,
        time_zone_offset: Value,
        device_brand: String,
        device_model: String,
        device_language: String,
        device_id: String,
        os_version: String,
    }
}

impl Env {
    /// Which of them are required depends on the product.
    pub const FIELDS: &'static [FieldRule] = &[
        optional("terminalType", FieldKind::OneOf(&["WEB", "WAP", "APP", "MINI_APP"])),
        optional("osType", FieldKind::OneOf(&["IOS", "ANDROID"])),
        optional("userAgent", FieldKind::Text(2048)),
        optional("clientIp", FieldKind::Text(64)),
        optional("deviceTokenId", FieldKind::Text(64)),
        optional("cookieId", FieldKind::Text(2048)),
        optional("extendInfo", FieldKind::Text(2048)),
        optional("storeTerminalId", FieldKind::Text(64)),
        optional("storeTerminalRequestTime", FieldKind::DateTime),
        optional("browserInfo", FieldKind::Nested(BrowserInfo::FIELDS)),
        optional("colorDepth", FieldKind::Whole(1, 48)),
        advised("colorDepth", &FieldKind::AnyOf(&[1, 4, 8, 15, 16, 24, 30, 32, 48])),
        optional("screenHeight", FieldKind::Whole(0, 4_294_967_295)),
        optional("screenWidth", FieldKind::Whole(0, 4_294_967_295)),
        // Minutes, a signed number of 32 bits.
        advised("timeZoneOffset", &FieldKind::Whole(-2_147_483_648, 2_147_483_647)),
        optional("deviceBrand", FieldKind::Text(2048)),
        optional("deviceModel", FieldKind::Text(2048)),
        optional("deviceLanguage", FieldKind::Text(2048)),
        optional("deviceId", FieldKind::Text(2048)),
        optional("osVersion", FieldKind::Text(2048)),
    ];
}

object! {
    /// `env.browserInfo`.
    BrowserInfo {
        accept_header: String,
        java_enabled: super::Flag,
        java_script_enabled: super::Flag,
        language: String,
        user_agent: String,
    }
}

impl BrowserInfo {
    const FIELDS: &'static [FieldRule] = &[
        optional("acceptHeader", FieldKind::Text(2048)),
        optional("javaEnabled", FieldKind::Flag),
        optional("javaScriptEnabled", FieldKind::Flag),
        optional("language", FieldKind::Text(64)),
        optional("userAgent", FieldKind::Text(2048)),
    ];
}
