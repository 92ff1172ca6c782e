"""A clerk at the pages without scripts: reads a form as a browser does, types into it and presses its buttons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.test import Client

from arledger.companies.models import User
from tests.build import AT, Books, person


@pytest.fixture
def at_the_time_of_the_books() -> Iterator[None]:
    """Pages take today from the clock: let it be the day of the builders."""
    with time_machine.travel(AT, tick=True):
        yield


Attributes = dict[str, str | None]
VOID = {"input", "br", "hr", "img", "meta", "link"}


@dataclass
class Form:
    """What a form would send: names with their values, and its buttons by their words."""

    id: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class Reader(HTMLParser):
    """Collects the forms of a page and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.links: dict[str, str] = {}
        self._template = 0
        self._open: list[tuple[str, Attributes]] = []
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "template":
            self._template += 1
        if self._template:
            return
        if tag == "form":
            self.forms.append(Form(found.get("id") or "", found.get("action") or ""))
        elif self.forms and tag == "input" and found.get("name") and "disabled" not in found:
            self._input(found)
        elif self.forms and tag == "option":
            self._option(found)
        if tag in ("button", "textarea", "a"):
            self._text = []
        if tag not in VOID:
            self._open.append((tag, found))

    def _input(self, found: Attributes) -> None:
        kind = found.get("type") or "text"
        if kind not in ("checkbox", "radio") or "checked" in found:
            unsaid = "on" if kind in ("checkbox", "radio") else ""
            self.forms[-1].fields[str(found["name"])] = found.get("value", unsaid) or ""

    def _option(self, found: Attributes) -> None:
        select = next(attributes for tag, attributes in reversed(self._open) if tag == "select")
        name = select.get("name") or ""
        if "selected" in found or name not in self.forms[-1].fields:
            self.forms[-1].fields[name] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._template -= 1
        if self._template or not any(tag == name for name, _ in self._open):
            return
        while True:
            name, attributes = self._open.pop()
            if name == tag:
                break
        text = " ".join("".join(self._text or []).split())
        if tag == "button" and self.forms:
            self.forms[-1].buttons[text] = (attributes.get("name") or "", attributes.get("value") or "")
        elif tag == "textarea" and self.forms:
            self.forms[-1].fields[attributes.get("name") or ""] = "".join(self._text or []).lstrip("\n")
        elif tag == "a" and attributes.get("href"):
            self.links[text] = str(attributes["href"])
        if tag in ("button", "textarea", "a"):
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._template:
            return
        self.words.append(data)
        if self._text is not None:
            self._text.append(data)


class Page:
    """One answer: its status, address, words and forms."""

    def __init__(self, clerk: Clerk, address: str, answer: Any) -> None:
        self.clerk = clerk
        self.address = address
        self.status: int = answer.status_code
        self._content: bytes = answer.content

    @cached_property
    def _read(self) -> Reader:
        """Pages that a test only passes through are not read."""
        reader = Reader()
        reader.feed(self._content.decode())
        return reader

    @cached_property
    def text(self) -> str:
        return " ".join(" ".join(self._read.words).replace("\u00a0", " ").replace("\u202f", " ").split())

    @property
    def forms(self) -> list[Form]:
        return self._read.forms

    @property
    def links(self) -> dict[str, str]:
        return self._read.links

    def form(self, id: str = "work") -> Form:
        return next(form for form in self.forms if form.id == id)

    def uses(self) -> dict[str, str]:
        """The amounts that stand in the grid, by key, the empty ones left out."""
        fields = self.form().fields
        return {name[4:]: value for name, value in fields.items() if name.startswith("use-") and value}

    def press(self, button: str, form: str = "work", **typed: str) -> Page:
        """Type into fields (``use_d1`` for ``use-d1``) and press a button by its words (or none: "")."""
        found = self.form(form)
        dashed = ("use_", "customer_", "amount_")
        fields = found.fields | {
            name.replace("_", "-") if name.startswith(dashed) else name: value
            for name, value in typed.items()
        }
        name, value = found.buttons[button] if button else ("", "")
        if name:
            fields[name] = value
        return self.clerk.send(found.action or self.address, fields)


class Clerk:
    """A signed-in person of a company."""

    def __init__(self, books: Books, role: str = "administrator", *, language: str = "en") -> None:
        self.books = books
        self.user: User = person(books, role, language=language)
        self.client = Client()
        self.client.force_login(self.user)
        self.root = f"/c/{books.company.code}"

    def open(self, path: str) -> Page:
        address = path if path.startswith("/c/") else self.root + path
        return Page(self, address, self.client.get(address))

    def send(self, address: str, fields: dict[str, str]) -> Page:
        """Send a form and follow where it leads."""
        answer = self.client.post(address, fields)
        if answer.status_code == 303:
            return self.open(answer["Location"])
        return Page(self, address, answer)
