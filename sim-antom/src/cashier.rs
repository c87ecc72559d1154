//! The buyer's side: the page that a redirect URL leads to, where a person, or a script, pays, declines, lets the payment
//! expire, or closes the window. Plain HTML of its own; everything that a merchant wrote is escaped.

use std::fmt::{self, Write as _};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use percent_encoding::percent_decode_str;
use tokio::sync::mpsc;
use wire::antom::PaymentStatus;
use wire::clock::ClockHandle;
use wire::money::Money;
use wire::time::{Moment, WireTime};

use crate::buyer::{Act, Sale, TooLate};
use crate::drive::{Call, Errand};
use crate::gateway::Gateway;
use crate::url::encoded;

/// The longest form that is read.
const FORM: usize = 4096;

/// The pages, and the gateway behind them.
#[derive(Clone)]
pub struct Cashier {
    calls: mpsc::Sender<Call>,
    clock: ClockHandle,
}

impl Cashier {
    /// Where the pages lie: the gateway's URL with this behind it is what redirect URLs begin with.
    pub const PATH: &str = "/wallet";

    /// A cashier of the gateway that takes these calls.
    #[must_use]
    pub fn new(calls: mpsc::Sender<Call>, clock: ClockHandle) -> Self {
        Self { calls, clock }
    }

    /// The pages.
    pub fn pages(self) -> Router {
        Router::new().route("/wallet/{page}", get(show).post(act)).layer(DefaultBodyLimit::max(FORM)).with_state(self)
    }

    async fn ask<T: Send + 'static>(
        &self,
        errand: impl FnOnce(&mut Gateway, Moment) -> T + Send + 'static,
    ) -> Option<T> {
        let (errand, outcome) = Errand::new(errand);
        self.calls.send(Call::Errand(errand)).await.ok()?;
        outcome.await.ok()
    }
}

/// The page of a payment.
async fn show(State(cashier): State<Cashier>, RawQuery(query): RawQuery) -> Response {
    let id = value(query.as_deref().unwrap_or_default(), "paymentId");
    let found = cashier.ask(move |gateway, _| gateway.sale(&id)).await;
    match found {
        Some(Some(sale)) => page(StatusCode::OK, &Page::of(&sale, cashier.clock.now())),
        Some(None) => page(StatusCode::NOT_FOUND, &Page::note("No such payment", &TooLate::Unknown.to_string())),
        None => page(StatusCode::SERVICE_UNAVAILABLE, &Page::note("Closed", "the gateway is stopping")),
    }
}

/// What the buyer does there. Afterwards he is sent back to the shop, if it said where that is.
async fn act(State(cashier): State<Cashier>, RawQuery(query): RawQuery, headers: HeaderMap, form: Bytes) -> Response {
    if is_foreign(&headers) {
        let note = Page::note("Not from here", "only this page's own buttons are taken");
        return page(StatusCode::FORBIDDEN, &note);
    }
    let id = value(query.as_deref().unwrap_or_default(), "paymentId");
    let act = match value(&String::from_utf8_lossy(&form), "act").as_str() {
        "pay" => Act::Pay,
        "decline" => Act::Decline,
        "expire" => Act::Expire,
        "close" => Act::Close,
        _ => {
            let note = Page::note("Nothing done", "act is one of pay, decline, expire, close");
            return page(StatusCode::BAD_REQUEST, &note);
        }
    };
    match cashier.ask(move |gateway, now| gateway.buyer_does(now, &id, act)).await {
        Some(Ok(sale)) if act != Act::Close => match way_back(&sale) {
            Some(url) => sent_to(&url),
            None => page(StatusCode::OK, &Page::of(&sale, cashier.clock.now())),
        },
        Some(Ok(_)) => {
            page(StatusCode::OK, &Page::note("Window closed", "nothing was paid; the payment is still open"))
        }
        Some(Err(too_late @ TooLate::Unknown)) => {
            page(StatusCode::NOT_FOUND, &Page::note("No such payment", &too_late.to_string()))
        }
        Some(Err(too_late)) => page(StatusCode::CONFLICT, &Page::note("Too late", &too_late.to_string())),
        None => page(StatusCode::SERVICE_UNAVAILABLE, &Page::note("Closed", "the gateway is stopping")),
    }
}

/// Where the shop wants its buyer back: http and https only, since other schemes would run in this page's name.
fn way_back(sale: &Sale) -> Option<String> {
    sale.payment.redirect_url.as_deref().filter(|url| is_web(url)).map(encoded)
}

fn is_web(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
}

/// Whether another origin's page sent this.
pub(crate) fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(header::ORIGIN).map(|origin| origin.split_once("://").map_or(origin, |(_, host)| host));
    origin.is_some_and(|origin| Some(origin) != text(header::HOST))
}

/// A value of a query or form.
fn value(text: &str, name: &str) -> String {
    let found = text.split('&').find_map(|pair| pair.split_once('=').filter(|(n, _)| *n == name));
    let written = found.map(|(_, value)| value.replace('+', " ")).unwrap_or_default();
    percent_decode_str(&written).decode_utf8_lossy().into_owned()
}

/// What a page shows.
struct Page<'a> {
    title: &'a str,
    note: String,
    sale: Option<&'a Sale>,
    is_open: bool,
}

impl<'a> Page<'a> {
    fn note(title: &'a str, note: &str) -> Self {
        Self { title, note: note.to_owned(), sale: None, is_open: false }
    }

    fn of(sale: &'a Sale, now: Moment) -> Self {
        let payment = &sale.payment;
        let is_open = payment.status == PaymentStatus::Processing;
        let (title, note) = match payment.status {
            PaymentStatus::Processing => {
                let left = payment.expires.since(now).as_secs();
                ("Your payment", format!("open for {} min {} s", left / 60, left % 60))
            }
            PaymentStatus::Success => ("Paid", String::new()),
            PaymentStatus::Fail => ("Not paid", payment.code.clone()),
            PaymentStatus::Cancelled => ("Cancelled", "the shop has cancelled this payment".to_owned()),
            PaymentStatus::Pending => ("Pending", "the bank has it".to_owned()),
        };
        Self { title, note, sale: Some(sale), is_open }
    }
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = Escaped(self.title);
        write!(
            f,
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{title}</title><style>{STYLE}</style></head><body><main><p class=\"sim\">simulated wallet</p>\
             <h1>{title}</h1>\n"
        )?;
        if let Some(sale) = self.sale {
            let payment = &sale.payment;
            writeln!(f, "<p class=\"amount\">{}</p>", Escaped(&major(payment.amount)))?;
            writeln!(f, "<p>{}</p><dl>", Escaped(&payment.description))?;
            let order = payment.reference_order_id.as_deref().unwrap_or("-");
            let expires = WireTime::new(payment.expires, 0).to_string();
            for (name, value) in [
                ("Order", order),
                ("Method", &payment.payment_method_type),
                ("Request", &payment.payment_request_id),
                ("Payment", &payment.payment_id),
                ("Expires", &expires),
            ] {
                writeln!(f, "<dt>{name}</dt><dd>{}</dd>", Escaped(value))?;
            }
            f.write_str("</dl>\n")?;
            if !sale.orders.is_empty() {
                f.write_str("<table><tr><th>Order</th><th>Seller</th><th>Amount</th></tr>\n")?;
                for order in &sale.orders {
                    let cells = [
                        order.reference_order_id.as_deref().unwrap_or("-"),
                        order.reference_merchant_id.as_deref().unwrap_or("-"),
                        &major(order.amount),
                    ];
                    f.write_str("<tr>")?;
                    for cell in cells {
                        write!(f, "<td>{}</td>", Escaped(cell))?;
                    }
                    f.write_str("</tr>\n")?;
                }
                f.write_str("</table>\n")?;
            }
        }
        if !self.note.is_empty() {
            writeln!(f, "<p class=\"note\">{}</p>", Escaped(&self.note))?;
        }
        if self.is_open {
            f.write_str("<form method=\"post\">\n")?;
            for (act, words) in
                [("pay", "Pay"), ("decline", "Decline"), ("expire", "Let it expire"), ("close", "Close")]
            {
                writeln!(f, "<button name=\"act\" value=\"{act}\" id=\"{act}\">{words}</button>")?;
            }
            f.write_str("</form>\n")?;
        } else if let Some(url) = self.sale.and_then(way_back) {
            writeln!(f, "<p><a id=\"back\" href=\"{}\">Back to the shop</a></p>", Escaped(&url))?;
        }
        f.write_str("</main></body></html>\n")
    }
}

const STYLE: &str = "body{font:16px/1.4 system-ui,sans-serif;margin:0;background:#eef1f5;color:#1b2733}\
    main{max-width:26rem;margin:2rem auto;padding:1.5rem;background:#fff;border-radius:12px;overflow-wrap:anywhere}\
    .sim{color:#5b6b7b;font-size:.8rem;margin:0}h1{margin:.2rem 0 .6rem;font-size:1.4rem}\
    .amount{font-size:2rem;font-weight:700;margin:.4rem 0}\
    dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem .8rem;font-size:.85rem}dt{color:#5b6b7b}dd{margin:0}\
    table{width:100%;border-collapse:collapse;font-size:.85rem;margin:.8rem 0}\
    th,td{text-align:left;padding:.3rem;border-top:1px solid #dde3ea}.note{color:#5b6b7b}\
    form{display:grid;gap:.5rem;margin-top:1rem}\
    button{font:inherit;padding:.7rem;border:1px solid #b8c3cf;border-radius:8px;background:#fff;color:inherit}\
    button#pay{background:#0b5fff;border-color:#0b5fff;color:#fff;font-weight:600}\
    @media(max-width:30rem){main{margin:0;border-radius:0;min-height:100vh;box-sizing:border-box}}";

/// Text that can stand in an element or in a quoted attribute.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            other => f.write_char(other),
        })
    }
}

/// An amount as people write it.
pub(crate) fn major(money: Money) -> String {
    let digits = usize::try_from(money.currency.exponent()).unwrap_or_default();
    let text = format!("{:0>width$}", money.minor, width = digits + 1);
    let (whole, rest) = text.split_at(text.len() - digits);
    let currency = money.currency.as_str();
    if rest.is_empty() { format!("{currency} {whole}") } else { format!("{currency} {whole}.{rest}") }
}

fn page(status: StatusCode, page: &Page<'_>) -> Response {
    let mut response = Response::new(Body::from(page.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
        ),
        // Without a referrer of its own the page's forms would come from the origin null.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    response
}

fn sent_to(url: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    // A URL of visible ASCII is a header's value.
    if let Ok(value) = header::HeaderValue::from_str(url) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use wire::money::Currency;

    use super::*;

    #[test]
    fn only_the_web_is_a_way_back() {
        for url in ["https://shop.test/back?a=b", "HTTP://shop.test", "https://x/ \u{fc}"] {
            assert!(is_web(url), "{url}");
        }
        for url in ["javascript:alert(1)//://x", "data:text/html,x", "//x", "ftp://x", "myapp://back", ""] {
            assert!(!is_web(url), "{url}");
        }
    }

    #[test]
    fn whatever_a_way_back_holds_it_is_one_header() {
        let location = |url: &str| sent_to(&encoded(url)).headers()[header::LOCATION].clone();
        assert_eq!(location("https://x/ \u{fc}?a=%20"), "https://x/%20%C3%BC?a=%20");
        assert_eq!(location("https://x/\r\nset-cookie: a"), "https://x/%0D%0Aset-cookie:%20a");
    }

    #[test]
    fn amounts_are_written_with_their_decimals() {
        for (currency, minor, text) in [
            (Currency::KRW, 10400, "KRW 10400"),
            ("USD".parse().unwrap(), 5, "USD 0.05"),
            ("USD".parse().unwrap(), 1505, "USD 15.05"),
            ("KWD".parse().unwrap(), 1, "KWD 0.001"),
        ] {
            assert_eq!(major(Money::new(currency, minor)), text);
        }
    }

    #[test]
    fn forms_and_queries_are_decoded_and_text_is_escaped() {
        assert_eq!(value("a=1&paymentId=x%20y+z%26&b", "paymentId"), "x y z&");
        assert_eq!(
            (value("b", "b"), value("", "b"), value("b=%ff", "b")),
            (String::new(), String::new(), "\u{fffd}".to_owned())
        );
        assert_eq!(Escaped("<a href=\"'&\">").to_string(), "&lt;a href=&quot;&#39;&amp;&quot;&gt;");
    }
}
