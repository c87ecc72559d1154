//! What a correct till says to the terminal, and what it makes of the answers.

use super::obligation::{Area, Level, Requirement};

pub(super) const ALL: &[Requirement] = &[
    must(
        "EDC-P01",
        POS,
        "initialise first, and send nothing after a failed initialisation",
        "commands to a terminal that was not set up are refused until somebody restarts the till",
    )
    .since(1),
    must(
        "EDC-P02",
        POS,
        "send only the four documented command names",
        "an invented command is answered CommandNotSupport, and the sale never starts",
    ),
    must(
        "EDC-P03",
        POS,
        "send every scalar as a JSON string",
        "a number where text belongs is refused as CommandParamError, or read wrongly by the next version",
    )
    .since(1),
    must(
        "EDC-P04",
        POS,
        "send every required field",
        "a sale without one is refused at the counter, with the customer waiting",
    )
    .since(1),
    must(
        "EDC-P05",
        POS,
        "charge in KRW and in whole won",
        "an amount in another unit is charged a hundredfold or not at all",
    ),
    must(
        "EDC-P06",
        POS,
        "charge a positive amount of at most nine digits",
        "a zero, negative or overlong amount is refused, or cut off to another one",
    ),
    must(
        "EDC-P07",
        POS,
        "use a new requestId for each transaction, also after a restart",
        "a repeated id is refused, and the result of the first payment is not told again",
    )
    .since(1),
    must(
        "EDC-P08",
        POS,
        "give a cancel a requestId of its own",
        "with the id of its sale the cancel is refused as a repeat, and the customer's money stays taken",
    ),
    must(
        "EDC-P10",
        POS,
        "send one command at a time",
        "a second command meets a busy terminal, and answers are credited to the wrong sale",
    )
    .since(1),
    must(
        "EDC-P11",
        POS,
        "after CommandDeviceBusy wait and try again, a bounded number of times",
        "without a pause the terminal is flooded; without a bound the till hangs on a terminal that never gets free",
    ),
    must(
        "EDC-P12",
        POS,
        "start the countdown on READY, with the expiry that was sent",
        "the cashier sees a time that is not the terminal's, and gives up on a sale that goes on",
    )
    .hidden("the countdown is on the till's own screen"),
    must(
        "EDC-P13",
        POS,
        "stop the countdown on START_TRANSACTION",
        "the till tells the cashier to start anew while the host is charging the card",
    ),
    must(
        "EDC-P14",
        POS,
        "start the countdown again at 20 s on PENDING_SIGNATURE",
        "the cashier does not see that the customer still has time to sign",
    ),
    must(
        "EDC-P15",
        POS,
        "expect no signature for exactly 50,000 won",
        "a till that waits for one never ends a sale of that amount",
    ),
    must(
        "EDC-P16",
        POS,
        "wait 95 s for a sale, 115 s with a signature, 85 s for a cancel, 5 s for the others",
        "a till that gives up earlier calls a payment lost that is about to succeed",
    ),
    must(
        "EDC-P17",
        POS,
        "do not end a payment because the countdown ended",
        "the card may have been read in the last second, and the customer is charged for a sale that was given up",
    ),
    must(
        "EDC-P18",
        POS,
        "survive events that are unknown, repeated, missing or out of order",
        "one odd event stops the till in the middle of a payment",
    )
    .since(1),
    must(
        "EDC-P20",
        POS,
        "go on after CARD_TRY_AGAIN and CARD_MISSING",
        "the customer taps again and pays for a sale that the till has dropped",
    ),
    must(
        "EDC-P21",
        POS,
        "send CommandCancel only before a card is detected",
        "later it cannot succeed, and a till that believes it did loses a payment",
    )
    .since(1),
    must(
        "EDC-P22",
        POS,
        "send CommandCancel with empty parameters",
        "anything else is refused, and the sale cannot be called off",
    )
    .since(1),
    must(
        "EDC-P23",
        POS,
        "after CommandCancel succeeded, close the sale as cancelled",
        "an order that stays open blocks the counter, or is recovered although nothing happened",
    )
    .since(1),
    must(
        "EDC-P24",
        POS,
        "after CommandCancel is answered CommandInvalid, keep waiting for the payment's result",
        "the payment goes on, and its success belongs to nobody",
    ),
    must(
        "EDC-P25",
        POS,
        "accept the answer to CommandCancel and the failure of its Purchase in either order",
        "the till waits for ever for the one that came first",
    )
    .since(1),
    must(
        "EDC-P26",
        POS,
        "when a cancel races a card, end in agreement with what was charged",
        "the till says cancelled, the bank says paid",
    ),
    must(
        "EDC-P27",
        POS,
        "never send Purchase or PurchaseCancel again because no answer came",
        "no answer does not mean not charged: the customer pays twice",
    )
    .since(1),
    must(
        "EDC-P28",
        POS,
        "stop the card countdown after CommandResponseTimeout",
        "the screen counts down for a payment that is being cleared up",
    )
    .hidden("the countdown is on the till's own screen"),
    must(
        "EDC-P29",
        POS,
        "after silence, ask GetLastTransaction before anything else",
        "the next sale overwrites the only record that tells what became of this one",
    )
    .since(1),
    must(
        "EDC-P30",
        POS,
        "match a recovered transaction by more than its amount",
        "two teas cost the same: the last customer's payment is booked for this one",
    )
    .since(1),
    must(
        "EDC-P31",
        POS,
        "book a recovered success once, also when the late answer still arrives",
        "takings are counted twice and the day does not balance",
    )
    .since(1),
    must(
        "EDC-P32",
        POS,
        "if recovery is impossible, park the order for a person",
        "a guess is either goods for nothing or a customer who paid for nothing",
    )
    .since(1),
    must(
        "EDC-P33",
        POS,
        "recover the open order after a restart",
        "a power cut at the till loses the payment that was under way",
    )
    .since(1),
    must("EDC-P34", POS, "store the intent before sending it", "after a crash nobody knows that a card was charged")
        .since(1),
    must(
        "EDC-P35",
        POS,
        "store metadata, approval number, transaction id and terminal id with the sale",
        "without them a sale cannot be cancelled, nor found when the customer complains",
    ),
    must(
        "EDC-P36",
        POS,
        "pass acquirerMetaData back byte for byte",
        "changed metadata is refused, and the customer does not get the money back",
    ),
    must(
        "EDC-P37",
        POS,
        "cancel with the amounts of the original sale",
        "another amount is refused: there is no partial cancel",
    ),
    must(
        "EDC-P38",
        POS,
        "read ORDER_IS_CANCELED as already given back",
        "the cashier tries again and again, or hands out cash on top",
    ),
    must(
        "EDC-P39",
        POS,
        "do not loop on ORDER_STATUS_INVALID",
        "the terminal is busy with a cancel that can never succeed",
    ),
    must(
        "EDC-P40",
        POS,
        "after REPEAT_REQ_REJECT use a new id only once the first payment is known not to have succeeded",
        "the first one may have been charged: a new id charges again",
    ),
    must(
        "EDC-P41",
        POS,
        "do not repeat a payment by itself after PROCESS_FAIL",
        "the customer who pressed cancel is asked to pay again, or is charged twice",
    )
    .since(1),
    must(
        "EDC-P42",
        POS,
        "after a balance, limit or card code, end the attempt and leave the order to another method",
        "a sale is lost though the customer has another card",
    )
    .since(1),
    must(
        "EDC-P43",
        POS,
        "after a contract, access or parameter code, stop with a message",
        "no retry cures a wrong configuration, and the cashier does not learn whom to call",
    ),
    must(
        "EDC-P44",
        POS,
        "count a result only if its id, requestId, amount and currency match",
        "an old or foreign result pays for the wrong sale",
    ),
    must(
        "EDC-P45",
        POS,
        "judge success by resultCode, not by the arrival of a result",
        "goods go out for a declined card",
    )
    .since(1),
    must("EDC-P47", POS, "do without signData in a result", "a sale below the limit fails after the money was taken"),
    must("EDC-P48", POS, "keep no full card number anywhere", "one lost log file becomes a reportable breach"),
    must(
        "EDC-P49",
        POS,
        "take the tax from the answer",
        "a receipt with tax of its own rounding differs from the acquirer's",
    ),
    must(
        "EDC-P51",
        POS,
        "accept wallet results without cardBin",
        "a wallet payment that succeeded is dropped as malformed",
    ),
    must(
        "EDC-P53",
        POS,
        "read both shapes of GetLastTransaction, also without requestId",
        "recovery fails on the very terminals that need it",
    ),
];

const POS: &str = "in-store EDC integration, KICC devices";

const fn must(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Edc, Level::Must, id, source, statement, why)
}
