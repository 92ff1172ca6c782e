"""The ageing as tables: a line per customer, or one per open document (SPEC 12, 15.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from arledger.core.actor import Actor
from arledger.core.formats import format_date
from arledger.core.money import quantize
from arledger.core.tables import Cell, Chunks, Column, Row, Table
from customers.models import Customer
from customers.selectors import by_ids
from reconciliation.ageing import AgedCustomer, AgedDocument, Ageing, aged_documents, ageing
from reconciliation.buckets import bucket, bucket_labels, bucket_title

CHUNK = 200
BASES = {
    "due": gettext_lazy("due date"),
    "document": gettext_lazy("document date"),
    "gl": gettext_lazy("GL date"),
}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Who ages what: as of ``day``, by ``basis``, in buckets that end at ``edges``; ``company`` is its code.

    Of one ``entity`` (0: the top level) under the name it is said by, or of all.
    """

    actor: Actor
    company: str
    day: date
    basis: str
    edges: tuple[int, ...]
    entity: int | None = None
    entity_name: str = ""

    def read(self, customers: Sequence[int] | None = None) -> Ageing:
        return ageing(
            company_id=self.actor.company_id,
            day=self.day,
            basis=self.basis,
            edges=self.edges,
            customers=customers,
            entities=self.actor.entities,
            entity=self.entity,
        )

    def documents(self, customers: Sequence[int]) -> list[AgedDocument]:
        return aged_documents(
            company_id=self.actor.company_id,
            day=self.day,
            basis=self.basis,
            customers=customers,
            entities=self.actor.entities,
            entity=self.entity,
        )

    @property
    def words(self) -> str:
        said = {"day": format_date(self.day, get_language() or "en"), "basis": BASES[self.basis]}
        as_of = _("As of %(day)s, by %(basis)s") % said
        return f"{as_of} · {self.entity_name}" if self.entity_name else as_of


def by_name(rows: Sequence[AgedCustomer], customers: dict[int, Customer]) -> list[AgedCustomer]:
    """Sorted by name, currencies together."""
    return sorted(rows, key=lambda row: (row.currency, customers[row.customer].sort_key, row.customer))


def summary_table(chosen: Chosen) -> Table:
    """A line per customer and currency."""
    labels = bucket_labels(chosen.edges)

    def chunks() -> Chunks:
        found = chosen.read()
        customers = by_ids(chosen.actor.company_id, {row.customer for row in found.rows})
        yield [_summary(row, customers[row.customer]) for row in by_name(found.rows, customers)]

    return Table(
        name=f"ageing-{chosen.company}-{chosen.day.isoformat()}",
        title=_("Ageing"),
        columns=[
            Column(name="customer", label=_("Customer")),
            Column(name="name", label=_("Name")),
            Column(name="currency", label=_("Currency")),
            *(Column(name=label, label=bucket_title(label), figure=True) for label in labels),
            Column(name="credits", label=_("Credits"), figure=True),
            Column(name="total", label=_("Total"), figure=True),
        ],
        chunks=chunks,
        whole=True,
        choices=chosen.words,
    )


def _summary(row: AgedCustomer, customer: Customer) -> Row:
    figures = [quantize(amount, row.currency) for amount in (*row.buckets, row.credits, row.total)]
    return [customer.code, customer.name, row.currency, *figures]


def detail_table(chosen: Chosen) -> Table:
    """A line per document with something open; its amount stands below its bucket, or among the credits."""
    labels = bucket_labels(chosen.edges)

    def chunks() -> Chunks:
        found = chosen.read()
        customers = by_ids(chosen.actor.company_id, {row.customer for row in found.rows})
        keys = sorted(customers, key=lambda key: (customers[key].sort_key, key))
        for start in range(0, len(keys), CHUNK):
            some = keys[start : start + CHUNK]
            place = {key: at for at, key in enumerate(some)}
            documents = sorted(chosen.documents(some), key=lambda one: place[one.customer])
            yield [_detail(one, customers[one.customer], chosen.edges, labels) for one in documents]

    return Table(
        name=f"ageing-detail-{chosen.company}-{chosen.day.isoformat()}",
        title=_("Ageing in detail"),
        columns=[
            Column(name="customer", label=_("Customer")),
            Column(name="name", label=_("Name")),
            Column(name="document", label=_("Document")),
            Column(name="kind", label=_("Type")),
            Column(name="date", label=_("Date")),
            Column(name="due_date", label=_("Due")),
            Column(name="reference", label=_("Reference")),
            Column(name="currency", label=_("Currency")),
            Column(name="days_late", label=_("Days late"), figure=True),
            *(Column(name=label, label=bucket_title(label), figure=True) for label in labels),
            Column(name="credits", label=_("Credits"), figure=True),
        ],
        chunks=chunks,
        expected=lambda limit: sum(total.documents for total in chosen.read().totals),
        choices=chosen.words,
    )


def _detail(one: AgedDocument, customer: Customer, edges: Sequence[int], labels: Sequence[str]) -> Row:
    own = "credits" if one.days is None else bucket(one.days, edges)
    amount = quantize(one.open, one.currency)
    cells: list[Cell] = [amount if label == own else None for label in (*labels, "credits")]
    return [
        customer.code,
        customer.name,
        one.number,
        one.kind,
        one.date,
        one.due,
        one.reference,
        one.currency,
        one.days,
        *cells,
    ]
