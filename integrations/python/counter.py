"""What everybody at the gateway's side of the shop works with: clock, order book, gateway, and workers by order."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from clock import SECOND, Alarm, Clock
from gateway import Answer, Gateway, code, status
from store import Store

# Pauses between sends of one request, in seconds: without any answer, and with the answer U.
PAUSES = (1, 2, 3)


def is_final(answer: Answer) -> bool:
    """S and F are; and what is in process is not asked for again, but asked about."""
    return status(answer) != "U" or code(answer).endswith("_IN_PROCESS")


@dataclass
class Counter:
    clock: Clock
    store: Store
    gateway: Gateway
    base_url: str = ""
    _alarms: dict[str, set[Alarm]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def insist(
        self,
        make: Callable[[], Any],
        is_wanted: Callable[[], bool],
        pauses: Iterable[int] = PAUSES,
        is_enough: Callable[[Answer], bool] = is_final,
    ) -> Answer | None:
        """Sends a request until its answer is enough, or nobody wants that any more, within bounds; the last answer.

        It is the same request each time, with the same id, so nothing happens twice.
        """
        answer = self.gateway.call(make())
        for pause in pauses:
            if answer and is_enough(answer):
                break
            self.clock.pause(pause * SECOND)
            if not is_wanted():
                break
            answer = self.gateway.call(make())
        return answer

    def spawn(self, names: Iterable[str], work: Callable[[], None]) -> None:
        """Runs a worker that is woken when one of the orders changes."""
        names = list(names)

        def run() -> None:
            try:
                work()
            finally:
                with self._lock:
                    for name in names:
                        self._alarms[name].discard(alarm)

        with self._lock:
            alarm = self.clock.spawn(run)
            for name in names:
                self._alarms.setdefault(name, set()).add(alarm)

    def wake(self, name: str) -> None:
        with self._lock:
            alarms = list(self._alarms.get(name, ()))
        for alarm in alarms:
            alarm.ring()
