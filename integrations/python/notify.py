"""The address to which the gateway sends notifications: public, by POST, without login.

What cannot be verified is not believed and not acknowledged, so that a genuine one comes again. What is verified is
acknowledged once it is in the book.
"""

import http.server
import json
import pathlib
import threading
from collections.abc import Callable
from typing import Any

from gateway import Gateway
from line import log

LARGEST_BODY = 64 * 1024
PATIENCE = 10
TAKEN = {"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"}}
NOT_TAKEN = {"result": {"resultCode": "UNKNOWN_EXCEPTION", "resultStatus": "U", "resultMessage": "not taken"}}


def serve(gateway: Gateway, notified: Callable[[dict[str, Any]], bool], folder: str) -> str:
    """Listens on loopback in threads of its own, after a restart where it did before. The URL before the path."""

    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = PATIENCE

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if not length.isdigit() or int(length) > LARGEST_BODY:
                return self.send_error(413)
            body = self.rfile.read(int(length))
            try:
                text = body.decode()
                # The signature is checked over what came, before anything in it is read.
                is_taken = gateway.vouches(self.path, self.headers, text) and notified(json.loads(text))
            except Exception as problem:  # One notification must not stop those behind it.
                log(f"a notification that cannot be taken in: {problem!r}")
                is_taken = False
            self._answer(json.dumps(TAKEN if is_taken else NOT_TAKEN).encode(), "application/json; charset=UTF-8")

        def do_GET(self) -> None:
            # Where the wallet sends the buyer. What it says proves nothing, so nothing is read from it.
            self._answer(b"Thank you. Your payment is being processed.\n", "text/plain")

        def _answer(self, body: bytes, media_type: str) -> None:
            self.send_response(200)
            self.send_header("content-type", media_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    known = pathlib.Path(folder) / "notify-port"
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(known.read_text())), Handler)
    except (OSError, ValueError):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        known.write_text(str(server.server_address[1]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"
