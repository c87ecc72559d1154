"""What becomes of a payment: asked, told by a notification, or called off. Only evidence books.

Orders that are paid together are one payment: `sales` are its attempts, with one request id.
"""

from typing import Any

import messages
from captures import Captures, captured
from clock import SECOND
from counter import Counter
from gateway import Answer, code, status
from line import log
from refunds import Refunds
from store import Attempt, Money

# How an undecided payment is asked about, and how often at most.
BETWEEN_INQUIRIES, INQUIRIES = 4 * SECOND, 20
CANCEL_PAUSES = (2, 3, 3, 5, 5)

Told = dict[str, Any]


class Payments:
    def __init__(self, counter: Counter, refunds: Refunds, captures: Captures) -> None:
        self._counter, self._store = counter, counter.store
        self._refunds, self._captures = refunds, captures
        self._calling_off: set[str] = set()

    def is_going(self, request_id: str) -> bool:
        """Whether an order still waits for this payment."""
        return any(
            sale.is_going and self._store.is_open(sale.name) and self._is_last(sale)
            for sale in self._store.by_request(request_id)
        )

    def inquire(self, sales: list[Attempt]) -> str | None:
        """Asks once how a payment stands. Its paymentStatus decides; that the call went well says nothing."""
        answer = self._counter.gateway.call(messages.inquiry(sales[0].request_id))
        if answer is None or code(answer) != "SUCCESS":
            return code(answer) if answer else None
        state, result = answer.get("paymentStatus"), str(answer.get("paymentResultCode"))
        if state == "SUCCESS":
            if self.is_ours(sales, answer):
                self.paid(sales, answer)
            else:
                self.close(sales, "parked", "paid, but the amount or the ids are not the order's")
        elif state == "FAIL":
            self.close(sales, "failed", result)
        elif state == "CANCELLED":
            self.close(sales, "cancelled", "the payment was cancelled")
        return str(state)

    def call_off(self, request_id: str, end: str = "cancelled") -> None:
        """Cancels a payment, so that it cannot be paid behind our back; its orders end so. Or looks into it."""
        sales = self._store.by_request(request_id)

        def is_open() -> bool:
            return any(self._store.is_open(sale.name) for sale in sales)

        self._calling_off.add(request_id)
        answer = self._counter.insist(lambda: messages.cancel(request_id), is_open, CANCEL_PAUSES)
        self._calling_off.discard(request_id)
        result = code(answer) if answer else "no answer"
        if answer and status(answer) == "S":
            # An answer of before may come after this, when the order has a new attempt: it books nothing.
            for sale in sales:
                self._store.mark(sale, "cancelled")
        if answer and (status(answer) == "S" or result == "ORDER_NOT_EXIST"):
            return self.close(sales, end, "called off")
        # It may have been paid in this moment.
        for _ in range(INQUIRIES):
            self.inquire(sales)
            if not is_open():
                break
            self._counter.clock.pause(BETWEEN_INQUIRIES)
        if result == "CANCEL_WINDOW_EXCEED":
            for sale in sales:
                self._refunds.refund(sale.name, sale.amount)
        self.close(sales, "parked", f"not decided, and not called off: {result}")

    def notified(self, notice: Told) -> bool:
        """Takes in a genuine notification. Whether it is dealt with and may be acknowledged."""
        kind = notice.get("notifyType")
        if kind == "REFUND_RESULT":
            return self._refunds.notified(notice)
        if kind == "CAPTURE_RESULT":
            return self._captures.notified(notice)
        sales, result = self._named(notice), notice.get("result")
        if not sales:
            # Genuine, but none of ours: nothing to do, and nothing gained by getting it again.
            log(f"a notification of a payment that is not ours: {notice.get('paymentRequestId')}")
        elif kind == "PAYMENT_REVERSAL":
            for sale in sales:
                self._store.alarm(sale.name, "money came after the end, and the gateway could not give it back")
        elif kind == "PAYMENT_RESULT" and not (isinstance(result, dict) and self.is_ours(sales, notice)):
            self.close(sales, "parked", "notified of another amount or another payment")
            return False
        elif kind == "PAYMENT_RESULT" and isinstance(result, dict) and result.get("resultStatus") == "S":
            self.paid(sales, notice)
        elif kind == "PAYMENT_RESULT" and isinstance(result, dict) and result.get("resultStatus") == "F":
            self.close(sales, "failed", str(result.get("resultCode")))
        return True

    def learn(self, sales: list[Attempt], answer: Answer) -> None:
        """The gateway's ids: of a payment, or of each order of a batch."""
        if isinstance(answer.get("paymentId"), str) and _is_single(sales) and self._is_named(sales, answer):
            self._store.learn(sales[0], answer["paymentId"])
        summaries = answer.get("orderSummaries")
        for one in summaries if isinstance(summaries, list) else []:
            for sale in sales:
                if one.get("referenceOrderId") == sale.name and isinstance(one.get("transactionId"), str):
                    self._store.learn(sale, one["transactionId"])

    def is_ours(self, sales: list[Attempt], told: Told) -> bool:
        """Whether amount and ids are the payment's; what is not there is not another's, but the amount always is."""
        known = sales[0].their_id if _is_single(sales) else None
        is_same_payment = known is None or told.get("paymentId", known) == known
        is_same_amount = Money.read(told.get("paymentAmount")) == messages.total(sales)
        return is_same_amount and is_same_payment and self._is_named(sales, told)

    def paid(self, sales: list[Attempt], evidence: Told) -> None:
        """A payment succeeded. A card is only authorised by that: its money is taken by the capture."""
        their_id = evidence.get("paymentId") if _is_single(sales) else None
        for sale in sales:
            order, is_cancelled = self._store.order(sale.name), self._store.state(sale) == "cancelled"
            if order is None or order.state == "cancelled" or is_cancelled or sale.request_id in self._calling_off:
                # Called off is called off: the gateway gives back what came in after all. While that is going on, its
                # end decides: a cancel without an answer may have given the money back already.
                continue
            if isinstance(their_id, str):
                self._store.learn(sale, their_id)
            if any(
                other.state == "done" for other in self._store.all(sale.name, "sale") if other.number != sale.number
            ):
                self._give_back_extra(sale)
            elif sale.details.get("capture") == "manual":
                self._store.mark(sale, "held")
            elif not messages.is_card(sale) or captured(evidence) == "SUCCESS":
                self._store.book(sale, evidence, their_id if isinstance(their_id, str) else None)

    def close(self, sales: list[Attempt], state: str, reason: str) -> None:
        for sale in sales:
            # What becomes of an old attempt decides nothing for its order.
            if self._is_last(sale):
                self._store.close(sale.name, state, reason)

    def _give_back_extra(self, sale: Attempt) -> None:
        """An order is paid once: a second payment of it goes back whole."""
        if not self._store.mark(sale, "extra"):
            return
        log(f"order {sale.name}: paid twice, {sale.request_id} goes back")

        def work() -> None:
            self._counter.insist(lambda: messages.cancel(sale.request_id), lambda: True, CANCEL_PAUSES)

        self._counter.spawn([sale.name], work)

    def _named(self, notice: Told) -> list[Attempt]:
        found = self._store.by_request(str(notice.get("paymentRequestId")))
        # One order of a batch is known by the gateway's id.
        if len(found) == 1:
            return found
        ones = self._store.by_their_id(str(notice.get("paymentId")))
        return [sale for sale in ones if sale.details["by"] == "batch"] or found

    def _is_named(self, sales: list[Attempt], told: Told) -> bool:
        sale = sales[0]
        if sale.details["by"] == "batch" and sale.their_id == told.get("paymentId"):
            return True
        return bool(told.get("paymentRequestId", sale.request_id) == sale.request_id)

    def _is_last(self, sale: Attempt) -> bool:
        last = self._store.last(sale.name, "sale")
        return last is not None and last.number == sale.number


def _is_single(sales: list[Attempt]) -> bool:
    """Whether the gateway's id of the payment is that of its order: a batch has one of its own, if of one order too."""
    return len(sales) == 1 and sales[0].details["by"] != "batch"
