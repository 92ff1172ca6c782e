"""The reconciliation report and the AR ledger as tables: the same rows in CSV, XLSX and on paper (SPEC 12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from arledger.core import pdf
from arledger.core.actor import Actor
from arledger.core.formats import format_amount, format_date
from arledger.core.money import quantize
from arledger.core.tables import Cell, Chunks, Column, Paper, Row, Table
from ledger.models import Kind
from reconciliation import report
from reconciliation.report import Account, Query

ROWS = 2_000
ZERO = Decimal(0)
OPENING = "opening"
COLUMNS = [
    Column(name="customer"),
    Column(name="name"),
    Column(name="currency"),
    Column(name="document"),
    Column(name="kind"),
    Column(name="date"),
    Column(name="gl_date"),
    Column(name="reference"),
    Column(name="amount", figure=True),
    Column(name="match_code"),
    Column(name="charges", figure=True),
    Column(name="payments", figure=True),
    Column(name="balance", figure=True),
]
LEDGER_COLUMNS = [
    Column(name="customer", label=gettext_lazy("Customer")),
    Column(name="name", label=gettext_lazy("Name")),
    Column(name="currency", label=gettext_lazy("Currency")),
    Column(name="opening", label=gettext_lazy("Opening balance"), figure=True),
    Column(name="charges", label=gettext_lazy("Charges"), figure=True),
    Column(name="payments", label=gettext_lazy("Payments"), figure=True),
    Column(name="closing", label=gettext_lazy("Closing balance"), figure=True),
]


def entries_table(*, actor: Actor, query: Query, company: str, choices: str) -> Table:
    """All rows of the report; ``company`` is its code, ``choices`` what was chosen in words."""

    def chunks() -> Chunks:
        rows: list[Row] = []
        for account in report.every_account(actor=actor, query=query):
            rows += _cells(account, query)
            if len(rows) >= ROWS:
                yield rows
                rows = []
        yield rows

    def expected(limit: int) -> int:
        """What one code names is never long; otherwise an estimate from above."""
        return 0 if query.filter.code.strip() else report.about(query=query)

    return Table(
        name=f"reconciliation-{company}-{query.scope.end.isoformat()}",
        title=_("Customer reconciliation"),
        columns=COLUMNS,
        chunks=chunks,
        expected=expected,
        choices=choices,
        paper=_paper(get_language() or "en"),
    )


def _cells(account: Account, query: Query) -> Iterator[Row]:
    customer, currency = account.customer, account.currency
    head: list[Cell] = [customer.code, customer.name, currency]
    if account.begins:
        opening = quantize(account.opening, currency)
        yield [*head, "", OPENING, query.scope.start, "", "", "", "", "", "", opening]
    for row in account.rows:
        amounts = [quantize(amount, currency) for amount in (row.charges, row.payments, row.balance)]
        yield [
            *head,
            row.number,
            row.kind,
            row.date,
            row.gl_date,
            row.reference,
            quantize(row.amount, currency),
            row.code,
            *amounts,
        ]


def _paper(language: str) -> Paper:
    """An account below its head, its entries, its total; and the totals of all at the end."""
    columns = [
        pdf.Column(label=_("Document")),
        pdf.Column(label=_("Type")),
        pdf.Column(label=_("Date")),
        pdf.Column(label=_("GL date")),
        pdf.Column(label=_("Reference")),
        pdf.Column(label=_("Amount"), figure=True),
        pdf.Column(label=_("Match code")),
        pdf.Column(label=_("Charges"), figure=True),
        pdf.Column(label=_("Payments"), figure=True),
        pdf.Column(label=_("Balance"), figure=True),
    ]
    return Paper(columns=columns, lines=_Lines(language))


class _Lines:
    """Turns the rows of the file into the lines of the paper."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, rows: Iterable[Row]) -> Iterator[pdf.Line]:
        totals: dict[str, list[Decimal]] = {}
        sums, last = [ZERO, ZERO], None
        for row in rows:
            if row[4] == OPENING:
                if last is not None:
                    yield self._total(_("Total of %(name)s") % {"name": last[1]}, last, sums)
                sums = [ZERO, ZERO]
                total = totals.setdefault(str(row[2]), [ZERO, ZERO, ZERO, ZERO])
                total[0] += _amount(row[12])
                yield self._head(row)
            else:
                total = totals[str(row[2])]
                for place in (0, 1):
                    sums[place] += _amount(row[10 + place])
                    total[1 + place] += _amount(row[10 + place])
                yield self._entry(row)
            total[3] += _amount(row[12]) - (_amount(last[12]) if last and row[4] != OPENING else ZERO)
            last = row
        if last is not None:
            yield self._total(_("Total of %(name)s") % {"name": last[1]}, last, sums)
        for currency in sorted(totals):
            yield self._grand(currency, totals[currency])

    def _money(self, amount: object, currency: object) -> str:
        return format_amount(_amount(amount), str(currency), self.language)

    def _head(self, row: Row) -> pdf.Line:
        name, opening = f"{row[1]} · {row[0]} · {row[2]}", _("Opening balance")
        return pdf.Line([name, "", "", "", opening, "", "", "", "", self._money(row[12], row[2])], "head")

    def _entry(self, row: Row) -> pdf.Line:
        days = [format_date(day, self.language) for day in row[5:7] if isinstance(day, date)]
        charges, payments = (self._money(cell, row[2]) if cell else "" for cell in row[10:12])
        return pdf.Line(
            [
                str(row[3]),
                str(Kind(str(row[4])).label),
                *days,
                str(row[7]),
                self._money(row[8], row[2]),
                str(row[9]),
                charges,
                payments,
                self._money(row[12], row[2]),
            ]
        )

    def _total(self, words: str, row: Row, sums: list[Decimal]) -> pdf.Line:
        amounts = [self._money(amount, row[2]) for amount in (*sums, row[12])]
        return pdf.Line([words, "", "", "", "", "", "", *amounts], "total")

    def _grand(self, currency: str, total: list[Decimal]) -> pdf.Line:
        opening, charges, payments, closing = (self._money(amount, currency) for amount in total)
        words = _("All customers, %(currency)s") % {"currency": currency}
        cells = [words, "", "", "", _("Opening balance"), opening, "", charges, payments, closing]
        return pdf.Line(cells, "total")


def _amount(cell: object) -> Decimal:
    return cell if isinstance(cell, Decimal) else ZERO


def ledger_table(*, actor: Actor, query: Query, company: str, choices: str) -> Table:
    """Opening, charges, payments and closing of every account the report shows."""

    def chunks() -> Chunks:
        yield [
            [customer.code, customer.name, one.currency]
            + [quantize(a, one.currency) for a in (one.opening, one.charges, one.payments, one.closing)]
            for customer, one in report.ledger(actor=actor, query=query)
        ]

    return Table(
        name=f"ledger-{company}-{query.scope.end.isoformat()}",
        title=_("AR ledger"),
        columns=LEDGER_COLUMNS,
        chunks=chunks,
        whole=True,
        choices=choices,
    )
