//! What the terminal tells about a transaction: `responseData`, filled as a KICC terminal fills it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use wire::edc::{
    AcquirerInfo, BusinessCode, BusinessResult, Command, CreditPayPlan, MetaSeal, PaymentResultInfo,
    PurchaseCancelRequest, PurchaseRequest, Sale, TransactionData,
};
use wire::money::{Amount, Money};

use crate::cardholder::Card;
use crate::payment::{Cancellation, Instrument, Payment, PaymentOrder};
use crate::reason::Reason;
use crate::settings::{Notes, Settings, TaxRounding, Tip};
use crate::signature;

/// Who writes the answers: the choices that show in them, and the seal for the metadata.
#[derive(Debug)]
pub(crate) struct Clerk {
    seal: MetaSeal,
    tax_rounding: TaxRounding,
    tip: Tip,
    notes: Notes,
}

impl Clerk {
    pub(crate) fn new(settings: &Settings) -> Self {
        // The same for every terminal and run: what one returned, a later one with the same records takes back.
        let seal = MetaSeal::new(b"sim-edc acquirerMetaData");
        Self { seal, tax_rounding: settings.tax_rounding, tip: settings.tip, notes: settings.notes }
    }

    /// What is really taken for a sale.
    pub(crate) const fn charged(&self, sale: &Sale) -> Money {
        match self.tip {
            Tip::Inside => sale.total,
            Tip::Outside => Money::krw(sale.total.minor.saturating_add(sale.tip.minor)),
        }
    }

    /// A payment that the host approved. `number` counts transactions from 1 and makes the ids.
    pub(crate) fn approved(&self, payment: &Payment, number: u64) -> TransactionData {
        match &payment.order {
            PaymentOrder::Purchase(sale) => self.purchased(sale, &payment.instrument, payment.signed, number),
            PaymentOrder::Cancel(cancellation) => self.cancelled(cancellation, number),
        }
    }

    fn purchased(&self, sale: &Sale, instrument: &Instrument, signed: bool, number: u64) -> TransactionData {
        let transaction_id = format!("{number:012}");
        // Opaque to the POS, which must hand it back as it is when it cancels.
        let meta = Meta { request_id: &sale.request_id, transaction_id: &transaction_id }.to_bytes();
        let told = self.notes(instrument);
        TransactionData {
            acquirer_info: Some(AcquirerInfo {
                acquirer_result_code: told.then_some(Cow::Borrowed("0000")),
                acquirer_result_message: told.then_some(Cow::Borrowed("정상승인")),
                notice: told.then(|| Cow::Borrowed(notice(instrument))),
                acquirer_transaction_id: Some(transaction_id),
                acquirer_approval_num: Some(approval(number)),
                acquirer_merchant_id: Some(Cow::Borrowed("700000001")),
                acquirer_name: Some(Cow::Borrowed("KICC")),
                acquirer_meta_data: Some(self.seal.seal(&meta)),
                sign_data: signed.then(|| STANDARD.encode(signature::draw(number))),
                ..acquirer(sale)
            }),
            payment_result_info: Some(paid_with(instrument)),
            extend_info: told.then(|| extend_info(number)),
            ..self.echo(sale, BusinessResult::success())
        }
    }

    /// A payment that failed after it made sense.
    pub(crate) fn failed(&self, payment: &Payment, reason: Reason) -> TransactionData {
        let (code, told) = (reason.code(), (reason.acquirer_code(), reason.words()));
        match &payment.order {
            PaymentOrder::Purchase(sale) => self.failed_as(sale, code, (told.0, Cow::Borrowed(told.1))),
            PaymentOrder::Cancel(cancellation) => TransactionData {
                acquirer_info: Some(AcquirerInfo {
                    acquirer_result_code: Some(Cow::Borrowed(told.0)),
                    acquirer_result_message: Some(Cow::Borrowed(told.1)),
                    ..cancellation.acquirer.clone()
                }),
                result: BusinessResult::failure(code),
                ..echo_cancellation(cancellation)
            },
        }
    }

    /// A purchase that made sense and was not taken up.
    pub(crate) fn failed_sale(&self, sale: &Sale, code: BusinessCode, reason: &str) -> TransactionData {
        self.failed_as(sale, code, (REFUSED, Cow::Owned(reason.to_owned())))
    }

    fn failed_as(&self, sale: &Sale, code: BusinessCode, told: (&'static str, Cow<'static, str>)) -> TransactionData {
        TransactionData {
            acquirer_info: Some(AcquirerInfo {
                acquirer_result_code: Some(Cow::Borrowed(told.0)),
                acquirer_result_message: Some(told.1),
                ..acquirer(sale)
            }),
            ..self.echo(sale, BusinessResult::failure(code))
        }
    }

    /// The requestId of the Purchase that metadata came from.
    pub(crate) fn original(&self, meta_data: &str) -> Result<String, String> {
        let bytes = self.seal.open(meta_data).map_err(|fault| fault.to_string())?;
        let meta: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        let request_id = meta.get("requestId").and_then(serde_json::Value::as_str);
        request_id.map(ToOwned::to_owned).ok_or_else(|| "the metadata names no requestId".to_owned())
    }

    fn echo(&self, sale: &Sale, result: BusinessResult) -> TransactionData {
        TransactionData {
            request_id: Some(sale.request_id.clone()),
            payment_amount: Some(sale.total.amount()),
            tax_amount: Some(self.tax(sale).amount()),
            tip_amount: Some(sale.tip.amount()),
            credit_pay_plan: Some(CreditPayPlan { installment_num: sale.installments.to_string() }),
            result,
            ..TransactionData::default()
        }
    }

    /// Whether a success carries what it need not.
    fn notes(&self, instrument: &Instrument) -> bool {
        match self.notes {
            Notes::Always => true,
            Notes::Never => false,
            Notes::Sometimes => !matches!(instrument, Instrument::Card(Card::Chip | Card::Credit | Card::Magstripe)),
        }
    }

    fn cancelled(&self, cancellation: &Cancellation, number: u64) -> TransactionData {
        let told = self.notes == Notes::Always;
        TransactionData {
            acquirer_info: Some(AcquirerInfo {
                acquirer_transaction_id: Some(format!("{number:012}")),
                acquirer_approval_num: Some(approval(number)),
                acquirer_result_code: Some(Cow::Borrowed("0000")),
                acquirer_result_message: Some(Cow::Borrowed("정상취소")),
                notice: told.then_some(Cow::Borrowed("취소 처리되었습니다")),
                ..cancellation.acquirer.clone()
            }),
            result: BusinessResult::success(),
            extend_info: told.then(|| extend_info(number)),
            ..echo_cancellation(cancellation)
        }
    }

    fn tax(&self, sale: &Sale) -> Money {
        match (sale.tax, self.tax_rounding) {
            (None, TaxRounding::Floor) => Money::krw(sale.total.minor / 11),
            (Some(_), _) | (None, TaxRounding::HalfUp) => sale.tax_or_computed(),
        }
    }
}

/// What is sealed into a success.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta<'a> {
    request_id: &'a str,
    transaction_id: &'a str,
}

impl Meta<'_> {
    fn to_bytes(&self) -> Vec<u8> {
        // Two texts cannot fail; what cannot be opened again is the harmless answer to a bug rather than a panic.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// A purchase whose parameters are illegal: what the POS sent, back.
pub(crate) fn illegal(request: &PurchaseRequest) -> TransactionData {
    refused(BusinessCode::ParamIllegal, &request.request_id, &request.payment_amount, &request.tip_amount)
}

/// A cancel that is refused: what the POS sent, back.
pub(crate) fn refused_cancel(request: &PurchaseCancelRequest, code: BusinessCode, reason: &str) -> TransactionData {
    TransactionData {
        acquirer_info: Some(AcquirerInfo {
            acquirer_result_code: Some(Cow::Borrowed(REFUSED)),
            acquirer_result_message: Some(Cow::Owned(reason.to_owned())),
            ..AcquirerInfo::default()
        }),
        ..refused(code, &request.request_id, &request.payment_amount, &request.tip_amount)
    }
}

/// A command that is answered with a code that is wanted: what the POS sent, back.
pub(crate) fn instead(command: &Command, code: BusinessCode) -> TransactionData {
    match command {
        Command::Purchase(request) => refused(code, &request.request_id, &request.payment_amount, &request.tip_amount),
        Command::PurchaseCancel(request) => refused_cancel(request, code, code.message()),
        Command::GetLastTransaction | Command::CommandCancel => {
            TransactionData { result: BusinessResult::failure(code), ..TransactionData::default() }
        }
    }
}

fn refused(code: BusinessCode, request_id: &str, payment_amount: &Amount, tip_amount: &Amount) -> TransactionData {
    TransactionData {
        request_id: Some(request_id.to_owned()),
        payment_amount: Some(payment_amount.clone()),
        tip_amount: Some(tip_amount.clone()),
        result: BusinessResult::failure(code),
        ..TransactionData::default()
    }
}

fn echo_cancellation(cancellation: &Cancellation) -> TransactionData {
    TransactionData {
        request_id: Some(cancellation.request_id.clone()),
        payment_amount: Some(cancellation.total.amount()),
        tax_amount: cancellation.tax.map(|tax| tax.amount()),
        tip_amount: Some(cancellation.tip.amount()),
        credit_pay_plan: cancellation.plan.clone(),
        ..TransactionData::default()
    }
}

fn paid_with(instrument: &Instrument) -> PaymentResultInfo {
    let card = |issuer, funding, region, bin| PaymentResultInfo {
        issuer_code: Cow::Borrowed(issuer),
        funding: Cow::Borrowed(funding),
        payment_method_region: Cow::Borrowed(region),
        payment_method_type: Cow::Borrowed("CARD"),
        card_bin: Some(Cow::Borrowed(bin)),
        payment_method_id: None,
    };
    match instrument {
        Instrument::Card(Card::Chip | Card::Credit | Card::Magstripe) => card("026", "CREDIT", "KR", "94902200"),
        Instrument::Card(Card::Debit) => card("008", "DEBIT", "KR", "53878200"),
        Instrument::Card(Card::Prepaid) => card("047", "PREPAID", "KR", "94611700"),
        Instrument::Card(Card::Foreign) => card("해외비자", "CREDIT", "US", "41111100"),
        Instrument::Wallet { barcode } => PaymentResultInfo {
            issuer_code: Cow::Borrowed("ALIPAY+"),
            payment_method_type: Cow::Borrowed("CONNECT_WALLET"),
            payment_method_id: Some(barcode.clone()),
            card_bin: None,
            ..card("", "PREPAID", "GLOBAL", "")
        },
        Instrument::SamsungPay => PaymentResultInfo {
            payment_method_type: Cow::Borrowed("SAMSUNGPAY"),
            card_bin: None,
            ..card("029", "CREDIT", "KR", "")
        },
    }
}

fn acquirer(sale: &Sale) -> AcquirerInfo {
    AcquirerInfo {
        acquirer_terminal_id: Some(sale.terminal_id.clone()),
        acquirer_registration_no: Some(sale.registration_no.clone()),
        ..AcquirerInfo::default()
    }
}

fn approval(number: u64) -> String {
    format!("{:08}", 30_000_000 + number % 60_000_000)
}

/// What the acquirer lets the cardholder know, in the words of the trade.
const fn notice(instrument: &Instrument) -> &'static str {
    match instrument {
        Instrument::Card(Card::Prepaid) => "잔액 12,600원",
        Instrument::Card(Card::Debit) => "체크카드 승인",
        Instrument::Card(Card::Foreign) => "해외카드 승인 - 서명을 확인하세요",
        Instrument::Wallet { .. } => "간편결제 승인",
        Instrument::SamsungPay => "삼성페이 승인",
        Instrument::Card(Card::Chip | Card::Credit | Card::Magstripe) => "무이자 할부는 카드사에 문의하세요",
    }
}

/// The acquirer's notes.
fn extend_info(number: u64) -> BTreeMap<String, String> {
    let notes = [("AD1", format!("포인트 {}점 적립", 100 + number % 900)), ("AD2", format!("EASYCARD{number:08}"))];
    notes.into_iter().map(|(key, note)| (key.to_owned(), note)).collect()
}

/// The `acquirerResultCode` of a command that was refused before it was taken up.
const REFUSED: &str = "8000";
