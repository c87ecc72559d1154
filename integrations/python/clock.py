"""Time, and the one place where this program waits.

The clock can be told the time (the driver's capability `clock`): between tellings it goes on with real time. All times
are whole milliseconds since 1970. Whoever waits here until a moment is in a table, so that the driver can say when this
program would act by itself. In a shop of your own this file is `time.time()` and `select`.
"""

import os
import select
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

SECOND = 1000
# How long, in real time, a telling of the time waits for those whom it woke.
PATIENCE = 1.0


class Alarm:
    """A worker's own bell: who rings it ends the worker's wait."""

    def __init__(self, clock: "Clock") -> None:
        self._clock = clock
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.is_rung = False
        self.is_waiting = False
        self.until: int | None = None

    def ring(self) -> None:
        with self._clock.changed:
            self.is_rung = True
            self.wake()

    def wake(self) -> None:
        os.eventfd_write(self._bell, 1)

    def fileno(self) -> int:
        return self._bell

    def silence(self) -> None:
        try:
            os.eventfd_read(self._bell)
        except BlockingIOError:
            pass


class Clock:
    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._alarms: list[Alarm] = []
        self._base = time.time_ns() // 1_000_000
        self._since = time.monotonic_ns()
        self._mine = threading.local()

    def now(self) -> int:
        return self._base + (time.monotonic_ns() - self._since) // 1_000_000

    def start_at(self, now: int) -> None:
        with self.changed:
            self._base, self._since = now, time.monotonic_ns()

    def spawn(self, work: Callable[[], None]) -> Alarm:
        """Runs a worker in a thread. Until it waits, it is busy."""
        alarm = Alarm(self)
        with self.changed:
            self._alarms.append(alarm)

        def run() -> None:
            self._mine.alarm = alarm
            try:
                work()
            finally:
                with self.changed:
                    self._alarms.remove(alarm)
                    self.changed.notify_all()

        threading.Thread(target=run, daemon=True).start()
        return alarm

    def wait(self, until: int | None, readable: Sequence[Any] = (), writable: Sequence[Any] = ()) -> bool:
        """Waits for a file, a ring or a moment, whichever is first. Whether a file is ready. For workers only."""
        alarm: Alarm = self._mine.alarm
        # Who need not wait is not seen waiting.
        if (readable or writable) and any(select.select(readable, writable, [], 0)):
            return True
        with self.changed:
            alarm.until, alarm.is_waiting = until, not alarm.is_rung
            self.changed.notify_all()
        try:
            while True:
                left = None if until is None else max(0, until - self.now()) / 1000
                if alarm.is_rung:
                    left = 0
                can_read, can_write, _ = select.select([alarm, *readable], writable, [], left)
                if alarm in can_read:
                    alarm.silence()
                if can_write or any(file is not alarm for file in can_read):
                    return True
                if alarm.is_rung or (until is not None and self.now() >= until):
                    return False
        finally:
            with self.changed:
                alarm.is_waiting = alarm.is_rung = False

    def pause(self, milliseconds: int) -> None:
        until = self.now() + milliseconds
        while self.now() < until:
            self.wait(until)

    def tell(self, now: int) -> int | None:
        """Sets the time, lets what is due act, and returns when this program will act by itself next."""
        with self.changed:
            self._base, self._since = now, time.monotonic_ns()
            for alarm in self._alarms:
                alarm.wake()
            if not self.changed.wait_for(self._is_idle, PATIENCE):
                return self.now()
            return min((alarm.until for alarm in self._alarms if alarm.until is not None), default=None)

    def _is_idle(self) -> bool:
        now = self.now()
        return all(
            alarm.is_waiting and not alarm.is_rung and (alarm.until is None or alarm.until > now)
            for alarm in self._alarms
        )
