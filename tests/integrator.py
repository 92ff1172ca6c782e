"""A program at the API: a token, and calls with JSON in and out."""

from __future__ import annotations

import json
from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.test import Client

from arledger.api.services import create
from arledger.companies.models import User
from arledger.companies.standing import standing
from tests.build import AT, Books, person


@dataclass(frozen=True)
class Answer:
    """One answer: status, headers, and the body read (None: empty, its text when it is not JSON)."""

    status: int
    body: Any
    headers: Any
    text: str

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    @property
    def codes(self) -> list[str]:
        """The codes of a problem's errors."""
        return [error["code"] for error in self.body["errors"]]

    @property
    def places(self) -> list[str]:
        """Where a problem's errors are: pointers, names of parameters and headers."""
        names = ("pointer", "parameter", "header")
        return [next((error[name] for name in names if name in error), "") for error in self.body["errors"]]


class Integrator:
    """Calls for a member with a role; ``api.get("/customers")``. Raises what a view did not answer itself.

    Use it at the time of the books (``at_the_time_of_the_books``) or give ``days`` enough.
    """

    def __init__(
        self,
        books: Books,
        role: str = "administrator",
        *,
        scopes: Collection[str] | None = None,
        language: str = "en",
        days: int = 5 * 366,
        tell_faults: bool = True,
    ) -> None:
        self.books = books
        self.user: User = person(books, role, language=language)
        with standing(user=self.user, company_code=books.company.code, at=AT) as found:
            assert found is not None
            self.token = create(actor=found.actor, name="Tests", scopes=scopes, days=days).text
        self.client = Client(raise_request_exception=tell_faults)

    @staticmethod
    def of(books: Books, user: User, *, scopes: Collection[str] | None = None) -> Integrator:
        """A program of somebody who is there already."""
        made = Integrator.__new__(Integrator)
        made.books, made.user, made.client = books, user, Client()
        with standing(user=user, company_code=books.company.code, at=AT) as found:
            assert found is not None
            made.token = create(actor=found.actor, name="Tests", scopes=scopes).text
        return made

    @staticmethod
    def again(api: Integrator) -> Integrator:
        """The same person with a second token."""
        other = copy(api)
        with standing(user=api.user, company_code=api.books.company.code, at=AT) as found:
            assert found is not None
            other.token = create(actor=found.actor, name="Second").text
        return other

    def get(self, path: str, **options: Any) -> Answer:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.call("POST", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.call("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.call("DELETE", path, **options)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        if_match: int | None = None,
        headers: dict[str, str] | None = None,
        token: str | None = None,
    ) -> Answer:
        """``body`` is sent as JSON, bytes as they are; ``token`` instead of the own one (empty: none)."""
        sent = {"Authorization": f"Bearer {self.token if token is None else token}"} | (headers or {})
        if token == "":
            del sent["Authorization"]
        if key:
            sent["Idempotency-Key"] = key
        if if_match is not None:
            sent["If-Match"] = f'"{if_match}"'
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        address = path if path.startswith(("/api/", "http", "/c/")) else f"/api/v1{path}"
        answer = self.client.generic(
            method, address, raw, content_type=sent.pop("Content-Type", "application/json"), headers=sent
        )
        text = b"".join(answer) if answer.streaming else answer.content
        is_json = answer.get("Content-Type", "").endswith("json")
        return Answer(
            answer.status_code,
            json.loads(text) if is_json and text else None,
            answer.headers,
            text.decode(errors="replace"),
        )
