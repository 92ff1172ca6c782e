"""Open charges on a work screen as plain data: what was typed, what the books hold, what stands in each row.

A row's key is ``d`` and a document's key, a line's ``l`` and a line's key; what is not fixed flows (see ``typed``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Day
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from arledger.core.formats import input_amount
from ledger.models import Kind
from reconciliation.distribution import Preview
from reconciliation.open_items import OpenItem
from reconciliation.plans import CreditUse, Plan
from reconciliation.typed import FIXED, Typed

ZERO = Decimal(0)
MANY = 100
ORDERS: dict[str, Callable[[Sequence[OpenItem]], Any]] = {
    "due": lambda own: own[0].due_date,
    "number": lambda own: own[0].number,
    "date": lambda own: own[0].date,
    "open": lambda own: sum(item.open for item in own),
}


def in_order(items: Iterable[OpenItem], order: str, first: Sequence[int] = ()) -> list[OpenItem]:
    """The items document by document in the order chosen, those of ``first`` before all others.

    ``items`` come by due date and number, which is also how documents that are equal in the order stand.
    """
    documents = by_document(items)
    key = order.removeprefix("-")
    chosen = sorted(documents.values(), key=ORDERS.get(key, ORDERS["due"]), reverse=order.startswith("-"))
    place = {document: index for index, document in enumerate(first)}
    chosen.sort(key=lambda own: place.get(own[0].document, len(place)))
    return [item for own in chosen for item in own]


def by_document(items: Iterable[OpenItem]) -> dict[int, list[OpenItem]]:
    documents: dict[int, list[OpenItem]] = {}
    for item in items:
        documents.setdefault(item.document, []).append(item)
    return documents


def flowing(
    typed: Typed, items: Sequence[OpenItem], amount: Decimal, credits: Sequence[CreditUse] = ()
) -> Plan:
    """What was fixed, with the rest flowing over all documents in the items' order."""
    documents = by_document(items)
    return Plan(
        amount=amount,
        lines={item.line: typed.amounts[f"l{item.line}"] for item in items if typed.fixed(f"l{item.line}")},
        per_document={key: typed.amounts[f"d{key}"] for key in documents if typed.fixed(f"d{key}")},
        documents=[key for key, own in documents.items() if any(item.available > 0 for item in own)],
        credits=credits,
    )


def given(
    typed: Typed, items: Sequence[OpenItem], amount: Decimal, credits: Sequence[CreditUse] = ()
) -> Plan:
    """What the person sees, amount by amount; nothing flows. A grid never filled flows in the items' order."""
    if typed.untouched:
        return flowing(typed, items, amount, credits)
    lines: dict[int, Decimal] = {}
    per_document: dict[int, Decimal] = {}
    for document, own in by_document(items).items():
        key = f"d{document}"
        here = {item.line: typed.amount(f"l{item.line}") for item in own}
        fixed = {line for line in here if typed.fixed(f"l{line}")}
        shown = {line: used for line, used in here.items() if used is not None}
        if typed.fixed(key) or (not shown and key in typed.amounts):
            per_document[document] = typed.amounts[key]
            shown = {line: used for line, used in shown.items() if line in fixed}
        lines |= shown
    return Plan(amount=amount, lines=lines, per_document=per_document, credits=credits)


def orders(order: str) -> list[dict[str, Any]]:
    """The orders one may choose, for the tools over the rows; the one in force offers its opposite."""
    labels = {"due": _("Due date"), "number": _("Number"), "date": _("Date"), "open": _("Open amount")}
    return [
        {
            "label": labels[key],
            "on": order.removeprefix("-") == key,
            "descending": order == f"-{key}",
            "value": f"-{key}" if order == key else key,
        }
        for key in ORDERS
    ]


def known_order(text: str) -> str:
    """An order that there is; by due date where the text names none."""
    return text if text.removeprefix("-") in ORDERS else "due"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A document (with its lines, when there are several open ones) or a line, as the grid shows it.

    ``kind`` is named where it is not an invoice; ``url`` leads to the document.
    """

    key: str
    number: str
    open: Decimal
    amount: Decimal = ZERO
    document: int = 0
    kind: str = ""
    url: str = ""
    reference: str = ""
    description: str = ""
    position: int = 0
    date: Day | None = None
    due: Day | None = None
    overdue: bool = False
    reserved: Decimal = ZERO
    open_text: str = ""
    use: str = ""
    pinned: bool = False
    full: bool = False
    first: bool = False
    folded: bool = False
    unfolded: bool = False
    blocked: bool = False
    error: str = ""
    lines: Sequence[Row] = ()

    @property
    def marker(self) -> str:
        return FIXED if self.pinned else self.use


Address = Callable[[str, int], str]


def nowhere(kind: str, key: int) -> str:
    """For screens without links."""
    return ""


@dataclass(frozen=True)
class Grid:
    """The rows of one part. ``keep`` shows every text as it was typed (a refused post).

    Of many documents only those in ``unfolded``, and those where something stands against a line, show their
    lines: a grid of a thousand documents stays quick.
    """

    typed: Typed
    shown: Preview
    items: Sequence[OpenItem]
    currency: str
    language: str
    today: Day
    keep: bool = False
    first: Sequence[int] = ()
    unfolded: Collection[int] = ()
    address: Address = nowhere

    @cached_property
    def documents(self) -> dict[int, list[OpenItem]]:
        return by_document(self.items)

    @cached_property
    def used(self) -> dict[int, Decimal]:
        """What each line gets."""
        return dict(self.shown.mix.charges)

    @cached_property
    def errors(self) -> dict[str, str]:
        """The sentences by key; about the only open line of a document they stand beside the document."""
        alone = {own[0].line: key for key, own in self.documents.items() if len(own) == 1}
        found = {}
        for fault in self.shown.faults:
            if fault.field != "allocations":
                continue
            document = fault.values["document"] or alone.get(fault.values["line"])
            found[f"d{document}" if document else f"l{fault.values['line']}"] = str(fault)
        return found | {key: text for key, text in self.typed.wrong.items() if key in self._keys}

    @cached_property
    def _keys(self) -> set[str]:
        return {f"d{item.document}" for item in self.items} | {f"l{item.line}" for item in self.items}

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """What is wrong: (key, name of the row, sentence)."""
        names = {
            f"d{item.document}": item.number for item in self.items if f"d{item.document}" in self.errors
        }
        names |= {f"l{item.line}": line_name(item) for item in self.items if f"l{item.line}" in self.errors}
        return [(key, names[key], sentence) for key, sentence in self.errors.items()]

    def amounts(self) -> dict[str, tuple[str, int, str]]:
        """What stands in the rows, by key: text, taken in full, error. Rows not named stand empty."""
        totals: dict[int, Decimal] = {}
        left: dict[int, Decimal] = {}
        touched: dict[str, tuple[Decimal, Decimal]] = {}
        for item in self.items:
            left[item.document] = left.get(item.document, ZERO) + item.available
            used = self.used.get(item.line)
            if used is not None:
                totals[item.document] = totals.get(item.document, ZERO) + used
                if len(self.documents[item.document]) > 1:
                    touched[f"l{item.line}"] = (used, item.available)
        touched |= {f"d{document}": (used, left[document]) for document, used in totals.items()}
        typed = [key for key in (*self.typed.cells, *self.errors) if key in self._keys]
        touched |= {key: (ZERO, ZERO) for key in typed if key not in touched}
        return {
            key: (self._use(key, used), int(0 < available == used), self.errors.get(key, ""))
            for key, (used, available) in touched.items()
        }

    def rows(self) -> list[Row]:
        """The rows in the items' order."""
        many = len(self.documents) > MANY
        return [self._document(own, folded=many and self._folded(own)) for own in self.documents.values()]

    def _folded(self, own: Sequence[OpenItem]) -> bool:
        keys = {f"l{item.line}" for item in own}
        told = any(key in self.errors or self.typed.fixed(key) for key in keys)
        return not told and own[0].document not in self.unfolded

    def _document(self, own: Sequence[OpenItem], *, folded: bool) -> Row:
        head = own[0]
        key = f"d{head.document}"
        available = sum((item.available for item in own), ZERO)
        used = sum((self.used.get(item.line, ZERO) for item in own), ZERO)
        several = len(own) > 1
        return Row(
            number=head.number,
            document=head.document,
            kind="" if head.kind == Kind.INVOICE else str(Kind(head.kind).label),
            url=self.address(head.kind, head.document),
            reference=head.reference,
            description="" if several else head.description,
            date=head.date,
            due=head.due_date,
            overdue=head.due_date < self.today,
            amount=head.total,
            open=sum((item.open for item in own), ZERO),
            reserved=sum((item.reserved for item in own), ZERO),
            first=head.document in self.first,
            folded=folded and several,
            unfolded=several and head.document in self.unfolded,
            lines=[self._line(item) for item in own] if several and not folded else (),
            **self._cell(key, used, available),
        )

    def _line(self, item: OpenItem) -> Row:
        return Row(
            number=line_name(item),
            position=item.position,
            description=item.description,
            amount=item.amount,
            open=item.open,
            reserved=item.reserved,
            **self._cell(f"l{item.line}", self.used.get(item.line, ZERO), item.available),
        )

    def _cell(self, key: str, used: Decimal, available: Decimal) -> dict[str, Any]:
        use = self._use(key, used)
        return {
            "key": key,
            "use": use,
            "pinned": self.typed.fixed(key),
            "full": 0 < available == used,
            "blocked": not available and not use,
            "open_text": self._text(available),
            "error": self.errors.get(key, ""),
        }

    def _use(self, key: str, used: Decimal) -> str:
        return self.typed.text(key) if self.keep or self.typed.fixed(key) else self._text(used)

    def _text(self, amount: Decimal) -> str:
        return input_amount(amount, self.currency, self.language) if amount else ""


def line_name(item: OpenItem) -> str:
    return _("%(number)s, line %(position)s") % {"number": item.number, "position": item.position}
