//! Money, times, durations, hex: what is written reads back, and nothing panics.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use wire::hex;
use wire::money::{Currency, Money};
use wire::time::{Moment, WireTime, parse_duration};

use super::config;

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn money_reads_back_as_it_was_written(currency in currency(), minor in 0_u64..10_000_000_000_000_000) {
        let money = Money::new(currency, minor);
        prop_assert_eq!(Money::parse(currency.as_str(), &money.value()), Ok(money));
        let text = serde_json::to_string(&money).unwrap();
        prop_assert_eq!(&text, &format!("{{\"currency\":\"{currency}\",\"value\":\"{minor}\"}}"));
        prop_assert_eq!(serde_json::from_str::<Money>(&text).unwrap(), money);
    }

    #[test]
    fn money_that_is_read_was_written_as_plain_digits(
        code in prop_oneof![2 => currency().prop_map(|c| c.to_string()), 1 => "[A-Z]{3}", 1 => ".{0,5}"],
        value in prop_oneof!["0{0,2}[0-9]{0,18}", ".{0,6}"],
    ) {
        if let Ok(money) = Money::parse(&code, &value) {
            prop_assert_eq!(money.value(), value);
            prop_assert_eq!(money.currency.as_str(), code);
        }
    }

    #[test]
    fn money_shown_to_people_keeps_every_digit(currency in currency(), minor: u64) {
        let shown = Money::new(currency, minor).to_string();
        let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
        prop_assert_eq!(digits.parse::<u64>().unwrap(), minor);
        let decimals = shown.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        prop_assert_eq!(decimals, usize::try_from(currency.exponent()).unwrap());
    }

    #[test]
    fn a_time_reads_back_as_it_was_written(second in 100_000_u64..253_000_000_000, offset in -1080_i16..=1080) {
        let moment = Moment::from_millis(second * 1000 + 999);
        let time = WireTime::new(moment, offset);
        prop_assert_eq!(WireTime::parse(time.as_str()), Ok(time.clone()));
        prop_assert_eq!(time.moment(), Moment::from_millis(second * 1000));
        prop_assert_eq!(time.moment(), WireTime::new(moment, 0).moment());
        // What is written is the clock on a wall so many minutes east of Greenwich.
        let minutes = u64::from(offset.unsigned_abs());
        let east = Duration::from_secs(minutes * 60);
        let wall = WireTime::new(if offset < 0 { moment - east } else { moment + east }, 0);
        let zone = match offset {
            0 => "Z".to_owned(),
            _ => format!("{}{:02}:{:02}", if offset < 0 { '-' } else { '+' }, minutes / 60, minutes % 60),
        };
        prop_assert_eq!(time.as_str(), wall.as_str().replace('Z', &zone));
        let json = serde_json::to_string(&time).unwrap();
        prop_assert_eq!(serde_json::from_str::<WireTime>(&json).unwrap(), time);
    }

    #[test]
    fn a_time_that_is_read_keeps_its_text(
        text in prop_oneof![
            ".{0,30}",
            "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,10})?(Z|[+-][0-2][0-9]:?([0-6][0-9])?)?",
            "20[0-9]{2}-0[1-9]-[12][0-9]T0[0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]0[0-9]:[0-5][0-9])",
        ],
    ) {
        if let Ok(time) = WireTime::parse(&text) {
            prop_assert_eq!(time.as_str(), &text);
        }
    }

    #[test]
    fn no_moment_and_no_offset_makes_writing_panic(micros: u64, offset: i16, by: u64) {
        let moment = Moment::from_micros(micros);
        let _ = WireTime::new(moment, offset);
        let by = Duration::from_micros(by);
        prop_assert!(moment + by >= moment);
        prop_assert!(moment - by <= moment);
        prop_assert!((moment + by).since(moment) <= by);
    }

    #[test]
    fn a_duration_reads_back_as_people_write_it(number in 0_u32..100_000) {
        for (unit, millis) in [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)] {
            let wanted = Duration::from_millis(u64::from(number) * millis);
            prop_assert_eq!(parse_duration(&format!("{number}{unit}")), Ok(wanted));
        }
    }

    #[test]
    fn no_text_makes_a_small_parser_panic(text in prop_oneof![".{0,20}", "[0-9.hms ]{0,32}", "[0-9a-fA-F ]{0,20}"]) {
        let _ = parse_duration(&text);
        if let Ok(bytes) = hex::decode(&text) {
            prop_assert_eq!(hex::decode(&hex::encode(&bytes)), Ok(bytes));
        }
        let _ = hex::visible(text.as_bytes());
    }
}

fn currency() -> impl Strategy<Value = Currency> {
    const CODES: &[&str] = &["KRW", "JPY", "USD", "EUR", "CLP", "VND", "IDR", "KWD", "CLF", "BHD", "TWD", "ISK"];
    select(CODES).prop_map(|code| code.parse().unwrap())
}
