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
from django.utils.translation import ngettext

from arledger.core.formats import format_amount, input_amount
from ledger.models import Kind
from reconciliation.beyond import Beyond, beyond
from reconciliation.distribution import Preview
from reconciliation.open_items import OpenItem
from reconciliation.plans import CreditUse, Plan
from reconciliation.typed import FIXED, Typed, as_kept
from reconciliation.window import WHOLE, Window, drawn_of, fitting, standing

ZERO = Decimal(0)
# Of a grid with more documents, or more lines, than these the lines come when asked for.
MANY = 100
MANY_LINES = 1_000
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
    return named(typed, items, amount, credits)


def named(
    typed: Typed, items: Sequence[OpenItem], amount: Decimal, credits: Sequence[CreditUse] = ()
) -> Plan:
    """Amount by amount what stands in the grid."""
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
    lines, and only those of the ``window`` are drawn: a grid of thousands of documents stays quick. What flows to the
    others of the ``customer`` is ``beyond``; what was fixed for them travels as ``kept``.
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
    window: Window = WHOLE
    customer: int = 0

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

    # What is drawn -------------------------------------------------------------------------------------------

    @cached_property
    def drawn(self) -> set[int]:
        return drawn_of(self.window, self.documents, self.typed, self.language, self.errors)

    @property
    def long(self) -> bool:
        """Whether the server has to filter: not everything is in the page."""
        return len(self.documents) > len(self.drawn) or bool(self.window.find)

    @cached_property
    def more(self) -> int:
        """How many documents fit the filter and are not drawn."""
        fit = fitting(self.documents, self.window.find, self.language)
        return sum(key not in self.drawn for key in fit)

    @cached_property
    def beyond(self) -> Beyond:
        """What flows to documents that are not drawn."""
        return beyond(self.customer, self.documents, self.drawn, self.typed, self.used)

    @property
    def beyond_words(self) -> str:
        """That, as a sentence; empty when nothing does."""
        number = self.beyond.documents
        sentence = ngettext(
            "%(amount)s goes to %(number)s more document that is not shown.",
            "%(amount)s goes to %(number)s more documents that are not shown.",
            number,
        )
        amount = format_amount(self.beyond.total, self.currency, self.language)
        return sentence % {"amount": f"{amount} {self.currency}", "number": number} if number else ""

    @cached_property
    def hidden(self) -> list[int]:
        """The documents that an amount was fixed for and that are not drawn: there are too many."""
        return [key for key in standing(self.documents, self.typed) if key not in self.drawn]

    @property
    def hidden_total(self) -> Decimal:
        """What they get."""
        lines = (item.line for key in self.hidden for item in self.documents[key])
        return sum((self.used.get(line, ZERO) for line in lines), ZERO) - sum(
            (self.beyond.lines.get(i.line, ZERO) for key in self.hidden for i in self.documents[key]), ZERO
        )

    @property
    def kept(self) -> str:
        """The amounts fixed for them, as a hidden field carries them."""
        names = (
            name
            for key in self.hidden
            for name in (f"d{key}", *(f"l{item.line}" for item in self.documents[key]))
        )
        return as_kept({name: self.typed.amounts[name] for name in names if self.typed.fixed(name)})

    def amounts(self) -> dict[str, tuple[str, int, str]]:
        """What stands in the rows that are drawn, by key: text, taken in full, error. Others stand empty."""
        touched: dict[str, tuple[Decimal, Decimal]] = {}
        for document in self.drawn:
            own = self.documents[document]
            found = {item.line: self.used[item.line] for item in own if item.line in self.used}
            if not found:
                continue
            if len(own) > 1:
                touched |= {f"l{i.line}": (found[i.line], i.available) for i in own if i.line in found}
            left = sum((item.available for item in own), ZERO)
            touched[f"d{document}"] = (sum(found.values(), ZERO), left)
        typed = [key for key in (*self.typed.cells, *self.errors) if key in self._keys]
        touched |= {key: (ZERO, ZERO) for key in typed if key not in touched and key not in self.typed.kept}
        return {
            key: (self._use(key, used), int(0 < available == used), self.errors.get(key, ""))
            for key, (used, available) in touched.items()
        }

    def rows(self) -> list[Row]:
        """The rows that are drawn, in the items' order."""
        many = len(self.documents) > MANY or len(self.items) > MANY_LINES
        shown = (own for key, own in self.documents.items() if key in self.drawn)
        return [self._document(own, folded=many and self._folded(own)) for own in shown]

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
        if key in self.typed.kept:
            return self._text(self.typed.amounts[key])
        return self.typed.text(key) if self.keep or self.typed.fixed(key) else self._text(used)

    def _text(self, amount: Decimal) -> str:
        return input_amount(amount, self.currency, self.language) if amount else ""


def line_name(item: OpenItem) -> str:
    return _("%(number)s, line %(position)s") % {"number": item.number, "position": item.position}
