"""What a verb of matching would do, found by doing it and rolling it back: the preview is the result (SPEC 11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal
from arledger.core.sql import fetch_all
from ledger.models import document_name
from reconciliation.figures import Figures, document_figures, entries, line_opens
from reconciliation.marks import Mark, Settlement
from reconciliation.matching import InForce, Undo, in_force, unapply

MOST_KEYS = 2**63


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One side of a match as of a day. ``line_open`` is of the matched line; open amounts are positive.

    ``number`` is what people call the document (``document_name``).
    """

    document: int
    kind: str
    number: str
    position: int
    open: Decimal
    line_open: Decimal
    settlement: Settlement
    mark: Mark
    code: str


@dataclass(frozen=True, kw_only=True)
class Account:
    """A customer's account in one currency as of a day; ``charges`` and ``credits`` are positive."""

    customer: str
    charges: Decimal
    credits: Decimal

    @property
    def balance(self) -> Decimal:
        return self.charges - self.credits


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything un-applying one match can change."""

    charge: Standing
    credit: Standing
    account: Account


@dataclass(frozen=True, kw_only=True)
class UnapplyPreview:
    """A match with what stands before and after un-applying it as of ``day``; ``refusal`` says why it cannot be."""

    application: InForce
    day: date
    before: State
    after: State | None
    refusal: Refusal | None = None


def application_of(actor: Actor, key: int) -> InForce:
    """One original application with what is left of it. Raises NotFound."""
    found = in_force(company_id=actor.company_id, ids=[key]) if key < MOST_KEYS else []
    if not found or not within_reach(actor, found[0]):
        raise NotFound()
    return found[0]


def within_reach(actor: Actor, one: InForce) -> bool:
    """Whether both sides of a match belong to the person's entities, or to none (SPEC 4)."""
    entities = actor.entities
    return entities is None or all(
        entity is None or entity in entities for entity in (one.charge_entity, one.credit_entity)
    )


def preview_unapply(
    *, actor: Actor, key: int, amount: Decimal | None = None, on: date | None = None
) -> UnapplyPreview:
    """The state before and after un-applying ``amount`` (None: all) of a match on a day (None: as early as allowed).

    Nothing is written. Raises NotFound, or Forbidden without the right to un-apply.
    """
    actor.require("matching.unapply")
    application = application_of(actor, key)
    day = on or max(actor.today, application.date)
    before = state(company_id=actor.company_id, application=application, day=day)
    after: list[State] = []

    def attempt() -> None:
        unapply(actor=actor, undos=[Undo(key, amount)], reason="-", on=on)
        after.append(state(company_id=actor.company_id, application=application, day=day))

    refusal = would_refuse(attempt)
    return UnapplyPreview(
        application=application,
        day=day,
        before=before,
        after=after[0] if after else None,
        refusal=refusal,
    )


def would_refuse(verb: Callable[[], object]) -> Refusal | None:
    """Why a verb would be refused right now, or None; either way nothing of it stays."""
    try:
        with transaction.atomic():
            verb()
            transaction.set_rollback(True)
    except Refusal as refusal:
        return refusal
    return None


def state(*, company_id: int, application: InForce, day: date) -> State:
    """How both sides of a match and the customer's account stand as of a day."""
    ids = [application.charge_document, application.credit_document]
    figures = document_figures(company_id=company_id, ids=ids, day=day)
    opens = line_opens(company_id=company_id, ids=ids, day=day)
    codes: dict[int, str] = {}
    for entry in entries(company_id=company_id, ids=ids, day=day):
        known = codes.get(entry.line, "").split()
        codes[entry.line] = " ".join(dict.fromkeys([*known, *entry.codes]))
    names = {row[0]: row[1:] for row in fetch_all(LINES, [company_id, _lines(application)])}

    def standing(line: int) -> Standing:
        document, position, number, kind, day_of = names[line]
        own: Figures = figures[document]
        return Standing(
            document=document,
            kind=kind,
            number=document_name(kind, number, day_of),
            position=position,
            open=own.open_sides,
            line_open=abs(opens[line][0]),
            settlement=own.settlement,
            mark=own.mark,
            code=own.match_code or codes.get(line, ""),
        )

    return State(
        charge=standing(application.charge_line),
        credit=standing(application.credit_line),
        account=account(
            company_id=company_id, customer=application.customer, currency=application.currency, day=day
        ),
    )


def _lines(application: InForce) -> list[int]:
    return [application.charge_line, application.credit_line]


LINES = """
SELECT l.id, l.document_id, l.position, d.number, d.kind, d.date
FROM ledger_line l JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id
WHERE l.company_id = (SELECT %s) AND l.id = ANY(%s)
"""

ACCOUNT = """
WITH open AS (
    SELECT coalesce(sum(l.open_amount) FILTER (WHERE l.amount > 0), 0) AS charges,
           -coalesce(sum(l.open_amount) FILTER (WHERE l.amount < 0), 0) AS credits
    FROM ledger_line l
    JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id AND d.state = 'posted'
    WHERE l.company_id = (SELECT %(company)s) AND l.customer_id = %(customer)s AND l.currency = %(currency)s
      AND l.is_open AND d.date <= %(day)s
), later AS (
    SELECT coalesce(sum(a.amount) FILTER (WHERE c.date <= %(day)s), 0) AS charges,
           coalesce(sum(a.amount) FILTER (WHERE k.date <= %(day)s), 0) AS credits
    FROM ledger_application a
    JOIN ledger_document c ON c.company_id = a.company_id AND c.id = a.charge_document_id
    JOIN ledger_document k ON k.company_id = a.company_id AND k.id = a.credit_document_id
    WHERE a.company_id = (SELECT %(company)s) AND a.customer_id = %(customer)s AND a.date > %(day)s
      AND c.currency = %(currency)s
)
SELECT (SELECT name FROM customers_customer WHERE company_id = (SELECT %(company)s) AND id = %(customer)s),
       open.charges + later.charges, open.credits + later.credits
FROM open, later
"""


def account(*, company_id: int, customer: int, currency: str, day: date) -> Account:
    """Open charges and available credits of a customer in one currency as of a day."""
    parameters = {"company": company_id, "customer": customer, "currency": currency, "day": day}
    name, charges, credits = fetch_all(ACCOUNT, parameters)[0]
    return Account(customer=name, charges=charges, credits=credits)
