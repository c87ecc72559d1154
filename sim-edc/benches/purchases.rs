//! Whole purchases through link and terminal, in memory and in no time: command, ACK, events, result, ACK.
//!
//! One purchase is one iteration, so the mean is the inverse of purchases a second on one core. `cargo bench -p sim-edc
//! --bench purchases`; figures in docs/performance.md.

use std::cell::RefCell;

use bytes::Bytes;
use divan::Bencher;
use divan::counter::ItemsCount;
use serde_json::json;
use sim_edc::{Device, Input, Output, Profile, Script};
use wire::edc::{ACK, Frame, Kind, Packet};
use wire::time::Moment;

fn main() {
    divan::main();
}

/// A till that knows what to expect, and so is next to nothing.
struct Till {
    device: Device,
    now: Moment,
    number: u64,
    results: u64,
}

impl Till {
    fn at(mut device: Device) -> Self {
        let now = Moment::WORLD_START;
        device.handle(now, Input::Opened);
        let mut till = Self { device, now, number: 0, results: 0 };
        let hello = json!({"provider": "KICC", "options": {"merchantId": "M0001", "useBuiltInDialog": false}});
        till.put(framed(&Packet::new(Kind::Hello, &hello), 250));
        till
    }

    fn put(&mut self, bytes: Bytes) {
        self.device.handle(self.now, Input::Bytes(bytes));
        self.hear();
    }

    fn hear(&mut self) {
        while let Some(output) = self.device.poll() {
            let Output::Transmit(bytes) = output else { continue };
            if matches!(bytes.get(3), Some(b'R' | b'H')) {
                self.results += u64::from(bytes.get(3) == Some(&b'R'));
                self.device.handle(self.now, Input::Bytes(Bytes::from_static(&[ACK])));
            }
        }
    }

    /// Never inlined, so that a profiler can tell it from the rest.
    #[inline(never)]
    fn purchase(&mut self, command: Bytes) {
        let before = self.results;
        self.put(command);
        while self.results == before
            && let Some(at) = self.device.deadlines().next()
        {
            self.now = self.now.max(at);
            self.device.handle(self.now, Input::Timeout);
            self.hear();
        }
    }

    /// The next command, ready for the wire: a till's own work is not what is measured.
    fn next_command(&mut self) -> Bytes {
        self.number += 1;
        let params = json!({
            "requestId": format!("R-{:09}", self.number),
            "paymentAmount": {"value": "10400", "currency": "KRW"},
            "tipAmount": {"value": "0", "currency": "KRW"},
            "creditPayPlan": {"installmentNum": "0"},
            "acquirerInfo": {"acquirerTerminalId": "T0000001", "acquirerRegistrationNo": "1234567890"},
        });
        let id = self.number.to_string();
        let command = json!({"id": id, "commandName": "Purchase", "commandRequestParams": params, "options": {}});
        framed(&Packet::new(Kind::Command, &command), u8::try_from(self.number % 200).unwrap_or(1) + 1)
    }
}

fn framed(packet: &Packet, seq: u8) -> Bytes {
    Frame::new(packet.clone(), seq).map(|frame| frame.encode().into()).unwrap_or_default()
}

#[divan::bench(sample_count = 100, sample_size = 100)]
fn purchase_in_memory(bencher: Bencher<'_, '_>) {
    purchases(bencher, Device::new(Profile::Stx, &Script::default()).untraced());
}

/// With an event for everything that happens, as a judge wants it.
#[divan::bench(sample_count = 100, sample_size = 100)]
fn purchase_in_memory_traced(bencher: Bencher<'_, '_>) {
    purchases(bencher, Device::new(Profile::Stx, &Script::default()));
}

fn purchases(bencher: Bencher<'_, '_>, device: Device) {
    let till = RefCell::new(Till::at(device));
    bencher
        .counter(ItemsCount::new(1_usize))
        .with_inputs(|| till.borrow_mut().next_command())
        .bench_local_values(|command| till.borrow_mut().purchase(command));
    let till = till.into_inner();
    let approved = till.device.terminal().journal().records().iter().filter(|record| record.data.result.is_success());
    assert_eq!(approved.count() as u64, till.number, "every purchase was approved and recorded");
}
