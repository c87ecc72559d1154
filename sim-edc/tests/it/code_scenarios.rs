//! A scenario for each code that ends a hello, a command or a payment: what a till must make of it. Made here from the
//! recipes; `UPDATE_DOCS=1 cargo test -p sim-edc` writes them anew.

use std::path::Path;

use sim_edc::{Code, Exchange, Recipe};
use wire::edc::{BusinessCode, CommandCode, InitCode};

/// What must become of the order.
struct Duty {
    /// In words.
    title: &'static str,
    covers: &'static [&'static str],
    order: &'static str,
    charged: u32,
    /// How many Purchases are sent.
    sent: u32,
    /// Whether GetLastTransaction must be asked.
    asks: bool,
}

const FAILED: Duty =
    Duty { title: "the sale ends unpaid", covers: &["EDC-P45"], order: "failed", charged: 0, sent: 1, asks: false };
const ANOTHER_METHOD: Duty =
    Duty { title: "the attempt ends and the order stays unpaid", covers: &["EDC-P42", "EDC-P45"], ..FAILED };
const RECOVERED: Duty = Duty {
    title: "the payment was taken, is found and is booked once",
    covers: &["EDC-P27", "EDC-P29", "EDC-P31"],
    order: "paid",
    charged: 1,
    sent: 1,
    asks: true,
};

/// None for what is no end: events, and INIT_SUCCESS.
fn duty(code: Code) -> Option<Duty> {
    use BusinessCode as B;
    Some(match code {
        Code::Event(_) | Code::Init(InitCode::InitSuccess) => return None,
        Code::Init(InitCode::InitFailed) => {
            Duty { title: "try again", covers: &["EDC-P01"], order: "paid", charged: 1, sent: 1, asks: false }
        }
        Code::Init(InitCode::InitParamError) => {
            Duty { title: "nothing is sent after it", covers: &["EDC-P01"], sent: 0, ..FAILED }
        }
        Code::Command(CommandCode::InvalidResponse | CommandCode::ResponseTimeout) => RECOVERED,
        Code::Command(CommandCode::DeviceBusy) => Duty {
            title: "the till waits and asks again",
            covers: &[],
            order: "paid",
            charged: 1,
            sent: 2,
            asks: false,
        },
        Code::Command(CommandCode::NotSupport | CommandCode::ParamError) => Duty { covers: &[], ..FAILED },
        Code::Command(CommandCode::Invalid) => Duty {
            title: "the payment goes on and is booked",
            covers: &[],
            order: "paid",
            charged: 1,
            sent: 1,
            asks: false,
        },
        Code::Business(B::UserAmountExceedLimit | B::UserBalanceNotEnough | B::InvalidCardNumber) => ANOTHER_METHOD,
        Code::Business(B::ProcessFail) => Duty { covers: &["EDC-P41", "EDC-P45"], ..FAILED },
        Code::Business(B::RepeatReqReject | B::Unknown) => Duty {
            title: "the payment is not sent again, and a person is told unless it is found",
            order: "parked",
            ..FAILED
        },
        Code::Business(_) => FAILED,
    })
}

fn scenario(recipe: &Recipe, duty: &Duty) -> String {
    let code = recipe.code;
    let covers = if duty.covers.is_empty() { String::new() } else { format!("covers: [{}]\n", duty.covers.join(", ")) };
    // What belongs to a cancel is answered to the Purchase here: what it means to a sale is the question.
    let script = recipe.script.replace("PurchaseCancel:", "Purchase:");
    let cancel = if recipe.exchange == Exchange::CommandCancel {
        "  - until: {event: READY}\n  - cancel: {order: A}\n"
    } else {
        ""
    };
    let asks = if duty.asks { "  - sent: {command: GetLastTransaction, at-least: 1}\n" } else { "" };
    format!(
        "# Made by sim-edc/tests/it/code_scenarios.rs; change it there.\n\
         title: \"{code}: {}\"\nroles: [edc]\n{covers}given:\n  terminal:\n    {script}\nsteps:\n  \
         - checkout: {{order: A, by: terminal, amount: {{currency: KRW, value: \"10400\"}}}}\n{cancel}  \
         - settle: {{within: 6m}}\nexpect:\n  - order: {{A: {}}}\n  - charged: {{A: \"10400\", times: {}}}\n  \
         - sent: {{command: Purchase, times: {}}}\n{asks}",
        duty.title, duty.order, duty.charged, duty.sent
    )
}

/// `CommandDeviceBusy` and `UNKNOWN` as a file's name.
fn file_name(code: Code) -> String {
    let mut name = "code".to_owned();
    for letter in code.as_str().replace('_', "-").trim_start_matches("Command").chars() {
        if letter.is_ascii_uppercase() && name.ends_with(|c: char| c.is_ascii_lowercase()) || name == "code" {
            name.push('-');
        }
        name.push(letter);
    }
    // Small letters only now, since they tell where a word begins.
    format!("{}.yaml", name.to_lowercase())
}

#[test]
fn every_code_that_ends_something_has_a_scenario_that_says_what_a_till_must_do() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/edc");
    let mut made = 0;
    for recipe in Recipe::all() {
        let Some(duty) = duty(recipe.code) else { continue };
        let (path, text) = (folder.join(file_name(recipe.code)), scenario(&recipe, &duty));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(&path).unwrap_or_default(),
            text,
            "{}: run with UPDATE_DOCS=1",
            path.display()
        );
        made += 1;
    }
    assert_eq!(made, 20);
}
