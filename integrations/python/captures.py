"""Taking money that was only held: a card whose payment said `"capture":"manual"`."""

from typing import Any

import messages
import prices
from clock import SECOND
from counter import Counter
from gateway import code, status
from session import new_id
from store import Attempt, Money

PAUSES = [4 * SECOND] * 15


class Captures:
    def __init__(self, counter: Counter) -> None:
        self._counter, self._store = counter, counter.store

    def resume(self) -> None:
        """Goes on with what an earlier process left open."""
        for order in self._store.unfinished():
            capture = self._store.going(order.name, "capture")
            if capture:
                self._start(capture)

    def capture(self, name: str, amount: Money | None) -> None:
        """Takes what is held, or a part of it, if there is something."""
        sale = self._store.last(name, "sale")
        if sale is None or sale.state != "held" or not self._store.is_open(name):
            return
        amount = amount or sale.amount
        if self._store.going(name, "capture") or amount.currency != sale.amount.currency:
            return
        if amount.value % prices.step(amount.currency) or not 0 < amount.value <= sale.amount.value:
            return
        request_id = new_id()
        self._store.intend(name, "capture", amount, request_id, self._counter.clock.now())
        self._start(self._store.by_request(request_id)[0])

    def notified(self, notice: dict[str, Any]) -> bool:
        """Takes in a genuine notifyCapture. Whether it is dealt with."""
        result, amount = notice.get("result"), Money.read(notice.get("captureAmount"))
        is_success = isinstance(result, dict) and result.get("resultStatus") == "S"
        ours = self._store.by_request(str(notice.get("captureRequestId")))
        # A capture that the gateway made by itself is known by its payment.
        of = ours or self._store.by_their_id(str(notice.get("paymentId")))
        for attempt in of:
            if amount != attempt.amount:
                return False
            if is_success:
                self._store.book(attempt, notice, None)
            else:
                self._let_go(attempt, str((result or {}).get("resultCode")))
        return True

    def _start(self, capture: Attempt) -> None:
        self._counter.spawn([capture.name], lambda: self._take(capture))

    def _take(self, capture: Attempt) -> None:
        sale = self._store.last(capture.name, "sale")
        if sale is None or sale.their_id is None:
            return self._store.end(capture, "parked", "the payment's id was never told")
        payment_id = sale.their_id
        self._store.sending(capture)
        make = lambda: messages.capture(capture, payment_id)  # noqa: E731
        answer = self._counter.insist(make, lambda: self._is_going(capture))
        if answer and status(answer) == "S":
            self._store.book(capture, answer, None)
        elif answer and status(answer) == "F":
            self._let_go(capture, code(answer))
        else:
            self._follow(sale, capture)

    def _follow(self, sale: Attempt, capture: Attempt) -> None:
        clock = self._counter.clock
        for pause in PAUSES:
            until = clock.now() + pause
            while self._is_going(capture) and clock.now() < until:
                clock.wait(until)
            if not self._is_going(capture):
                return
            answer = self._counter.gateway.call(messages.inquiry(sale.request_id))
            state = captured(answer or {}, capture.request_id)
            if state == "SUCCESS":
                self._store.book(capture, answer or {}, None)
            elif state == "FAIL":
                self._let_go(capture, "the capture failed")
        self._store.end(capture, "parked", "nobody tells what became of the capture")

    def _let_go(self, attempt: Attempt, reason: str) -> None:
        """The money cannot be taken: no goods go out, and what is held is released."""
        if attempt.purpose == "capture":
            self._store.end(attempt, "refused", reason)
        sale = self._store.last(attempt.name, "sale")

        def release() -> None:
            if sale is None or not self._store.is_open(sale.name):
                return
            answer = self._counter.insist(
                lambda: messages.cancel(sale.request_id), lambda: self._store.is_open(sale.name)
            )
            state = "cancelled" if answer and status(answer) == "S" else "parked"
            self._store.close(sale.name, state, f"not captured: {reason}")

        self._counter.spawn([attempt.name], release)

    def _is_going(self, capture: Attempt) -> bool:
        return any(one.is_going for one in self._store.by_request(capture.request_id))


def captured(answer: dict[str, Any], request_id: str | None = None) -> str | None:
    """How a capture of a payment stands, after an inquiry: any, or the one with this id."""
    transactions = answer.get("transactions")
    for one in transactions if isinstance(transactions, list) else []:
        is_wanted = request_id is None or one.get("transactionRequestId") == request_id
        if one.get("transactionType") == "CAPTURE" and is_wanted:
            return str(one.get("transactionStatus"))
    return None
