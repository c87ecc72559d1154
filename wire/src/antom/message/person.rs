//! Who buys, and where it goes.

use serde_json::Value;

use super::object::object;
use super::{Flag, Whole};
use crate::antom::field::{FieldKind, FieldRule, optional};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// `order.buyer`.
    Buyer {
        reference_buyer_id: String,
        buyer_name: UserName,
        buyer_phone_no: String,
        buyer_email: String,
        buyer_registration_time: WireTime,
        is_account_verified: Flag,
        successful_order_count: Whole,
    }
}

impl Buyer {
    /// All of them optional.
    pub const FIELDS: &'static [FieldRule] = &[
        optional("referenceBuyerId", FieldKind::Text(64)),
        optional("buyerName", FieldKind::Nested(UserName::FIELDS)),
        optional("buyerPhoneNo", FieldKind::Text(24)),
        optional("buyerEmail", FieldKind::Text(64)),
        optional("buyerRegistrationTime", FieldKind::DateTime),
        optional("isAccountVerified", FieldKind::Flag),
        optional("successfulOrderCount", FieldKind::Whole(0, 4_294_967_295)),
    ];
}

object! {
    /// A person's name.
    UserName {
        first_name: String,
        middle_name: String,
        last_name: String,
        full_name: String,
    }
}

impl UserName {
    const FIELDS: &'static [FieldRule] = &[
        optional("firstName", FieldKind::Text(32)),
        optional("middleName", FieldKind::Text(32)),
        optional("lastName", FieldKind::Text(32)),
        optional("fullName", FieldKind::Text(128)),
    ];
}

object! {
    /// A postal address.
    Address {
        region: String,
        state: String,
        city: String,
        address1: String,
        address2: String,
        zip_code: String,
        label: String,
    }
}

impl Address {
    /// All of them optional.
    pub const FIELDS: &'static [FieldRule] = &[
        optional("region", FieldKind::Region),
        optional("state", FieldKind::Text(8)),
        optional("city", FieldKind::Text(32)),
        optional("address1", FieldKind::Text(256)),
        optional("address2", FieldKind::Text(256)),
        optional("zipCode", FieldKind::Text(32)),
        optional("label", FieldKind::Text(64)),
    ];
}

object! {
    /// `order.shipping`.
    Shipping {
        shipping_name: UserName,
        shipping_address: Address,
        shipping_carrier: String,
        shipping_phone_no: String,
        ship_to_email: String,
        shipping_fee: Money,
        shipping_fee_id: String,
        shipping_description: String,
        delivery_estimate: Value,
    }
}

impl Shipping {
    /// All of them optional.
    pub const FIELDS: &'static [FieldRule] = &[
        optional("shippingName", FieldKind::Nested(UserName::FIELDS)),
        optional("shippingAddress", FieldKind::Nested(Address::FIELDS)),
        optional("shippingCarrier", FieldKind::Text(128)),
        optional("shippingPhoneNo", FieldKind::Text(16)),
        optional("shipToEmail", FieldKind::Text(64)),
        optional("shippingFee", FieldKind::Amount),
        optional("shippingFeeId", FieldKind::Text(64)),
        optional("shippingDescription", FieldKind::Text(64)),
        optional("deliveryEstimate", FieldKind::Object),
    ];
}

object! {
    /// `pspCustomerInfo`: who paid, as his wallet knows him.
    PspCustomerInfo {
        psp_name: String,
        psp_customer_id: String,
        display_customer_id: String,
        display_customer_name: String,
        customer2088_id: String,
        extend_info: String,
    }
}
