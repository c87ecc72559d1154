"""Frames of the serial line, as pure values: `STX LEN TYPE SEQ DATA ETX CRC`, and single ACK and NAK bytes.

The format is docs/line.md. Nothing here reads a port or knows the time.
"""

import binascii
import enum
import struct
from collections.abc import Iterator
from dataclasses import dataclass

STX, ETX = 0x02, 0x03
LARGEST_DATA = 32_768
KINDS = b"HCREP"
# STX and LEN before what is counted, ETX and CRC after it.
BEFORE, AFTER = 3, 3


class Sign(enum.Enum):
    ACK = b"\x06"
    NAK = b"\x15"
    # Not a byte: a frame that is damaged.
    BAD = b""


@dataclass(frozen=True)
class Frame:
    kind: str
    seq: int
    data: bytes

    def encode(self) -> bytes:
        counted = self.kind.encode() + bytes([self.seq]) + self.data
        checked = struct.pack(">H", len(counted)) + counted
        return bytes([STX]) + checked + bytes([ETX]) + struct.pack(">H", self.check)

    @property
    def check(self) -> int:
        counted = self.kind.encode() + bytes([self.seq]) + self.data
        return binascii.crc_hqx(struct.pack(">H", len(counted)) + counted, 0)


class Decoder:
    """Finds frames and signs in what comes, however it is split. Never holds more than one frame's bytes."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    @property
    def is_inside(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._bytes)

    def feed(self, data: bytes) -> Iterator[Frame | Sign]:
        self._bytes += data
        return self._scan(is_over=False)

    def abandon(self) -> Iterator[Frame | Sign]:
        """The rest will not come: whatever has begun is bad, and what stands behind it is looked at."""
        return self._scan(is_over=True)

    def reset(self) -> None:
        self._bytes.clear()

    def _scan(self, is_over: bool) -> Iterator[Frame | Sign]:
        while self._bytes:
            if self._bytes[0] != STX:
                byte = bytes(self._bytes[:1])
                del self._bytes[0]
                if byte in (Sign.ACK.value, Sign.NAK.value):
                    yield Sign(byte)
                continue
            frame = self._frame()
            if isinstance(frame, Frame):
                del self._bytes[: BEFORE + 2 + len(frame.data) + AFTER]
                yield frame
            elif frame is Sign.BAD or is_over:
                # One byte on, never a flush: a good frame may stand right behind a false STX.
                del self._bytes[0]
                yield Sign.BAD
            else:
                return

    def _frame(self) -> "Frame | Sign | None":
        """The frame that begins at the first byte; BAD, or None while too little is there to tell."""
        if len(self._bytes) < BEFORE:
            return None
        (length,) = struct.unpack_from(">H", self._bytes, 1)
        # Checked before anything is waited for: a damaged LEN may claim anything.
        if not 2 <= length <= LARGEST_DATA + 2:
            return Sign.BAD
        if len(self._bytes) > BEFORE and self._bytes[BEFORE] not in KINDS:
            return Sign.BAD
        if len(self._bytes) < BEFORE + length + AFTER:
            return None
        kind, seq = chr(self._bytes[BEFORE]), self._bytes[BEFORE + 1]
        frame = Frame(kind, seq, bytes(self._bytes[BEFORE + 2 : BEFORE + length]))
        etx, check = struct.unpack_from(">BH", self._bytes, BEFORE + length)
        return frame if etx == ETX and check == frame.check else Sign.BAD
