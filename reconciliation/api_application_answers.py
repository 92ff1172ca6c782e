"""How applications are answered, many at once (SPEC 10, 15.1)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from arledger.core.actor import Actor
from arledger.core.api.encoding import amount as plain_amount
from arledger.core.api.encoding import instant
from arledger.core.api.ids import id_of
from arledger.core.query import KeyIn
from ledger.models import Application, Kind
from reconciliation.figures import document_figures, line_opens, shown_codes

ZERO = Decimal(0)
FIELDS = (
    "id",
    "customer",
    "customer_code",
    "currency",
    "charge_document",
    "charge_number",
    "charge_line",
    "credit_document",
    "credit_number",
    "credit_line",
    "amount",
    "applied_amount",
    "date",
    "codes",
    "inline",
    "document",
    "reason",
    "recorded_at",
)


def application_answers(actor: Actor, rows: Sequence[Application]) -> list[dict[str, Any]]:
    """``amount`` is what is in force, ``applied_amount`` what once was applied; both positive.

    The rows bring their customer, charge line and documents along. Three further statements, however many there are.
    """
    if not rows:
        return []
    company = actor.company_id
    undone = dict(
        Application.objects.filter(KeyIn([row.pk for row in rows], "reverses_id"), company_id=company)
        .order_by()
        .values_list("reverses_id")
        .annotate(sum=Sum("amount"))
    )
    documents = {key for row in rows for key in (row.charge_document_id, row.credit_document_id)}
    figures = document_figures(company_id=company, ids=documents, day=actor.today)
    paying = {row.credit_document_id for row in rows if row.credit_document.kind == Kind.PAYMENT}
    opens = line_opens(company_id=company, ids=paying, day=actor.today) if paying else {}
    settled = {(key, 0): found.settled for key, found in figures.items()}
    settled |= {(row.credit_document_id, row.credit_line_id): _spent(row, opens) for row in rows}
    return [
        _answer(row, row.amount + undone.get(row.pk, ZERO), _codes(row, settled, figures)) for row in rows
    ]


def _spent(row: Application, opens: dict[int, tuple[Decimal, Decimal, Decimal]]) -> bool:
    return row.credit_line_id in opens and opens[row.credit_line_id][0] == 0


def _codes(
    row: Application, settled: dict[tuple[int, int], bool], figures: dict[int, Any]
) -> tuple[str, ...]:
    own_line = row.credit_line_id if row.credit_document.kind == Kind.PAYMENT else 0
    heads = (
        (row.charge_code, (row.charge_document_id, 0)),
        (row.credit_code, (row.credit_document_id, own_line)),
    )
    inline = row.charge_document_id == row.credit_document_id
    shared = figures[row.charge_document_id].match_code if inline else ""
    return shown_codes(heads, settled, inline=inline, shared=shared)


def _answer(row: Application, left: Decimal, codes: tuple[str, ...]) -> dict[str, Any]:
    currency = row.charge_line.currency
    return {
        "id": id_of("application", row.pk),
        "customer": id_of("customer", row.customer_id),
        "customer_code": row.customer.code,
        "currency": currency,
        "charge_document": id_of("document", row.charge_document_id),
        "charge_number": row.charge_document.number,
        "charge_line": id_of("line", row.charge_line_id),
        "credit_document": id_of("document", row.credit_document_id),
        "credit_number": row.credit_document.number,
        "credit_line": id_of("line", row.credit_line_id),
        "amount": plain_amount(left, currency),
        "applied_amount": plain_amount(row.amount, currency),
        "date": row.date,
        "codes": list(codes),
        "inline": row.charge_document_id == row.credit_document_id,
        "document": id_of("document", row.document_id),
        "reason": row.reason,
        "recorded_at": instant(row.recorded_at),
    }
