"""Payments by item, tax receipts and the proof on paper: a customer below his name, sums per currency (SPEC 12)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from arledger.core import pdf
from arledger.core.formats import format_amount, format_date
from arledger.core.tables import Paper, Row
from ledger.models import Kind
from reconciliation.proof import FIGURES, LABELS

ZERO = Decimal(0)
# Of the rows of all three: customer's code, his name, the currency.
CODE, NAME, CURRENCY = range(3)


def items_paper(language: str) -> Paper:
    """Every item below its customer with what it received; then the receipts that belong to no item."""
    columns = [
        pdf.Column(label=_("Document")),
        pdf.Column(label=_("Type")),
        pdf.Column(label=_("Date")),
        pdf.Column(label=_("Item")),
        pdf.Column(label=_("Account")),
        pdf.Column(label=_("Location")),
        pdf.Column(label=_("Amount"), figure=True),
        pdf.Column(label=_("Received"), figure=True),
    ]
    return Paper(columns=columns, lines=_Items(language))


def receipts_paper(language: str) -> Paper:
    """Every paid item of the year below its customer."""
    columns = [
        pdf.Column(label=_("Document")),
        pdf.Column(label=_("Description")),
        pdf.Column(label=_("Service from")),
        pdf.Column(label=_("Service to")),
        pdf.Column(label=_("Amount"), figure=True),
        pdf.Column(label=_("Paid"), figure=True),
    ]
    return Paper(columns=columns, lines=_Receipts(language))


def proof_paper(language: str) -> Paper:
    """Every customer's figures side by side, with their sums; what does not agree stands out."""
    columns = [
        pdf.Column(label=_("Customer")),
        pdf.Column(label=_("Currency")),
        *(pdf.Column(label=str(LABELS[name]), figure=True) for name in FIGURES),
        pdf.Column(label=_("Agrees")),
    ]
    return Paper(columns=columns, lines=_Proofs(language))


class _Grouped:
    """Lines below a head for each customer and currency, a total below them, and one per currency at the end."""

    # Where in a row the amount stands that is added up.
    summed: int
    columns: int

    def __init__(self, language: str) -> None:
        self.language = language

    def _groups(
        self, rows: Iterable[Row], entry: Callable[[Row], list[str]], words: str
    ) -> Iterator[pdf.Line]:
        sums: dict[str, Decimal] = {}
        group, total = None, ZERO
        for row in rows:
            key = tuple(row[: CURRENCY + 1])
            if key != group:
                if group is not None:
                    yield self._total(_("Total of %(name)s") % {"name": group[NAME]}, total, group[CURRENCY])
                group, total = key, ZERO
                name = f"{row[NAME]} · {row[CODE]} · {row[CURRENCY]}"
                yield pdf.Line([name, *[""] * (self.columns - 1)], "head")
            total += _amount(row[self.summed])
            currency = str(row[CURRENCY])
            sums[currency] = sums.get(currency, ZERO) + _amount(row[self.summed])
            yield pdf.Line(entry(row))
        if group is not None:
            yield self._total(_("Total of %(name)s") % {"name": group[NAME]}, total, group[CURRENCY])
        for currency in sorted(sums):
            yield self._total(f"{words}, {currency}", sums[currency], currency)

    def _total(self, words: str, amount: Decimal, currency: object) -> pdf.Line:
        return pdf.Line([words, *[""] * (self.columns - 2), self._money(amount, currency)], "total")

    def _money(self, amount: object, currency: object) -> str:
        return format_amount(_amount(amount), str(currency), self.language)

    def _day(self, day: object) -> str:
        return format_date(day, self.language) if isinstance(day, date) else ""


class _Items(_Grouped):
    """Rows of received_tables.ITEM_COLUMNS; a receipt, which comes after all items, has no line number."""

    summed, columns = 11, 8

    def __call__(self, rows: Iterable[Row]) -> Iterator[pdf.Line]:
        left = iter(rows)
        apart: list[Row] = []

        def items() -> Iterator[Row]:
            for row in left:
                if row[6] == "":
                    apart.append(row)
                    return
                yield row

        yield from self._groups(items(), self._entry, _("Received for items"))
        if apart:
            yield pdf.Line([_("Receipts assigned to nothing"), *[""] * (self.columns - 1)], "head")
            yield from self._groups(_chain(apart, left), self._entry, _("Unmatched"))

    def _entry(self, row: Row) -> list[str]:
        return [
            str(row[3]),
            str(Kind(str(row[4])).label),
            self._day(row[5]),
            str(row[7]),
            str(row[8]),
            str(row[9]),
            self._money(row[10], row[CURRENCY]),
            self._money(row[11], row[CURRENCY]),
        ]


class _Receipts(_Grouped):
    """Rows of received_tables.RECEIPT_COLUMNS."""

    summed, columns = 9, 6

    def __call__(self, rows: Iterable[Row]) -> Iterator[pdf.Line]:
        return self._groups(rows, self._entry, _("All customers"))

    def _entry(self, row: Row) -> list[str]:
        amounts = [self._money(cell, row[CURRENCY]) for cell in row[8:10]]
        return [str(row[4]), str(row[5]), self._day(row[6]), self._day(row[7]), *amounts]


class _Proofs:
    """Rows of received_tables.PROOF_COLUMNS; those that do not agree are set like totals."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, rows: Iterable[Row]) -> Iterator[pdf.Line]:
        sums: dict[str, list[Decimal]] = {}
        agreed: dict[str, bool] = {}
        for row in rows:
            currency, figures = str(row[CURRENCY]), [_amount(cell) for cell in row[3:-2]]
            before = sums.get(currency, [ZERO] * len(figures))
            sums[currency] = [old + new for old, new in zip(before, figures, strict=True)]
            agrees = row[-1] == "yes"
            agreed[currency] = agreed.get(currency, True) and agrees
            name = f"{row[CODE]} {row[NAME]}".strip()
            yield self._line(name, currency, figures, agrees, strong=not agrees)
        for currency in sorted(sums):
            yield self._line(_("All customers"), currency, sums[currency], agreed[currency], strong=True)

    def _line(
        self, name: str, currency: str, figures: list[Decimal], agrees: bool, *, strong: bool
    ) -> pdf.Line:
        amounts = [format_amount(amount, currency, self.language) for amount in figures]
        cells = [name, currency, *amounts, _("yes") if agrees else _("no")]
        return pdf.Line(cells, "total" if strong else "")


def _chain(first: Iterable[Row], rest: Iterable[Row]) -> Iterator[Row]:
    yield from first
    yield from rest


def _amount(cell: object) -> Decimal:
    return cell if isinstance(cell, Decimal) else ZERO
