"""The serial line to the terminal: opens it, again when it breaks, and keeps the rules of docs/line.md.

It acknowledges every valid hello and result, repeats too, and delivers them once. It refuses a bad frame once, sends a
refused frame again unchanged, and never repeats a command because of silence: only a hello may be. The till's thread
alone calls it, so the port has one owner.
"""

import collections
import json
import random
import sys
from dataclasses import dataclass
from typing import Any

import serial

from clock import SECOND, Clock
from frames import Decoder, Frame, Sign

BAUD = 57_600
ACK_WAIT = 3 * SECOND
GAP = 200
WHOLE_FRAME = 3 * SECOND
NAK_PAUSE = 100
SENDS = 3
FIRST_PAUSE, LONGEST_PAUSE = 50, 5 * SECOND
LONGEST_LINE = 33_024
WORDS = {"H": "hello", "C": "command", "R": "result", "E": "event", "P": "ping"}
KINDS = {word: kind for kind, word in WORDS.items()}

Message = dict[str, Any]


@dataclass(frozen=True)
class Heard:
    """A message of the terminal; without content when that is no JSON object."""

    kind: str
    message: Message | None


@dataclass(frozen=True)
class Refused:
    """The terminal refused every sending of this message: it never took it."""

    token: int


@dataclass(frozen=True)
class NotSent:
    """The line was closed before this message left."""

    token: int


Happening = Heard | Refused | NotSent


@dataclass
class _Sent:
    """A frame that waits for its ACK."""

    token: int
    kind: str
    id: str | None
    frame: bytes
    sends: int
    until: int


class Line:
    def __init__(self, clock: Clock, path: str, profile: str) -> None:
        self._clock, self._path, self._profile = clock, path, profile
        self._port: serial.Serial | None = None
        self._next_try = 0
        self._pause = FIRST_PAUSE
        self._happenings: collections.deque[Happening] = collections.deque()
        self._queue: collections.deque[tuple[int, str, Message]] = collections.deque()
        self._tokens = 0
        self._seq = random.randrange(255)
        self._decoder = Decoder()
        self._text = bytearray()
        self._is_too_long = False
        self._pending = bytearray()
        self._sent: _Sent | None = None
        self._accepted: tuple[int, int] | None = None
        self._gap: int | None = None
        self._whole: int | None = None
        self._last_nak = -NAK_PAUSE

    @property
    def is_open(self) -> bool:
        return self._port is not None

    def send(self, kind: str, message: Message) -> int:
        """Queues a message; what becomes of it is told under the token that is returned."""
        self._tokens += 1
        if self.is_open:
            self._queue.append((self._tokens, kind, message))
        else:
            self._happenings.append(NotSent(self._tokens))
        return self._tokens

    def wait(self, until: int | None) -> Happening | None:
        """What happens next, or nothing when the moment came, the worker was rung, or the line opened or closed."""
        was_open = self.is_open
        if not self._happenings:
            if not self.is_open:
                self._open()
            self._send_next()
            moments = [until, self._gap, self._whole, self._sent.until if self._sent else None]
            moments.append(None if self.is_open else self._next_try)
            if not self._happenings and self.is_open == was_open:
                ready = [self._port] if self._port else []
                self._clock.wait(
                    min((moment for moment in moments if moment is not None), default=None),
                    ready,
                    ready if self._pending else [],
                )
                self._work()
        return self._happenings.popleft() if self._happenings else None

    # Opening and closing.

    def _open(self) -> None:
        now = self._clock.now()
        if now < self._next_try:
            return
        try:
            # 8N1 without flow control is the default; named because the line is defined so.
            port = serial.Serial(
                self._path,
                BAUD,
                bytesize=serial.EIGHTBITS,
                parity=serial.PARITY_NONE,
                stopbits=serial.STOPBITS_ONE,
                timeout=0,
                write_timeout=0,
                exclusive=True,
            )
            # What an earlier session left in the line is not for this one.
            port.reset_input_buffer()
        except OSError:
            self._next_try = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            return
        self._port, self._pause = port, FIRST_PAUSE

    def _close(self, why: object) -> None:
        log(f"the line closed: {why}")
        if self._port:
            self._port.close()
        self._port, self._next_try = None, self._clock.now() + FIRST_PAUSE
        self._happenings.extend(NotSent(token) for token, _, _ in self._queue)
        # Halves of frames mean nothing any more.
        self._queue.clear()
        self._decoder.reset()
        self._text.clear()
        self._pending.clear()
        self._sent = self._gap = self._whole = self._accepted = None

    # Writing.

    def _send_next(self) -> None:
        if self._sent or not self._queue or not self.is_open:
            return
        token, kind, message = self._queue.popleft()
        if self._profile == "ndjson":
            text = json.dumps({"type": WORDS[kind], **message}, ensure_ascii=False)
            return self._write(text.encode() + b"\n")
        self._seq = self._seq % 255 + 1
        frame = Frame(kind, self._seq, json.dumps(message, ensure_ascii=False).encode()).encode()
        if kind == "H":
            # A terminal that lost its power counts from the start again: its answer is no repeat, however alike.
            self._accepted = None
        self._sent = _Sent(token, kind, message.get("id"), frame, 1, self._clock.now() + ACK_WAIT)
        self._write(frame)

    def _write(self, data: bytes) -> None:
        self._pending += data
        if self._port is None:
            return
        try:
            del self._pending[: self._port.write(self._pending) or 0]
        except OSError as problem:
            self._close(problem)

    def _send_again(self) -> None:
        if self._sent:
            self._sent.sends += 1
            self._sent.until = self._clock.now() + ACK_WAIT
            self._write(self._sent.frame)

    # Reading.

    def _work(self) -> None:
        """Writes and reads what can be, and does what is due."""
        if self._port is None:
            return
        try:
            data = self._port.read(4096)
        except OSError as problem:
            return self._close(problem)
        if self._pending:
            self._write(b"")
        if self._profile == "ndjson":
            return self._read_lines(data)
        for found in self._decoder.feed(data):
            self._found(found)
        self._watch(bool(data))
        now = self._clock.now()
        if self._sent and self._sent.until <= now:
            if self._sent.kind == "H" and self._sent.sends < SENDS:
                self._send_again()
            else:
                # No ACK is no news: the result may come all the same.
                self._sent = None

    def _watch(self, has_read: bool) -> None:
        """Watches over a frame that began, so that a lost byte does not hold up what follows."""
        now = self._clock.now()
        if has_read and self._decoder.is_inside:
            self._gap, self._whole = now + GAP, self._whole or now + WHOLE_FRAME
        if any(moment is not None and moment <= now for moment in (self._gap, self._whole)):
            for found in self._decoder.abandon():
                self._found(found)
        if not self._decoder.is_inside:
            self._gap = self._whole = None

    def _found(self, found: Frame | Sign) -> None:
        if isinstance(found, Frame):
            return self._frame(found)
        now = self._clock.now()
        if found is Sign.BAD:
            self._whole = None
            if now - self._last_nak >= NAK_PAUSE:
                self._last_nak = now
                self._write(Sign.NAK.value)
        elif found is Sign.ACK:
            self._sent = None
        elif self._sent and self._sent.sends < SENDS:
            self._send_again()
        elif self._sent:
            self._happenings.append(Refused(self._sent.token))
            self._sent = None

    def _frame(self, frame: Frame) -> None:
        self._whole = None
        if frame.kind in "HR":
            self._write(Sign.ACK.value)
            mark = (frame.seq, frame.check)
            if mark == self._accepted:
                return
            self._accepted = mark
        try:
            message = json.loads(frame.data)
        except ValueError:
            message = None
        self._hear(frame.kind, message)

    def _read_lines(self, data: bytes) -> None:
        for piece in data.splitlines(keepends=True):
            self._text += piece
            self._is_too_long |= len(self._text) > LONGEST_LINE
            if self._is_too_long:
                self._text.clear()
            if not piece.endswith(b"\n"):
                continue
            try:
                message = None if self._is_too_long else json.loads(self._text)
            except ValueError:
                message = None
            self._is_too_long = False
            self._text.clear()
            # Nobody can say what an unreadable line was; a result that is missed is asked for when its time is over.
            kind = message.pop("type", None) if isinstance(message, dict) else None
            if kind in KINDS:
                self._hear(KINDS[kind], message)

    def _hear(self, kind: str, message: object) -> None:
        content = message if isinstance(message, dict) else None
        # An answer says that the question arrived, whatever became of its ACK.
        if self._sent and content is not None:
            is_answer = kind == "H" if self._sent.kind == "H" else kind == "R" and content.get("id") == self._sent.id
            if is_answer:
                self._sent = None
        self._happenings.append(Heard(kind, content))


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
