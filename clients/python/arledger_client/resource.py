"""What the generated calls stand on: reading, writing once, lists to the end."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, quote, urlsplit

from arledger_client.transport import JSON, Answer, Transport
from arledger_client.values import read, write_body

T = TypeVar("T")


class Rows(Generic[T]):
    """A list from its first row to its last, read page by page while it is gone through; each time anew."""

    def __init__(self, transport: Transport, path: str, query: Mapping[str, Any], shape: type[T]) -> None:
        self._transport, self._path, self._query, self._shape = transport, path, dict(query), shape

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page

    def pages(self) -> Iterator[list[T]]:
        """The rows as the server sends them, ``limit`` at a time (50 unless said, 200 at most)."""
        cursor: dict[str, str] = {}
        while True:
            body = self._transport.call("GET", self._path, query=self._query | cursor).body
            yield [read(self._shape, row) for row in body["results"]]
            if not body["next"]:
                return
            # Only the cursor: the server may know itself by another name.
            cursor = {"cursor": parse_qs(urlsplit(body["next"]).query)["cursor"][0]}

    def first(self) -> T | None:
        """The first row, if there is any."""
        return next(iter(self), None)


class Resource:
    """One kind of thing with its calls."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _get(self, path: str, query: Mapping[str, Any], shape: type[T]) -> T:
        return read(shape, self._transport.call("GET", path, query=_named(query)).body)

    def _rows(self, path: str, query: Mapping[str, Any], shape: type[T]) -> Rows[T]:
        return Rows(self._transport, path, _named(query), shape)

    def _file(self, path: str) -> bytes:
        return self._transport.call("GET", path, headers={"Accept": "*/*"}).content

    def _ask(self, path: str, body: Mapping[str, Any], shape: type[T]) -> T:
        """A question that has a body and writes nothing."""
        sent = write_body(_named(body))
        answer = self._transport.call("POST", path, body=sent, headers={"Content-Type": JSON})
        return read(shape, answer.body)

    def _write(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        shape: type[T],
        *,
        idempotency_key: str | None = None,
        validate_only: bool = False,
        if_match: int | None = None,
    ) -> T:
        """A write that counts once, however often it has to be sent."""
        sent = b"" if body is None else write_body(_named(body))
        answer = self._send(
            method,
            path,
            sent,
            JSON,
            idempotency_key=idempotency_key,
            validate_only=validate_only,
            if_match=if_match,
        )
        return read(shape, answer.body)

    def _send(
        self,
        method: str,
        path: str,
        body: bytes,
        media: str,
        *,
        idempotency_key: str | None,
        validate_only: bool,
        if_match: int | None = None,
    ) -> Answer:
        headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex, "Content-Type": media}
        if if_match is not None:
            headers["If-Match"] = f'"{if_match}"'
        query = {"validate_only": True} if validate_only else {}
        return self._transport.call(method, path, query=query, body=body, headers=headers)


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    """Names as the API has them: ``from_`` stands for what Python has no name for."""
    return {name.removesuffix("_"): value for name, value in values.items()}


def step(value: str) -> str:
    """An id or a code in an address."""
    return quote(value, safe="")
