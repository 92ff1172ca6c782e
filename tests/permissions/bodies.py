"""A valid body for every call that names things, in which every member that can name one does."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from arledger.core.api.ids import id_of
from tests.permissions.members import NAMES
from tests.permissions.named import Named

DAY = "2026-03-15"
Body = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A call with a body; ``path`` as the OpenAPI document has it, ``address`` with its objects."""

    method: str
    path: str
    address: str
    body: Body

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def places(self) -> list[str]:
        """Where the body names something."""
        return [place for place, _read, _put in leaves(self.body)]

    def naming(self, place: str, text: str) -> Body:
        """The body with another text at a place."""
        body = copy.deepcopy(self.body)
        for found, _read, put in leaves(body):
            if found == place:
                put(text)
        return body


def leaves(part: Any, place: str = "") -> Iterator[tuple[str, str, Callable[[str], None]]]:
    """Each place in a body that names something: its path, its text, and how to put another one there."""
    pairs: list[tuple[Any, Any]] = list(part.items() if isinstance(part, dict) else enumerate(part))
    for step, value in pairs:
        inner = f"{place}[]" if isinstance(part, list) else f"{place}/{step}" if place else str(step)
        if isinstance(value, dict | list):
            yield from leaves(value, inner)
        elif word(inner) in NAMES:
            yield inner, value, lambda text, at=step: part.__setitem__(at, text)  # type: ignore[misc]


def word(place: str) -> str:
    """The name of the member at a place."""
    return place.rpartition("/")[2].removesuffix("[]")


def kind_at(place: str) -> str:
    return NAMES[word(place)]


def named_in(own: Named, settings: Body) -> list[Call]:
    """Every call that names things; ``settings`` are those in force, as the API answers them."""
    found = [
        *_masters(own, settings),
        *_money(own),
        Call("POST", "/tokens", "/tokens", {"name": "Mine", "user": own.id("user")}),
        *_people(own),
        *_both(own, "customers", "customer", _customer(own, "NEW1"), _customer(own, "NEW2")),
        *_both(own, "invoices", "draft", _billed(own, "invoices")),
        *_both(own, "adjustments", "adjustment_draft", _billed(own, "adjustments")),
        *_both(own, "advances", "advance_draft", _advance(own)),
        *_both(own, "refunds", "refund_draft", _refund(own)),
        *_both(own, "deposits", "deposit_draft", _deposit(own)),
    ]
    for body in _payments(own):
        found += _both(own, "payments", "payment_draft", body)
    return found


def _people(own: Named) -> list[Call]:
    placed = {"role": own.id("role"), "entities": [own.id("entity")]}
    return [
        Call("POST", "/users", "/users", {**placed, "email": "new@example.com", "name": "New"}),
        Call("PATCH", "/users/{key}", f"/users/{own.id('user')}", placed),
    ]


def _both(own: Named, word: str, draft: str, body: Body, change: Body | None = None) -> list[Call]:
    """Create one, change a draft, and many at once in both ways."""
    kind = "customer" if word == "customers" else "document"
    key = id_of(kind, own.made.keys[draft])
    return [
        Call("POST", f"/{word}", f"/{word}", body),
        Call("PATCH", f"/{word}/{{key}}", f"/{word}/{key}", change or body),
        *(
            Call("POST", f"/{word}/bulk", f"/{word}/bulk", {"mode": mode, "items": [body]})
            for mode in ("atomic", "each")
        ),
    ]


def _summary(own: Named, kind: str) -> str:
    return id_of("summary", own.summaries[kind])


def _customer(own: Named, code: str) -> Body:
    return {
        "code": code,
        "name": "New",
        "term": own.id("term"),
        "parent": own.id("customer"),
        "entity": own.id("entity"),
    }


def _lines(own: Named) -> list[Body]:
    return [{"amount": "10.00", "account": own.id("account"), "location": own.id("location")}]


def _billed(own: Named, kind: str) -> Body:
    return {
        "customer": own.id("customer"),
        "date": DAY,
        "entity": own.id("entity"),
        "summary": _summary(own, kind),
        "term": own.id("term"),
        "lines": _lines(own),
    }


def _received(own: Named) -> Body:
    return {"date": DAY, "method": "transfer", "bank_account": own.id("bank_account")}


def _advance(own: Named) -> Body:
    return {
        **_received(own),
        "customer": own.id("customer"),
        "entity": own.id("entity"),
        "summary": _summary(own, "advances"),
        "lines": [{"amount": "10.00", "location": own.id("location")}],
    }


def _payments(own: Named) -> list[Body]:
    """With documents in an order, with amounts by charge, and in parts."""
    head = {**_received(own), "entity": own.id("entity"), "summary": _summary(own, "payments")}
    documents = {"amount": "10.00", "documents": [own.id("charge")]}
    allocations = {
        "amount": "4.00",
        "allocations": [{"charge": own.id("charge"), "amount": "6.00"}],
        "credits": [{"credit": own.id("credit"), "amount": "2.00"}],
    }
    customer = {"customer": own.id("customer")}
    return [
        {**head, **customer, **documents},
        {**head, **customer, **allocations},
        {**head, "parts": [{**customer, **documents}]},
        {**head, "parts": [{**customer, **allocations}]},
    ]


def _refund(own: Named) -> Body:
    return {
        "customer": own.id("customer"),
        "date": DAY,
        "bank_account": own.id("bank_account"),
        "entity": own.id("entity"),
        "summary": _summary(own, "refunds"),
        "credits": [{"credit": own.id("credit"), "amount": "5.00"}],
    }


def _deposit(own: Named) -> Body:
    return {
        "bank_account": own.id("bank_account"),
        "date": DAY,
        "receipts": [own.id("receipt")],
        "entity": own.id("entity"),
        "summary": _summary(own, "deposits"),
    }


def _money(own: Named) -> list[Call]:
    quick = {
        **_received(own),
        "customer": own.id("customer"),
        "entity": own.id("entity"),
        "summary": _summary(own, "invoices"),
        "payment_summary": _summary(own, "payments"),
        "lines": _lines(own),
    }
    checkout = {
        "invoice": _billed(own, "invoices"),
        "payments": [{**_received(own), "amount": "10.00", "summary": _summary(own, "payments")}],
    }
    match = {"charge": own.id("charge"), "credit": own.id("credit"), "amount": "1.00"}
    suggest = "/matching/suggest"
    return [
        Call("POST", "/deposits/quick", "/deposits/quick", quick),
        Call("POST", "/invoices/checkout", "/invoices/checkout", checkout),
        Call("POST", "/applications", "/applications", {"applications": [match]}),
        Call("POST", "/matching/oldest-first", "/matching/oldest-first", {"customer": own.id("customer")}),
        *(Call("POST", suggest, suggest, {kind: own.id(kind)}) for kind in ("customer", "charge", "credit")),
    ]


def _masters(own: Named, settings: Body) -> list[Call]:
    coded = {"code": "NEW", "name": "New"}
    entity, bank = own.id("entity"), own.id("bank_account")
    banked = {**coded, "currency": "EUR", "account": own.id("cash"), "entity": entity}
    located = {**coded, "entity": entity}
    summed = {"title": "New", "gl_date": DAY, "entity": entity, "bank_account": bank}
    overridden = {
        name: own.id(NAMES[name])
        for name in settings
        if NAMES.get(name) in ("sequence", "journal") and name not in COMPANYS
    }
    chosen = {name: value for name, value in settings.items() if name in NAMES and value is not None}
    chosen |= {"customer_sequence": own.id("sequence"), "advance_sequence": own.codes["sequence"]}
    return [
        Call("POST", "/bank-accounts", "/bank-accounts", banked),
        Call("PATCH", "/bank-accounts/{key}", f"/bank-accounts/{own.id('unused')}", banked),
        Call("POST", "/locations", "/locations", located),
        Call("PATCH", "/locations/{key}", f"/locations/{own.id('site')}", located),
        Call("POST", "/summaries", "/summaries", {**summed, "type": "payments"}),
        Call("PATCH", "/summaries/{key}", f"/summaries/{_summary(own, 'payments')}", summed),
        Call("PATCH", "/configuration", "/configuration", chosen),
        Call("PATCH", "/entities/{key}/configuration", f"/entities/{entity}/configuration", overridden),
    ]


#: Sequences that no entity overrides.
COMPANYS = {"match_sequence"}

#: Bodies that lack only a code.
NEW: dict[str, Body] = {
    "/accounts": {"name": "New", "kind": "revenue"},
    "/bank-accounts": {"name": "New", "currency": "EUR", "account": "512000"},
    "/customers": {"name": "New"},
    "/entities": {"name": "New"},
    "/journals": {"name": "New"},
    "/locations": {"name": "New"},
    "/number-sequences": {"name": "New"},
    "/roles": {"name": "New", "rights": ["invoices.list"]},
    "/terms": {"name": "New", "net_days": 10},
}
