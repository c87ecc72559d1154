"""The order book, in SQLite: what is not in it was not done.

Everything is committed before it takes effect elsewhere: an intent before its request leaves, a booking before a
notification is acknowledged. Each attempt is booked once, however often it is told that it succeeded.
"""

import json
import pathlib
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    name TEXT PRIMARY KEY, method TEXT NOT NULL, currency TEXT NOT NULL, value INTEGER NOT NULL,
    state TEXT NOT NULL, reason TEXT
);
-- One try to take money for an order (sale, capture), or to give it back (refund): made before anything is sent.
-- Orders that are paid together share a request_id.
CREATE TABLE IF NOT EXISTS attempts (
    number INTEGER PRIMARY KEY, request_id TEXT NOT NULL, name TEXT NOT NULL REFERENCES orders (name),
    purpose TEXT NOT NULL, currency TEXT NOT NULL, value INTEGER NOT NULL, made_at INTEGER NOT NULL,
    details TEXT NOT NULL, state TEXT NOT NULL, their_id TEXT, evidence TEXT, UNIQUE (request_id, name)
);
-- Every command that is sent to the terminal for an attempt.
CREATE TABLE IF NOT EXISTS commands (id TEXT PRIMARY KEY, number INTEGER NOT NULL REFERENCES attempts (number));
CREATE TABLE IF NOT EXISTS bookings (
    number INTEGER PRIMARY KEY REFERENCES attempts (number), name TEXT NOT NULL, value INTEGER NOT NULL
);
"""


@dataclass(frozen=True)
class Money:
    currency: str
    value: int

    def told(self) -> dict[str, str]:
        return {"currency": self.currency, "value": str(self.value)}

    @staticmethod
    def read(amount: object) -> "Money | None":
        """An amount as it is on the wire, or nothing when it is none."""
        if not isinstance(amount, dict):
            return None
        currency, value = amount.get("currency"), amount.get("value")
        if not isinstance(currency, str) or not isinstance(value, str) or not (value.isascii() and value.isdigit()):
            return None
        return Money(currency, int(value))


@dataclass(frozen=True)
class Order:
    name: str
    method: str
    amount: Money
    state: str
    reason: str | None
    booked: int


@dataclass(frozen=True)
class Attempt:
    """`state`: intended, sent, held, extra, cancelled, done, refused, parked. `their_id` is the other side's id of it."""

    number: int
    request_id: str
    name: str
    purpose: str
    amount: Money
    made_at: int
    details: dict[str, Any]
    state: str
    their_id: str | None
    evidence: dict[str, Any]

    @property
    def is_going(self) -> bool:
        return self.state in ("intended", "sent")


class Store:
    """One connection, one user at a time. `changed` is called after every change of an order."""

    def __init__(self, folder: str) -> None:
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        file = pathlib.Path(folder) / "book.sqlite"
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + SCHEMA)
        self.changed: Callable[[str], None] = lambda name: None

    # Reading.

    def order(self, name: str) -> Order | None:
        return next(iter(self._orders("name = ?", name)), None)

    def is_open(self, name: str) -> bool:
        order = self.order(name)
        return order is not None and order.state == "open"

    def unfinished(self) -> list[Order]:
        """Orders that are being sold, or given back."""
        giving_back = "SELECT name FROM attempts WHERE purpose = 'refund' AND state IN ('intended', 'sent')"
        return self._orders(f"state = 'open' OR name IN ({giving_back})")

    def last(self, name: str, purpose: str) -> Attempt | None:
        return next(iter(self._attempts("name = ? AND purpose = ?", name, purpose)), None)

    def all(self, name: str, purpose: str) -> list[Attempt]:
        return self._attempts("name = ? AND purpose = ?", name, purpose)

    def going(self, name: str, purpose: str) -> Attempt | None:
        """The one that is going on, if one is."""
        return next((attempt for attempt in self.all(name, purpose) if attempt.is_going), None)

    def state(self, attempt: Attempt) -> str | None:
        """What it is by now."""
        found = self._attempts("number = ?", attempt.number)
        return found[0].state if found else None

    def by_request(self, request_id: str) -> list[Attempt]:
        return self._attempts("request_id = ?", request_id)[::-1]

    def by_their_id(self, their_id: str) -> list[Attempt]:
        return self._attempts("their_id = ? AND purpose = 'sale'", their_id)

    def by_command(self, command: str) -> Attempt | None:
        found = self._attempts("number = (SELECT number FROM commands WHERE id = ?)", command)
        return next(iter(found), None)

    def rivals(self, attempt: Attempt, since: int) -> list[Attempt]:
        """Other attempts at the terminal with this amount."""
        sold_there = "name IN (SELECT name FROM orders WHERE method = 'terminal')"
        where = f"{sold_there} AND made_at >= ? AND value = ? AND number <> ?"
        return self._attempts(where, since, attempt.amount.value, attempt.number)

    def is_booked_elsewhere(self, their_id: str, attempt: Attempt) -> bool:
        booked = "number IN (SELECT number FROM bookings)"
        return bool(self._attempts(f"{booked} AND their_id = ? AND number <> ?", their_id, attempt.number))

    # Writing.

    def begin(self, name: str, method: str, amount: Money, request_id: str, now: int, details: dict[str, Any]) -> None:
        """An order shall be paid. An order that came to nothing may be begun again."""
        with self._transaction(name):
            columns = (name, method, amount.currency, amount.value)
            self._db.execute("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, 'open', NULL)", columns)
            self.intend(name, "sale", amount, request_id, now, details)

    def intend(
        self, name: str, purpose: str, amount: Money, request_id: str, now: int, details: dict[str, Any] | None = None
    ) -> None:
        with self._transaction(name):
            self._db.execute(
                "INSERT INTO attempts (request_id, name, purpose, currency, value, made_at, details, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'intended')",
                (request_id, name, purpose, amount.currency, amount.value, now, json.dumps(details or {})),
            )

    def sending(self, attempt: Attempt, command: str | None = None) -> bool:
        """A message for an attempt is about to leave. No when the order was decided meanwhile."""
        with self._transaction(attempt.name):
            if attempt.purpose == "sale" and not self.is_open(attempt.name) or self.state(attempt) == "cancelled":
                return False
            self._update(attempt, "state = 'sent'")
            if command:
                self._db.execute("INSERT INTO commands VALUES (?, ?)", (command, attempt.number))
            return True

    def call_off_unsent(self, name: str) -> bool:
        """Calls an order off for which nothing has left yet."""
        with self._transaction(name):
            sale = self.last(name, "sale")
            if sale is None or sale.state != "intended" or not self.is_open(name):
                return False
            return self.close(name, "cancelled", "called off before its turn")

    def mark(self, attempt: Attempt, state: str) -> bool:
        """`held`: the money waits for its capture. `extra`: the order is paid otherwise. `cancelled`: nothing comes of it.
        No when it was so before."""
        with self._transaction(attempt.name):
            return self._update(attempt, "state = ?", state, unless=("done", state))

    def learn(self, attempt: Attempt, their_id: str) -> None:
        with self._transaction(attempt.name):
            self._update(attempt, "their_id = coalesce(their_id, ?)", their_id)

    def book(self, attempt: Attempt, evidence: dict[str, Any], their_id: str | None) -> bool:
        """Money came in for an attempt, or went back. No when that was booked before."""
        value = -attempt.amount.value if attempt.purpose == "refund" else attempt.amount.value
        with self._transaction(attempt.name):
            already = self._sum(attempt.name)
            columns = (attempt.number, attempt.name, value)
            # No more goes back than came in, even when an earlier refund that seemed lost is told of after all.
            if already + value < 0 or not self._insert("INSERT OR IGNORE INTO bookings VALUES (?, ?, ?)", columns):
                return False
            told = (json.dumps(evidence), their_id)
            self._update(attempt, "state = 'done', evidence = ?, their_id = coalesce(their_id, ?)", *told)
            state = "paid" if already + value > 0 else "refunded"
            self._set(attempt.name, state, None)
            return True

    def close(self, name: str, state: str, reason: str) -> bool:
        """Ends an order that is not paid. What a person must look at may still be cleared up by itself."""
        with self._transaction(name):
            order = self.order(name)
            if order is None or order.state not in ("open", "parked") or order.booked:
                return False
            self._set(name, state, reason)
            return True

    def alarm(self, name: str, reason: str) -> None:
        """Something happened to an order that is over, and a person must look at it."""
        with self._transaction(name):
            self._set(name, "parked", reason)

    def end(self, attempt: Attempt, state: str, reason: str) -> None:
        """A refund or capture came to nothing (`refused`), or nobody knows (`parked`)."""
        with self._transaction(attempt.name):
            order = self.order(attempt.name)
            if order and self._update(attempt, "state = ?", state, unless=("done",)):
                otherwise = "paid" if order.booked else order.state
                self._set(attempt.name, "parked" if state == "parked" else otherwise, reason)

    # How.

    def _orders(self, where: str, *arguments: object) -> list[Order]:
        booked = "(SELECT coalesce(sum(value), 0) FROM bookings WHERE bookings.name = orders.name)"
        columns = "name, method, currency, value, state, reason"
        rows = self._read(f"SELECT {columns}, {booked} FROM orders WHERE {where} ORDER BY rowid", arguments)
        return [Order(r[0], r[1], Money(r[2], r[3]), r[4], r[5], r[6]) for r in rows]

    def _attempts(self, where: str, *arguments: object) -> list[Attempt]:
        """The newest first."""
        columns = "number, request_id, name, purpose, currency, value, made_at, details, state, their_id, evidence"
        rows = self._read(f"SELECT {columns} FROM attempts WHERE {where} ORDER BY number DESC", arguments)
        return [
            Attempt(
                r[0], r[1], r[2], r[3], Money(r[4], r[5]), r[6], json.loads(r[7]), r[8], r[9], json.loads(r[10] or "{}")
            )
            for r in rows
        ]

    def _read(self, query: str, arguments: tuple[object, ...]) -> list[Any]:
        with self._lock:
            return self._db.execute(query, arguments).fetchall()

    def _sum(self, name: str) -> int:
        return int(self._read("SELECT coalesce(sum(value), 0) FROM bookings WHERE name = ?", (name,))[0][0])

    def _insert(self, query: str, columns: tuple[object, ...]) -> bool:
        return self._db.execute(query, columns).rowcount > 0

    def _update(self, attempt: Attempt, what: str, *arguments: object, unless: tuple[str, ...] = ()) -> bool:
        marks = ", ".join("?" for _ in unless)
        query = f"UPDATE attempts SET {what} WHERE number = ? AND state NOT IN ({marks})"
        return self._db.execute(query, (*arguments, attempt.number, *unless)).rowcount > 0

    def _set(self, name: str, state: str, reason: str | None) -> None:
        columns = (state, reason and reason[:500], name)
        self._db.execute("UPDATE orders SET state = ?, reason = ? WHERE name = ?", columns)

    def _transaction(self, name: str) -> "_Transaction":
        return _Transaction(self, self._lock, self._db, name)


class _Transaction:
    """Commits at the end of the outermost `with`, then tells of the change; nothing is kept of one that fails."""

    def __init__(self, store: Store, lock: Any, db: sqlite3.Connection, name: str) -> None:
        self._store, self._lock, self._db, self._name = store, lock, db, name

    def __enter__(self) -> None:
        self._lock.acquire()
        self._is_outermost = not self._db.in_transaction
        if self._is_outermost:
            self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, failed: object, *_: object) -> None:
        try:
            if self._is_outermost:
                self._db.execute("ROLLBACK" if failed else "COMMIT")
        finally:
            self._lock.release()
        if self._is_outermost and not failed:
            self._store.changed(self._name)
