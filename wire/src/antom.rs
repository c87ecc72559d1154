//! The gateway's side of the wire: what a merchant and Antom's payment API say to each other.
//!
//! ```text
//! http bytes → Envelope → (Signature, Key: verify) → Operation → PayRequest, InquiryPaymentRequest … → responses
//! ```
//! An [`Envelope`] keeps the bytes of the body as received: signatures are made and checked over exactly those.

mod code;
mod envelope;
mod field;
mod json;
mod key;
mod message;
mod operation;
mod outline;
mod sign;
mod signature;
mod tree;
mod wallet;

pub use code::{
    BATCH_PAY, CANCEL, CAPTURE, CREATE_PAYMENT_SESSION, CREATE_VAULTING_SESSION, CodeLine, INQUIRY_PAYMENT,
    INQUIRY_REFUND, NOTIFY_PAYMENT, NextStep, PAY, PAYMENT_RESULT_CODE, REFUND, ResultStatus, codes, find,
    find_anywhere, known_codes,
};
pub use envelope::{Envelope, Headers};
pub use field::{Condition, FieldKind, FieldNeed, FieldProblem, FieldRule, Severity, check_fields};
pub use json::{Json, JsonView};
pub use key::{KeyError, der_of};
pub use message::{
    Ack, AcquirerInfo, Address, AfterPayment, BatchPayRequest, BatchPayResponse, BrowserInfo, Buyer, CancelRequest,
    CancelResponse, CaptureRequest, CaptureResponse, CardInfo, ChallengeActionForm, CodeDetail,
    CreatePaymentSessionRequest, CreatePaymentSessionResponse, CreateVaultingSessionRequest,
    CreateVaultingSessionResponse, CreditPayPlan, Decimal, Discount, Env, Flag, Goods, InquiryPaymentRequest,
    InquiryPaymentResponse, InquiryRefundRequest, InquiryRefundResponse, Merchant, NotifyCapture, NotifyPayment,
    NotifyRefund, NotifyReversal, NotifyType, NotifyVaulting, Order, OrderCodeForm, OrderSummary, PayRequest,
    PayResponse, PaymentFactor, PaymentMethod, PaymentResultInfo, PaymentStatus, Product, PromotionResult,
    PspCustomerInfo, Quote, RedirectActionForm, RefundDetail, RefundRequest, RefundResponse, RefundStatus,
    ResultObject, SettlementStrategy, Shipping, Store, ThreeDsResult, Transaction, TransactionType, UserName,
    VaultedCard, VaultedMethod, Whole,
};
pub use operation::{Operation, Route};
pub use outline::Outline;
pub use sign::{Signer, Verifier, string_to_sign};
pub use signature::{Signature, SignatureError};
pub use tree::Tree;
pub use wallet::{WalletRefusal, WalletRule};
