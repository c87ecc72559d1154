"""The shop: payments through the gateway, from the stored intent to an end that is backed by evidence (`payments.py`).

An S of pay never books, but for a payment code: it means that there is a page to send the buyer to. Whatever is
unknown is asked again, with the same id and the same body, a bounded number of times; a payment that stays undecided is
cancelled before its order is closed.
"""

import concurrent.futures
import functools
from collections.abc import Callable
from typing import Any

import messages
import prices
from captures import Captures
from clock import SECOND, Clock
from counter import PAUSES, Counter
from gateway import Answer, Gateway, code, iso, status
from notify import serve
from payments import BETWEEN_INQUIRIES, INQUIRIES, Payments, Told
from refunds import Refunds
from session import new_id
from store import Attempt, Money, Store

# How long a notification may take before the shop asks.
PATIENCE = 5 * SECOND
# A buyer whose code was scanned stands at the counter.
COUNTER_PATIENCE = 3 * SECOND
# A bank transfer takes days.
BETWEEN_PENDING, PENDING_INQUIRIES = 3600 * SECOND, 7 * 24
# A card's money is held for a week.
BETWEEN_HELD, HELD_INQUIRIES = 6 * 3600 * SECOND, 4 * 9
EXPIRY = 5 * 60 * SECOND
LARGEST_BATCH = 10
# The least that wallets take, in the smallest unit of the currency; in any other, one.
LEAST = {
    ("TRUEMONEY", "THB"): 100,
    ("TNG", "MYR"): 5,
    ("GCASH", "PHP"): 100,
    ("DANA", "IDR"): 30_000,
    ("KAKAOPAY", "KRW"): 50,
    ("JKOPAY", "TWD"): 100,
}
# Paid on a page of the gateway, to which U leads.
ONLINE = ("cashier", "batch")

Later = concurrent.futures.Future[Told]
Orders = list[tuple[str, Money, Told]]


class Shop:
    def __init__(self, clock: Clock, store: Store, config: dict[str, str], folder: str) -> None:
        self._clock, self._store = clock, store
        self._counter = Counter(clock, store, Gateway(clock, config))
        store.changed = self._counter.wake
        self._cancels: set[str] = set()
        self.refunds, self.captures = Refunds(self._counter), Captures(self._counter)
        self._payments = Payments(self._counter, self.refunds, self.captures)
        self._counter.base_url = serve(self._counter.gateway, self._payments.notified, folder)
        self.notify_url = self._counter.base_url + "/notify"
        left = [store.last(order.name, "sale") for order in store.unfinished() if order.method != "terminal"]
        for sale in {sale.request_id: sale for sale in left if sale}.values():
            is_held = sale.state == "held"
            goes_on = functools.partial(self._watch, sale.request_id) if is_held else functools.partial(self._resume, sale)
            self._spawn(sale.request_id, goes_on)
        self.refunds.resume()
        self.captures.resume()

    # What can be asked of it.

    def sell(self, orders: Orders, by: str) -> Later:
        """Sells an order, or several at once; what the buyer is told comes as soon as there is something to say.

        A buyer who tries again while the old attempt is open gets a new one when that is cleared up.
        """
        told = Later()
        names = [name for name, _, _ in orders]
        open_ones = [sale for name in names if self._store.is_open(name) and (sale := self._store.last(name, "sale"))]
        # Written down before this returns, so that what is asked next finds it.
        begun = self._begin(orders, by) if all(map(self._is_unpaid, names)) else None

        def work() -> None:
            try:
                request_id = begun
                for old in dict.fromkeys(sale.request_id for sale in open_ones):
                    self._payments.call_off(old)
                if request_id is None and all(map(self._is_unpaid, names)):
                    request_id = self._begin(orders, by)
                if request_id is None:
                    return told.set_result({})
                told.set_result(self._pay(request_id))
            except BaseException as problem:
                told.set_exception(problem)
                raise
            self._follow(request_id, COUNTER_PATIENCE if by == "payment-code" else PATIENCE)

        self._counter.spawn(names, work)
        return told

    @staticmethod
    def refuses(amount: Money, method: str | None = None) -> str | None:
        """Why such an amount cannot be paid, if it cannot."""
        if amount.value < LEAST.get((method, amount.currency), 1):
            return "less than can be paid"
        if amount.value % prices.step(amount.currency):
            return "rupiah are paid without sen"
        return None

    @staticmethod
    def refuses_batch(orders: Orders) -> str | None:
        """Why orders cannot be sold together, if they cannot."""
        problem = next((problem for _, amount, _ in orders if (problem := Shop.refuses(amount))), None)
        if problem:
            return problem
        if len(orders) > LARGEST_BATCH:
            return f"at most {LARGEST_BATCH} orders are paid together"
        if len({amount.currency for _, amount, _ in orders}) > 1:
            return "orders that are paid together have one currency"
        if len({params.get("merchant") for _, _, params in orders}) < len(orders):
            return "orders that are paid together are of different merchants"
        return None

    def cancel(self, name: str) -> None:
        """Calls an open order off, and those that are paid with it. A payment that was held is let go."""
        sale = self._store.last(name, "sale")
        if sale is None or not self._store.is_open(name):
            return
        if sale.state == "held":
            self._spawn(sale.request_id, lambda: self._payments.call_off(sale.request_id))
        else:
            self._cancels.add(sale.request_id)
            self._counter.wake(name)

    # Selling.

    def _resume(self, sale: Attempt) -> None:
        """Goes on with what an earlier process left open, with the same id: asks, and sends what never arrived."""
        sales = self._store.by_request(sale.request_id)
        if sale.state == "intended" or self._payments.inquire(sales) == "ORDER_NOT_EXIST":
            self._pay(sale.request_id)
        self._follow(sale.request_id, BETWEEN_INQUIRIES)

    def _is_unpaid(self, name: str) -> bool:
        order = self._store.order(name)
        return order is None or order.state in ("failed", "cancelled")

    def _begin(self, orders: Orders, by: str) -> str:
        """Writes down that orders shall be paid by a new id, and all that the request needs."""
        request_id, now = new_id(), self._clock.now()
        for name, amount, params in orders:
            kept = {key: params.get(key) for key in ("description", "userAgent", "paymentCode", "capture", "merchant")}
            method = params.get("method") or (messages.CARD if params.get("capture") == "manual" else None)
            details = {**kept, "by": by, "method": method, "asked": iso(now), "expiry": iso(now + EXPIRY)}
            self._store.begin(name, by, amount, request_id, now, details)
        return request_id

    def _pay(self, request_id: str) -> Told:
        """Asks for a payment until there is an answer that decides, within bounds. What the buyer needs next."""
        sales = self._store.by_request(request_id)
        by = sales[0].details["by"]
        # It may have been called off meanwhile.
        if not all([self._store.sending(sale) for sale in sales]):
            return {}
        answer = self._ask(sales, by)
        if answer is None:
            # No answer says nothing: the payment may stand.
            return {}
        self._payments.learn(sales, answer)
        sales, said = self._store.by_request(request_id), _said(by, answer)
        if status(answer) == "F":
            self._payments.close(sales, "failed", code(answer))
        elif status(answer) == "S" and (by == "payment-code" or (by in ONLINE and not said)):
            if self._payments.is_ours(sales, answer):
                self._payments.paid(sales, answer)
        elif by in ONLINE and not said:
            # Nothing to send the buyer to: it came to nothing.
            self._payments.call_off(request_id, "failed")
        return said

    def _ask(self, sales: list[Attempt], by: str) -> Answer | None:
        """In store, U wants the same request again. A payment code and a cashier's page are asked about instead."""

        def is_enough(answer: Answer) -> bool:
            return status(answer) != "U" or by in ONLINE or by == "payment-code"

        def is_wanted() -> bool:
            # The payment may stand, and be decided by now.
            self._payments.inquire(sales)
            return self._payments.is_going(sales[0].request_id)

        pauses = () if by == "payment-code" else PAUSES
        return self._counter.insist(lambda: messages.sell(sales, self._counter.base_url), is_wanted, pauses, is_enough)

    def _follow(self, request_id: str, patience: int) -> None:
        """Waits for the notification, then asks, within bounds, then calls the payment off."""
        is_going = self._payments.is_going
        sales = self._store.by_request(request_id)
        until, left = self._clock.now() + patience, INQUIRIES
        between = COUNTER_PATIENCE if sales[0].details["by"] == "payment-code" else BETWEEN_INQUIRIES
        while left > 0:
            while is_going(request_id) and request_id not in self._cancels and self._clock.now() < until:
                self._clock.wait(until)
            if not is_going(request_id) or request_id in self._cancels:
                break
            # Days are given once: a bank that never decides is not waited for for ever.
            if self._payments.inquire(sales) == "PENDING" and between != BETWEEN_PENDING:
                left, between = PENDING_INQUIRIES, BETWEEN_PENDING
            until, left = self._clock.now() + between, left - 1
        self._cancels.discard(request_id)
        if is_going(request_id):
            self._payments.call_off(request_id)
        self._watch(request_id)

    def _watch(self, request_id: str) -> None:
        """Money that is held and that nobody takes is let go after days, and nothing tells of that: it is asked about."""

        def is_held() -> bool:
            sales = self._store.by_request(request_id)
            return all(sale.state == "held" and self._store.is_open(sale.name) for sale in sales)

        for _ in range(HELD_INQUIRIES):
            until = self._clock.now() + BETWEEN_HELD
            while is_held() and self._clock.now() < until:
                self._clock.wait(until)
            if not is_held():
                return
            self._payments.inquire(self._store.by_request(request_id))

    def _spawn(self, request_id: str, work: Callable[[], Any]) -> None:
        self._counter.spawn([sale.name for sale in self._store.by_request(request_id)], work)


def _said(by: str, answer: Answer) -> Told:
    """What the buyer needs next, out of an answer that has it."""
    form, code_form = answer.get("redirectActionForm"), answer.get("orderCodeForm")
    if by == "session":
        data = answer.get("paymentSessionData")
        return {"session": {"paymentSessionData": data}} if data else {}
    if by == "order-code" and isinstance(code_form, dict):
        codes = [one.get("codeValue") for one in code_form.get("codeDetails") or []]
        return {"code": codes[0]} if codes else {}
    if isinstance(form, dict):
        told = {"method": form.get("method"), "url": form.get("redirectUrl"), "parameters": form.get("parameters")}
        return {"redirect": {key: value for key, value in told.items() if value is not None}}
    for url in ("normalUrl", "applinkUrl", "schemeUrl"):
        if by in ONLINE and answer.get(url):
            return {"redirect": {"method": "GET", "url": answer[url]}}
    return {}
