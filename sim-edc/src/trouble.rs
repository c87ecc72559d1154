//! What goes wrong: the words of a script's `faults`. Most of them are aimed in one and the same way, see [`Aim`]; the
//! table below says what each does, where, and at what when nothing else is said. `docs/terminal.md` is made from it.

use serde::{Deserialize, Serialize};
use wire::edc::{CommandName, EventCode, Kind};
use wire::time::Span;

use crate::event::Direction;

/// When, how often and at what a fault applies. One shape for all of them, and everything has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Aim {
    /// Messages to the POS (the default) or bytes from it; faults of the bytes only.
    pub direction: Direction,
    /// Only messages of this kind.
    pub on: Option<Kind>,
    /// Only what belongs to this command.
    pub command: Option<CommandName>,
    /// Only this event.
    pub event: Option<EventCode>,
    /// At this point of a payment; faults of the terminal only.
    pub at: Option<PowerLossAt>,
    /// How many chances pass before the first that is taken. Default 0.
    pub skip: u32,
    /// How often it applies. Default 1.
    pub times: u32,
    /// How many bytes, bits or signs it is about.
    pub count: Option<u32>,
    /// How long it takes or lasts.
    #[serde(rename = "for")]
    pub lasting: Option<Span>,
    /// What chance begins from. Default 0.
    pub seed: u64,
}

impl Default for Aim {
    fn default() -> Self {
        Self {
            direction: Direction::ToPos,
            on: None,
            command: None,
            event: None,
            at: None,
            skip: 0,
            times: 1,
            count: None,
            lasting: None,
            seed: 0,
        }
    }
}

/// Where a fault does its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// In what the terminal says, before it is framed.
    Message,
    /// In the bytes of a frame.
    Bytes,
    /// In ACK and NAK.
    Link,
    /// In the terminal.
    Terminal,
}

macro_rules! faults {
    ($($variant:ident $word:literal $stage:ident $on:expr, $doc:literal;)+) => {
        /// What goes wrong. Each fault applies so many times and is then used up.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
        pub enum Fault {
            /// The terminal loses power and starts up again. Records survive, everything else is forgotten.
            PowerLoss {
                /// At which point of a payment.
                at: PowerLossAt,
                /// How long it stays off.
                #[serde(rename = "for", default = "five_seconds")]
                lasting: Span,
            },
            /// The final result of a Purchase never reaches the wire, none of its sends.
            LoseAnswer {
                /// How many answers. Default 1.
                #[serde(default = "once")]
                times: u32,
            },
            /// An intact command from the POS is refused with a NAK.
            NakCommand {
                /// How many frames. Default 1.
                #[serde(default = "once")]
                times: u32,
            },
            /// A result reaches the wire with a wrong check.
            CorruptResult {
                /// How many sends. Default 1.
                #[serde(default = "once")]
                times: u32,
            },
            /// The ACK of a command never reaches the wire.
            LoseAck {
                /// How many ACKs. Default 1.
                #[serde(default = "once")]
                times: u32,
            },
            $(#[doc = $doc] $variant(Aim),)+
        }

        /// A fault's word alone.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Trick { $($variant,)+ }

        impl Trick {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),+];

            pub(crate) const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            pub(crate) const fn stage(self) -> Stage {
                match self { $(Self::$variant => Stage::$stage,)+ }
            }

            /// The kind of message it is aimed at unless the script says so.
            pub(crate) const fn default_kind(self) -> Option<Kind> {
                match self { $(Self::$variant => $on,)+ }
            }

            const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $doc,)+ }
            }
        }

        impl Fault {
            /// The word and the aim; for the five older words, what they say in the uniform shape is not needed.
            pub(crate) fn into_trick(self) -> Result<(Trick, Aim), Self> {
                match self {
                    $(Self::$variant(aim) => Ok((Trick::$variant, aim)),)+
                    other => Err(other),
                }
            }
        }
    };
}

const RESULT: Option<Kind> = Some(Kind::Result);
const EVENT: Option<Kind> = Some(Kind::Event);
const COMMAND: Option<Kind> = Some(Kind::Command);

faults! {
    BitNoise "bit-noise" Bytes RESULT, "`count` bits of a frame are flipped (default 1)";
    DropBytes "drop-bytes" Bytes RESULT, "`count` bytes of a frame are missing (default 1)";
    DuplicateBytes "duplicate-bytes" Bytes RESULT, "`count` bytes of a frame come twice (default 1)";
    WrongCheck "wrong-check" Bytes RESULT, "the CRC of a frame is wrong";
    LengthShort "length-short" Bytes RESULT, "LEN of a frame is one too small";
    LengthLong "length-long" Bytes RESULT, "LEN of a frame is one too large";
    LengthZero "length-zero" Bytes RESULT, "LEN of a frame is 0";
    LengthHuge "length-huge" Bytes RESULT, "LEN of a frame is FFFF";
    LineNoise "line-noise" Bytes RESULT, "`count` bytes of noise come before a frame (default 16)";
    FalseStx "false-stx" Bytes RESULT, "the head of a frame that never comes stands before a frame";
    Split "split" Bytes RESULT, "a frame comes in two parts, `for` apart (default 100ms)";
    Merge "merge" Bytes EVENT, "a frame waits for the next one and both come at once";
    Trickle "trickle" Bytes RESULT, "a frame comes in pieces of `count` bytes (default 64), `for` apart (default 20ms)";
    LateAck "late-ack" Link COMMAND, "an ACK comes `for` later (default 2s)";
    StrayAck "stray-ack" Link EVENT, "an ACK that nobody waits for comes before a message";
    StrayNak "stray-nak" Link EVENT, "a NAK that nobody waits for comes before a message";
    NakStorm "nak-storm" Link EVENT, "`count` NAKs come before a message (default 20)";
    SeqReset "seq-reset" Link RESULT, "the terminal counts its frames from 1 again";
    RepeatResult "repeat-result" Message RESULT, "a result comes again as a frame of its own";
    StaleResult "stale-result" Message RESULT, "the result of an earlier command comes before a result";
    UnsolicitedResult "unsolicited-result" Message RESULT, "a success of a command that nobody sent comes before a result";
    AlteredAmount "altered-amount" Message RESULT, "a result tells one won more";
    AlteredTerminal "altered-terminal" Message RESULT, "a result tells another terminal id and requestId";
    LateAnswer "late-answer" Message RESULT, "a result comes `for` later (default 90s)";
    LoseEvent "lose-event" Message EVENT, "an event never comes";
    RepeatEvent "repeat-event" Message EVENT, "an event comes twice";
    SwapEvents "swap-events" Message EVENT, "an event comes after the next message";
    UnknownEvent "unknown-event" Message EVENT, "an event has a code that no documentation knows";
    EventAfterFinal "event-after-final" Message RESULT, "an event of the payment comes after its result";
    MalformedJson "malformed-json" Message RESULT, "a result is no JSON";
    NullFields "null-fields" Message RESULT, "the fields of a result are null";
    NumbersForStrings "numbers-for-strings" Message RESULT, "tax and tip of a result are numbers";
    KoreanText "korean-text" Message RESULT, "a result has a Korean message and notice";
    LeadingSpaces "leading-spaces" Message RESULT, "texts of a result begin with blanks, as fixed-width fields do";
    LargeSignature "large-signature" Message RESULT, "signData has `count` characters (default 24000)";
    MissingSignature "missing-signature" Message RESULT, "signData is missing although the cardholder signed";
    TaxOffByOne "tax-off-by-one" Message RESULT, "the VAT of a result is one won more";
    Busy "busy" Terminal COMMAND, "a command is answered CommandDeviceBusy";
    Hang "hang" Terminal None, "the terminal hangs `at` a point, and is started again after `for` (default: never)";
    Unplug "unplug" Terminal None, "the line is unplugged `at` a point, and back after `for` (default: never)";
    StaleBytes "stale-bytes" Terminal None, "who opens the line first gets the end of the last frame sent before";
    CardRacesCancel "card-races-cancel" Terminal COMMAND, "a card comes just before a CommandCancel";
}

/// At which point of a payment something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PowerLossAt {
    /// While waiting for a card.
    Ready,
    /// While a card is read.
    CardDetected,
    /// While waiting for the signature.
    Signing,
    /// After START_TRANSACTION, before the host has answered: not charged.
    Authorizing,
    /// After the approval was recorded, before the first byte of the answer: charged.
    Approved,
    /// While a CommandCancel is carried out, before anything is answered: not charged.
    Cancelling,
}

impl Fault {
    /// The table of faults that are aimed uniformly: word, where it works, what it is aimed at by default, what it does.
    #[must_use]
    pub fn table() -> Vec<(&'static str, Stage, Option<Kind>, &'static str)> {
        Trick::ALL.iter().map(|t| (t.word(), t.stage(), t.default_kind(), t.meaning())).collect()
    }
}

const fn once() -> u32 {
    1
}
const fn five_seconds() -> Span {
    Span::secs(5)
}
