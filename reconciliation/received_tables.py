"""Payments by item, tax receipts and the proof as tables: the same rows in each kind of file (SPEC 12)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.models import Account, Location
from arledger.core.actor import Actor
from arledger.core.formats import format_date
from arledger.core.money import quantize
from arledger.core.tables import Chunks, Column, Row, Table
from customers.models import Customer
from ledger.models import Application, Line
from reconciliation import payments_by_item, proof, tax_receipts
from reconciliation.payments_by_item import Item, Place, Receipt
from reconciliation.received_papers import items_paper, proof_paper, receipts_paper
from reconciliation.tax_receipts import PaidItem

ROWS = 2_000
ITEM_COLUMNS = [
    Column(name="customer"),
    Column(name="name"),
    Column(name="currency"),
    Column(name="document"),
    Column(name="kind"),
    Column(name="date"),
    Column(name="line"),
    Column(name="description"),
    Column(name="account"),
    Column(name="location"),
    Column(name="amount", figure=True),
    Column(name="received", figure=True),
]
RECEIPT_COLUMNS = [
    Column(name="customer"),
    Column(name="name"),
    Column(name="currency"),
    Column(name="year"),
    Column(name="document"),
    Column(name="description"),
    Column(name="service_start"),
    Column(name="service_end"),
    Column(name="amount", figure=True),
    Column(name="paid", figure=True),
]
PROOF_COLUMNS = [
    Column(name="customer"),
    Column(name="name"),
    Column(name="currency"),
    *(Column(name=name, figure=True) for name in proof.FIGURES),
    Column(name="timing", figure=True),
    Column(name="agrees"),
]


def items_table(*, actor: Actor, query: payments_by_item.Query, company: str) -> Table:
    """Every item with what it received, then every receipt with what is unmatched of it, without an item."""

    def chunks() -> Chunks:
        accounts = {one.pk: one.code for one in Account.objects.filter(company_id=actor.company_id)}
        locations = {one.pk: one.code for one in Location.objects.filter(company_id=actor.company_id)}
        place: Place | None = None
        while True:
            found, place = payments_by_item.page(actor=actor, query=query, start=place or Place(), limit=ROWS)
            yield [_item_cells(item, accounts, locations) for item in found]
            if place is None:
                break
        skip, more = 0, not query.of_items
        while more:
            left = payments_by_item.unmatched(actor=actor, query=query, skip=skip, limit=ROWS)
            skip, more = skip + ROWS, len(left) == ROWS
            yield [_receipt_cells(one) for one in left]

    return Table(
        name=f"payments-by-item-{company}-{query.scope.end.isoformat()}",
        title=_("Payments by item and account"),
        columns=ITEM_COLUMNS,
        chunks=chunks,
        expected=lambda limit: _about(query, limit),
        choices=_period(query.scope.start, query.scope.end),
        paper=items_paper(_language()),
    )


def _language() -> str:
    return get_language() or "en"


def _period(start: date, end: date) -> str:
    return f"{format_date(start, _language())} – {format_date(end, _language())}"


def _as_of(day: date) -> str:
    return f"{_('As of')} {format_date(day, _language())}"


def _about(query: payments_by_item.Query, limit: int) -> int:
    """No more items than matches of the period, no more receipts than credits with something open."""
    company, scope = query.scope.company_id, query.scope
    matches = Application.objects.filter(company_id=company, date__range=(scope.start, scope.end))
    credits = Line.objects.filter(company_id=company, is_open=True, amount__lt=0)
    return matches[: limit + 1].count() + credits[: limit + 1].count()


def _item_cells(item: Item, accounts: dict[int, str], locations: dict[int, str]) -> Row:
    return [
        item.customer.code,
        item.customer.name,
        item.currency,
        item.number,
        item.kind,
        item.date,
        item.position,
        item.description,
        accounts.get(item.account, ""),
        locations.get(item.location or 0, ""),
        quantize(item.amount, item.currency),
        quantize(item.received, item.currency),
    ]


def _receipt_cells(one: Receipt) -> Row:
    """Assigned to nothing: no line, no account; its amount, and what of it is unmatched."""
    head = [one.customer.code, one.customer.name, one.currency, one.number, one.kind, one.date]
    amounts = [quantize(amount, one.currency) for amount in (one.received, one.unmatched)]
    return [*head, "", "", "", "", *amounts]


def receipts_table(*, query: tax_receipts.Query, company: str) -> Table:
    """Every paid item of the year, by customer."""

    def chunks() -> Chunks:
        people = {one.customer.pk: one.customer for one in tax_receipts.tax_receipts(query=query)}
        found = tax_receipts.items(query=query, customers=list(people))
        found.sort(key=lambda item: people[item.customer].code)
        yield [_paid_cells(item, people[item.customer], query.year) for item in found]

    return Table(
        name=f"tax-receipts-{company}-{query.year}",
        title=_("Tax receipts"),
        columns=RECEIPT_COLUMNS,
        chunks=chunks,
        whole=True,
        choices=f"{_('Service year')} {query.year} · {_as_of(query.as_of)}",
        paper=receipts_paper(_language()),
    )


def _paid_cells(item: PaidItem, person: Customer, year: int) -> Row:
    amounts = [quantize(amount, item.currency) for amount in (item.amount, item.paid)]
    head = [person.code, person.name, item.currency, year, item.number, item.description]
    return [*head, item.service_start, item.service_end, *amounts]


def proof_table(*, actor: Actor, query: proof.Query, company: str) -> Table:
    """Every customer's six figures, what of the journal is timing, and whether they agree."""

    def chunks() -> Chunks:
        yield [_proof_cells(row) for row in proof.proof(actor=actor, query=query).rows]

    return Table(
        name=f"proof-{company}-{query.day.isoformat()}",
        title=_("Proof"),
        columns=PROOF_COLUMNS,
        chunks=chunks,
        whole=True,
        choices=_as_of(query.day),
        paper=proof_paper(_language()),
    )


def _proof_cells(row: proof.Row) -> Row:
    amounts = [quantize(row.figures[name], row.currency) for name in proof.FIGURES]
    names = [row.customer.code, row.customer.name] if row.customer else ["", ""]
    return [*names, row.currency, *amounts, quantize(row.timing, row.currency), "yes" if row.agrees else "no"]
