"""Recovery: what became of a sale or refund whose result did not come, cannot be read, or does not decide.

No answer does not mean not charged. So the terminal is asked for its last transaction, and only a record that is this
attempt's decides. What cannot be decided is parked for a person. Nothing that moves money is sent from here.
"""

from collections.abc import Callable
from typing import Any

import answers
from answers import Says, Verdict
from clock import SECOND, Clock
from session import Session, new_id
from store import Attempt, Store

ANSWER_WAIT = 5 * SECOND
# A terminal that is busy may be busy with the very sale that is asked about, which takes two minutes at most.
BUSY_PAUSE, BUSY_LIMIT = 2 * SECOND, 130 * SECOND
PAUSES = (1, 2, 3, 5, 5)
DAY = 24 * 3600 * SECOND


class Recovery:
    def __init__(self, clock: Clock, store: Store, session: Session) -> None:
        self._clock, self._store, self._session = clock, store, session

    def sale(self, name: str) -> None:
        """Asks until an order is decided, or parks it."""
        sale = self._store.last(name, "sale")
        if sale is None or sale.state == "intended":
            self._store.close(name, "failed", "the till stopped before anything was sent")
            return
        record = self._last_transaction(lambda: self._store.is_open(name))
        if record is None:
            return
        if isinstance(record, str):
            self._store.close(name, "parked", record)
            return
        # Without its requestId a record is told by amount and terminal, if no other sale of the day could be meant.
        is_only_one = not self._store.rivals(sale, sale.made_at - sale.made_at % DAY)
        verdict = answers.of_last_transaction(record, "Purchase", sale, self._session.terminal_id, is_only_one)
        is_anothers = verdict.their_id and self._store.is_booked_elsewhere(verdict.their_id, sale)
        if verdict.says is Says.SUCCEEDED and not is_anothers:
            self._store.book(sale, verdict.evidence, verdict.their_id)
        elif verdict.says is Says.FAILED:
            self._store.close(name, "failed", verdict.reason)
        else:
            self._store.close(name, "parked", verdict.reason or "the last transaction is booked for another order")

    def refund(self, name: str) -> None:
        refund = self._store.last(name, "refund")
        if refund is None:
            return
        if refund.state == "intended":
            return self._store.end(refund, "refused", "the till stopped before anything was sent")
        record = self._last_transaction(lambda: self._store.going(name, "refund") is not None)
        if isinstance(record, str):
            self._store.end(refund, "parked", record)
        elif record is not None:
            # Without its requestId, a record may be of any refund.
            terminal_id = self._session.terminal_id
            self.end_refund(
                refund, answers.of_last_transaction(record, "PurchaseCancel", refund, terminal_id, is_only_one=False)
            )

    def end_refund(self, refund: Attempt, verdict: Verdict) -> None:
        # What was cancelled before has been given back.
        if verdict.says is Says.SUCCEEDED or verdict.reason == "ORDER_IS_CANCELED":
            self._store.book(refund, verdict.evidence, verdict.their_id)
        else:
            self._store.end(refund, "parked" if verdict.says is Says.UNCLEAR else "refused", verdict.reason)

    def overhear(self, result: dict[str, Any]) -> None:
        """A result that comes late still tells how its order ended."""
        attempt = self._store.by_command(result["id"])
        if attempt is None:
            return
        command = "Purchase" if attempt.purpose == "sale" else "PurchaseCancel"
        verdict = answers.of_result(result, command, attempt, self._session.terminal_id)
        if verdict.says not in (Says.SUCCEEDED, Says.FAILED):
            return
        if attempt.purpose == "refund":
            self.end_refund(attempt, verdict)
        elif verdict.says is Says.SUCCEEDED:
            self._store.book(attempt, verdict.evidence, verdict.their_id)
        else:
            self._store.close(attempt.name, "failed", verdict.reason)

    def _last_transaction(self, is_wanted: Callable[[], bool]) -> dict[str, Any] | str | None:
        """The terminal's record, or why it cannot be had. Nothing when a late result decided meanwhile."""
        busy_until, pauses = self._clock.now() + BUSY_LIMIT, iter(PAUSES)
        while is_wanted():
            if self._session.is_ready() or self._session.hello() == "INIT_SUCCESS":
                result = self._session.exchange(new_id(), "GetLastTransaction", {}, ANSWER_WAIT)
                code = result.get("errorCode") if isinstance(result, dict) else None
                if code == "CommandDeviceBusy" and self._clock.now() < busy_until:
                    self._session.pause(BUSY_PAUSE)
                    continue
                if code == "CommandInvalid":
                    self._session.forget()
                elif code in answers.NOT_TAKEN:
                    return "the terminal cannot tell its last transaction"
                elif isinstance(result, dict) and result.get("outcome") in ("success", "businessFailed"):
                    return answers.record_in(result) or "the terminal knows of no last transaction"
            seconds = next(pauses, None)
            if seconds is None:
                return "no answer to the command, nor to what became of it"
            self._session.pause(seconds * SECOND)
        return None
