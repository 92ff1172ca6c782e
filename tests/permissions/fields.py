"""The forms of a page as they are sent, and which of their fields name a thing by its key or its code."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.permissions.members import NAMES
from tests.permissions.named import NOWHERE, Named

#: The kinds of thing that a field of this name takes by key; ``account`` is where the money is, or a GL account.
KEYED: dict[str, Sequence[str]] = {
    **{
        name: (kind,) for name, kind in NAMES.items() if kind in ("account", "sequence", "letters", "journal")
    },
    "account": ("account", "bank_account"),
    "bank_account": ("bank_account",),
    "chosen": ("receipt",),
    "currency_for": ("customer",),
    "entities": ("entity",),
    "entity": ("entity",),
    "key": ("charge",),  # of the audit trail: of anything
    "location": ("location",),
    "order": ("charge",),
    "pay_to_for": ("customer",),
    "payment_summary": ("summary",),
    "person": ("user",),
    "place": ("bank_account",),
    "receipt": ("receipt",),
    "role": ("role",),
    "row": ("charge",),
    "shown": ("charge",),
    "summary": ("summary",),
    "term": ("term",),
}
#: Fields that take a code, a number or a word of it.
CODED_FIELDS = {
    "customer": "customer",
    "customer_from": "customer",
    "customer_to": "customer",
    "match_code": "match",
    "parent": "customer",
    "q": "charge",
}
#: Fields in which figures are figures.
FIGURES = {
    *(
        "active",
        "col",  # columns of a list that are shown
        "even",
        "add",
        "auto",
        "code",
        "count",
        "days",
        "detail",
        "discount_days",
        "discount_percent",
        "draft",
    ),
    *(
        "everybody",
        "exchange_rate",
        "fill",
        "hours",
        "charges_limit",
        "limit",
        "max_length",
        "more",
        "net_days",
        "page",
        "parts",
    ),
    *("post", "refresh", "split", "version", "width", "year", "zero", "amount", "company", "day", "remove"),
}
#: What is typed where a form asks for it.
TYPED = {"amount": "10.00", "name": "New", "reason": "because", "title": "New", "net_days": "10"}
_ROW = re.compile(r"^(?:lines|receipts)-(?:0|1)-(?=[a-z])")
_MANAGED = re.compile(r"_FORMS$|__prefix__|^lines-[1-9]|^receipts-[1-9]")
_GRID = re.compile(r"^(use|pin)-([a-z])(\d+)$")


@dataclass
class Sent:
    """A form: what it sends when nothing is typed, and the fields whose values, or choices, are whole numbers."""

    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def filled(self, own: Named) -> dict[str, str]:
        """Filled in with things of one's own, so that little else stands against it."""
        found = dict(self.values)
        for name, value in found.items():
            base = word(name)
            if base in TYPED and not value:
                found[name] = TYPED[base]
            elif base == "code":
                found[name] = value or "NEW"
            elif base in ("customer", "parent"):
                found[name] = value or own.codes["customer"]
            elif base in KEYED and not value and self.method == "post":
                found[name] = str(own.keys[KEYED[base][-1]])
        return found

    def naming(self, hidden: Named, kinds: Collection[str] | None = None) -> list[tuple[str, str, str]]:
        """(field, what is hidden, what is nowhere): each way to name a hidden thing, of one of the kinds."""
        found: list[tuple[str, str, str]] = []
        for name in self.values:
            base = word(name)
            if _MANAGED.search(name):
                continue
            if grid := _GRID.match(name):
                kind = "credit" if grid[2] == "c" else "charge"
                found.append(
                    (f"{grid[1]}-{grid[2]}{hidden.keys[kind]}", "1", f"{grid[1]}-{grid[2]}{NOWHERE}")
                )
            for kind in KEYED.get(base, ()):
                if kinds is None or kind in kinds:
                    found.append((name, str(hidden.keys[kind]), str(NOWHERE)))
            if base in CODED_FIELDS:
                code = hidden.codes[CODED_FIELDS[base]]
                found.append((name, code, f"{code}X"))
        return found

    def names(self) -> frozenset[str]:
        """The fields that name something, whatever line of the form they are in."""
        bases = {
            "use" if _GRID.match(name) else word(name) for name in self.values if not _MANAGED.search(name)
        }
        return frozenset(bases & {"use", *KEYED, *CODED_FIELDS})

    def unknown(self) -> set[str]:
        """Fields with whole numbers of which nobody has said what they are."""
        names = {name for name in self.whole if not _MANAGED.search(name) and not _GRID.match(name)}
        return {base for name in names if (base := word(name)) not in KEYED and base not in FIGURES}


def word(name: str) -> str:
    return _ROW.sub("", name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Sent] = []
        self._inside = False
        self._select = ""
        self._template = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._template += tag == "template"
        if self._template:
            return
        if tag == "form":
            self._inside = True
            self.forms.append(Sent(found.get("method", "get").lower(), found.get("action", "")))
        if not self._inside and "form" not in found and tag != "option":
            return
        name = found.get("name", "")
        if tag == "select":
            self._select = name
            self._add(name, "")
        elif tag == "option" and self._select:
            self._add(self._select, found.get("value", ""), chosen="selected" in found)
        elif tag in ("input", "textarea", "button") and name:
            plain = tag == "input" and found.get("type") not in ("checkbox", "radio")
            self._add(name, found.get("value", ""), chosen=plain or "checked" in found)

    def _add(self, name: str, value: str, *, chosen: bool = False) -> None:
        if not self.forms or not name:
            return
        form = self.forms[-1]
        form.values.setdefault(name, "")
        if chosen:
            form.values[name] = value
        if value.isdigit():
            form.whole.add(name)

    def handle_endtag(self, tag: str) -> None:
        self._template -= tag == "template"
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""


def forms_of(text: str) -> list[Sent]:
    reader = _Reader()
    reader.feed(text)
    return reader.forms
