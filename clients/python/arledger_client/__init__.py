"""A typed client of Arledger's REST API.

    books = Arledger("https://books.example.com", "arl_…")
    invoice = books.invoices.create(customer="4711", date=date(2026, 3, 15), term="NET30", lines=[…])

Answers are dictionaries as the API has them, with types (``shapes``): amounts are Decimals, days dates, instants aware
datetimes. Every write carries an Idempotency-Key and is sent again where that is safe; refusals are ``Problem``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from arledger_client import shapes
from arledger_client.calls import Calls
from arledger_client.files import EventFeed, ImportFiles, NotFinished
from arledger_client.problems import (
    ArledgerError,
    Broken,
    Changed,
    Conflict,
    Fault,
    Invalid,
    NotAllowed,
    NotReached,
    NotSignedIn,
    NotThere,
    Problem,
    Refused,
    TooMany,
)
from arledger_client.resource import Rows
from arledger_client.signing import SIGNATURE, Message, SignatureWrong, check, message
from arledger_client.transport import Transport


class Arledger(Calls):
    """The books of one company, the one that the token belongs to. Threads may share it.

    ``language`` ("en", "fr") is that of sentences for people; ``attempts`` how often a call is made at most;
    ``timeout`` the seconds that one attempt may take.
    """

    imports: ImportFiles
    events: EventFeed

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        language: str = "en",
        timeout: float = 60.0,
        attempts: int = 5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.transport = Transport(base_url, token, language, timeout, attempts, sleep)
        super().__init__(self.transport)
        self.imports = ImportFiles(self.transport)
        self.events = EventFeed(self.transport)

    def close(self) -> None:
        """End this thread's connection."""
        self.transport.close()

    def __enter__(self) -> Arledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


__all__ = [
    "SIGNATURE",
    "Arledger",
    "ArledgerError",
    "Broken",
    "Changed",
    "Conflict",
    "Fault",
    "Invalid",
    "Message",
    "NotAllowed",
    "NotFinished",
    "NotReached",
    "NotSignedIn",
    "NotThere",
    "Problem",
    "Refused",
    "Rows",
    "SignatureWrong",
    "TooMany",
    "check",
    "message",
    "shapes",
]
