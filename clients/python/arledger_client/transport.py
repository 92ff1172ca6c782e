"""Calls over HTTP: kept connections, waiting where the server asks for it, and writes that are sent again safely."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from arledger_client.problems import NotReached, problem_of
from arledger_client.values import write_parameter

ROOT = "/api/v1"
JSON = "application/json"
# What passes by itself: too many calls, a proxy without its server, a server that is being replaced.
PASSING = {429, 502, 503, 504}
LONGEST_WAIT = 60.0
FIRST_WAIT = 0.5


@dataclass(frozen=True)
class Answer:
    """A successful answer as it came."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content) if self.content else None

    @property
    def replayed(self) -> bool:
        """Whether a call with this key had counted before."""
        return self.headers.get("idempotent-replayed") == "true"


@dataclass(frozen=True)
class Transport:
    """Where the books are and who calls. One may be shared by threads: each has its own connection.

    ``attempts`` is how often a call is made at most: again after a broken connection, and after a pause where the
    answer is 429, 503 or the like, or a 409 that names the seconds to wait (the first call with this key still runs,
    or the books are busy). ``sleep`` waits; tests put their own there.
    """

    base_url: str
    token: str = field(repr=False)
    language: str = "en"
    timeout: float = 60.0
    attempts: int = 5
    sleep: Callable[[float], None] = time.sleep
    local: threading.local = field(default_factory=threading.local, repr=False)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One call below /api/v1. Raises a Problem, or NotReached when nobody answered at the last attempt."""
        target = f"{urlsplit(self.base_url).path.rstrip('/')}{ROOT}{path}"
        given = {name: write_parameter(value) for name, value in (query or {}).items() if value is not None}
        target += f"?{urlencode(given)}" if given else ""
        sent = {
            "Authorization": f"Bearer {self.token}",
            "Accept-Language": self.language,
            "User-Agent": "arledger-client/1 (Python)",
            **(headers or {}),
        }
        pause, last = FIRST_WAIT, ""
        for attempt in range(1, self.attempts + 1):
            try:
                answer = self._sent(method, target, body, sent)
            except (OSError, HTTPException) as error:
                last = f"{type(error).__name__}: {error}"
                wait = pause
            else:
                if answer.status < 400:
                    return answer
                wait = _wait(answer, pause)
                if wait < 0 or attempt == self.attempts:
                    raise problem_of(answer.status, _read(answer))
            if attempt < self.attempts:
                self.sleep(min(wait, LONGEST_WAIT))
            pause *= 2
        raise NotReached(f"{method} {target}: {last}", sent.get("Idempotency-Key", ""))

    def close(self) -> None:
        """End this thread's connection; another call opens it again."""
        connection: HTTPConnection | None = getattr(self.local, "connection", None)
        if connection is not None:
            self.local.connection = None
            connection.close()

    def _sent(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """One attempt. A kept connection that the server closed meanwhile is opened anew, once."""
        kept = getattr(self.local, "connection", None) is not None
        try:
            return self._attempt(method, target, body, headers)
        except (OSError, HTTPException):
            self.close()
            if not kept:
                raise
        try:
            return self._attempt(method, target, body, headers)
        except (OSError, HTTPException):
            self.close()
            raise

    def _attempt(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        connection: HTTPConnection | None = getattr(self.local, "connection", None)
        if connection is None:
            connection = self.local.connection = self._opened()
        connection.request(method, target, body, dict(headers))
        response: HTTPResponse = connection.getresponse()
        content = response.read()
        return Answer(
            response.status, {name.lower(): value for name, value in response.getheaders()}, content
        )

    def _opened(self) -> HTTPConnection:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{self.base_url!r} is no address such as https://books.example.com")
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        return kind(parts.hostname, parts.port, timeout=self.timeout)


def _wait(answer: Answer, pause: float) -> float:
    """Seconds to wait before the same call again; negative: this answer is the last word."""
    asked = answer.headers.get("retry-after", "")
    if answer.status in PASSING or (answer.status == 409 and asked):
        return float(asked) if asked.isdecimal() else pause
    return -1


def _read(answer: Answer) -> Any:
    try:
        return answer.body
    except ValueError:
        return None
