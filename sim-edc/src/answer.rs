//! What the terminal tells about a transaction: `responseData`, filled as a KICC terminal fills it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use wire::edc::{
    AcquirerInfo, BusinessCode, BusinessResult, CreditPayPlan, PaymentResultInfo, PurchaseRequest, Sale,
    TransactionData,
};

use crate::script::Card;

/// An approved purchase. `number` counts transactions from 1 and makes the ids.
pub(crate) fn approved(sale: &Sale, card: Card, signed: bool, number: u64) -> TransactionData {
    let transaction_id = format!("{number:012}");
    // Opaque to the POS, which must hand it back as it is when it cancels.
    let meta = json!({"requestId": sale.request_id, "transactionId": transaction_id, "amount": sale.total.value()});
    let (funding, bin) = match card {
        Card::Chip => ("CREDIT", "94902200"),
        Card::Debit => ("DEBIT", "53878200"),
    };
    TransactionData {
        acquirer_info: Some(AcquirerInfo {
            acquirer_transaction_id: Some(transaction_id),
            acquirer_approval_num: Some(format!("{:08}", 30_000_000 + number % 60_000_000)),
            acquirer_merchant_id: Some("700000001".to_owned()),
            acquirer_name: Some("KICC".to_owned()),
            acquirer_meta_data: Some(STANDARD.encode(meta.to_string())),
            sign_data: signed.then(|| STANDARD.encode(stroke(number))),
            ..acquirer(sale)
        }),
        payment_result_info: Some(PaymentResultInfo {
            issuer_code: "026".to_owned(),
            funding: funding.to_owned(),
            payment_method_region: "KR".to_owned(),
            payment_method_type: "CARD".to_owned(),
            card_bin: Some(bin.to_owned()),
            payment_method_id: None,
        }),
        ..echo(sale, BusinessResult::success())
    }
}

/// A purchase that failed after it made sense.
pub(crate) fn failed(sale: &Sale, code: BusinessCode, reason: &str) -> TransactionData {
    TransactionData {
        acquirer_info: Some(AcquirerInfo { acquirer_result_message: Some(reason.to_owned()), ..acquirer(sale) }),
        ..echo(sale, BusinessResult::failure(code))
    }
}

/// A purchase whose parameters are illegal: what the POS sent, back.
pub(crate) fn illegal(request: &PurchaseRequest) -> TransactionData {
    TransactionData {
        request_id: Some(request.request_id.clone()),
        payment_amount: Some(request.payment_amount.clone()),
        tip_amount: Some(request.tip_amount.clone()),
        result: BusinessResult::failure(BusinessCode::ParamIllegal),
        ..TransactionData::default()
    }
}

fn echo(sale: &Sale, result: BusinessResult) -> TransactionData {
    TransactionData {
        request_id: Some(sale.request_id.clone()),
        payment_amount: Some(sale.total.amount()),
        tax_amount: Some(sale.tax_or_computed().amount()),
        tip_amount: Some(sale.tip.amount()),
        credit_pay_plan: Some(CreditPayPlan { installment_num: sale.installments.to_string() }),
        result,
        ..TransactionData::default()
    }
}

fn acquirer(sale: &Sale) -> AcquirerInfo {
    AcquirerInfo {
        acquirer_terminal_id: Some(sale.terminal_id.clone()),
        acquirer_registration_no: Some(sale.registration_no.clone()),
        ..AcquirerInfo::default()
    }
}

/// A signature's bytes: a kilobyte that looks like nothing in particular, the same for the same transaction.
fn stroke(number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..1024).map(|_| next()).collect()
}
