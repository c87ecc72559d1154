//! Writes answers byte for byte: cut ones, slow ones, and headers that no HTTP library would write.

use std::fmt::Write as _;
use std::io;

use tokio::io::AsyncWriteExt as _;
use wire::clock::{ClockHandle, Deadlines};

use crate::net::Stream;
use crate::reply::Raw;
use crate::spoil::reason;

/// Writes an answer; what happens to the stream then is the caller's affair.
///
/// # Errors
/// The client has gone.
pub(crate) async fn write(stream: &mut dyn Stream, answer: &Raw, clock: &ClockHandle) -> io::Result<()> {
    stream.write_all(head(answer).as_bytes()).await?;
    let body = answer.cut.and_then(|cut| answer.body.get(..cut)).unwrap_or(&answer.body);
    match answer.pace {
        None => stream.write_all(body).await?,
        Some(pace) => {
            for piece in body.chunks(pace.bytes.max(1)) {
                stream.flush().await?;
                clock.sleep(Deadlines { world: Some(clock.now() + pace.every), peer: None }).await;
                clock.touch();
                stream.write_all(piece).await?;
            }
        }
    }
    stream.flush().await
}

fn head(answer: &Raw) -> String {
    let mut head = format!("HTTP/1.1 {} {}\r\n", answer.status, reason(answer.status));
    for (name, value) in answer.headers.iter() {
        // Writing into a text cannot fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "content-length: {}\r\nconnection: close\r\n\r\n", answer.body.len());
    head
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use wire::antom::Headers;

    use super::*;

    #[test]
    fn the_head_is_written_as_it_is_told_and_tells_the_whole_length() {
        let headers = Headers::new().with("X-Odd", "1").with("x-odd", "2");
        let answer = Raw { status: 503, headers, body: Bytes::from_static(b"1234"), cut: Some(2), pace: None };
        let wanted = "HTTP/1.1 503 Service Unavailable\r\nX-Odd: 1\r\nx-odd: 2\r\ncontent-length: 4\r\nconnection: close\r\n\r\n";
        assert_eq!(head(&answer), wanted);
    }
}
