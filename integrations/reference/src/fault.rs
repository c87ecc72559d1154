//! The faults: small mistakes that real integrations make, each where a developer would make it.
//!
//! `Merchant::has` asks for one at the place in question; there is no other switch.

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
    // The gateway.
    SignsReserialisedBody = "signs-reserialised-body", "SIG-001",
        "it signs the body pretty-printed and sends it compact";
    OrderCodeForEntryCode = "order-code-for-entry-code", "PAY-001",
        "its pay request says OrderCode where an Entry Code payment says EntryCode";
    NewIdAfterNoAnswer = "new-id-after-no-answer", "PAY-007",
        "when pay gets no answer it tries at once with a new paymentRequestId";
    PaySIsPaid = "pay-s-is-paid", "PAY-009",
        "it takes the S of pay for paid";
    NotifySignatureUnchecked = "notify-signature-unchecked", "NTF-001",
        "it believes notifications without checking their signature";
    AckWithoutResult = "ack-without-result", "NTF-003",
        "it answers notifications with a plain OK";
    NotifyBookedTwice = "notify-booked-twice", "NTF-006",
        "it books every delivery of a notification";
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
