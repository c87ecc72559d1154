//! The faults: small mistakes that real integrations make, each where a developer would make it.
//!
//! `Merchant::has` asks for one at the place in question; there is no other switch.
//! This file is long because it is a list: a line a mistake.

use std::fmt;
use std::str::FromStr;

macro_rules! faults {
    ($($variant:ident = $name:literal, $requirement:literal, $what:literal;)+) => {
        /// A mistake that the merchant makes when told to, and the requirement that it breaks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $(#[doc = $what] $variant,)+
        }

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name on the command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The id of the requirement that it breaks.
            #[must_use]
            pub const fn requirement(self) -> &'static str {
                match self { $(Self::$variant => $requirement,)+ }
            }

            /// What the merchant does wrong.
            #[must_use]
            pub const fn what(self) -> &'static str {
                match self { $(Self::$variant => $what,)+ }
            }
        }
    };
}

faults! {
    // The session and the commands.
    NoHello = "no-hello", "EDC-P01",
        "it sends Purchase without a hello";
    OwnCommandName = "own-command-name", "EDC-P02",
        "it asks for the last transaction by a command name of its own";
    NumbersForStrings = "numbers-for-strings", "EDC-P03",
        "it sends paymentAmount.value as a JSON number";
    RequiredFieldMissing = "required-field-missing", "EDC-P04",
        "it leaves tipAmount out when there is no tip";
    AmountWithDecimals = "amount-with-decimals", "EDC-P05",
        "it writes won with two decimals, as it writes other currencies";
    NothingIsSold = "nothing-is-sold", "EDC-P06",
        "it sends a Purchase of 0 won for a basket that a voucher paid";
    RequestIdReused = "request-id-reused", "EDC-P07",
        "its requestId is made of the amount alone, so the second sale of an amount has that of the first";
    CancelReusesRequestId = "cancel-reuses-request-id", "EDC-P08",
        "its PurchaseCancel has the requestId of the Purchase that it gives back";
    TwoCommandsAtOnce = "two-commands-at-once", "EDC-P10",
        "it sends GetLastTransaction while the Purchase is still running";
    GivesUpWhenBusy = "gives-up-when-busy", "EDC-P11",
        "it fails the order at the first CommandDeviceBusy";
    BusyAskedForEver = "busy-asked-for-ever", "EDC-P11",
        "it sends Purchase again each second as long as the terminal is busy";
    BusyAskedAtOnce = "busy-asked-at-once", "EDC-P11",
        "it sends Purchase again the moment it hears CommandDeviceBusy";
    // The countdown and the waits.
    CountdownNotStopped = "countdown-not-stopped", "EDC-P13",
        "its countdown runs on after START_TRANSACTION, and it gives up when it ends";
    SignatureTimeForgotten = "signature-time-forgotten", "EDC-P14",
        "it does not restart the countdown at PENDING_SIGNATURE, and gives up when it ends";
    WaitsHalfAMinute = "waits-half-a-minute", "EDC-P16",
        "it waits 30 s for the result of a Purchase";
    OneWaitForAll = "one-wait-for-all", "EDC-P16",
        "it waits 95 s for the result of a Purchase with a signature too";
    GivesUpWithoutAck = "gives-up-without-ack", "EDC-P16",
        "it fails the order when the ACK of its Purchase does not come";
    CountdownEndsTheSale = "countdown-ends-the-sale", "EDC-P17",
        "it fails the order when the countdown for the card ends";
    // Events.
    UnknownEventIsAnError = "unknown-event-is-an-error", "EDC-P18",
        "it fails the order at an event that it does not know";
    EventsInOrderOnly = "events-in-order-only", "EDC-P18",
        "it fails the order when an event is missing, comes twice or comes out of order";
    LateEventUndoesTheSale = "late-event-undoes-the-sale", "EDC-P18",
        "it opens a finished order again when an event of it comes late";
    TryAgainFailsTheSale = "try-again-fails-the-sale", "EDC-P20",
        "it fails the order at CARD_TRY_AGAIN and CARD_MISSING";
    // CommandCancel.
    CancelsAfterTheCard = "cancels-after-the-card", "EDC-P21",
        "it sends CommandCancel at any time of a payment";
    CancelWithParameters = "cancel-with-parameters", "EDC-P22",
        "its CommandCancel names the requestId to cancel";
    CancelledIsFailed = "cancelled-is-failed", "EDC-P23",
        "after CommandCancel succeeded it ends the order by the failure of its Purchase";
    CommandInvalidIsCancelled = "command-invalid-is-cancelled", "EDC-P24",
        "it takes any answer to CommandCancel for a yes, CommandInvalid too";
    CancelAnswerComesFirst = "cancel-answer-comes-first", "EDC-P25",
        "it expects the answer to CommandCancel before the failure of the Purchase, and fails the order otherwise";
    CashierIsBelieved = "cashier-is-believed", "EDC-P26",
        "it closes the order as cancelled the moment it sends CommandCancel";
    // Silence.
    PurchaseAgainAfterSilence = "purchase-again-after-silence", "EDC-P27",
        "after the time-out it sends Purchase again, with a new requestId, instead of asking what became of the first";
    RefundAgainAfterSilence = "refund-again-after-silence", "EDC-P27",
        "after the time-out it sends PurchaseCancel again";
    UnacknowledgedIsSentAgain = "unacknowledged-is-sent-again", "EDC-P27",
        "it sends the frame of a command again when the ACK does not come within a second";
    SaleBeforeRecovery = "sale-before-recovery", "EDC-P29",
        "after the time-out it parks the order without asking the terminal and goes on with the next sale";
    RecoversByAmount = "recovers-by-amount", "EDC-P30",
        "it takes the last transaction for its own when the amount is the same";
    LateResultBookedAgain = "late-result-booked-again", "EDC-P31",
        "it books a result that comes late or twice, although the sale is booked";
    SilenceIsFailure = "silence-is-failure", "EDC-P32",
        "what it cannot find out it calls failed";
    UnreadableIsFailure = "unreadable-is-failure", "EDC-P32",
        "it fails the order when it cannot read the result";
    NumberIsFailure = "number-is-failure", "EDC-P32",
        "it fails the order when its result has a number where a text belongs";
    NoRecordIsFailure = "no-record-is-failure", "EDC-P32",
        "it fails the order when the terminal knows of no last transaction";
    UnknownIsFailure = "unknown-is-failure", "EDC-P32",
        "it takes the result code UNKNOWN for a failure";
    UnansweredCancelIsCancelled = "unanswered-cancel-is-cancelled", "EDC-P32",
        "it closes the order as cancelled when CommandCancel is not answered";
    RestartForgets = "restart-forgets", "EDC-P33",
        "when it starts it fails the orders that were open";
    IntentAfterTheAnswer = "intent-after-the-answer", "EDC-P34",
        "it writes down that it sent a Purchase only when the result is there";
    // What is kept for later.
    MetadataInMemory = "metadata-in-memory", "EDC-P35",
        "it keeps acquirerMetaData in memory, where a restart loses it";
    MetadataReEncoded = "metadata-re-encoded", "EDC-P36",
        "it sends acquirerMetaData back as base64url";
    RefundWithoutTax = "refund-without-tax", "EDC-P37",
        "it gives back the amount without its tax";
    CancelledBeforeIsAnError = "cancelled-before-is-an-error", "EDC-P38",
        "it parks a refund that is answered ORDER_IS_CANCELED";
    RefundTriedForEver = "refund-tried-for-ever", "EDC-P39",
        "it sends PurchaseCancel again each second as long as the answer is ORDER_STATUS_INVALID";
    // Codes.
    NewIdAfterRepeat = "new-id-after-repeat", "EDC-P40",
        "after REPEAT_REQ_REJECT it sends Purchase with a new requestId at once";
    ProcessFailIsRetried = "process-fail-is-retried", "EDC-P41",
        "after PROCESS_FAIL it sends Purchase again by itself";
    DeclineIsRetried = "decline-is-retried", "EDC-P42",
        "after a balance, limit or card code it sends Purchase again by itself";
    ContractErrorIsRetried = "contract-error-is-retried", "EDC-P43",
        "after a contract, access or parameter code it sends Purchase again by itself";
    AnyResultIsOurs = "any-result-is-ours", "EDC-P44",
        "it takes the next result for that of its Purchase, without looking at its ids";
    AmountNotCompared = "amount-not-compared", "EDC-P44",
        "it does not compare a result's amount";
    RequestIdNotCompared = "request-id-not-compared", "EDC-P44",
        "it does not compare a result's requestId";
    AnyResultIsSuccess = "any-result-is-success", "EDC-P45",
        "it takes a result for success because it came";
    JudgedByMessage = "judged-by-message", "EDC-P45",
        "it takes a result for success when its message is the word success";
    SignatureRequired = "signature-required", "EDC-P47",
        "it does not accept a payment above 50,000 won whose result has no signData";
    CardNumberShown = "card-number-shown", "EDC-P48",
        "it reads the card's number beside the terminal, and shows it with the order";
    OwnTax = "own-tax", "EDC-P49",
        "it prints the tax that it computes itself";
    CardBinRequired = "card-bin-required", "EDC-P51",
        "it does not accept a payment whose result has no cardBin";
    RecordNeedsRequestId = "record-needs-request-id", "EDC-P53",
        "it does not understand a last transaction without requestId";
    // The line.
    NakIgnored = "nak-ignored", "LINE-L01",
        "it does not send a refused frame again";
    ResendWithNewSeq = "resend-with-new-seq", "LINE-L01",
        "it sends a refused frame again under a new SEQ";
    ResendForEver = "resend-for-ever", "LINE-L01",
        "it sends a refused frame again as often as it is refused";
    ResultUnacknowledged = "result-unacknowledged", "LINE-L02",
        "it never acknowledges a result";
    LengthInCharacters = "length-in-characters", "LINE-L02",
        "it compares LEN with characters, so a result with Korean text is refused for ever";
    BadFrameUnrefused = "bad-frame-unrefused", "LINE-L03",
        "it is silent about a bad frame";
    BadFrameRefusedThrice = "bad-frame-refused-thrice", "LINE-L03",
        "it refuses a bad frame with three NAKs";
    BadFrameAcknowledged = "bad-frame-acknowledged", "LINE-L03",
        "it acknowledges before it has checked the CRC";
    BadFrameEndsTheSale = "bad-frame-ends-the-sale", "LINE-L03",
        "it fails the order at the first bad frame";
    OneReadOneFrame = "one-read-one-frame", "LINE-L04",
        "it takes what one read gives for a whole frame";
    SecondFrameLost = "second-frame-lost", "LINE-L04",
        "it takes only the first frame of what one read gives";
    FlushesAfterGarbage = "flushes-after-garbage", "LINE-L05",
        "it throws away all that it has read when it finds a bad frame or noise";
    NoFrameTimer = "no-frame-timer", "LINE-L03",
        "it waits for ever for the rest of a frame that began";
    NakForAnAck = "nak-for-an-ack", "LINE-L06",
        "it refuses an ACK that it did not expect";
    StrayNakIsARefusal = "stray-nak-is-a-refusal", "LINE-L06",
        "it takes any NAK for the refusal of its command, and fails the order";
    CountsTheTerminalsSeq = "counts-the-terminals-seq", "LINE-L07",
        "it drops frames whose SEQ is not above that of the one before";
    NeverReopens = "never-reopens", "LINE-L10",
        "it does not open the line again after it closed";
    StaleBytesKept = "stale-bytes-kept", "LINE-L11",
        "what lay in the line when it was opened spoils the first frame";
    HostileLengthBelieved = "hostile-length-believed", "LINE-L13",
        "it believes any LEN, and waits for that many bytes";
    NoWatchdog = "no-watchdog", "LINE-L14",
        "it waits for the terminal as long as it takes";
    // Signing and transport.
    SignsReserialisedBody = "signs-reserialised-body", "SIG-001",
        "it signs the body pretty-printed and sends it compact";
    SignsEscapedBody = "signs-escaped-body", "SIG-002",
        "it signs the body with its umlauts escaped and sends them as they are";
    BareSignature = "bare-signature", "SIG-003",
        "its Signature header is the signature alone, without algorithm and keyVersion";
    SignatureNotEscaped = "signature-not-escaped", "SIG-003",
        "it sends the signature in base64 as it is, without URL-encoding it";
    TimeMadeTwice = "time-made-twice", "SIG-004",
        "it takes the time once for the signature and once for the header";
    AnswerSignatureUnchecked = "answer-signature-unchecked", "SIG-005",
        "it does not verify the signature of answers";
    BodyAsText = "body-as-text", "SIG-007",
        "it sends its JSON as text/plain";
    BrokenAnswerIsFailure = "broken-answer-is-failure", "SIG-011",
        "it fails the order when the answer to pay is cut off, is none, or does not verify";
    // Paying.
    OrderCodeForEntryCode = "order-code-for-entry-code", "PAY-001",
        "its pay request says OrderCode where an Entry Code payment says EntryCode";
    OwnUserAgent = "own-user-agent", "PAY-003",
        "it sends a User-Agent of its own in place of the buyer's";
    RelativeNotifyUrl = "relative-notify-url", "PAY-004",
        "its paymentNotifyUrl is a path";
    RepeatWithAnotherAmount = "repeat-with-another-amount", "PAY-006",
        "it computes the amount anew when it repeats a request";
    NewIdAfterNoAnswer = "new-id-after-no-answer", "PAY-007",
        "when pay gets no answer it tries at once with a new paymentRequestId";
    Impatient = "impatient", "PAY-008",
        "it waits two and a half seconds for an answer";
    PaySIsPaid = "pay-s-is-paid", "PAY-009",
        "it takes the S of pay for paid";
    RedirectRebuilt = "redirect-rebuilt", "PAY-010",
        "it sends the buyer to the redirect URL without its query";
    UnknownPayIsFailure = "unknown-pay-is-failure", "PAY-011",
        "it fails the order when pay answers U";
    PayInAHotLoop = "pay-in-a-hot-loop", "PAY-012",
        "it repeats pay without a pause, thirty times";
    RefusedIsPaid = "refused-is-paid", "PAY-013",
        "it looks at no status, and hands out the goods when pay answers F";
    ProcessFailIsRepeated = "process-fail-is-repeated", "PAY-014",
        "it repeats pay after PROCESS_FAIL";
    OldIdForANewTry = "old-id-for-a-new-try", "PAY-015",
        "when the buyer tries again it uses the paymentRequestId of the order's first attempt";
    ExpiryWithoutOffset = "expiry-without-offset", "PAY-019",
        "its paymentExpiryTime is local time without an offset";
    ExtraPaymentIsKept = "extra-payment-is-kept", "PAY-023",
        "it keeps a second payment of an order";
    NewTryBesideTheOld = "new-try-beside-the-old", "PAY-024",
        "when the buyer tries again it starts a payment beside the one that is open";
    EarlyNoticeIsDropped = "early-notice-is-dropped", "PAY-027",
        "it drops a notification that comes before the answer to pay";
    DescriptionUncut = "description-uncut", "PAY-029",
        "it sends an order's description however long it is";
    CodeInProcessIsPaid = "code-in-process-is-paid", "PAY-030",
        "it takes PAYMENT_IN_PROCESS for paid when the buyer showed a code";
    // Batches.
    BatchCostsItsFirst = "batch-costs-its-first", "BAT-001",
        "the paymentAmount of its batch is that of the first order";
    ElevenInABatch = "eleven-in-a-batch", "BAT-002",
        "it sends eleven orders in a batch";
    OneSellerTwiceInABatch = "one-seller-twice-in-a-batch", "BAT-002",
        "it sends two orders of one merchant in a batch";
    OldIdForANewBatch = "old-id-for-a-new-batch", "BAT-004",
        "when the buyer tries again it uses the batchPaymentRequestId that failed";
    NormalPageOnly = "normal-page-only", "BAT-005",
        "it knows of normalUrl only";
    PagelessBatchIsWaitedFor = "pageless-batch-is-waited-for", "BAT-006",
        "it waits for the payment of a batch that was created without a page";
    BatchMadeIsPaid = "batch-made-is-paid", "BAT-007",
        "it takes a batch that was created for paid";
    BatchForAnHour = "batch-for-an-hour", "BAT-009",
        "it gives the buyer of a batch an hour and a half to pay";
    // Notifications.
    NotifySignatureUnchecked = "notify-signature-unchecked", "NTF-001",
        "it believes notifications without checking their signature";
    AckWithoutResult = "ack-without-result", "NTF-003",
        "it answers notifications with a plain OK";
    FailureIsNotAcknowledged = "failure-is-not-acknowledged", "NTF-004",
        "it acknowledges no notification of a failed payment";
    AcknowledgesEverything = "acknowledges-everything", "NTF-005",
        "it acknowledges notifications whose signature does not fit";
    NotifyBookedTwice = "notify-booked-twice", "NTF-006",
        "it books every delivery of a notification";
    ConcurrentNoticesBookedTwice = "concurrent-notices-booked-twice", "NTF-007",
        "it looks whether an order is paid, and books a moment later";
    NotifiedAmountUnchecked = "notified-amount-unchecked", "NTF-008",
        "it does not compare the amount of a notification with the order's";
    UnknownPaymentCrashes = "unknown-payment-crashes", "NTF-009",
        "it answers 500 to a notification for a payment that it does not know";
    PendingNoticeIsPaid = "pending-notice-is-paid", "NTF-010",
        "it takes the S of PAYMENT_PENDING for paid";
    FailedNoticeIsPaid = "failed-notice-is-paid", "NTF-011",
        "it hands out the goods on any PAYMENT_RESULT, also F";
    LateSuccessRevives = "late-success-revives", "NTF-012",
        "it hands out the goods of a cancelled order when a success comes late";
    LateFailureUndoesTheSale = "late-failure-undoes-the-sale", "NTF-014",
        "it fails a paid order when an F comes late";
    NeverInquires = "never-inquires", "NTF-016",
        "it waits for notifications and never asks";
    NotificationsNeedLogin = "notifications-need-login", "NTF-018",
        "its address for notifications asks for a login";
    HeldIsPaid = "held-is-paid", "NTF-023",
        "it hands out the goods when a card is authorised";
    ReversalIsIgnored = "reversal-is-ignored", "NTF-024",
        "it acknowledges a reversal and does nothing about it";
    // Inquiring.
    InquirySIsPaid = "inquiry-s-is-paid", "INQ-001",
        "it takes the S of an inquiry for paid";
    InquiresOnce = "inquires-once", "INQ-002",
        "it asks once how a payment stands, and gives up while it is in process";
    InquiresInAHotLoop = "inquires-in-a-hot-loop", "INQ-002",
        "it asks five times a second how a payment stands";
    InquiresForEver = "inquires-for-ever", "INQ-008",
        "it asks about a payment in process as long as it lives, and never cancels";
    FailedStaysOpen = "failed-stays-open", "INQ-003",
        "it reads FAIL like PROCESSING";
    CancelledStaysOpen = "cancelled-stays-open", "INQ-004",
        "it reads CANCELLED like PROCESSING";
    PendingIsFailure = "pending-is-failure", "INQ-005",
        "it fails the order when the payment is PENDING";
    UnansweredInquiryIsFailure = "unanswered-inquiry-is-failure", "INQ-006",
        "it fails the order when an inquiry gets no answer that can be used";
    NotExistIsFailure = "not-exist-is-failure", "INQ-007",
        "it fails the order at the first ORDER_NOT_EXIST";
    GivesUpWithoutCancel = "gives-up-without-cancel", "INQ-008",
        "after its last inquiry it calls the order failed, and does not cancel";
    InquiredAmountUnchecked = "inquired-amount-unchecked", "INQ-009",
        "it does not compare the amount of an inquiry with the order's";
    OpenPaymentsForgotten = "open-payments-forgotten", "INQ-010",
        "after a restart it does not ask about the payments that were open";
    // Cancelling.
    CancelAskedOnce = "cancel-asked-once", "CAN-002",
        "it sends a cancel once, whatever the answer";
    CancelledBeforeTheAnswer = "cancelled-before-the-answer", "CAN-003",
        "it calls an order cancelled the moment it asks for it";
    WindowExceededIsKept = "window-exceeded-is-kept", "CAN-004",
        "it does not refund what cannot be cancelled any more";
    CancelsWhatIsPaid = "cancels-what-is-paid", "CAN-006",
        "it cancels an order that is known to be paid";
    CancelTriedForEver = "cancel-tried-for-ever", "CAN-008",
        "it repeats a cancel that is answered F";
    // Refunding.
    RefundRepeatWithNewId = "refund-repeat-with-new-id", "REF-001",
        "it repeats a refund whose end it does not know under a new refundRequestId";
    OldIdForANewRefund = "old-id-for-a-new-refund", "REF-002",
        "it uses the refundRequestId of a refused refund for the next one";
    RefundsMoreThanPaid = "refunds-more-than-paid", "REF-003",
        "it gives back any amount that it is asked for";
    InProcessIsGivenBack = "in-process-is-given-back", "REF-004",
        "it takes REFUND_IN_PROCESS for given back";
    RefundResultIsStatus = "refund-result-is-status", "REF-005",
        "it takes the S of inquiryRefund for given back";
    RefundNoticeUnchecked = "refund-notice-unchecked", "REF-006",
        "it does not compare the amount of notifyRefund with the refund's";
    EachClickRefunds = "each-click-refunds", "REF-007",
        "it refunds once for each click";
    RefundsWhatIsNotPaid = "refunds-what-is-not-paid", "REF-008",
        "it refunds orders that are not paid";
    RefusedRefundIsTriedAgain = "refused-refund-is-tried-again", "REF-009",
        "it sends a refused refund again each second";
    FailedRefundIsOver = "failed-refund-is-over", "REF-011",
        "it takes the FAIL of a refund for its end, and forgets about it";
    // Amounts, sessions, operations.
    CentsForEveryCurrency = "cents-for-every-currency", "AMT-001",
        "it multiplies every price by a hundred, in yen too";
    AmountAsANumber = "amount-as-a-number", "AMT-002",
        "it sends amounts as JSON numbers";
    LeadingZeros = "leading-zeros", "AMT-002",
        "it sends amounts with leading zeros";
    AnyRupiah = "any-rupiah", "AMT-003",
        "it sells for amounts in IDR that do not end with 00";
    CurrencyInLowerCase = "currency-in-lower-case", "AMT-004",
        "it writes currencies in lower case";
    AnyAmount = "any-amount", "AMT-005",
        "it asks a wallet for less than the least that it takes";
    BinaryFractions = "binary-fractions", "AMT-006",
        "it computes a basket in binary fractions, and cuts the rest off";
    SessionTellsAll = "session-tells-all", "SES-001",
        "it hands the whole answer of createPaymentSession to the client";
    SessionForADay = "session-for-a-day", "SES-004",
        "it asks for sessions of half a day";
    UnresolvedIsFailure = "unresolved-is-failure", "OPS-001",
        "what it cannot clear up with the gateway it calls failed";
    LimitIgnored = "limit-ignored", "OPS-003",
        "it calls again at once when there are too many requests";
    InquiresAfterTheEnd = "inquires-after-the-end", "INQ-011",
        "it goes on asking about an order that has ended";
    // The app; what a page in a browser does wrong is in integrations/web.
    AppFulfilsWhatIsHeld = "app-fulfils-what-is-held", "CLI-046",
        "its app shows `paid` on SDK_PAYMENT_SUCCESSFUL, although the money is only held until it is captured";
    EventsCredit = "events-credit", "SES-003",
        "its app tells the server of SDK_PAYMENT_SUCCESSFUL, which books the order as paid";
    ComingBackCredits = "coming-back-credits", "PAY-021",
        "it books an order as paid when the buyer comes back to its return address";
    AppNeedsItsScreen = "app-needs-its-screen", "CLI-048",
        "its app's handler draws on a screen that may be gone, and throws";
    AppCreditsOldEvents = "app-credits-old-events", "CLI-049",
        "its app takes any success for that of the order on the screen";
    AppCountsOn = "app-counts-on", "CLI-050",
        "its app at the terminal counts on after START_TRANSACTION";
    AppChargesAfterSilence = "app-charges-after-silence", "CLI-051",
        "its app at the terminal sends another Purchase after CommandResponseTimeout";
    AppForgetsMetadata = "app-forgets-metadata", "CLI-052",
        "its app at the terminal keeps no acquirerMetaData, so that its PurchaseCancel has none";
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;
    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let found = Self::ALL.iter().copied().find(|fault| fault.name() == text);
        found.ok_or_else(|| UnknownFault(text.chars().take(64).collect()))
    }
}

/// The mistake that is to be made, if any: what pure code is asked with, as shells ask `Merchant::has`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mistake(pub(crate) Option<Fault>);

impl Mistake {
    /// Whether this mistake is to be made.
    pub(crate) fn is(self, fault: Fault) -> bool {
        self.0 == Some(fault)
    }
}

/// A name that is none of the faults'.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no fault {0:?}; --list-faults names them")]
pub struct UnknownFault(String);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_fault_is_found_by_its_name() {
        for fault in Fault::ALL {
            assert_eq!(fault.name().parse(), Ok(*fault));
        }
        assert!("none".parse::<Fault>().is_err());
    }

    #[test]
    fn no_two_faults_have_the_same_name_or_words() {
        for part in [Fault::name, Fault::what] {
            let parts: BTreeSet<_> = Fault::ALL.iter().map(|fault| part(*fault)).collect();
            assert_eq!(parts.len(), Fault::ALL.len());
        }
    }
}
