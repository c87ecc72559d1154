"""The stx profile, written from docs/line.md and from nothing else of this project; pyserial carries the bytes.

    STX 02 | LEN u16 big-endian | TYPE | SEQ | DATA | ETX 03 | CRC u16 big-endian
"""

import json
import time

import serial

STX, ETX, ACK, NAK = 0x02, 0x03, 0x06, 0x15


def crc16_xmodem(data):
    """Bit by bit: polynomial 1021, initial value 0."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def frame(kind, seq, message):
    data = json.dumps(message, ensure_ascii=False).encode()
    covered = (2 + len(data)).to_bytes(2, "big") + kind.encode() + bytes([seq]) + data
    return bytes([STX]) + covered + bytes([ETX]) + crc16_xmodem(covered).to_bytes(2, "big")


class Wrong(Exception):
    """The terminal did what the line's description does not allow."""


class Line:
    """A serial port with frames on it. It checks every byte: between frames there is nothing but ACK and NAK."""

    PATIENCE = 10.0

    def __init__(self, path):
        self.port = serial.Serial(path, 57600, bytesize=8, parity="N", stopbits=1, timeout=0.2)
        self.seq = 0
        self.waiting = []  # Messages that came while something else was waited for.
        self.last_result = None

    def close(self):
        self.port.close()

    def send(self, kind, message, damaged=False):
        """Sends a frame, and again when it is refused; returns how often."""
        self.seq = self.seq % 255 + 1
        good = frame(kind, self.seq, message)
        bad = good[:-1] + bytes([good[-1] ^ 0x01])
        for sends in range(1, 4):
            self.port.write(bad if damaged and sends == 1 else good)
            if self._acknowledgement() == ACK:
                return sends
        raise Wrong("three sends were refused")

    def hear(self, kind, fits=lambda message: True):
        """The next message of a kind that fits. Events and other messages on the way are kept."""
        end = time.monotonic() + self.PATIENCE
        while time.monotonic() < end:
            for index, (found, message) in enumerate(self.waiting):
                if found == kind and fits(message):
                    return self.waiting.pop(index)[1]
            self._read_one()
        raise Wrong(f"no {kind} within {self.PATIENCE} s; heard instead: {self.waiting}")

    def _acknowledgement(self):
        end = time.monotonic() + self.PATIENCE
        while time.monotonic() < end:
            byte = self._read_one()
            if byte is not None:
                return byte
        raise Wrong("neither ACK nor NAK")

    def _read_one(self):
        """Reads an ACK or NAK (and returns it) or a frame (and keeps its message)."""
        first = self.port.read(1)
        if not first:
            return None
        if first[0] in (ACK, NAK):
            return first[0]
        if first[0] != STX:
            raise Wrong(f"a byte between frames: {first.hex()}")
        head = self._exactly(2)
        body = self._exactly(int.from_bytes(head, "big"))
        tail = self._exactly(3)
        if tail[0] != ETX:
            raise Wrong(f"no ETX where LEN says: {tail.hex()}")
        if int.from_bytes(tail[1:], "big") != crc16_xmodem(head + body):
            raise Wrong(f"a wrong check: {tail.hex()}")
        kind, seq, message = chr(body[0]), body[1], json.loads(body[2:].decode())
        if not 1 <= seq <= 255:
            raise Wrong(f"SEQ {seq}")
        if kind == "R" and self.last_result is None:
            # The first result is refused once: it must come again, byte for byte.
            self.last_result = head + body + tail
            self.port.write(bytes([NAK]))
            return None
        if kind == "R" and self.last_result:
            if self.last_result != head + body + tail:
                raise Wrong("the result that was refused came again with other bytes")
            self.last_result = b""
        if kind in "HCR":
            self.port.write(bytes([ACK]))
        self.waiting.append((kind, message))
        return None

    def _exactly(self, count):
        end, got = time.monotonic() + self.PATIENCE, b""
        while len(got) < count and time.monotonic() < end:
            got += self.port.read(count - len(got))
        if len(got) < count:
            raise Wrong(f"a frame that does not go on after {got.hex()}")
        return got
