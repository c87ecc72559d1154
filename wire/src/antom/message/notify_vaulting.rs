//! notifyVaulting: Antom tells the merchant whether a card is kept, and by which token it is named from then on. It has no
//! notifyType.

use serde_json::Value;

use super::object::object;
use super::{AcquirerInfo, Address, ResultObject};
use crate::time::WireTime;

object! {
    /// The body of the notification.
    NotifyVaulting {
        [
            result: ResultObject,
            vaulting_request_id: String,
            payment_method_detail: VaultedMethod,
        ]
        vaulting_create_time: WireTime,
        acquirer_info: AcquirerInfo,
        customized_info: Value,
        metadata: Value,
    }
}

object! {
    /// What is kept.
    VaultedMethod {
        [payment_method_type: String,]
        card: VaultedCard,
    }
}

object! {
    /// A card that is kept.
    VaultedCard {
        /// Names it in later payments, as paymentMethodId.
        card_token: String,
        brand: String,
        masked_card_no: String,
        last_four: String,
        bin: String,
        expiry_month: String,
        expiry_year: String,
        funding: String,
        issuing_country: String,
        issuer_name: String,
        billing_address: Address,
        avs_result_raw: String,
        cvv_result_raw: String,
    }
}
