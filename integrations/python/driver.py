#!/usr/bin/env python3
"""The driver: business orders from the conformance harness, one JSON-RPC message a line (docs/driver.md).

In a shop of your own this file is your web shop and your cash desk; everything beside it is what they would use.
"""

import concurrent.futures
import json
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

import prices
from clock import Clock
from session import new_id
from store import Money, Order, Store
from till import Till

LONGEST_ORDER = 64
WAYS = ["entry-code", "order-code", "payment-code", "cashier", "session"]
CAPABILITIES = ["cancel", "clock", "refund", "restart", *WAYS[1:], "card", "batch", "capture", "cart", "retry"]
STDOUT = threading.Lock()
Params = dict[str, Any]


class Refusal(Exception):
    """A request that cannot be done, and why."""


class Driver:
    def __init__(self) -> None:
        self._clock = Clock()
        self._store: Store | None = None
        self._till: Till | None = None
        self._shop: Any = None

    def initialize(self, params: Params) -> Any:
        if "clock" in params:
            self._clock.start_at(params["clock"]["now"])
        self._store = Store(params["state"])
        if params.get("terminal"):
            self._till = Till(self._clock, self._store, params["terminal"])
        result = {
            "name": "python",
            "version": "1.0.0",
            "roles": ["edc", "antom"],
            "capabilities": CAPABILITIES,
        }
        if params.get("gateway"):
            # The SDK takes a moment to load, and a till alone does not need it.
            from shop import Shop

            self._shop = Shop(self._clock, self._store, params["gateway"], params["state"])
            result["notifyUrl"] = self._shop.notify_url
        return result

    def checkout(self, params: Params) -> Any:
        store, name, by = self._opened(), params["order"], params["by"]
        amount = prices.total(params["currency"], params["cart"]) if "cart" in params else Money.read(params["amount"])
        if amount is None or not 0 < len(name) <= LONGEST_ORDER:
            raise Refusal("the amount cannot be read, or the order's name is too long")
        known = store.order(name)
        # An order that is paid, or that a person must look at, is not sold again; nor one that the till sells now.
        if known and known.state not in ("failed", "cancelled") and (known.state != "open" or by == "terminal"):
            return {"state": self._state(name)}
        if by == "terminal" and self._till:
            store.begin(name, by, amount, new_id(), self._clock.now(), {})
            problem = self._till.refuses(amount)
            if problem:
                store.close(name, "failed", problem)
            else:
                self._till.sell(name)
            return {"state": self._state(name)}
        if by not in WAYS or not self._shop:
            raise Refusal(f"there is nothing to pay by {by!r} with")
        problem = self._shop.refuses(amount, params.get("method"))
        if problem:
            store.begin(name, by, amount, new_id(), self._clock.now(), {})
            store.close(name, "failed", problem)
            return {"state": self._state(name)}
        return self._told(self._shop.sell([(name, amount, params)], by), name)

    def checkoutBatch(self, params: Params) -> Any:
        orders = [(one["order"], Money.read(one["amount"]), one) for one in params["orders"]]
        if not self._shop or not orders or any(amount is None for _, amount, _ in orders):
            raise Refusal("there is no gateway, or an amount cannot be read")
        problem = self._shop.refuses_batch(orders)
        if problem:
            for name, amount, _ in orders:
                if amount and not self._opened().order(name):
                    self._opened().begin(name, "batch", amount, new_id(), self._clock.now(), {})
                    self._opened().close(name, "failed", problem)
            return {"state": self._state(orders[0][0])}
        return self._told(self._shop.sell(orders, "batch"), orders[0][0])

    def _told(self, told: "concurrent.futures.Future[Any]", name: str) -> Any:
        def answered(said: Params) -> Params:
            # A notification may have been quicker than the answer: what has come to nothing is handed to no buyer.
            state = self._state(name)
            return {"state": state} if state in ("failed", "cancelled") else {"state": state, **said}

        return later(told, answered)

    def orderStatus(self, params: Params) -> Any:
        order = self._opened().order(params["order"])
        if order is None:
            # Nothing is sold before it is in the book: an order that is not there was not sold.
            return {"order": params["order"], "state": "failed", "reason": "not in the book"}
        status = {
            "order": order.name,
            "state": self._state(order.name),
            "booked": Money(order.amount.currency, order.booked).told(),
        }
        reason = self._till.screen.get(order.name) if self._till and order.state == "open" else order.reason
        if reason:
            status["reason"] = reason
        refund = self._opened().going(order.name, "refund")
        if refund:
            status["refunding"] = refund.amount.told()
        sale = self._opened().last(order.name, "sale")
        tax = sale.evidence.get("taxAmount") if sale else None
        return {**status, "tax": tax} if Money.read(tax) else status

    def cancel(self, params: Params) -> Any:
        order = self._known(params)
        # Answered as it stands; how it ends is seen by asking.
        if order.method == "terminal":
            if order.state == "open" and self._till:
                self._till.cancel(order.name)
        elif self._shop:
            self._shop.cancel(order.name)
        return {"state": self._state(order.name)}

    def refund(self, params: Params) -> Any:
        order, store = self._known(params), self._opened()
        amount = Money.read(params["amount"]) if params.get("amount") else order.amount
        if order.method == "terminal":
            if self._till and self._can_be_refunded(order, amount):
                store.intend(order.name, "refund", order.amount, new_id(), self._clock.now())
                self._till.refund(order.name)
        elif self._shop and amount:
            self._shop.refunds.refund(order.name, amount)
        return {"state": self._state(order.name)}

    def capture(self, params: Params) -> Any:
        order = self._known(params)
        if self._shop:
            self._shop.captures.capture(order.name, Money.read(params.get("amount")))
        return {"state": self._state(order.name)}

    def _can_be_refunded(self, order: Order, amount: Money | None) -> bool:
        """At the terminal an order is given back whole, or not at all. A person may try again what was parked."""
        if self._opened().going(order.name, "refund"):
            return False
        return order.state in ("paid", "parked") and order.booked > 0 and amount == order.amount

    def clock(self, params: Params) -> Any:
        return {"wakeAt": self._clock.tell(params["now"])}

    def shutdown(self, params: Params) -> Any:
        return {}

    def _opened(self) -> Store:
        if self._store is None:
            raise Refusal("initialize comes first")
        return self._store

    def _known(self, params: Params) -> Any:
        order = self._opened().order(params["order"])
        if order is None:
            raise Refusal(f"there is no order {params['order']!r}")
        return order

    def _state(self, name: str) -> str:
        order = self._opened().order(name)
        if order is None:
            return "failed"
        return "open" if self._opened().going(name, "refund") else order.state


def later(told: "concurrent.futures.Future[Any]", then: Callable[[Any], Any]) -> "concurrent.futures.Future[Any]":
    """What will be answered when it is known; until then other requests are."""
    result: concurrent.futures.Future[Any] = concurrent.futures.Future()

    def done(_: Any) -> None:
        try:
            result.set_result(then(told.result()))
        except BaseException as problem:
            result.set_exception(problem)

    told.add_done_callback(done)
    return result


METHODS = {
    "initialize", "checkout", "checkoutBatch", "orderStatus", "cancel", "refund", "capture", "clock", "shutdown",
}  # fmt: skip


def answer(driver: Driver, request: dict[str, Any]) -> None:
    method = request.get("method")
    if method not in METHODS:
        return say(request, error={"code": -32601, "message": f"there is no method {method!r}"})
    try:
        result = getattr(driver, method)(request.get("params") or {})
    except Exception as problem:
        return refuse(request, problem)
    if isinstance(result, concurrent.futures.Future):
        result.add_done_callback(lambda future: finish(request, future))
    else:
        say(request, result=result)


def finish(request: dict[str, Any], future: "concurrent.futures.Future[Any]") -> None:
    problem = future.exception()
    if problem:
        refuse(request, problem)
    else:
        say(request, result=future.result())


def refuse(request: dict[str, Any], problem: BaseException) -> None:
    """One request that fails must not end the adapter."""
    if not isinstance(problem, Refusal):
        traceback.print_exception(problem)
    say(request, error={"code": -32000, "message": str(problem) or repr(problem)})


def say(request: dict[str, Any], **content: Any) -> None:
    message = {"jsonrpc": "2.0", "id": request.get("id"), **content}
    # stdout carries answers and nothing else, each on a line of its own.
    with STDOUT:
        print(json.dumps(message), flush=True)


def main() -> None:
    driver = Driver()
    for line in sys.stdin:
        request = json.loads(line)
        answer(driver, request)
        if request.get("method") == "shutdown":
            return


if __name__ == "__main__":
    main()
