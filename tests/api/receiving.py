"""A program that webhooks are posted to: a real server on this machine."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """Keeps what came (headers, body) and answers what ``answers`` holds next, else 204."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    hold: Callable[[], None] = lambda: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def told(self) -> list[Any]:
        return [json.loads(body) for _headers, body in self.came]

    @property
    def kinds(self) -> list[str]:
        return [one["type"] for one in self.told]

    def take(self, headers: dict[str, str], body: bytes) -> int:
        self.hold()
        with self.lock:
            self.came.append((headers, body))
            return self.answers.pop(0) if self.answers else 204


def signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a receiver checks it: written here anew, from what the guide says."""
    stamp, *given = (part.split("=", 1)[1] for part in headers["Arledger-Signature"].split(","))
    expected = hmac.new(secret.encode(), stamp.encode() + b"." + body, sha256).hexdigest()
    return expected in given


@contextmanager
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = found.take(dict(self.headers.items()), body)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{found.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
