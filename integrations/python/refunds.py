"""Giving back what was paid through the gateway, whole or in part: one refund of an order at a time.

A refund is repeated under its own id while its end is unknown. S is given back; REFUND_IN_PROCESS is neither that nor
refused: a notification, or inquiryRefund's refundStatus, tells.
"""

from typing import Any

import messages
import prices
from clock import SECOND
from counter import Counter
from gateway import code, status
from session import new_id
from store import Attempt, Money

# A refund through a bank takes days: asked soon at first, then each hour.
FIRST_PAUSES, LATER_PAUSES = [5 * SECOND] * 12, [3600 * SECOND] * 24 * 7


class Refunds:
    def __init__(self, counter: Counter) -> None:
        self._counter, self._store = counter, counter.store

    def resume(self) -> None:
        """Goes on with what an earlier process left open."""
        for order in self._store.unfinished():
            refund = self._store.going(order.name, "refund")
            if order.method != "terminal" and refund:
                self._start(refund)

    def refund(self, name: str, amount: Money) -> None:
        """Gives an amount back, if that can be. A person may try again what was parked."""
        order = self._store.order(name)
        if order is None or order.state not in ("paid", "parked") or self._store.going(name, "refund"):
            return
        if amount.currency != order.amount.currency or not 0 < amount.value <= order.booked:
            return
        if amount.value % prices.step(amount.currency):
            return
        request_id = new_id()
        self._store.intend(name, "refund", amount, request_id, self._counter.clock.now())
        self._start(self._store.by_request(request_id)[0])

    def notified(self, notice: dict[str, Any]) -> bool:
        """Takes in a genuine notifyRefund. Whether it is dealt with."""
        found = self._store.by_request(str(notice.get("refundRequestId")))
        # Of another amount it is not believed: an inquiry will tell.
        if found and found[0].purpose == "refund" and Money.read(notice.get("refundAmount")) == found[0].amount:
            self._ended(found[0], notice)
        return True

    def _start(self, refund: Attempt) -> None:
        self._counter.spawn([refund.name], lambda: self._give_back(refund))

    def _give_back(self, refund: Attempt) -> None:
        sale = self._store.last(refund.name, "sale")
        payment_id = sale.their_id if sale else None
        if payment_id is None:
            return self._store.end(refund, "parked", "the payment's id was never told")
        self._store.sending(refund)
        make = lambda: messages.refund(refund, payment_id, self._counter.base_url)  # noqa: E731
        answer = self._counter.insist(make, lambda: self._is_going(refund))
        if answer and status(answer) == "S":
            self._store.book(refund, answer, None)
        elif answer and status(answer) == "F":
            self._store.end(refund, "refused", code(answer))
        else:
            # A refund that is in process may take days; one of which nothing is known is not waited for so long.
            is_known = answer is not None and code(answer) == "REFUND_IN_PROCESS"
            self._follow(refund, FIRST_PAUSES + LATER_PAUSES if is_known else FIRST_PAUSES)

    def _follow(self, refund: Attempt, pauses: list[int]) -> None:
        clock = self._counter.clock
        for pause in pauses:
            until = clock.now() + pause
            while self._is_going(refund) and clock.now() < until:
                clock.wait(until)
            if not self._is_going(refund):
                return
            answer = self._counter.gateway.call(messages.inquiry_refund(refund))
            if answer and code(answer) == "SUCCESS" and Money.read(answer.get("refundAmount")) == refund.amount:
                self._ended(refund, answer)
        self._store.end(refund, "parked", "nobody tells what became of the refund")

    def _ended(self, refund: Attempt, told: dict[str, Any]) -> None:
        if told.get("refundStatus") == "SUCCESS":
            self._store.book(refund, told, None)
        elif told.get("refundStatus") == "FAIL":
            result = told.get("result")
            self._store.end(refund, "refused", str(result.get("resultCode")) if isinstance(result, dict) else "FAIL")

    def _is_going(self, refund: Attempt) -> bool:
        return any(one.is_going for one in self._store.by_request(refund.request_id))
