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
    PurchaseAgainAfterSilence = "purchase-again-after-silence", "EDC-P27",
        "after the time-out it sends Purchase again, with a new requestId, instead of asking what became of the first";
    NumbersForStrings = "numbers-for-strings", "EDC-P03",
        "it sends paymentAmount.value as a JSON number";
    RequiredFieldMissing = "required-field-missing", "EDC-P04",
        "it leaves tipAmount out when there is no tip";
    RequestIdReused = "request-id-reused", "EDC-P07",
        "its requestId is made of the amount alone, so the second sale of an amount has that of the first";
    TwoCommandsAtOnce = "two-commands-at-once", "EDC-P10",
        "it sends GetLastTransaction while the Purchase is still running";
    SaleBeforeRecovery = "sale-before-recovery", "EDC-P29",
        "after the time-out it parks the order without asking the terminal and goes on with the next sale";
    ResultUnacknowledged = "result-unacknowledged", "LINE-L02",
        "it never acknowledges a result";
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
    fn no_two_faults_break_the_same_requirement() {
        let requirements: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.requirement()).collect();
        assert_eq!(requirements.len(), Fault::ALL.len());
    }
}
