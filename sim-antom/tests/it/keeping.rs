//! What a kept ledger counts, across restarts and resets. Processes that are killed: `crashing.rs`.

use std::path::Path;
use std::time::Duration;

use sim_antom::{DurableStore, Script};

use super::rig::Rig;

/// A gateway that goes on with the file, as a process does that is started again.
fn start(path: &Path) -> Rig {
    Rig::over(Box::new(DurableStore::open(path).unwrap()), "")
}

/// Makes a payment that is paid, notified and acknowledged: the ends of its three numbers, of which the gateway counts
/// payments, notifications and deliveries.
fn sale(rig: &mut Rig, id: &str) -> (u64, u64, u64) {
    let answer = rig.pay(id);
    let payment = answer["paymentId"].as_str().unwrap().rsplit_once("100").unwrap().1.parse().unwrap();
    rig.pass(3);
    let delivery = rig.delivered().pop().unwrap().id;
    let notice = rig.gateway.notices().last().unwrap().number;
    rig.answer(delivery, Ok((200, super::rig::ACK)));
    (payment, notice, delivery)
}

#[test]
fn ids_and_numbers_of_a_kept_store_go_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let mut rig = start(&path);
    assert_eq!([sale(&mut rig, "A"), sale(&mut rig, "B")], [(1, 1, 1), (2, 2, 2)]);
    drop(rig);
    // Both are done with; their numbers are nobody else's all the same.
    let mut rig = start(&path);
    assert_eq!(sale(&mut rig, "C"), (3, 3, 3));
    assert!(!rig.gateway.resend(rig.now, 1), "what was done with before the restart is forgotten");
}

#[test]
fn after_a_reset_payments_are_counted_from_one_again_and_notifications_go_on_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let mut rig = start(&path);
    sale(&mut rig, "A");
    rig.gateway.reset(Script::default());
    assert_eq!(sale(&mut rig, "B"), (1, 2, 2));
    rig.gateway.reset(Script::default());
    rig.gateway.commit().unwrap();
    drop(rig);
    let mut rig = start(&path);
    assert_eq!(sale(&mut rig, "A"), (1, 3, 3));
}

#[test]
fn time_goes_on_from_where_it_was_also_after_a_reset() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let mut rig = start(&path);
    assert_eq!(rig.gateway.resumes_at(), None, "nothing has happened");
    rig.pay("A");
    rig.now = rig.now + Duration::from_secs(25 * 3600);
    rig.timeout();
    let then = rig.now;
    rig.now = rig.now + Duration::from_millis(999);
    rig.pay("B");
    let last = rig.now;
    drop(rig);
    let mut rig = start(&path);
    let resumes = rig.gateway.resumes_at().unwrap();
    assert!(resumes >= last && resumes <= then + Duration::from_secs(1), "{resumes:?}");
    rig.now = resumes;
    rig.gateway.reset(Script::default());
    rig.timeout();
    drop(rig);
    assert!(start(&path).gateway.resumes_at().unwrap() >= resumes);
}
