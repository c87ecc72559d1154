"""The shop: wallet payments through the gateway, from the stored intent to an end that is backed by evidence.

An S of pay never books: it means that there is a page to send the buyer to. Money is booked on a verified notification
or on an inquiry whose paymentStatus is SUCCESS. Whatever is unknown is asked again, with the same id and the same body,
a bounded number of times; a payment that stays undecided is cancelled before its order is closed.
"""

import concurrent.futures
import threading
from typing import Any

import messages
from clock import SECOND, Alarm, Clock
from gateway import Answer, Gateway, code, iso, status
from line import log
from notify import serve
from session import new_id
from store import Attempt, Money, Store

# How long a notification may take before the shop asks, and how it asks then.
PATIENCE, BETWEEN_INQUIRIES, INQUIRIES = 5 * SECOND, 4 * SECOND, 20
EXPIRY = 5 * 60 * SECOND
# Sends of one pay request: without any answer, and with the answer U.
SENDS = 4
CANCEL_PAUSES = (2, 3, 3, 5, 5)

Told = dict[str, Any]


class Shop:
    def __init__(self, clock: Clock, store: Store, config: dict[str, str]) -> None:
        self._clock, self._store, self._gateway = clock, store, Gateway(clock, config)
        self._alarms: dict[str, Alarm] = {}
        self._lock = threading.Lock()
        store.changed = self._wake
        self._base_url = serve(self._gateway, self.notified)
        self.notify_url = self._base_url + "/notify"
        for order in store.unfinished():
            if order.method != "terminal":
                # What an earlier process left open is asked about at once.
                self._spawn(order.name, lambda name=order.name: self._follow(name, 0))

    # What can be asked of it.

    def sell(self, name: str, amount: Money, params: Told) -> "concurrent.futures.Future[Told]":
        """Sells an order; what the buyer is told comes as soon as there is something to say."""
        now, told = self._clock.now(), concurrent.futures.Future[Told]()
        details = {
            "description": params.get("description"),
            "userAgent": params.get("userAgent") or "unknown",
            "expiry": iso(now + EXPIRY),
        }
        self._store.begin(name, params["by"], amount, new_id(), now, details)

        def work() -> None:
            try:
                told.set_result(self._pay(name))
            except BaseException as problem:
                told.set_exception(problem)
                raise
            self._follow(name, PATIENCE)

        self._spawn(name, work)
        return told

    # Selling.

    def _pay(self, name: str) -> Told:
        """Sends pay until there is an answer that decides, within bounds. What the buyer needs next."""
        for number in range(1, SENDS + 1):
            sale = self._store.last(name, "sale")
            # A notification may have come first.
            if sale is None or not self._store.sending(sale):
                break
            answer = self._gateway.call(messages.pay(sale, self._base_url))
            if answer is None:
                # No answer says nothing: the payment may stand.
                self._inquire(sale)
            elif status(answer) == "F":
                self._store.close(name, "failed", code(answer))
            elif self._is_going(sale, answer):
                return {"redirect": redirect(answer)}
            if number < SENDS and self._store.is_open(name):
                self._clock.pause(number * SECOND)
        return {}

    def _is_going(self, sale: Attempt, answer: Answer) -> bool:
        """Whether the answer is a success that has what makes it one."""
        if status(answer) != "S" or code(answer) != "SUCCESS":
            return False
        if answer.get("paymentRequestId", sale.request_id) != sale.request_id:
            return False
        if isinstance(answer.get("paymentId"), str):
            self._store.learn(sale, answer["paymentId"])
        return True

    def _follow(self, name: str, patience: int) -> None:
        """Waits for the notification, then asks, within bounds, then calls the payment off."""
        until = self._clock.now() + patience
        for _ in range(INQUIRIES):
            while self._store.is_open(name) and self._clock.now() < until:
                self._clock.wait(until)
            sale = self._store.last(name, "sale")
            if sale is None or not self._store.is_open(name):
                return
            self._inquire(sale)
            until = self._clock.now() + BETWEEN_INQUIRIES
        if self._store.is_open(name):
            self._call_off(name)

    def _inquire(self, sale: Attempt) -> None:
        """Asks once how the payment stands. Its paymentStatus decides; that the call went well says nothing."""
        answer = self._gateway.call(messages.inquiry(sale))
        if answer is None or code(answer) != "SUCCESS":
            return
        state, result = answer.get("paymentStatus"), str(answer.get("paymentResultCode"))
        if state == "SUCCESS":
            if self._is_ours(sale, answer):
                self._paid(sale, answer)
            else:
                self._store.close(sale.name, "parked", "paid, but the amount or the ids are not the order's")
        elif state == "FAIL":
            self._store.close(sale.name, "failed", result)
        elif state == "CANCELLED":
            self._store.close(sale.name, "cancelled", "the payment was cancelled")

    def _call_off(self, name: str) -> None:
        """Cancels a payment that nobody decides, so that it cannot be paid behind our back."""
        sale = self._store.last(name, "sale")
        if sale is None:
            return
        for pause in (*CANCEL_PAUSES, 0):
            answer = self._gateway.call(messages.cancel(sale))
            if answer and status(answer) == "S":
                self._store.close(name, "cancelled", "not paid in time, and called off")
                return
            if answer and status(answer) == "F":
                if code(answer) == "ORDER_NOT_EXIST":
                    self._store.close(name, "failed", "the payment was never made")
                    return
                # It may have been paid in this moment.
                self._inquire(sale)
                self._store.close(name, "parked", f"not decided, and cannot be called off: {code(answer)}")
                return
            self._clock.pause(pause * SECOND)
            if not self._store.is_open(name):
                return
        self._store.close(name, "parked", "not decided, and no answer to cancel")

    # Notifications.

    def notified(self, notice: Told) -> bool:
        """Takes in a genuine notification. Whether it is dealt with and may be acknowledged."""
        if notice.get("notifyType") != "PAYMENT_RESULT":
            return True
        found = self._store.by_request(str(notice.get("paymentRequestId")))
        if not found:
            # Genuine, but none of ours: nothing to do, and nothing gained by getting it again.
            log(f"a notification of a payment that is not ours: {notice.get('paymentRequestId')}")
            return True
        sale = found[0]
        result = notice.get("result")
        if not isinstance(result, dict) or not self._is_ours(sale, notice):
            self._store.close(sale.name, "parked", "notified of another amount or another payment")
            return False
        if result.get("resultStatus") == "S":
            order = self._store.order(sale.name)
            # Called off is called off: the gateway gives back what came in after all.
            if order and order.state != "cancelled":
                self._paid(sale, notice)
        elif result.get("resultStatus") == "F":
            self._store.close(sale.name, "failed", str(result.get("resultCode")))
        return True

    def _is_ours(self, sale: Attempt, told: Told) -> bool:
        """Whether amount and ids are the attempt's; what is not there is not another's, but the amount always is."""
        return (
            Money.read(told.get("paymentAmount")) == sale.amount
            and told.get("paymentRequestId", sale.request_id) == sale.request_id
            and (sale.their_id is None or told.get("paymentId", sale.their_id) == sale.their_id)
        )

    def _paid(self, sale: Attempt, evidence: Told) -> None:
        their_id = evidence.get("paymentId")
        self._store.book(sale, evidence, their_id if isinstance(their_id, str) else None)

    # Workers.

    def _spawn(self, name: str, work: Any) -> None:
        with self._lock:
            self._alarms[name] = self._clock.spawn(work)

    def _wake(self, name: str) -> None:
        with self._lock:
            alarm = self._alarms.get(name)
        if alarm:
            alarm.ring()


def redirect(answer: Answer) -> Told | None:
    """Where to send the buyer, in the way that the form says."""
    form = answer.get("redirectActionForm")
    if not isinstance(form, dict):
        return None
    told = {"method": form.get("method"), "url": form.get("redirectUrl"), "parameters": form.get("parameters")}
    return {key: value for key, value in told.items() if value is not None}
