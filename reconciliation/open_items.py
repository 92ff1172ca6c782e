"""Open charges of customers, in the order a payment settles them (SPEC 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date as Day
from decimal import Decimal
from typing import NamedTuple, Protocol

from arledger.core.sql import fetch_all
from reconciliation.waterfall import OpenLine


class Item(Protocol):
    """An open line of either side, with what may be used of it."""

    @property
    def line(self) -> int: ...
    @property
    def document(self) -> int: ...
    @property
    def position(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def available(self) -> Decimal: ...
    @property
    def reserved(self) -> Decimal: ...


class OpenItem(NamedTuple):
    """A charge line with something left that no draft has reserved. Amounts are positive.

    ``total`` is the document's, signed: its credit lines and what is settled of it count. A tuple: an account may
    have thousands, read with each keystroke.
    """

    line: int
    position: int
    description: str
    document: int
    kind: str
    number: str
    date: Day
    due_date: Day
    reference: str
    customer: int
    currency: str
    amount: Decimal
    open: Decimal
    reserved: Decimal
    total: Decimal = Decimal(0)
    entity: int | None = None

    @property
    def name(self) -> str:
        return self.number

    @property
    def available(self) -> Decimal:
        return self.open - self.reserved

    def less(self, taken: Decimal) -> OpenItem:
        """The same after so much of it was used."""
        return self._replace(open=self.open - taken)


CHARGES = """
SELECT l.id, l.position, l.description, d.id, d.kind, d.number, d.date, coalesce(d.due_date, d.date), d.reference,
       l.customer_id, l.currency, l.amount, l.open_amount, l.reserved_amount - coalesce(r.amount, 0),
       d.total, d.entity_id
FROM ledger_line l
CROSS JOIN LATERAL (
    SELECT * FROM ledger_document o
    WHERE o.company_id = l.company_id AND o.id = l.document_id AND o.state = 'posted' OFFSET 0
) d
LEFT JOIN LATERAL (
    SELECT amount FROM ledger_reservation o
    WHERE o.company_id = l.company_id AND o.document_id = %(draft)s AND o.line_id = l.id OFFSET 0
) r ON true
WHERE l.company_id = (SELECT %(company)s) AND l.customer_id = ANY ((SELECT %(customers)s::bigint[])::bigint[])
  AND l.is_open AND l.amount > 0 AND l.currency = %(currency)s AND d.kind <> 'refund'
  {and}
ORDER BY coalesce(d.due_date, d.date), d.number, d.id, l.position
"""
OF_DOCUMENTS = "AND l.document_id = ANY ((SELECT %(documents)s::bigint[])::bigint[])"
OF_ENTITIES = "AND (d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))"


def open_charges(
    *,
    company_id: int,
    customers: Iterable[int],
    currency: str,
    documents: Sequence[int] | None = None,
    entities: Collection[int] | None = None,
    draft: int = 0,
) -> list[OpenItem]:
    """The customers' open charge lines by due date, number and position.

    ``entities`` leaves out what a person limited to them may not see (SPEC 4). With ``documents`` only those, in
    the order given. What the draft with key ``draft`` has reserved counts as
    available (it is that draft being edited or posted).
    """
    parameters = {
        "company": company_id,
        "customers": list(customers),
        "currency": currency,
        "draft": draft,
    }
    conditions = []
    if documents is not None:
        conditions.append(OF_DOCUMENTS)
        parameters["documents"] = list(documents)
    if entities is not None:
        conditions.append(OF_ENTITIES)
        parameters["entities"] = list(entities)
    rows = fetch_all(CHARGES.replace("{and}", " ".join(conditions)), parameters)
    items = [OpenItem._make(row) for row in rows]
    if documents is not None:
        place = {document: index for index, document in enumerate(documents)}
        items.sort(key=lambda item: (place[item.document], item.position))
    return items


SETTLED = """
SELECT l.id, l.position, l.description, d.id, d.kind, d.number, d.date, coalesce(d.due_date, d.date), d.reference,
       l.customer_id, l.currency, l.amount, l.open_amount, l.reserved_amount, d.total,
       d.entity_id
FROM ledger_line l
JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id AND d.state = 'posted'
WHERE l.company_id = (SELECT %(company)s) AND l.customer_id = ANY(%(customers)s) AND l.currency = %(currency)s
  AND l.amount > 0 AND NOT l.is_open AND (l.document_id = ANY(%(documents)s) OR l.id = ANY(%(lines)s))
ORDER BY d.id, l.position
"""


def settled_charges(
    *,
    company_id: int,
    customers: Sequence[int],
    currency: str,
    documents: Sequence[int],
    lines: Sequence[int],
) -> list[OpenItem]:
    """Charges of the customers that were named but have nothing open any more, to say so."""
    if not documents and not lines:
        return []
    rows = fetch_all(
        SETTLED,
        {
            "company": company_id,
            "customers": list(customers),
            "currency": currency,
            "documents": list(documents),
            "lines": list(lines),
        },
    )
    return [OpenItem._make(row) for row in rows]


def payable(items: Iterable[Item]) -> list[OpenLine]:
    """The items as the waterfall takes them: those with something available."""
    return [OpenLine(i.line, i.document, i.available) for i in items if i.available > 0]
