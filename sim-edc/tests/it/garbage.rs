//! Whatever comes over the line, the terminal goes on, and what it keeps and says stays bounded.

use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::json;
use sim_edc::{Device, Input, Output, Profile, Script};
use wire::edc::{Frame, Kind, Packet};
use wire::time::Moment;

/// Drives a device with pieces of bytes, and returns what it said to a hello in the end.
fn after(profile: Profile, pieces: &[Vec<u8>]) -> Vec<u8> {
    let mut device = Device::new(profile, &Script::default());
    let mut now = Moment::WORLD_START;
    device.handle(now, Input::Opened);
    let mut said = Vec::new();
    let mut drain = |device: &mut Device| {
        said.clear();
        while let Some(output) = device.poll() {
            if let Output::Transmit(bytes) = output {
                said.extend_from_slice(&bytes);
            }
        }
        said.clone()
    };
    for piece in pieces {
        device.handle(now, Input::Bytes(Bytes::copy_from_slice(piece)));
        assert!(drain(&mut device).len() < 64 * 1024);
        now = now + Duration::from_millis(40);
        if device.deadlines().next().is_some_and(|at| at <= now) {
            device.handle(now, Input::Timeout);
        }
    }
    // A frame that never ended is given up, and whatever the terminal still says goes to nobody.
    for _ in 0..2000 {
        let Some(at) = device.deadlines().next() else { break };
        now = now.max(at);
        device.handle(now, Input::Timeout);
        drain(&mut device);
    }
    let hello = json!({"provider": "KICC", "options": {"merchantId": "M"}});
    let packet = Packet::new(Kind::Hello, &hello);
    let bytes = match profile {
        Profile::Stx => Frame::new(packet, 200).map(|frame| frame.encode()).unwrap_or_default(),
        Profile::Ndjson => [b"\n".to_vec(), packet.to_line()].concat(),
    };
    device.handle(now + Duration::from_secs(5), Input::Bytes(bytes.into()));
    drain(&mut device)
}

fn contains(said: &[u8], word: &str) -> bool {
    said.windows(word.len()).any(|window| window == word.as_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_any_bytes_a_hello_is_answered(
        pieces in proptest::collection::vec(proptest::collection::vec(
            prop_oneof![3 => any::<u8>(), 1 => Just(0x02), 1 => Just(0x00), 1 => Just(b'C'), 1 => Just(b'\n')], 0..300), 0..12),
        stx in any::<bool>(),
    ) {
        let profile = if stx { Profile::Stx } else { Profile::Ndjson };
        prop_assert!(contains(&after(profile, &pieces), "INIT_SUCCESS"));
    }

    #[test]
    fn any_object_in_a_command_is_answered_or_ignored(text in "[ -~]{0,200}", name in "Purchase|PurchaseCancel|CommandCancel|x") {
        let object = json!({"id": "1", "commandName": name, "commandRequestParams": {"requestId": text, "paymentAmount": text}});
        let line = Packet::new(Kind::Command, &object).to_line();
        prop_assert!(contains(&after(Profile::Ndjson, &[line]), "INIT_SUCCESS"));
    }
}
