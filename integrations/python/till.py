"""The till: one sale or refund at a time at the card terminal, in a worker of its own.

A sale goes: hello if there is no session, Purchase, wait for the result. Whatever leaves it open whether money came in
is cleared up by `recovery.py`. A command that moves money is sent again only when the terminal said that it did not
take it; silence is never such an answer.
"""

import collections
from collections.abc import Callable
from typing import Any

import answers
from answers import Says, Verdict
from clock import SECOND, Clock
from line import Heard, log
from recovery import Recovery
from session import TRIES, Session, new_id
from store import Attempt, Money, Store

# How long a caller waits, after Antom's documentation.
PURCHASE_WAIT, SIGNED_PURCHASE_WAIT, REFUND_WAIT, CANCEL_WAIT = 95 * SECOND, 115 * SECOND, 85 * SECOND, 5 * SECOND
SIGNATURE_ABOVE = 50_000
CARD_SECONDS, SIGNATURE_SECONDS = 30, 20
LARGEST = 999_999_999
# Once a card was there, CommandCancel is not for us to send any more.
CARD_SEEN = {
    "CARD_DETECTED", "CARD_READ_COMPLETED", "CARD_MISSING", "CARD_TRY_AGAIN", "PENDING_SIGNATURE", "START_TRANSACTION",
}  # fmt: skip


class Till:
    def __init__(self, clock: Clock, store: Store, config: dict[str, str]) -> None:
        self._clock, self._store = clock, store
        self._session = Session(clock, config, lambda result: self._recovery.overhear(result))
        self._recovery = Recovery(clock, store, self._session)
        self._jobs: collections.deque[tuple[Callable[[str], None], str]] = collections.deque()
        self._cancels: set[str] = set()
        # What the cashier's screen says about an order.
        self.screen: dict[str, str] = {}
        self._alarm = clock.spawn(self._run)

    # What can be asked of it, by any thread.

    def sell(self, name: str) -> None:
        self._jobs.append((self._sell, name))
        self._alarm.ring()

    def refund(self, name: str) -> None:
        self._jobs.append((self._give_back, name))
        self._alarm.ring()

    def cancel(self, name: str) -> None:
        if not self._store.call_off_unsent(name):
            self._cancels.add(name)
            self._alarm.ring()

    @staticmethod
    def refuses(amount: Money) -> str | None:
        """Why the terminal cannot take such an amount, if it cannot."""
        if amount.currency != "KRW":
            return "the terminal takes won only"
        return None if 0 < amount.value <= LARGEST else "the terminal takes 1 to 999,999,999 won"

    # The worker.

    def _run(self) -> None:
        for order in self._store.unfinished():
            if order.method != "terminal":
                continue
            is_refund = self._store.going(order.name, "refund") is not None
            (self._recovery.refund if is_refund else self._recovery.sale)(order.name)
        while True:
            if self._jobs:
                work, name = self._jobs.popleft()
                work(name)
                self._cancels.discard(name)
                self.screen.pop(name, None)
            else:
                self._session.aside(self._session.wait(None))

    def _sell(self, name: str) -> None:
        sale = self._store.last(name, "sale")
        if sale is None:
            return
        verdict = self._until_taken(lambda: self._purchase(sale))
        if verdict is None:
            return
        if verdict.says is Says.SUCCEEDED:
            self._store.book(sale, verdict.evidence, verdict.their_id)
        elif verdict.says is Says.UNCLEAR:
            log(f"order {name}: {verdict.reason}")
            self._recovery.sale(name)
        else:
            self._store.close(name, "failed", verdict.reason)

    def _give_back(self, name: str) -> None:
        refund = self._store.last(name, "refund")
        if refund is None:
            return
        verdict = self._until_taken(lambda: self._purchase_cancel(refund))
        if verdict and verdict.says is Says.UNCLEAR:
            log(f"order {name}: refund: {verdict.reason}")
            self._recovery.refund(name)
        elif verdict:
            self._recovery.end_refund(refund, verdict)

    def _until_taken(self, command: Callable[[], Verdict | None]) -> Verdict | None:
        """Sends a command until the terminal takes it, within bounds."""
        busy = unheard = 0
        while True:
            problem = self._session.greet()
            if problem:
                return Verdict(Says.FAILED, problem)
            verdict = command()
            if verdict and verdict.says is Says.BUSY and busy < TRIES:
                busy += 1
                self._session.pause(SECOND)
            elif verdict and verdict.says is Says.WANTS_HELLO and unheard < TRIES:
                unheard += 1
                self._session.forget()
            else:
                return verdict

    def _purchase(self, sale: Attempt) -> Verdict | None:
        """One Purchase, and CommandCancel beside it. Nothing when the order has been decided otherwise."""
        command = new_id()
        # Written down before it leaves: after a crash it is known that a card may have been charged.
        if not self._store.sending(sale, command):
            return None
        token = self._session.send(command, "Purchase", self._purchase_request(sale))
        is_signed = sale.amount.value > SIGNATURE_ABOVE
        deadline = self._clock.now() + (SIGNED_PURCHASE_WAIT if is_signed else PURCHASE_WAIT)
        verdict: Verdict | None = None
        cancel: str | None = None
        cancel_until = 0
        is_heard = is_card_seen = is_cancelled = False
        while True:
            now = self._clock.now()
            if cancel and now >= cancel_until:
                # No answer to it: the payment's own result tells.
                cancel = None
            if now >= deadline and not verdict:
                verdict = Verdict(Says.UNCLEAR, "no answer within the time")
            if verdict and not cancel:
                # Of the two halves of a sale that was called off, the failure, whichever came first.
                is_over = is_cancelled and verdict.says is not Says.SUCCEEDED
                return None if is_over else verdict
            if sale.name in self._cancels:
                self._cancels.discard(sale.name)
                if not (is_card_seen or cancel or is_cancelled or verdict):
                    cancel, cancel_until = new_id(), now + CANCEL_WAIT
                    self._session.send(cancel, "CommandCancel", {})
            happening = self._session.wait(min(deadline, cancel_until) if cancel else deadline)
            match happening:
                case Heard("R", dict(message)) if cancel and message.get("id") == cancel:
                    cancel = None
                    if message.get("outcome") == "success":
                        is_cancelled = True
                        self._store.close(sale.name, "cancelled", "called off at the terminal")
                        deadline = self._clock.now() + CANCEL_WAIT
                    continue
                case Heard("E", {"id": str(id), "eventCode": str(code)}) if id == command:
                    is_heard, is_card_seen = True, is_card_seen or code in CARD_SEEN
                    self._show(sale.name, code)
                    continue
            outcome = self._session.outcome(happening, command, token)
            if outcome is None:
                self._session.aside(happening)
            elif not isinstance(outcome, Verdict):
                verdict = answers.of_result(outcome, "Purchase", sale, self._session.terminal_id)
            elif outcome.says is not Says.FAILED or not is_heard:
                # A terminal of whose work was heard has taken the command, whatever is refused now.
                verdict = outcome

    def _show(self, name: str, event: str) -> None:
        """The countdown on the screen: it tells the cashier how long, and ends nothing."""
        seconds = {"READY": CARD_SECONDS, "PENDING_SIGNATURE": SIGNATURE_SECONDS}.get(event)
        if seconds:
            self.screen[name] = f"{event} until {self._clock.now() + seconds * SECOND}"
        elif event == "START_TRANSACTION":
            self.screen[name] = "the bank is asked"

    def _purchase_cancel(self, refund: Attempt) -> Verdict:
        command = new_id()
        self._store.sending(refund, command)
        result = self._session.exchange(command, "PurchaseCancel", self._cancel_request(refund), REFUND_WAIT)
        if isinstance(result, Verdict):
            return result
        return answers.of_result(result, "PurchaseCancel", refund, self._session.terminal_id)

    def _purchase_request(self, sale: Attempt) -> dict[str, Any]:
        return {
            "requestId": sale.request_id,
            "paymentAmount": sale.amount.told(),
            # No taxAmount: the terminal computes it, and its answer is what counts.
            "tipAmount": Money("KRW", 0).told(),
            "creditPayPlan": {"installmentNum": "0"},
            "paymentExpiryTime": str(CARD_SECONDS),
            "acquirerInfo": self._session.acquirer(),
        }

    def _cancel_request(self, refund: Attempt) -> dict[str, Any]:
        sale = self._store.last(refund.name, "sale")
        evidence = sale.evidence if sale else {}
        # Exactly as the Purchase returned it.
        meta_data = evidence.get("acquirerInfo", {}).get("acquirerMetaData")
        return {
            "requestId": refund.request_id,
            "paymentAmount": refund.amount.told(),
            "tipAmount": evidence.get("tipAmount") or Money("KRW", 0).told(),
            "acquirerInfo": {"acquirerMetaData": meta_data, **self._session.acquirer()},
        }
