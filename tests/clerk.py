"""A clerk at the pages without scripts: reads a form as a browser does, types into it and presses its buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
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
RAW = {"script", "style"}
READ = {"form", "input", "select", "option", "button", "textarea", "a"}
TAG = re.compile(
    r"""<!--.*?-->|<![^>]*>|<(/?)([a-zA-Z][^\s/>]*)([^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*)>""",
    re.DOTALL,
)
ATTRIBUTE = re.compile(r"""([^\s"'=<>/]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")


@dataclass
class Form:
    """What a form would send: names with their values, and its buttons by their words."""

    id: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class Reader:
    """Collects the forms of a page and its words.

    Our own pages close what they open, so one expression finds their tags: html.parser takes four times as long.
    """

    def __init__(self, page: str) -> None:
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.links: dict[str, str] = {}
        self._template = 0
        self._open: list[tuple[str, Attributes]] = []
        self._text: list[str] | None = None
        self._read(page)

    def _read(self, page: str) -> None:
        at = 0
        while found := TAG.search(page, at):
            if found.start() > at:
                self._words(unescape(page[at : found.start()]))
            closing, name, attributes = found.groups()
            at = found.end()
            if name is None:  # a comment, the document's type
                continue
            tag = name.lower()
            if closing:
                self._end(tag)
                continue
            self._start(tag, attributes)
            if attributes.endswith("/"):
                self._end(tag)
            elif tag in RAW:
                end = page.index(f"</{tag}", at)
                self._words(page[at:end])
                at = end
        self._words(unescape(page[at:]))

    def _start(self, tag: str, attributes: str) -> None:
        if tag == "template":
            self._template += 1
        if self._template:
            return
        found = read_attributes(attributes) if tag in READ else {}
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

    def _end(self, tag: str) -> None:
        if tag == "template":
            self._template -= 1
        if self._template or all(tag != name for name, _ in reversed(self._open)):
            return
        while True:
            name, attributes = self._open.pop()
            if name == tag:
                break
        if tag not in ("button", "textarea", "a"):
            return
        text = " ".join("".join(self._text or []).split())
        if tag == "button" and self.forms:
            self.forms[-1].buttons[text] = (attributes.get("name") or "", attributes.get("value") or "")
        elif tag == "textarea" and self.forms:
            self.forms[-1].fields[attributes.get("name") or ""] = "".join(self._text or []).lstrip("\n")
        elif tag == "a" and attributes.get("href"):
            self.links[text] = str(attributes["href"])
        self._text = None

    def _words(self, data: str) -> None:
        if self._template or not data:
            return
        self.words.append(data)
        if self._text is not None:
            self._text.append(data)


def read_attributes(text: str) -> Attributes:
    """The attributes of a tag; None: without a value."""
    found: Attributes = {}
    for name, given, double, single, bare in ATTRIBUTE.findall(text):
        found[name.lower()] = unescape(double or single or bare) if given else None
    return found


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
        return Reader(self._content.decode())

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
