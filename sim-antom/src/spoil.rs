//! What is wrong with one answer, and what it looks like then. Pure.
//!
//! ```text
//! body → altered, more fields, a key twice, other bytes → sealed, or forged → headers oddly written → cut, trickled, a page
//! ```

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value};
use wire::antom::Headers;

use crate::event::LostHow;
use crate::reply::{Pace, Raw, Reply};
use crate::script::{Changes, Fault, Forgery, Hangup, Oddity, Place, Spelling};
use crate::seal::{Letter, NOBODY, Seals};

/// The faults of one answer; none when all is well.
#[derive(Debug, Default)]
pub(crate) struct Spoil(pub(crate) Vec<Fault>);

/// An answer as it leaves, and what the trace says of it.
#[derive(Debug)]
pub(crate) struct Spoilt {
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
    pub(crate) lost: Option<LostHow>,
    /// Why a merchant must not believe it.
    pub(crate) reason: Option<String>,
    status: u16,
    /// Whether it must be written byte for byte.
    is_raw: bool,
    /// Its body before it was cut.
    cut_from: Option<Bytes>,
    pace: Option<Pace>,
    hangup: Option<Hangup>,
}

impl Spoil {
    /// Whether the call is carried out at all.
    pub(crate) fn lets_happen(&self) -> bool {
        !self.0.iter().any(|fault| {
            matches!(fault, Fault::LoseAnswer { carried_out: false, .. } | Fault::HtmlAnswer { carried_out: false, .. })
        })
    }

    /// How much later the answer comes.
    pub(crate) fn delay(&self) -> Option<Duration> {
        self.0
            .iter()
            .find_map(|fault| if let Fault::DelayAnswer { lasting, .. } = fault { Some(lasting.0) } else { None })
    }

    /// How long it waits for a notification at most.
    pub(crate) fn waits_for_notification(&self) -> Option<Duration> {
        self.0
            .iter()
            .find_map(|fault| if let Fault::EarlyNotification { lasting, .. } = fault { Some(lasting.0) } else { None })
    }

    /// Spoils an answer.
    pub(crate) fn apply(&self, letter: Letter<'_>, seals: Seals<'_>, ordinary: Forgery, body: Bytes) -> Spoilt {
        let (mut forgery, mut body) = (ordinary, body);
        for fault in &self.0 {
            match fault {
                Fault::AlterAnswer { set, .. } => body = changed(&body, set),
                Fault::ExtraFields { .. } => body = with_more_fields(&body),
                Fault::ForgeAnswer { signature, .. } => forgery = *signature,
                _ => {}
            }
        }
        for fault in &self.0 {
            match fault {
                Fault::RepeatKey { key, value, place, .. } => body = with_key_twice(&body, key, value, *place),
                Fault::RespellAnswer { spelling, .. } => body = respelt(&body, *spelling),
                _ => {}
            }
        }
        let (headers, body) = letter.seal(seals, forgery, body);
        let reason = (forgery != ordinary).then(|| format!("its signature is not sound: {}", forgery.word()));
        let mut spoilt = Spoilt {
            headers,
            body,
            lost: None,
            reason,
            status: 200,
            is_raw: false,
            cut_from: None,
            pace: None,
            hangup: None,
        };
        for fault in &self.0 {
            spoilt.on_the_way(fault);
        }
        spoilt
    }
}

impl Spoilt {
    /// What goes to whoever asked.
    pub(crate) fn into_reply(self) -> Reply {
        let Self { headers, body, status, pace, .. } = self;
        match (self.hangup, self.is_raw) {
            (Some(hangup), _) => Reply::Lost(hangup),
            (None, false) => Reply::Answer { headers, body },
            (None, true) => {
                let cut = self.cut_from.as_ref().map(|_| body.len());
                Reply::Raw(Raw { status, headers, body: self.cut_from.unwrap_or(body), cut, pace })
            }
        }
    }

    /// What happens to an answer that is whole.
    fn on_the_way(&mut self, fault: &Fault) {
        match fault {
            Fault::OddHeaders { how, .. } => {
                let missing = match how {
                    Oddity::NoResponseTime => Some("it has no response-time"),
                    Oddity::NoClientId => Some("it has no client-id"),
                    Oddity::WrongClientId => Some("its client-id is another than the one that was signed"),
                    _ => None,
                };
                if let Some(missing) = missing {
                    self.reason.get_or_insert_with(|| missing.to_owned());
                }
                self.headers = odd(&self.headers, *how);
                self.is_raw = true;
            }
            Fault::CutAnswer { bytes, .. } if self.status == 200 => {
                let most = self.body.len();
                let cut = bytes.map_or(most / 2, |bytes| usize::try_from(bytes).unwrap_or(most).min(most));
                self.cut_from = Some(self.body.clone());
                self.body.truncate(cut);
                self.lost = Some(LostHow::Cut);
                self.is_raw = true;
            }
            Fault::TrickleAnswer { bytes, every, .. } => {
                let bytes = usize::try_from(bytes.get()).unwrap_or(usize::MAX);
                self.pace = Some(Pace { bytes, every: every.0 });
                self.is_raw = true;
            }
            Fault::HtmlAnswer { status, .. } => {
                let title = format!("{} {}", status.0, reason(status.0));
                let page =
                    format!("<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1></body>\n</html>\n");
                self.headers = Headers::new().with("content-type", "text/html; charset=UTF-8");
                (self.status, self.body, self.cut_from) = (status.0, page.into(), None);
                self.lost = Some(LostHow::Page);
                self.is_raw = true;
            }
            Fault::LoseAnswer { how, .. } => {
                self.hangup = Some(*how);
                self.lost = Some(match how {
                    Hangup::Close => LostHow::Close,
                    Hangup::Silence => LostHow::Silence,
                    Hangup::Reset => LostHow::Reset,
                });
            }
            _ => {}
        }
    }
}

/// The words that HTTP has for a status.
pub(crate) fn reason(status: u16) -> &'static str {
    hyper::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Trouble")
}

/// A body with these fields changed.
pub(crate) fn changed(body: &Bytes, set: &Changes) -> Bytes {
    let Ok(mut whole) = serde_json::from_slice::<Value>(body) else { return body.clone() };
    set.iter().for_each(|(path, value)| path.set(&mut whole, value));
    crate::reply::json(&whole)
}

fn with_more_fields(body: &Bytes) -> Bytes {
    let Ok(Value::Object(mut fields)) = serde_json::from_slice::<Value>(body) else { return body.clone() };
    add_fields(&mut fields);
    crate::reply::json(&fields)
}

fn add_fields(fields: &mut Map<String, Value>) {
    let news = serde_json::json!({
        "newField": "a field that no documentation knows",
        "newObject": {"list": [1, 2.5, true, null], "empty": {}},
        "newText": "\u{8336} \u{2615} \u{c6d0} \"quoted\" \\ / <b>&amp;</b>",
        "newLongText": "x".repeat(8192),
    });
    if let Value::Object(news) = news {
        fields.extend(news);
    }
    if let Some(Value::Object(result)) = fields.get_mut("result") {
        result.insert("newResultField".to_owned(), Value::String("x".to_owned()));
    }
}

fn with_key_twice(body: &Bytes, key: &str, wrong: &Value, place: Place) -> Bytes {
    let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(body) else { return body.clone() };
    let pair = |name: &str, value: &Value| format!("{}:{value}", Value::String(name.to_owned()));
    let mut pairs: Vec<String> = Vec::with_capacity(fields.len() + 1);
    for (name, value) in &fields {
        pairs.push(pair(name, value));
        if name == key {
            let at = if place == Place::First { pairs.len() - 1 } else { pairs.len() };
            pairs.insert(at, pair(name, wrong));
        }
    }
    format!("{{{}}}", pairs.join(",")).into()
}

fn respelt(body: &Bytes, spelling: Spelling) -> Bytes {
    match spelling {
        Spelling::Blanks => [b" \r\n\t".as_slice(), body, b"\n \n"].concat().into(),
        Spelling::Bom => [b"\xef\xbb\xbf".as_slice(), body].concat().into(),
        Spelling::Pretty => {
            let value: Option<Value> = serde_json::from_slice(body).ok();
            value.map_or_else(|| body.clone(), |value| format!("{value:#}\n").into())
        }
        // Neither stands outside of texts.
        Spelling::Escapes => {
            let mut escaped = String::with_capacity(body.len());
            for c in String::from_utf8_lossy(body).chars() {
                match c {
                    '/' => escaped.push_str("\\/"),
                    c if c.is_ascii() => escaped.push(c),
                    c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                        // Writing into a text cannot fail.
                        let _ = write!(escaped, "\\u{unit:04x}");
                    }),
                }
            }
            escaped.into()
        }
    }
}

fn odd(headers: &Headers, how: Oddity) -> Headers {
    let named = |rename: &dyn Fn(&str) -> String| headers.iter().map(|(n, v)| (rename(n), v.to_owned())).collect();
    let without = |gone: &str| headers.iter().filter(|(n, _)| *n != gone).map(owned).collect();
    let signature = |rewrite: &dyn Fn(&str) -> String| {
        let rewritten = |(name, value): (&str, &str)| {
            let value = if name == "signature" { rewrite(value) } else { value.to_owned() };
            (name.to_owned(), value)
        };
        headers.iter().map(rewritten).collect()
    };
    match how {
        Oddity::TitleCase => named(&|name| {
            let words = name.split('-').map(|word| {
                let (first, rest) = word.split_at(word.len().min(1));
                first.to_ascii_uppercase() + rest
            });
            words.collect::<Vec<_>>().join("-")
        }),
        Oddity::UpperCase => named(&str::to_ascii_uppercase),
        Oddity::Reversed => {
            let all: Vec<_> = headers.iter().map(owned).collect();
            all.into_iter().rev().collect()
        }
        Oddity::Blanks => signature(&|value| value.replace(',', ", ")),
        Oddity::Unescaped => signature(&|value| value.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")),
        Oddity::Twice => headers.iter().flat_map(|pair| [owned(pair), owned(pair)]).collect(),
        Oddity::Others => {
            let look_alike = Headers::new()
                .with("tracerid", "0a1b2c3d4e5f")
                .with("x-response-time-ms", "7")
                .with("x-signature-input", "signature=none");
            look_alike.iter().chain(headers.iter()).map(owned).collect()
        }
        Oddity::NoContentType => without("content-type"),
        Oddity::NoResponseTime => without("response-time"),
        Oddity::NoClientId => without("client-id"),
        Oddity::WrongClientId => {
            let other = |(name, value): (&str, &str)| {
                (name.to_owned(), if name == "client-id" { NOBODY.to_owned() } else { value.to_owned() })
            };
            headers.iter().map(other).collect()
        }
    }
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
