"""The session at the terminal, and the exchange of one command for its result. One command at a time."""

import uuid
from collections.abc import Callable
from typing import Any

from answers import Says, Verdict
from clock import SECOND, Clock
from line import Happening, Heard, Line, Message, NotSent, Refused

# Three sends with three seconds each, and time to answer.
HELLO_WAIT = 14 * SECOND
LINE_WAIT = 32 * SECOND
TRIES = 5


class Session:
    def __init__(self, clock: Clock, config: dict[str, str], overhear: Callable[[Message], None]) -> None:
        """`overhear` gets results that nobody waits for: one that comes late still tells how its order ended."""
        self.terminal_id, self.registration_no = config["terminalId"], config["registrationNo"]
        self._clock, self._merchant_id, self._overhear = clock, config["merchantId"], overhear
        self._line = Line(clock, config["port"], config["profile"])
        self._is_greeted = False

    def is_ready(self) -> bool:
        return self._is_greeted and self._line.is_open

    def forget(self) -> None:
        """The terminal said that it does not know us."""
        self._is_greeted = False

    def greet(self) -> str | None:
        """Gets a session: patiently, since nothing was sent yet that could have cost anything. Or why there is none."""
        for _ in range(TRIES):
            if self.is_ready():
                return None
            code = self.hello()
            if code == "INIT_PARAM_ERROR":
                return "the terminal refuses our merchantId"
            if code != "INIT_SUCCESS":
                self.pause(SECOND)
        return None if self.is_ready() else "the terminal cannot be initialised"

    def hello(self) -> str | None:
        """One hello, and the terminal's answer if there is one."""
        until = self._clock.now() + LINE_WAIT
        while not self._line.is_open and self._clock.now() < until:
            self.aside(self.wait(until))
        options = {"merchantId": self._merchant_id, "useBuiltInDialog": False}
        token = self._line.send("H", {"provider": "KICC", "options": options})
        until = self._clock.now() + HELLO_WAIT
        while self._clock.now() < until:
            match self.wait(until):
                case Heard("H", message):
                    code = message.get("code") if message else None
                    self._is_greeted = code == "INIT_SUCCESS"
                    return code if isinstance(code, str) else None
                case Refused(lost) | NotSent(lost) if lost == token:
                    return None
                case other:
                    self.aside(other)
        return None

    def exchange(self, command: str, name: str, parameters: dict[str, Any], wait: int) -> Message | Verdict:
        """Sends a command once and waits for its result, or says what came instead."""
        token = self.send(command, name, parameters)
        until = self._clock.now() + wait
        while self._clock.now() < until:
            happening = self.wait(until)
            outcome = self.outcome(happening, command, token)
            if outcome is not None:
                return outcome
            self.aside(happening)
        return Verdict(Says.UNCLEAR, "no answer within the time")

    def outcome(self, happening: Happening | None, command: str, token: int) -> Message | Verdict | None:
        """What a happening says of a command that was sent, if anything."""
        match happening:
            case Heard("R", dict(message)) if message.get("id") == command:
                return message
            case Heard("R", None):
                # Whose it was cannot be read; only ours is awaited.
                return Verdict(Says.UNCLEAR, "the result cannot be read")
            case Refused(lost) if lost == token:
                return Verdict(Says.FAILED, "the terminal refused each sending of the command")
            case NotSent(lost) if lost == token:
                return Verdict(Says.WANTS_HELLO, "the line to the terminal is closed")
        return None

    def send(self, command: str, name: str, parameters: dict[str, Any]) -> int:
        message = {"id": command, "commandName": name, "commandRequestParams": parameters, "options": {}}
        return self._line.send("C", message)

    def pause(self, milliseconds: int) -> None:
        """Lets time pass, with open ears."""
        until = self._clock.now() + milliseconds
        while self._clock.now() < until:
            self.aside(self.wait(until))

    def wait(self, until: int | None) -> Happening | None:
        happening = self._line.wait(until)
        match happening:
            case Heard("E", {"eventCode": "DEVICE_INITIALIZE"}):
                # A terminal that starts up has forgotten us.
                self._is_greeted = False
        if not self._line.is_open:
            self._is_greeted = False
        return happening

    def aside(self, happening: Happening | None) -> None:
        """What happens beside what the till is doing."""
        match happening:
            case Heard("R", dict(message)) if isinstance(message.get("id"), str):
                self._overhear(message)

    def acquirer(self) -> dict[str, str]:
        return {"acquirerTerminalId": self.terminal_id, "acquirerRegistrationNo": self.registration_no}


def new_id() -> str:
    """An id that no process made before, nor will."""
    return uuid.uuid4().hex
