//! What the client SDK's own page does within a session: a script for it, played in the buyer's browser.
//!
//! Steps wait for the merchant's page, for the server or for time; they tell the merchant's page what happened, rightly,
//! wrongly or in odd orders; and they decide what the server does at the same moment.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::time::Span;

use super::answer::Code;
use super::rule::What;
use super::topic::Topic;

/// What happens in a session of the client SDK.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Play {
    /// What it is called in traces and in the session's data. Default its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What createPaymentSession, or createVaultingSession, gives as the session's data. Default whole.
    pub data: DataGiven,
    /// How the SDK's first question about the session is answered. Default truly.
    pub query: Query,
    /// How far the SDK's page gets by itself before the steps begin. Default until the form is shown.
    pub page: Opening,
    /// What happens then, in order.
    pub steps: Vec<PlayStep>,
}

/// What a session's data are: the SDK refuses all but whole ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DataGiven {
    /// Four parts, as documented.
    #[default]
    Whole,
    /// The last part is missing, as in old documents: the cashier tells SDK_CREATEPAYMENT_PARAMETER_ERROR.
    Cut,
    /// None at all: the constructor of the Element throws.
    Empty,
}

/// How the SDK's first question about a session is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Query {
    /// With what is to be paid, or that the session is over.
    #[default]
    Truly,
    /// With a failure.
    Fails {
        /// The errorCode. Default ORDER_IS_CLOSED.
        #[serde(default = "closed")]
        code: String,
        /// Whether an error page may be shown; otherwise the SDK's promise is rejected. Default true.
        #[serde(default = "yes")]
        shown: bool,
    },
    /// Not at all: the network fails.
    Lost,
}

/// How far the SDK's page gets by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Opening {
    /// The form is shown, and loading ends.
    #[default]
    Shown,
    /// It has begun, but shows nothing until a step says so: loading does not end by itself.
    Hidden,
    /// It never begins: the cashier gives up after 15 s, the Element after 10 s.
    Absent,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum PlayStep {
    /// Wait so long, in real time.
    After(Span),
    /// Wait for something.
    Until(Cue),
    /// Show the form: loading ends.
    ShowForm,
    /// Tell the merchant's page an event as it is written here; parts that are not written are missing.
    Emit(Emitted),
    /// Tell the merchant's page how the payment ended, with everything that travels with this code: an event, or what
    /// submitPayment of the Element answers.
    Result(Ending),
    /// Answer submit or submitPayment as it is written here.
    Answer(Value),
    /// What the server does.
    Server(Effect),
    /// The buyer closes the form.
    Close {
        /// Whether the merchant's page is told SDK_PAYMENT_CANCEL after onClose. Default true.
        #[serde(default = "yes")]
        told: bool,
    },
    /// The buyer is sent elsewhere.
    Redirect(Target),
    /// A message of the protocol between the SDK and its page, as it is written here.
    Post {
        /// Its name, such as onLog.
        event: String,
        /// What it carries.
        #[serde(default)]
        data: Value,
    },
    /// A text instead of a message.
    Garble(String),
    /// An event that does not come from the SDK's page of this session, as a foreign window would send it.
    Forge(Emitted),
}

/// What a step waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cue {
    /// The buyer presses pay in the form, or the merchant's page calls submit or submitPayment.
    Submitted,
    /// The merchant's page has the form checked.
    Validated,
    /// The payment is paid.
    Paid,
    /// The payment has ended, in whatever way.
    Ended,
    /// Its end was notified, and the notification answered.
    Notified,
}

/// An event as a merchant's page gets it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Emitted {
    /// Such as SDK_PAYMENT_SUCCESSFUL; any text is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
}

/// How a payment ended, as a merchant's page is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ending {
    /// The paymentResultCode; one that is not documented is told as a failure.
    pub code: String,
    /// The event that tells it. Default the one that belongs to the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// paymentStatus. Default the one that belongs to the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whether cardPaymentResultInfo travels with it. Default when a card has paid or was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<bool>,
    /// riskDecision in popRiskDecisionResultInfo, such as ACCEPT, REVIEW or REJECT. Default there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<String>,
    /// Of the Element: whether a new session is needed for another try. Default as is usual for the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_session: Option<bool>,
}

/// What the server does about the payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Effect {
    /// It is paid, and notified.
    Pays,
    /// An attempt fails; within the session there may be another one.
    Declines {
        /// The paymentResultCode. Default USER_BALANCE_NOT_ENOUGH.
        #[serde(default = "no_balance")]
        code: Code,
    },
    /// It fails for good, and that is notified.
    Fails {
        /// The paymentResultCode. Default PROCESS_FAIL.
        #[serde(default = "process_fail")]
        code: Code,
    },
    /// The order is closed, as when its time is over.
    Closes,
    /// The bank has it: it becomes pending.
    Pends,
}

/// Where the buyer is sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Target {
    /// A place by its name. Default the shop's paymentRedirectUrl, unless a URL is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<PlaceName>,
    /// A web page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normal_url: Option<String>,
    /// A wallet's own scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme_url: Option<String>,
    /// A wallet's link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applink_url: Option<String>,
}

/// A place that a buyer can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceName {
    /// The shop's paymentRedirectUrl.
    Shop,
    /// The wallet's page of this gateway.
    Wallet,
}

impl Play {
    /// Steps at most.
    const LONGEST: usize = 500;
}

impl What for Play {
    fn topics(&self) -> Vec<Topic> {
        Topic::SESSIONS.into()
    }

    fn check(&self) -> Result<(), String> {
        if self.steps.len() > Self::LONGEST {
            return Err(format!("more than {} steps", Self::LONGEST));
        }
        let longest = Span::secs(60);
        let long = self.steps.iter().any(|step| matches!(step, PlayStep::After(span) if *span > longest));
        if long { Err("a step waits longer than 60 s, which are real ones".to_owned()) } else { Ok(()) }
    }
}

fn closed() -> String {
    "ORDER_IS_CLOSED".to_owned()
}
const fn yes() -> bool {
    true
}
fn no_balance() -> Code {
    Code(wire::antom::find_anywhere("USER_BALANCE_NOT_ENOUGH").unwrap_or(&wire::antom::PAYMENT_RESULT_CODE[0]))
}
fn process_fail() -> Code {
    Code(wire::antom::find_anywhere("PROCESS_FAIL").unwrap_or(&wire::antom::PAYMENT_RESULT_CODE[0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{Rule, Script};

    fn read(yaml: &str) -> Result<Vec<Rule<Play>>, String> {
        Script::parse(yaml).map(|script| script.client).map_err(|mistake| mistake.error)
    }

    #[test]
    fn a_play_is_read_and_written_as_it_was_meant() {
        let yaml = "client:\n\
            - times: always\n  where: {productCode: CASHIER_PAYMENT}\n  page: hidden\n  query: {fails: {}}\n  steps:\n\
            \x20 - after: 300ms\n  - until: submitted\n  - show-form\n  - emit: {code: SDK_X}\n  - emit: {}\n\
            \x20 - result: {code: RISK_REJECT, card: true}\n  - answer: {status: PENDING}\n  - server: pays\n\
            \x20 - server: {fails: {code: RISK_REJECT}}\n  - close: {told: false}\n  - redirect: {to: wallet}\n\
            \x20 - post: {event: onLog, data: {code: a}}\n  - garble: not json\n  - forge: {code: SDK_PAYMENT_SUCCESSFUL}\n\
            - {}\n";
        let rules = read(yaml).unwrap();
        assert_eq!((rules.len(), rules[0].what.steps.len()), (2, 14));
        assert_eq!(rules[0].what.query, Query::Fails { code: "ORDER_IS_CLOSED".to_owned(), shown: true });
        assert_eq!(rules[1].what, Play::default());
        let script = Script { client: rules.clone(), ..Script::default() };
        let written = serde_json::to_string(&script).unwrap();
        assert_eq!(read(&written).unwrap(), rules, "{written}");
    }

    #[test]
    fn a_slip_is_named_with_what_was_meant() {
        for (yaml, told) in [
            ("client: [{step: []}]", "did you mean `steps`?"),
            ("client: [{steps: [{unitl: submitted}]}]", "did you mean `until`?"),
            ("client: [{steps: [{until: submited}]}]", "did you mean `submitted`?"),
            ("client: [{steps: [{server: {fails: {code: RISK_REJCET}}}]}]", "did you mean `RISK_REJECT`?"),
            ("client: [{steps: [{after: 5m}]}]", "longer than 60 s"),
        ] {
            let error = read(yaml).unwrap_err();
            assert!(error.contains(told), "{yaml}\n{error}");
        }
    }
}
