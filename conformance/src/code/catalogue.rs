//! The list, put together from what the simulators themselves go by: the terminal's recipes, the gateway's tables.

use sim_antom::{natural_cause, trigger_place};
use sim_edc::{Exchange, Recipe, Trigger};
use wire::antom::{CodeLine, NOTIFY_PAYMENT, Operation, PAYMENT_RESULT_CODE, ResultStatus, codes};

use super::client;

/// A documented code at one of its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Who says it.
    pub side: Side,
    /// What it is had on: a command, an operation, `payment` for the paymentResultCode, or a family of the client's.
    pub on: &'static str,
    /// The table that it stands in.
    pub family: &'static str,
    /// The code, as on the wire.
    pub code: &'static str,
    /// S, F or U, where the documents tell it.
    pub status: Option<ResultStatus>,
    /// What it means.
    pub meaning: &'static str,
    /// How it is had.
    pub how: How,
}

/// Who says a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Side {
    /// The card terminal.
    Terminal,
    /// The payment gateway.
    Gateway,
    /// The SDK in the buyer's browser or app.
    Client,
}

/// How a code is had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// By the terminal.
    Terminal(Recipe),
    /// By the gateway, with this script.
    Gateway {
        /// As YAML.
        script: String,
        /// What has to be done for it.
        ask: String,
        /// The word in a text of the request that brings it without a script.
        trigger: Option<String>,
        /// How it comes about by itself.
        cause: Option<&'static str>,
    },
    /// By the client SDK in a browser, with this script of the gateway.
    Client {
        /// As YAML.
        script: String,
        /// What has to be done for it.
        ask: &'static str,
        /// How it comes about by itself.
        cause: Option<&'static str>,
    },
}

/// Every code at each of its places: the terminal's, the gateway's operation by operation, the client's.
#[must_use]
pub fn all() -> Vec<Entry> {
    let terminal = Recipe::all().map(of_terminal);
    let calls = Operation::ALL.into_iter().flat_map(|on| codes(on).iter().map(move |line| of_call(on, line)));
    let payments = PAYMENT_RESULT_CODE.iter().map(of_payment);
    let notices = NOTIFY_PAYMENT.iter().map(of_notice);
    terminal.chain(calls).chain(payments).chain(notices).chain(client::all()).collect()
}

fn of_terminal(recipe: Recipe) -> Entry {
    let on = match recipe.exchange {
        Exchange::Hello => "hello",
        Exchange::Purchase | Exchange::LargePurchase => "Purchase",
        Exchange::CommandCancel => "CommandCancel",
        Exchange::PurchaseCancel => "PurchaseCancel",
    };
    let Recipe { code, .. } = recipe;
    Entry {
        side: Side::Terminal,
        on,
        family: code.family(),
        code: code.as_str(),
        status: None,
        meaning: code.message(),
        how: How::Terminal(recipe),
    }
}

fn of_call(on: Operation, line: &'static CodeLine) -> Entry {
    let cause = natural_cause(on, line.code);
    let asked = line.status != ResultStatus::S;
    // A call that succeeds is carried out: no script brings it about, only what is called for.
    let ask = match (asked, cause) {
        (false, Some(cause)) => format!("call {on}: {cause}"),
        (true, _) | (false, None) => format!("call {on}: the first call gets it"),
    };
    let script = if asked { format!("answers: [{{on: {on}, code: {}}}]", line.code) } else { "{}".to_owned() };
    let place = trigger_place(on).filter(|_| asked);
    let trigger = place.map(|(place, prefix)| format!("[sim:{prefix}{}] in {place}", line.code));
    gateway(on.as_str(), "resultCode", line, How::Gateway { script, ask, trigger, cause })
}

/// How the payment ends, as inquiryPayment tells it.
fn of_payment(line: &'static CodeLine) -> Entry {
    let script = format!("buyer: [{}]", buyer(line));
    let ask = "call pay, and inquiryPayment a little more than 3 s later: its paymentResultCode is this".to_owned();
    gateway(
        "payment",
        "paymentResultCode",
        line,
        How::Gateway { script, ask, trigger: Some(result(line)), cause: None },
    )
}

/// How the payment ends, as notifyPayment tells it.
fn of_notice(line: &'static CodeLine) -> Entry {
    let script = format!("{{buyer: [{}], settings: {{notify-failure: true}}}}", buyer(line));
    let ask = "call pay with a paymentNotifyUrl, and listen there for some 3 s: notifyPayment tells it".to_owned();
    gateway("notifyPayment", "resultCode", line, How::Gateway { script, ask, trigger: Some(result(line)), cause: None })
}

fn buyer(line: &CodeLine) -> String {
    match line.status {
        ResultStatus::S => "{pays: {}}".to_owned(),
        ResultStatus::F | ResultStatus::U => format!("{{declines: {{code: {}}}}}", line.code),
    }
}

fn result(line: &CodeLine) -> String {
    format!("[sim:result:{}] in the order's description", line.code)
}

const fn gateway(on: &'static str, family: &'static str, line: &'static CodeLine, how: How) -> Entry {
    let CodeLine { code, status, message, .. } = line;
    Entry { side: Side::Gateway, on, family, code, status: Some(*status), meaning: message, how }
}

impl Entry {
    /// Its name: a path, such as `terminal/Purchase/PROCESS_FAIL`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}/{}", self.side.as_str(), self.on, self.code)
    }

    /// The script that brings it, if anything does.
    #[must_use]
    pub fn script(&self) -> Option<&str> {
        match &self.how {
            How::Terminal(recipe) => Some(recipe.script),
            How::Gateway { script, .. } | How::Client { script, .. } => Some(script),
        }
    }

    /// What has to be done for it, in words.
    #[must_use]
    pub fn ask(&self) -> &str {
        match &self.how {
            How::Terminal(recipe) => match recipe.exchange {
                Exchange::Hello => "initialise the terminal: the first hello gets it",
                Exchange::Purchase => "send a Purchase: the first one gets it",
                Exchange::LargePurchase => "send a Purchase of more than 50,000 won: the first one gets it",
                Exchange::CommandCancel => "send a Purchase, and CommandCancel on READY: the first one gets it",
                Exchange::PurchaseCancel => "send a Purchase, and then its PurchaseCancel: the first one gets it",
            },
            How::Gateway { ask, .. } => ask,
            How::Client { ask, .. } => ask,
        }
    }

    /// The wish in a message that brings it without a script, where there is one.
    #[must_use]
    pub fn trigger(&self) -> Option<String> {
        match &self.how {
            How::Terminal(recipe) => match recipe.trigger {
                Trigger::Always => None,
                Trigger::Merchant => {
                    Some(format!("a merchantId that ends in -{}, with settings: {{triggers: true}}", self.code))
                }
                Trigger::Amount(digits) => {
                    Some(format!("a paymentAmount that ends in {digits}, with settings: {{triggers: true}}"))
                }
            },
            How::Gateway { trigger, .. } => trigger.clone(),
            How::Client { .. } => None,
        }
    }

    /// How it comes about by itself, where that is known.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        match &self.how {
            How::Terminal(recipe) => Some(recipe.cause).filter(|cause| !cause.is_empty()),
            How::Gateway { cause, .. } | How::Client { cause, .. } => *cause,
        }
    }
}

impl Side {
    /// The word in lists.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Gateway => "gateway",
            Self::Client => "client",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_of_each_table_is_there_once() {
        let all = all();
        let mut names: Vec<_> = all.iter().map(Entry::name).collect();
        names.sort();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before);
        let of = |side| all.iter().filter(|entry| entry.side == side).count();
        assert_eq!(of(Side::Terminal), 32);
        let lines: usize = Operation::ALL.into_iter().map(|on| codes(on).len()).sum();
        assert_eq!(of(Side::Gateway), lines + PAYMENT_RESULT_CODE.len() + NOTIFY_PAYMENT.len());
        assert!(of(Side::Client) > 20);
    }

    #[test]
    fn every_script_is_one_and_names_its_code_or_what_brings_it() {
        for entry in all() {
            match &entry.how {
                How::Gateway { script, .. } => {
                    let read = sim_antom::Script::parse(script);
                    let is_empty = read.unwrap() == sim_antom::Script::default();
                    assert_eq!(is_empty, script == "{}", "{}", entry.name());
                    assert_eq!(
                        is_empty,
                        entry.status == Some(ResultStatus::S)
                            && entry.family == "resultCode"
                            && entry.on != "notifyPayment"
                    );
                }
                How::Terminal(recipe) => assert_ne!(recipe.script(), sim_edc::Script::default()),
                How::Client { script, .. } => {
                    let read = sim_antom::Script::parse(script).unwrap();
                    assert_eq!((read.client.len(), entry.side), (1, Side::Client), "{}", entry.name());
                }
            }
        }
    }
}
