"""Credits as files name them: by their number, with the kind where the number alone could be several (SPEC 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from arledger.core.csvfile import Row
from customers.models import Customer
from imports.books import Books, Party
from imports.errors import (
    AdvanceWithoutNumber,
    CreditAmbiguous,
    CreditWithoutNumber,
    UnknownCredit,
    UnknownCreditKind,
    UnknownCreditLine,
)
from imports.readers import Cells, Group, named
from imports.words import CREDIT_KINDS, plain
from ledger.models import Document, Kind, Line
from reconciliation.selectors import documents


@dataclass(frozen=True, slots=True)
class Named:
    """A document that may be a credit; ``customers`` are those of its lines (a receipt may have several)."""

    key: int
    kind: str
    customers: frozenset[int]


class CreditNames:
    """The credits that some rows name: three queries for a few thousand rows, none when they name none."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._found: dict[str, list[Named]] = {}
        self._lines: dict[tuple[int, int], int] = {}
        self._unnumbered: dict[int, int] = {}

    def meet(self, groups: Sequence[Group]) -> None:
        company = self._books.actor.company_id
        self._found, self._lines, self._unnumbered = {}, {}, {}
        numbers = named(groups, "credit")
        if numbers or named(groups, "credit_kind"):
            customers = [
                party.key
                for code in named(groups, "customer")
                if (party := self._books.parties.get(code)) is not None
            ]
            counted = documents(self._books.actor).filter(
                customer__in=Customer.objects.filter(company_id=company, pk__in=customers).values("pk"),
                kind=Kind.ADVANCE,
                number=None,
                state=Document.State.POSTED,
                reverses=None,
            )
            self._unnumbered = dict(
                counted.order_by("customer_id").values_list("customer_id").annotate(Count("pk"))
            )
        if numbers:
            self._read(company, numbers)

    def _read(self, company: int, numbers: set[str]) -> None:
        fitting = documents(self._books.actor).filter(
            number__in=numbers,
            kind__in=set(CREDIT_KINDS.values()),
            state=Document.State.POSTED,
        )
        found = list(fitting.order_by("pk").values_list("pk", "kind", "number"))
        lines = Line.objects.filter(company_id=company, document__in=[key for key, _, _ in found])
        customers: dict[int, set[int]] = {}
        for key, document, position, customer in lines.values_list(
            "pk", "document_id", "position", "customer_id"
        ):
            self._lines[document, position] = key
            customers.setdefault(document, set()).add(customer)
        for key, kind, number in found:
            one = Named(key, kind, frozenset(customers.get(key, ())))
            self._found.setdefault(str(number), []).append(one)

    def document(self, cells: Cells, row: Row, party: Party | None) -> int | None:
        """The credit document a row names; None when it names none, or a fault was put down."""
        number = row.values.get("credit", "").strip()
        word = row.values.get("credit_kind", "").strip()
        if not number and not word:
            return None
        kind = CREDIT_KINDS.get(plain(word))
        if word and kind is None:
            cells.fault(UnknownCreditKind(text=word[:40]), row, "credit_kind")
            return None
        if party is None:
            return None
        fitting = [
            one
            for one in self._found.get(number, ())
            if party.key in one.customers and (kind is None or one.kind == kind)
        ]
        if len(fitting) == 1:
            return fitting[0].key
        if fitting:
            kinds = ", ".join(sorted(one.kind for one in fitting))
            cells.fault(CreditAmbiguous(number=number[:60], kinds=kinds), row, "credit_kind")
            return None
        self._unknown(cells, row, party, number, kind)
        return None

    def _unknown(self, cells: Cells, row: Row, party: Party, number: str, kind: str | None) -> None:
        without = self._unnumbered.get(party.key, 0)
        if kind == Kind.ADVANCE and (without or not number):
            cells.fault(AdvanceWithoutNumber(count=without), row, "credit")
        elif not number:
            cells.fault(CreditWithoutNumber(), row, "credit")
        else:
            cells.fault(UnknownCredit(number=number[:60]), row, "credit")

    def line(self, cells: Cells, row: Row, document: int) -> int | None:
        """The line of the credit that a row names by its position; None when it names none, or at a fault."""
        text = row.values.get("credit_line", "").strip()
        if not text:
            return None
        position = int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0
        key = self._lines.get((document, position))
        if key is None:
            number = row.values.get("credit", "").strip()
            cells.fault(UnknownCreditLine(document=number, text=text[:20]), row, "credit_line")
        return key
