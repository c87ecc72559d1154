//! What a correct front end does with the client SDK. What was measured on the web SDK was measured on
//! version 1.47.2.

use super::obligation::{Area, Level, Requirement};

pub(super) const ALL: &[Requirement] = &[
    must(
        "CLI-001",
        CODES,
        "do not mark an order as paid by a client success alone; the server confirms",
        "an event that anybody can make ships goods",
    ),
    must(
        "CLI-002",
        NOTIFY,
        "do not lose a paid order when no client result comes",
        "a closed tab costs the buyer the order",
    ),
    must(
        "CLI-003",
        SDK,
        "give no goods for a forged success",
        "a message from another window, which nobody checks, ships goods",
    ),
    must(
        "CLI-004",
        CODES,
        "key every branch on the exact code",
        "with the documented sample, the first event of loading already shows success",
    ),
    must("CLI-005", PUBLIC, "ignore an unknown code, or call it unknown", "a new code crashes the checkout"),
    must("CLI-006", SDK, "accept events without result, message or even code", "a missing field crashes the checkout"),
    must(
        "CLI-007",
        CODES,
        "show SDK_PAYMENT_PROCESSING neither as paid nor as failed; ask or wait",
        "an open payment is celebrated, or paid again",
    ),
    must(
        "CLI-008",
        CODES,
        "take SDK_PAYMENT_ERROR for unknown; ask or wait, with no second charge",
        "the first charge stands and the buyer pays twice",
    ),
    must(
        "CLI-009",
        CODES,
        "on SDK_PAYMENT_FAIL show the reason of paymentResultCode and offer another try",
        "the buyer does not know that another card would do",
    ),
    must(
        "CLI-010",
        CODES,
        "hide the spinner on SDK_END_OF_LOADING, and do nothing else",
        "the end of loading is taken for the end of the payment",
    ),
    should(
        "CLI-011",
        CODES,
        "balance the own spinner, also when loading fails or never ends",
        "the page turns for ever",
    ),
    must(
        "CLI-012",
        CODES,
        "after SDK_PAYMENT_CANCEL keep the order open, on the same session while it lives",
        "a buyer who changes the card loses the cart",
    ),
    must(
        "CLI-013",
        RETRY,
        "track the expiry of the session and get a new one after it",
        "the buyer pays into an expired session",
    ),
    must("CLI-014", SDK, "handle a repeated result once", "a thank-you page, a mail and a booking for each repeat"),
    must(
        "CLI-015",
        DER,
        "let the server decide between contradictory results",
        "a late failure takes back what was paid, unseen",
    ),
    should(
        "CLI-016",
        CODES,
        "on SDK_DUPLICATE_SUBMISSION_BEHAVIOR tell the buyer, and make no second session",
        "the double click that the SDK stopped is charged after all",
    ),
    should(
        "CLI-017",
        CODES,
        "keep the component after SDK_FORM_VERIFICATION_FAILED",
        "one wrong digit clears the whole form",
    ),
    should(
        "CLI-018",
        CODES,
        "leave the buyer alone during SDK_PAYMENT_CHALLENGE",
        "a time-out of the page kills a payment that is being confirmed",
    ),
    must(
        "CLI-019",
        CODES,
        "do not take SDK_PAYMENT_AUTHORIZATION_SUCCESSFUL for captured money; keep listening",
        "goods go out for an authorisation that lapses",
    ),
    should(
        "CLI-020",
        SDK,
        "survive repeated SDK_CALL_URL_SUCCESS, without navigating",
        "the page jumps away from the payment",
    ),
    should(
        "CLI-021",
        SDK,
        "do not take SDK_LAUNCH_PAYMENT_APP_ERROR or SDK_CALL_URL_ERROR for the end",
        "the fallback succeeds, and the shop has given up",
    ),
    must(
        "CLI-022",
        PUBLIC,
        "ask the server on the return page, by order id, and trust no query parameter",
        "a changed address ships goods",
    ),
    must("CLI-023", CODES, "always send the right paymentRedirectUrl", "the buyer strands in the wallet"),
    should(
        "CLI-024",
        CODES,
        "after SDK_SUBMIT_NETWORK_ERROR allow another submit, without a new order",
        "a tunnel on the train makes two orders",
    ),
    should(
        "CLI-025",
        SDK,
        "handle SDK_CREATEPAYMENT_PARAMETER_ERROR in onError and in the rejected promise",
        "one product tells it only by the promise: the page stays blank",
    ),
    should(
        "CLI-026",
        SDK,
        "catch rejections of createComponent and mount, and do not take resolving for a usable form",
        "the buyer sees an empty frame and no message",
    ),
    should("CLI-027", SDK, "catch errors of the constructor", "a wrong option takes the whole page down"),
    should(
        "CLI-028",
        SDK,
        "set the environment to exactly sandbox or prod",
        "any other word silently means production",
    ),
    must("CLI-029", PUBLIC, "use the session's environment for the SDK", "the payment page never loads"),
    should(
        "CLI-030",
        SDK,
        "keep one component alive, and release it before another and on leaving the page",
        "the second visit to the checkout fails",
    ),
    must(
        "CLI-031",
        SDK,
        "release with the right method: unmount, destroy or onDestroy",
        "the old component lives on unseen and blocks the next",
    ),
    should("CLI-032", SDK, "let no handler throw", "an error in a handler stops the events behind it"),
    must(
        "CLI-033",
        PUBLIC,
        "Element: test error before status; lead open ends to a page that asks",
        "a cancelled 3-D Secure is shown as success",
    ),
    must(
        "CLI-034",
        PUBLIC,
        "Element: do not take PROCESSING without error for failure",
        "the cart comes back while the payment succeeds",
    ),
    must(
        "CLI-035",
        SDK,
        "read needChangeSessionForRetry at result.error",
        "read elsewhere it is always absent, and every retry fails",
    ),
    must(
        "CLI-036",
        RETRY,
        "make a new session after failed 3-D Secure, expiry, cancel or a changed amount, otherwise keep it",
        "retries fail, or charge the old amount",
    ),
    must("CLI-037", SDK, "block double clicks and parallel submits at the own button", "two submits are two charges"),
    should("CLI-038", PUBLIC, "submit from a gesture of the user", "the browser blocks the wallet's sheet"),
    should(
        "CLI-039",
        SDK,
        "pass paymentSessionData whole and unchanged",
        "a trimmed or decoded plus sign makes it unreadable",
    ),
    should("CLI-040", CODES, "map the locale to the form xx_YY", "buyers see a language that they cannot read"),
    must(
        "CLI-041",
        CODES,
        "do without cardPaymentResultInfo and popRiskDecisionResultInfo",
        "after a redirect they are absent and the page crashes",
    ),
    should("CLI-042", DER, "show and log only masked data, and no session data", "card data ends up in log files"),
    should(
        "CLI-043",
        RISK,
        "hold the goods when the risk decision says REJECT or REVIEW",
        "fraud that was recognised is shipped",
    ),
    must(
        "CLI-044",
        NOTIFY,
        "handle a notification once, also before the client event, with the fixed answer",
        "the race of page and notification books twice",
    ),
    should(
        "CLI-045",
        PUBLIC,
        "ask every 2 s, a bounded number of times, until the end is known",
        "the page asks for ever, or stops too early",
    ),
    should(
        "CLI-046",
        CAPTURE,
        "with separate capture, fulfil by capture or notification, not by the authorisation event",
        "goods go out before the money is certain",
    ),
    should(
        "CLI-047",
        SDK,
        "return from onBeforeSubmit soon, with an allowed result",
        "the payment button does nothing",
    ),
    should(
        "CLI-048",
        ANDROID,
        "do not rely on a screen that may be gone, and survive late callbacks",
        "turning the phone crashes the payment",
    ),
    should(
        "CLI-049",
        IOS,
        "reset the delegate, and tie events to their paymentRequestId",
        "an event of the last payment pays for this one",
    ),
    must(
        "CLI-050",
        POS,
        "keep the countdown by READY, PENDING_SIGNATURE, START_TRANSACTION, cancel and time-out",
        "the cashier sees a time that is not the terminal's",
    ),
    must(
        "CLI-051",
        POS,
        "in an app at the terminal, treat time-out, repeat, failure and busy as the till must",
        "an app repeats the double charge that the till avoids",
    ),
    must(
        "CLI-052",
        POS,
        "in an app at the terminal, store acquirerMetaData and use unique requestIds",
        "what an app sold cannot be cancelled",
    ),
];

const CODES: &str = "SDK references, callback data";
const SDK: &str = "web client SDK, measured";
const PUBLIC: &str = "public integrations";
const RETRY: &str = "payment retry";
const NOTIFY: &str = "notifyPayment";
const RISK: &str = "risk decision";
const CAPTURE: &str = "capture";
const ANDROID: &str = "Android client SDK";
const IOS: &str = "iOS client SDK";
const POS: &str = "in-store EDC integration, KICC devices";
const DER: &str = "follows from it";

const fn must(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Client, Level::Must, id, source, statement, why)
}

const fn should(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Client, Level::Should, id, source, statement, why)
}
