"""Which members of bodies and which parameters can name a thing, read out of the OpenAPI document.

Every text that may be anything is either in ``NAMES``, with the kind of thing that it names, or in ``TEXTS``. What
is in neither fails ``test_foreign_names``: a new member has to be put into one of them, on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from arledger.core.api.openapi import document

#: The kind of thing (see ``named``) that members and parameters of this name are about.
NAMES = {
    "customer": "customer",
    "parent": "customer",
    "customer_from": "customer",
    "customer_to": "customer",
    "account": "account",
    "bank_account": "bank_account",
    "location": "location",
    "entity": "entity",
    "entities": "entity",
    "term": "term",
    "summary": "summary",
    "payment_summary": "summary",
    "documents": "charge",
    "document": "charge",
    "charge": "charge",
    "credit": "credit",
    "receipts": "receipt",
    "match_sequence": "letters",
    "refund_journal": "journal",
    "user": "user",
    "role": "role",
    "match_code": "match",
    "number": "charge",
}
NAMES |= {
    f"{kind}_sequence": "sequence"
    for kind in (
        "customer",
        "invoice",
        "adjustment",
        "advance",
        "payment",
        "refund",
        "deposit",
        "matching",
    )
}
NAMES |= {
    f"{kind}_account": "account"
    for kind in (
        "receivable",
        "advances",
        "overpayments",
        "write_off",
        "undeposited",
        "exchange",
        "revenue",
        "discount",
        "opening",
    )
}
#: Texts that name nothing.
TEXTS = {
    "address",
    "bill_to",
    "company_name",
    "country",
    "description",
    "email",
    "format",  # of a file
    "method",
    "name",
    "pay_to",
    "prefix",
    "reason",
    "reference",
    "suffix",
    "scopes",
    "source",  # of an export
    "tax_code",
    "time_zone",
    "title",
    "url",
    # Parameters
    "buckets",
    "currency",
    "cursor",  # signed, and tried by itself
    "fields",
    "item",
    "matches",  # words, separated by commas
    "ordering",
    "sha256",
    "after",  # the id of an event: where to go on
    "type",
}
#: What people call a thing by: taken in another company, it is free in one's own.
CODES = {"code", "q"}


@dataclass(frozen=True)
class Member:
    """A place in the body of a call, such as ``lines[]/account``; ``name`` is its last word."""

    method: str
    path: str
    place: str

    @property
    def name(self) -> str:
        return self.place.rpartition("/")[2].removesuffix("[]")

    @property
    def kind(self) -> str:
        return NAMES[self.name]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.place}"


@cache
def _document() -> dict[str, Any]:
    return document()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path below ``/api/v1`` and what the document says."""
    for path, found in _document()["paths"].items():
        for method, operation in found.items():
            yield method.upper(), path.removeprefix("/api/v1"), operation


def free_members() -> list[Member]:
    """The members of all bodies that take any text; those of bulk calls are below ``items[]``."""
    found = []
    for method, path, operation in operations():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            found += [Member(method, path, place) for place in dict.fromkeys(_places(content["schema"], ""))]
    return found


def reference_members() -> list[Member]:
    return [member for member in free_members() if member.name in NAMES]


def free_parameters() -> list[Member]:
    """The query parameters of all calls that take any text."""
    return [
        Member(method, path, one["name"])
        for method, path, operation in operations()
        for one in operation.get("parameters", ())
        if one["in"] == "query" and _free(one["schema"])
    ]


def _places(schema: dict[str, Any], place: str) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _places(_document()["components"]["schemas"][name], place)
        return
    for part in ("allOf", "oneOf", "anyOf"):
        for one in schema.get(part, ()):
            yield from _places(one, place)
    for name, one in schema.get("properties", {}).items():
        yield from _places(one, f"{place}/{name}" if place else name)
    if "items" in schema:
        yield from _places(schema["items"], f"{place}[]")
    elif _free(schema):
        yield place


def _free(schema: dict[str, Any]) -> bool:
    """Whether any text may stand there."""
    if "$ref" in schema or ("items" in schema and "properties" not in schema):
        return "items" in schema and _free(schema["items"])
    kinds = schema.get("type", ())
    kinds = kinds if isinstance(kinds, list) else [kinds]
    said = {"enum", "pattern", "contentMediaType"} & set(schema)
    return "string" in kinds and not said and schema.get("format") not in ("date", "date-time", "binary")
