"""Available credits of customers, whatever they came from (SPEC 7): one notion, one reading.

Inline credits, advances, overpayments, negative invoices and adjustments, each credit line with what is left of it,
and whether it may be refunded (SPEC 9).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Day
from decimal import Decimal
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.core.sql import fetch_all
from ledger.models import document_name


class CreditKind(Enum):
    """In the order in which credits used together are consumed (SPEC 7)."""

    INLINE = "inline"
    ADVANCE = "advance"
    OVERPAYMENT = "overpayment"
    NEGATIVE_INVOICE = "negative_invoice"
    ADJUSTMENT = "adjustment"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    @property
    def label(self) -> str | Promise:
        return CREDIT_LABELS[self]


_RANKS = {kind: rank for rank, kind in enumerate(CreditKind)}
CREDIT_LABELS: dict[CreditKind, str | Promise] = {
    CreditKind.INLINE: _("Inline credit"),
    CreditKind.ADVANCE: _("Advance"),
    CreditKind.OVERPAYMENT: _("Overpayment"),
    CreditKind.NEGATIVE_INVOICE: _("Negative invoice"),
    CreditKind.ADJUSTMENT: _("Adjustment"),
}


class NotRefundable(Enum):
    """Why a credit can be applied but not given back (SPEC 9); the last two depend on the refund at hand."""

    CURRENCY = "currency_not_base"
    CASH_BASIS_TAX = "cash_basis_tax"
    CHARGES = "has_charges"
    ENTITY = "other_entity"
    LATER = "dated_later"

    @property
    def sentence(self) -> str | Promise:
        return _SENTENCES[self]


_SENTENCES: dict[NotRefundable, str | Promise] = {
    NotRefundable.CURRENCY: _("Refunds are made in the company’s base currency only."),
    NotRefundable.CASH_BASIS_TAX: _("The document has a line with cash-basis tax."),
    NotRefundable.CHARGES: _("The document also has positive lines: apply the credit instead."),
    NotRefundable.ENTITY: _("The credit belongs to another entity than the refund."),
    NotRefundable.LATER: _("The credit is dated after the refund."),
}


@dataclass(frozen=True, slots=True)
class CreditItem:
    """A credit line with something open. Amounts are positive, in ``currency``; ``total`` is the document's, signed.

    ``reserved`` is what drafts other than the one asked for have promised of it.
    """

    line: int
    position: int
    description: str
    document: int
    document_kind: str
    kind: CreditKind
    number: str | None
    date: Day
    reference: str
    customer: int
    currency: str
    amount: Decimal
    open: Decimal
    reserved: Decimal
    total: Decimal
    entity: int | None
    location: int | None
    location_name: str
    control_account: int
    not_refundable: NotRefundable | None

    @property
    def available(self) -> Decimal:
        return self.open - self.reserved

    def less(self, taken: Decimal) -> CreditItem:
        """The same after so much of it was used."""
        return replace(self, open=self.open - taken)

    @property
    def name(self) -> str:
        return document_name(self.document_kind, self.number, self.date)


CREDITS = """
SELECT l.id, l.position, l.description, d.id, d.kind, d.number, d.date, d.reference, l.customer_id, l.currency,
       -l.amount, -l.open_amount, -l.reserved_amount + coalesce(r.amount, 0), d.total, d.entity_id,
       l.location_id, coalesce(p.name, ''), l.control_account_id, f.charges, f.cash_basis_tax,
       l.currency = c.base_currency
FROM ledger_line l
CROSS JOIN LATERAL (
    SELECT * FROM ledger_document o
    WHERE o.company_id = l.company_id AND o.id = l.document_id AND o.state = 'posted' OFFSET 0
) d
CROSS JOIN LATERAL (
    SELECT bool_or(s.amount > 0) AS charges, bool_or(s.cash_basis_tax) AS cash_basis_tax
    FROM ledger_line s WHERE s.company_id = l.company_id AND s.document_id = l.document_id
) f
JOIN companies_company c ON c.id = l.company_id
LEFT JOIN companies_location p ON p.company_id = l.company_id AND p.id = l.location_id
LEFT JOIN LATERAL (
    SELECT amount FROM ledger_reservation o
    WHERE o.company_id = l.company_id AND o.document_id = %(draft)s AND o.line_id = l.id OFFSET 0
) r ON true
WHERE l.company_id = (SELECT %(company)s) AND l.customer_id = ANY(%(customers)s) AND l.is_open AND l.amount < 0
  AND (%(currency)s::text IS NULL OR l.currency = %(currency)s)
  AND (%(documents)s::bigint[] IS NULL OR l.document_id = ANY(%(documents)s))
  AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
ORDER BY d.date, d.number NULLS FIRST, d.id, l.position
"""


def open_credits(
    *,
    company_id: int,
    customers: Iterable[int],
    currency: str | None = None,
    documents: Sequence[int] | None = None,
    entities: Collection[int] | None = None,
    draft: int = 0,
) -> list[CreditItem]:
    """The customers' open credit lines, oldest first; one statement.

    ``entities`` leaves out what a person limited to them may not see (SPEC 4); ``documents`` names the only ones
    wanted. What the draft with key ``draft`` has reserved counts as available. Items with nothing available (all
    reserved by drafts) are included: a page shows them with what holds them.
    """
    rows = fetch_all(
        CREDITS,
        {
            "company": company_id,
            "customers": list(customers),
            "currency": currency,
            "documents": None if documents is None else list(documents),
            "entities": None if entities is None else list(entities),
            "draft": draft,
        },
    )
    return [_item(*row) for row in rows]


# The same reading of lines that were named and have nothing open any more.
SPENT = CREDITS.replace("AND l.is_open AND l.amount < 0", "AND NOT l.is_open AND l.amount < 0").replace(
    "%(documents)s::bigint[] IS NULL OR l.document_id = ANY(%(documents)s)",
    "l.document_id = ANY(%(documents)s) OR l.id = ANY(%(lines)s)",
)


def spent_credits(
    *,
    company_id: int,
    customer: int,
    currency: str,
    documents: Sequence[int],
    lines: Sequence[int],
    entities: Collection[int] | None = None,
) -> list[CreditItem]:
    """Credit lines of the customer that were named, by document or line, but have nothing open any more."""
    if not documents and not lines:
        return []
    rows = fetch_all(
        SPENT,
        {
            "company": company_id,
            "customers": [customer],
            "currency": currency,
            "documents": list(documents),
            "lines": list(lines),
            "entities": None if entities is None else list(entities),
            "draft": 0,
        },
    )
    return [_item(*row) for row in rows]


def _item(*row: object) -> CreditItem:
    *columns, charges, cash_basis, base = row
    kind, document_kind = _kind(str(columns[4]), bool(charges)), columns[4]
    reason = (
        NotRefundable.CHARGES
        if charges
        else NotRefundable.CASH_BASIS_TAX
        if cash_basis
        else None
        if base
        else NotRefundable.CURRENCY
    )
    return CreditItem(*columns[:4], document_kind, kind, *columns[5:], reason)  # type: ignore[arg-type, call-arg]


def _kind(document_kind: str, charges: bool) -> CreditKind:
    match document_kind:
        case "invoice":
            return CreditKind.INLINE if charges else CreditKind.NEGATIVE_INVOICE
        case "payment":
            return CreditKind.OVERPAYMENT
        case "advance":
            return CreditKind.ADVANCE
        case _:
            return CreditKind.ADJUSTMENT
