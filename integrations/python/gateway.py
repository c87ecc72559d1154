"""The way to Antom's gateway: the official SDK signs, sends and verifies; an answer is one that it has verified.

Whatever is no verified answer (no connection, a time-out, a status other than 200, a signature that does not fit) is
*unknown*: it says nothing about the payment.

The SDK is used as it is. But it dials https on port 443 whatever the URL says, and reads the machine's clock: a gateway
elsewhere (the simulator on loopback) and a clock that can be told need the seam at the end of this file. With
`https://open-sea-global.alipay.com` and the real time, delete it.
"""

import datetime
import functools
import http.client
import json
import socket
import types
import urllib.parse
from typing import Any

from com.alipay.ams.api import default_alipay_client
from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.exception.exception import AlipayApiException
from com.alipay.ams.api.net import default_http_rpc
from com.alipay.ams.api.tools import signature_tool
from com.alipay.ams.api.tools.webhook_tool import check_signature
from cryptography.hazmat.primitives import serialization

from clock import SECOND, Clock
from line import log

LIMIT = 15 * SECOND
Answer = dict[str, Any]


class Gateway:
    def __init__(self, clock: Clock, config: dict[str, str]) -> None:
        self._client_id, self._their_key = config["clientId"], config["gatewayPublicKey"]
        url = config["url"].rstrip("/")
        self._client = DefaultAlipayClient(url, self._client_id, config["privateKey"], self._their_key)
        if urllib.parse.urlsplit(url).scheme == "http":
            go_elsewhere(clock, url, self._client_id)

    def call(self, request: Any) -> Answer | None:
        """The verified answer, or nothing."""
        try:
            answer = json.loads(self._client.execute(request))
        except (AlipayApiException, OSError, http.client.HTTPException, ValueError) as problem:
            log(f"{request.path}: {problem!r}")
            return None
        return answer if isinstance(answer, dict) and isinstance(answer.get("result"), dict) else None

    def vouches(self, target: str, headers: Any, body: str) -> bool:
        """Whether a notification comes from Antom and is for us, over its exact bytes."""
        client, time, signature = (headers.get(name, "") for name in ("client-id", "request-time", "signature"))
        try:
            fits = check_signature("POST", target, client, time, body, signature, self._their_key)
        except Exception as problem:  # The SDK lets what its libraries say of a bad signature through.
            log(f"a notification whose signature does not fit: {problem!r}")
            return False
        return bool(fits) and client == self._client_id


def code(answer: Answer) -> str:
    return str(answer["result"].get("resultCode"))


def status(answer: Answer) -> str:
    return str(answer["result"].get("resultStatus"))


def iso(now: int) -> str:
    return datetime.datetime.fromtimestamp(now // SECOND, datetime.UTC).isoformat()


# The seam.


def go_elsewhere(clock: Clock, url: str, client_id: str) -> None:
    """Lets the SDK's connections go to `url`, over plain HTTP, and its times come from `clock`."""

    def connection(host: str, port: int, timeout: int, context: Any) -> http.client.HTTPConnection:
        return _Connection(clock, urllib.parse.urlsplit(url), client_id)

    default_http_rpc.http_client = types.SimpleNamespace(HTTPSConnection=connection)
    # Only for speed, for hundreds of cases: the SDK reads all certificates and checks the private key for every call. Here
    # the key is read once, and not checked: it comes from the harness.
    default_http_rpc.ssl = types.SimpleNamespace(create_default_context=lambda: None)
    load = functools.cache(functools.partial(serialization.load_pem_private_key, unsafe_skip_rsa_key_validation=True))
    signature_tool.serialization = types.SimpleNamespace(load_pem_private_key=load)
    default_alipay_client.get_cur_iso8601_time = lambda: iso(clock.now())


class _Connection(http.client.HTTPConnection):
    def __init__(self, clock: Clock, url: urllib.parse.SplitResult, client_id: str) -> None:
        super().__init__(url.hostname or "", url.port or 80)
        self._clock, self._client_id = clock, client_id

    def getresponse(self) -> http.client.HTTPResponse:
        """An answer as the SDK wants it: lower-case names, an escaped signature; and ours, which it does not look at."""
        answer = super().getresponse()
        if answer.headers.get("client-id") != self._client_id:
            raise http.client.HTTPException("the answer is for another client")
        told = [
            (name.lower(), escaped(value) if name.lower() == "signature" else value)
            for name, value in answer.getheaders()
        ]
        answer.getheaders = lambda: told  # type: ignore[method-assign]
        return answer

    def connect(self) -> None:
        self.sock = _Socket(socket.AF_INET, socket.SOCK_STREAM)
        self.sock.clock, self.sock.until = self._clock, self._clock.now() + LIMIT
        self.sock.connect((self.host, self.port))


def escaped(signature: str) -> str:
    head, found, value = signature.partition("signature=")
    return signature if "%" in value else head + found + urllib.parse.quote(value, safe="")


class _Socket(socket.socket):
    """A socket whose patience is measured by our clock."""

    clock: Clock
    until: int

    def recv_into(self, *arguments: Any) -> int:
        while not self.clock.wait(self.until, [self]):
            if self.clock.now() >= self.until:
                raise TimeoutError("no answer within the time")
        return super().recv_into(*arguments)
