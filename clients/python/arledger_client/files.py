"""Imports of files, from the upload to the end; and the feed of events."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypedDict, Unpack

from arledger_client import calls
from arledger_client.problems import ArledgerError
from arledger_client.shapes import Event, Feed, Import
from arledger_client.values import read

ImportType = Literal[
    "customers", "invoices", "adjustments", "advances", "payments", "refunds", "opening_balances"
]
# Somebody else's move, or nobody's: a person commits what was checked.
RESTING = {"checked", "committed", "failed", "cancelled"}


class Reading(TypedDict, total=False):
    """How a file is to be read; what is left out is detected."""

    date_format: str
    decimal: Literal[".", ","]
    encoding: Literal["utf-8", "windows-1252"]
    separator: Literal["comma", "semicolon", "tab"]


class NotFinished(ArledgerError):
    """The import still runs after the time that was given for it; it goes on."""


class ImportFiles(calls.Imports):
    """``upload``, look at what the check found, ``commit``, and ``wait`` for both."""

    def upload(
        self,
        *,
        type: ImportType,
        file: Path | str | bytes,
        name: str = "",
        mode: Literal["all", "good"] = "all",
        action: Literal["post", "draft"] = "post",
        again: bool = False,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        **reading: Unpack[Reading],
    ) -> Import:
        """Upload a CSV file or an XLSX workbook (a path, or its bytes and a name); it is checked in the background.

        ``again``: although the same file was uploaded before. Raises a Problem.
        """
        content = file if isinstance(file, bytes) else Path(file).read_bytes()
        known = name or (f"{type}.csv" if isinstance(file, bytes) else Path(file).name)
        texts = {"type": type, "mode": mode, "action": action} | {
            key: str(one) for key, one in reading.items()
        }
        if again:
            texts["again"] = "true"
        # By the contents, so that the same upload is the same call.
        boundary = hashlib.sha256(content).hexdigest()
        answer = self._send(
            "POST",
            "/imports",
            _multipart(boundary, texts, known, content),
            f"multipart/form-data; boundary={boundary}",
            idempotency_key=idempotency_key,
            validate_only=validate_only,
        )
        return read(Import, answer.body)

    def wait(
        self,
        id: str,
        *,
        timeout: float = 600.0,
        every: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
    ) -> Import:
        """The import once it rests: checked (commit it or not), committed, failed or cancelled. Raises NotFinished."""
        until = clock() + timeout
        while True:
            found = self.show(id)
            if found["state"] in RESTING:
                return found
            if clock() >= until:
                raise NotFinished(f"The import {id} is {found['state']} after {timeout:g} seconds.")
            self._transport.sleep(every)


class EventFeed(calls.Events):
    def after(self, id: str | None = None, *, type: str | None = None, limit: int = 200) -> Iterator[Event]:
        """Every event after the one with this id (None: from the first that is kept), to the newest there is.

        Keep the id of the last one you have worked on and go on from it later: nothing is added before it.
        """
        place = id
        while True:
            query = {"after": place, "type": type, "limit": limit}
            page = self._get("/events", query, Feed)
            yield from page["results"]
            if len(page["results"]) < limit:
                return
            place = page["results"][-1]["id"]


def _multipart(boundary: str, texts: dict[str, str], name: str, content: bytes) -> bytes:
    safe = name.replace("\\", "_").replace('"', "_").replace("\r", "_").replace("\n", "_")
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in texts.items()
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{safe}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return b"".join([*parts, head.encode(), content, f"\r\n--{boundary}--\r\n".encode()])
