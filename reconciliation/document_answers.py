"""The representation of a document in answers of the API, events and files: SPEC 15.1 and 15.2, for every kind.

Plain values ready for JSON: ids as ``arledger.core.api.ids`` writes them, amounts as decimal strings with the
currency's decimals, days as ISO dates, instants as RFC 3339. A reference answers with the id, and with the code beside
it (``customer``, ``customer_code``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from arledger.core.actor import Actor
from arledger.core.api.encoding import amount as money
from arledger.core.api.ids import id_of
from ledger.models import Kind
from reconciliation.answer_facts import AnswerFacts, Applied, DocumentFacts, LineFacts, Piece, answer_facts
from reconciliation.figures import Figures
from reconciliation.heads import WHOLE_DOCUMENT
from reconciliation.marks import Mark

ZERO = Decimal(0)
# The fields for which applications have to be read.
OF_APPLICATIONS = frozenset({"lines", "applications"})


def document_answers(
    actor: Actor, ids: Sequence[int], *, fields: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """The answers of documents of any kinds in the order of ``ids``, as of the actor's today (SPEC 15.1, 15.2).

    ``ids`` are documents that the person may see; those the company does not have are left out. ``fields`` names the
    only ones wanted. The number of statements does not depend on how many documents there are.
    """
    if not ids:
        return []
    facts = answer_facts(
        company_id=actor.company_id,
        ids=ids,
        day=actor.today,
        applications=fields is None or not OF_APPLICATIONS.isdisjoint(fields),
    )
    found = [_answer(facts, facts.documents[key]) for key in ids if key in facts.documents]
    if fields is None:
        return found
    return [{name: value for name, value in one.items() if name in fields} for one in found]


def _answer(facts: AnswerFacts, document: DocumentFacts) -> dict[str, Any]:
    figures = facts.figures.get(document.pk)
    return {
        "id": id_of("document", document.pk),
        "kind": document.kind,
        "number": document.number,
        **_state(document, figures),
        **_coded("customer", document.customer_id, document.customer_code),
        "customer_name": document.customer_name,
        "currency": document.currency,
        "exchange_rate": f"{document.exchange_rate.normalize():f}",
        "date": _day(document.date),
        "gl_date": _day(document.gl_date),
        "due_date": _day(document.due_date),
        **_coded("term", document.term_id, document.term_code),
        **_coded("entity", document.entity_id, document.entity_code),
        **_amounts(facts, document, figures),
        "match_code": figures.match_code if figures else "",
        "summary": id_of("summary", document.summary_id) if document.summary_id else None,
        "summary_title": document.summary_title,
        "reference": document.reference,
        "description": document.description,
        "bill_to": document.bill_to,
        "reason": document.reason,
        "reverses": _document(document.reverses_id),
        "reversal": _document(figures.reversed_by) if figures else None,
        **_of_kind(facts, document, figures),
        "lines": [_line(facts, document, figures, line) for line in facts.lines.get(document.pk, ())],
        "applications": [_application(document, one) for one in facts.applied.get(document.pk, ())],
        "created_at": document.created_at,
        "updated_at": document.updated_at,
        "posted_at": document.posted_at,
        "version": document.version,
    }


def _state(document: DocumentFacts, figures: Figures | None) -> dict[str, Any]:
    """A draft is settled by nothing and matched with nothing; a reversed refund is voided (SPEC 2, 15.1)."""
    if figures is None:
        return {"state": "draft", "settlement": None, "mark": str(Mark.NONE)}
    voided = document.kind == Kind.REFUND and figures.state == "reversed"
    return {
        "state": "voided" if voided else figures.state,
        "settlement": str(figures.settlement),
        "mark": str(figures.mark),
    }


def _amounts(facts: AnswerFacts, document: DocumentFacts, figures: Figures | None) -> dict[str, str]:
    """Signed as on the customer's account, but for the two sides, which are positive. Of a draft nothing is open."""
    currency = document.currency
    reserved = ZERO
    if figures:
        reserved = sum((facts.opens[line.pk][1] for line in facts.lines.get(document.pk, ())), ZERO)
    return {
        "total": money(document.total, currency),
        "open_amount": money(figures.open_amount if figures else ZERO, currency),
        "open_charges": money(figures.open_charges if figures else ZERO, currency),
        "open_credits": money(figures.open_credits if figures else ZERO, currency),
        "reserved_amount": money(reserved, currency),
    }


def _line(
    facts: AnswerFacts, document: DocumentFacts, figures: Figures | None, line: LineFacts
) -> dict[str, Any]:
    opened, reserved, _ever = facts.opens[line.pk] if figures else (ZERO, ZERO, ZERO)
    currency = document.currency
    return {
        "id": id_of("line", line.pk),
        "position": line.position,
        "description": line.description,
        **_coded("account", line.account_id, line.account_code),
        **_coded("location", line.location_id, line.location_code),
        **(_coded("customer", line.customer_id, line.customer_code) if document.kind == Kind.PAYMENT else {}),
        "amount": money(line.amount, currency),
        "open_amount": money(opened, currency),
        "reserved_amount": money(reserved, currency),
        "match_code": line_code(facts, document, figures, line),
        "tax_code": line.tax_code,
        "tax_amount": money(line.tax_amount, currency),
        "cash_basis_tax": line.cash_basis_tax,
        "tax_receipt_eligible": line.tax_receipt_eligible,
        "service_start": _day(line.service_start),
        "service_end": _day(line.service_end),
    }


def line_code(facts: AnswerFacts, document: DocumentFacts, figures: Figures | None, line: LineFacts) -> str:
    """The code of the group that a line belongs to (SPEC 10, 15.2).

    The lines of a document that is one head share its code. Those of payments and refunds show the code of what they
    are matched with, or their own once they have one.
    """
    if figures is None:
        return ""
    if document.kind in WHOLE_DOCUMENT:
        return figures.match_code
    matched = (
        one for one in facts.applied.get(document.pk, ()) if line.pk in (one.charge_line, one.credit_line)
    )
    return " ".join(dict.fromkeys(one.codes[-1] for one in matched if one.codes))


def _application(document: DocumentFacts, one: Applied) -> dict[str, Any]:
    return {
        "id": id_of("application", one.id),
        "charge_line": id_of("line", one.charge_line),
        "credit_line": id_of("line", one.credit_line),
        "charge_document": id_of("document", one.charge_document),
        "credit_document": id_of("document", one.credit_document),
        "amount": money(one.amount, document.currency),
        "date": _day(one.date),
        "codes": list(one.codes),
        "document": id_of("document", one.maker),
        "reason": one.reason,
    }


def _of_kind(facts: AnswerFacts, document: DocumentFacts, figures: Figures | None) -> dict[str, Any]:
    """What only documents of a kind have. ``amount`` is positive (SPEC 15.2)."""
    match document.kind:
        case Kind.PAYMENT:
            return _payment(facts, document, figures)
        case Kind.ADVANCE:
            return _cash(document, abs(document.total))
        case Kind.REFUND:
            return _refund(facts, document)
        case Kind.DEPOSIT:
            held = [_held(piece, document.currency) for piece in facts.pieces.get(document.pk, ())]
            return _cash(document, document.amount or ZERO) | {"receipts": held}
        case Kind.MATCHING:
            return {"undone": [_undone(piece, document) for piece in facts.pieces.get(document.pk, ())]}
        case _:
            return {}


def _cash(document: DocumentFacts, amount: Decimal) -> dict[str, Any]:
    return {
        "amount": money(amount, document.currency),
        "method": document.method,
        **_coded("bank_account", document.bank_account_id, document.bank_account_code),
        "undeposited": document.bank_account_id is None,
    }


def _payment(facts: AnswerFacts, document: DocumentFacts, figures: Figures | None) -> dict[str, Any]:
    """What was received, of which ``applied`` and the rest ``overpayment`` (SPEC 8: the two make up the amount).

    Both count every application, whatever its date; of a draft, what it selects. ``parts``: what each customer paid.
    """
    held = facts.pieces.get(document.pk, ())
    lines = facts.lines.get(document.pk, ())
    received = document.amount or ZERO
    if figures is None:
        rest = max(ZERO, received - sum((piece.amount for piece in held), ZERO))
    else:
        rest = sum((abs(facts.opens[line.pk][2]) for line in lines), ZERO)
    return _cash(document, received) | {
        "applied": money(received - rest, document.currency),
        "overpayment": money(rest, document.currency),
        "parts": _parts(facts, document, figures),
        "reservations": [_held(piece, document.currency) for piece in held],
    }


def _parts(facts: AnswerFacts, document: DocumentFacts, figures: Figures | None) -> list[dict[str, Any]]:
    """What each customer paid, in the order of the lines, and what of it is left."""
    parts: dict[int, tuple[LineFacts, Decimal, Decimal]] = {}
    for line in facts.lines.get(document.pk, ()):
        _first, amount, rest = parts.get(line.customer_id, (line, ZERO, ZERO))
        left = facts.opens[line.pk][2] if figures else ZERO
        parts[line.customer_id] = _first, amount + abs(line.amount), rest + abs(left)
    return [
        {
            **_coded("customer", first.customer_id, first.customer_code),
            "amount": money(amount, document.currency),
            "overpayment": money(rest, document.currency) if figures else None,
        }
        for first, amount, rest in parts.values()
    ]


def _refund(facts: AnswerFacts, document: DocumentFacts) -> dict[str, Any]:
    """``credits``: what it gives back of each credit line, reserved by a draft, cleared by a posted refund."""
    given = [_held(piece, document.currency) for piece in facts.pieces.get(document.pk, ())]
    cash = _cash(document, abs(document.total)) | {"method": "record_transfer", "pay_to": document.bill_to}
    return cash | {"credits": [{"credit": one["document"]} | one for one in given]}


def _held(piece: Piece, currency: str) -> dict[str, Any]:
    """A line of which a draft or a refund takes something, or a receipt that lies in a deposit; positive."""
    found = {
        "document": _document(piece.document),
        "kind": piece.kind,
        "number": piece.number,
        "date": _day(piece.date),
        "customer": None if piece.customer is None else id_of("customer", piece.customer),
        "amount": money(abs(piece.amount), currency),
    }
    return found | ({"line": id_of("line", piece.key)} if piece.what != "received" else {})


def _undone(piece: Piece, document: DocumentFacts) -> dict[str, Any]:
    """What a matching took back of an application, and from which day on."""
    taken = money(piece.amount, document.currency)
    return {"application": id_of("application", piece.key), "amount": taken, "date": _day(piece.date)}


def _coded(name: str, key: int | None, code: str | None) -> dict[str, str | None]:
    """A reference: its id, and its code beside it."""
    return {name: None if key is None else id_of(name, key), f"{name}_code": code}


def _document(key: int | None) -> str | None:
    return None if key is None else id_of("document", key)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
