"""What a terminal's answer says about an attempt. Pure.

A result counts only if its ids, amount and terminal are those of the attempt; resultCode decides, not arrival; and
what leaves the charge unknown is no failure.
"""

import enum
from dataclasses import dataclass, field
from typing import Any

from store import Attempt, Money

# Codes by which the terminal says for certain that no money moved.
DECLINED = {
    "INVALID_CONTRACT", "ACCESS_DENIED", "PROCESS_FAIL", "PARAM_ILLEGAL", "ORDER_STATUS_INVALID", "ORDER_IS_CANCELED",
    "USER_AMOUNT_EXCEED_LIMIT", "USER_BALANCE_NOT_ENOUGH", "INVALID_CARD_NUMBER", "IDENTITY_VERIFY_FAILED",
}  # fmt: skip
NOT_TAKEN = {"CommandNotSupport", "CommandParamError"}


class Says(enum.Enum):
    SUCCEEDED = enum.auto()
    # It is certain that no money moved.
    FAILED = enum.auto()
    # The command was not taken: the terminal is busy, or wants a hello first.
    BUSY = enum.auto()
    WANTS_HELLO = enum.auto()
    # It is not certain whether money moved: ask.
    UNCLEAR = enum.auto()


@dataclass(frozen=True)
class Verdict:
    says: Says
    reason: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def their_id(self) -> str | None:
        told = self.evidence.get("acquirerInfo", {}).get("acquirerTransactionId")
        return told if isinstance(told, str) else None


def of_result(result: dict[str, Any] | None, command: str, attempt: Attempt, terminal_id: str) -> Verdict:
    """Judges the result of a command that was sent for an attempt; its id has been compared."""
    if result is None or result.get("commandName") != command:
        return Verdict(Says.UNCLEAR, "the result cannot be read")
    if result.get("outcome") == "commandFailed":
        return _of_failed_command(str(result.get("errorCode")))
    data = _data(result)
    if data is None:
        return Verdict(Says.UNCLEAR, "the result cannot be read")
    code = _code(data)
    if code != "SUCCESS":
        # A refusal may leave out what it refuses; another id is another payment.
        if data.get("requestId", attempt.request_id) != attempt.request_id:
            return Verdict(Says.UNCLEAR, "the result is of another payment")
        return Verdict(Says.FAILED if code in DECLINED else Says.UNCLEAR, code)
    if result.get("outcome") != "success" or not _is_ours(data, attempt, terminal_id):
        return Verdict(Says.UNCLEAR, "the result's ids or amount are not the order's")
    if data.get("requestId") != attempt.request_id:
        return Verdict(Says.UNCLEAR, "the result has no requestId")
    return Verdict(Says.SUCCEEDED, evidence=_evidence(data))


def of_last_transaction(
    data: dict[str, Any], command: str, attempt: Attempt, terminal_id: str, is_only_one: bool
) -> Verdict:
    """Judges the terminal's record: whether it is this attempt's, and how it ended.

    `is_only_one`: no other attempt could be meant. Then a record without requestId is told by amount and terminal.
    """
    if data.get("responseCommand", command) != command:
        return Verdict(Says.UNCLEAR, f"the terminal's last transaction is no {command}")
    if not _is_ours(data, attempt, terminal_id) or not ("requestId" in data or is_only_one):
        return Verdict(Says.UNCLEAR, "the terminal's last transaction is not known to be this order's")
    code = _code(data)
    if code == "SUCCESS":
        return Verdict(Says.SUCCEEDED, evidence=_evidence(data))
    return Verdict(Says.FAILED if code in DECLINED else Says.UNCLEAR, code)


def record_in(result: dict[str, Any]) -> dict[str, Any] | None:
    """The transaction that a GetLastTransaction told, if there is one."""
    data = _data(result)
    return data if data is not None and Money.read(data.get("paymentAmount")) else None


def _of_failed_command(code: str) -> Verdict:
    if code == "CommandDeviceBusy":
        return Verdict(Says.BUSY, "the terminal is busy")
    if code == "CommandInvalid":
        return Verdict(Says.WANTS_HELLO, "the terminal takes no command")
    return Verdict(Says.FAILED if code in NOT_TAKEN else Says.UNCLEAR, code)


def _is_ours(data: dict[str, Any], attempt: Attempt, terminal_id: str) -> bool:
    """What is not there is not another's; amounts always are."""
    return (
        data.get("requestId", attempt.request_id) == attempt.request_id
        and Money.read(data.get("paymentAmount")) == attempt.amount
        and _info(data).get("acquirerTerminalId", terminal_id) == terminal_id
    )


def _data(result: dict[str, Any]) -> dict[str, Any] | None:
    data = result.get("responseData")
    if not isinstance(data, dict) or not isinstance(data.get("result"), dict):
        return None
    return data


def _code(data: dict[str, Any]) -> str:
    return str(data["result"].get("resultCode"))


def _info(data: dict[str, Any]) -> dict[str, Any]:
    info = data.get("acquirerInfo")
    return info if isinstance(info, dict) else {}


def _evidence(data: dict[str, Any]) -> dict[str, Any]:
    """What is needed later: to give it back, for the accounts, for the receipt. The drawn signature is not kept."""
    info = {key: value for key, value in _info(data).items() if key != "signData"}
    return {"acquirerInfo": info, "taxAmount": data.get("taxAmount"), "tipAmount": data.get("tipAmount")}
