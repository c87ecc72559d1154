//! What is sold.

use super::Flag;
use super::object::object;
use crate::antom::field::{Condition, FieldKind, FieldRule, advised, expected, expected_when, optional};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// An element of `order.goods`: for risk control.
    Goods {
        reference_goods_id: String,
        goods_name: String,
        goods_category: String,
        goods_brand: String,
        goods_sku_name: String,
        goods_unit_amount: Money,
        goods_quantity: String,
        goods_url: String,
        goods_image_url: String,
        delivery_method_type: String,
        goods_discount_amount: Money,
        price_id: String,
        goods_ends_on_time: WireTime,
        cross_sell: Flag,
        tax_code: String,
        tax_behavior: String,
    }
}

impl Goods {
    /// The documents require an id (or a `priceId`) and a name.
    pub const FIELDS: &'static [FieldRule] = &[
        expected_when("referenceGoodsId", Condition::Without("priceId")),
        optional("referenceGoodsId", FieldKind::Text(64)),
        expected("goodsName", FieldKind::Text(256)),
        optional("goodsCategory", FieldKind::Text(64)),
        optional("goodsBrand", FieldKind::Text(32)),
        optional("goodsSkuName", FieldKind::Text(64)),
        optional("goodsUnitAmount", FieldKind::Amount),
        optional("goodsQuantity", FieldKind::Digits),
        optional("goodsUrl", FieldKind::Text(2048)),
        advised("goodsUrl", &FieldKind::Url(2048)),
        optional("goodsImageUrl", FieldKind::Text(2048)),
        advised("goodsImageUrl", &FieldKind::Url(2048)),
        optional("deliveryMethodType", FieldKind::OneOf(&["PHYSICAL", "DIGITAL"])),
        optional("goodsDiscountAmount", FieldKind::Amount),
        optional("priceId", FieldKind::Text(64)),
        optional("goodsEndsOnTime", FieldKind::DateTime),
        optional("crossSell", FieldKind::Flag),
        optional("taxCode", FieldKind::Text(64)),
        optional("taxBehavior", FieldKind::Text(64)),
    ];
}
