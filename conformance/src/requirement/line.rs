//! What a correct till does with the bytes of the serial line.

use super::obligation::{Area, Level, Requirement};

pub(super) const ALL: &[Requirement] = &[
    must(
        "LINE-L01",
        LINE,
        "send a refused frame again unchanged, three times at most",
        "a changed resend is executed as a second command; an endless one blocks the line",
    )
    .since(1),
    must(
        "LINE-L02",
        LINE,
        "acknowledge every valid result, repeated ones too",
        "the terminal repeats the result and is not free for the next customer",
    )
    .since(1),
    must(
        "LINE-L03",
        LINE,
        "refuse a damaged frame once, and read its resend",
        "a flipped bit loses the result of a payment, or NAKs chase each other",
    )
    .since(1),
    must(
        "LINE-L04",
        LINE,
        "read frames that come split or merged",
        "the operating system cuts where it likes, and a result is missed",
    ),
    must(
        "LINE-L05",
        LINE,
        "find the next frame after garbage",
        "one burst of noise makes the till deaf until it is started again",
    ),
    must("LINE-L06", LINE, "ignore stray ACK and NAK", "a late byte makes the till resend a command that was executed"),
    must(
        "LINE-L07",
        LINE,
        "do not depend on the peer's SEQ",
        "a terminal that was restarted counts from 1, and its results are thrown away",
    ),
    must("LINE-L09", LINE, "own the port alone", "two readers steal each other's bytes")
        .hidden("who else has the port open is not seen from its other end"),
    must(
        "LINE-L10",
        LINE,
        "open the port again after an unplug, with back-off",
        "a pulled cable needs a technician, or a loop that opens without pause eats the till",
    ),
    must(
        "LINE-L11",
        LINE,
        "discard stale input when the port is opened",
        "the end of yesterday's result is read as the answer to today's sale",
    ),
    must(
        "LINE-L13",
        LINE,
        "bound the memory that a hostile LEN can claim",
        "a damaged length makes the till wait for, or set aside, what never comes",
    ),
    must(
        "LINE-L14",
        LINE,
        "run an own watchdog beyond the terminal's limits",
        "a terminal that hangs takes the till with it",
    ),
];

const LINE: &str = "docs/line.md (the framing is ours)";

const fn must(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Line, Level::Must, id, source, statement, why)
}
