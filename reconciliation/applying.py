"""Apply: the one primitive behind payments, credits, refunds, reversals and matching by hand (DESIGN 1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from arledger.companies.selectors import Settings
from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from arledger.core.money import check_amount
from arledger.core.sql import fetch_all
from ledger.posting import insert_applications
from reconciliation.drawing import codes_for
from reconciliation.errors import (
    AmountNotPositive,
    NotACharge,
    NotACredit,
    NotEnoughLeft,
    NothingLeft,
    OtherCurrency,
    OtherCustomer,
    TooEarly,
)
from reconciliation.heads import Side, heads_of


@dataclass(frozen=True, slots=True)
class Match:
    """Match ``amount`` (positive, in the documents' currency) of a charge line with a credit line.

    ``maker`` is the posted document the application belongs to.
    """

    charge: int
    credit: int
    amount: Decimal
    maker: int = 0


def sides(*, company_id: int, lines: Iterable[int]) -> dict[int, Side]:
    """The posted lines with these keys; read it under the customers' locks (DESIGN 2)."""
    rows = fetch_all(
        "SELECT l.id, l.document_id, l.customer_id, l.currency, sign(l.amount)::int, abs(l.open_amount),"
        " abs(l.reserved_amount), d.kind, d.number, d.date, d.reverses_id"
        " FROM ledger_line l JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id"
        " WHERE l.company_id = %s AND l.id = ANY(%s) AND d.state = 'posted'",
        [company_id, list(lines)],
    )
    return {row[0]: Side(*row) for row in rows}


def apply(
    *,
    actor: Actor,
    settings: Settings,
    matches: Sequence[Match],
    on: date | None = None,
    reason: str = "",
) -> None:
    """Insert the matches as applications.

    The caller holds the customers' locks. Each takes effect at the later of its two documents' dates, or ``on``
    when that is later still; an earlier ``on`` is refused (SPEC 15.2, Dates). Raises NotFound, NotACharge,
    NotACredit, OtherCustomer, OtherCurrency, AmountNotPositive, NothingLeft, NotEnoughLeft, TooEarly or
    CodesExhausted.
    """
    found = sides(company_id=actor.company_id, lines={key for m in matches for key in (m.charge, m.credit)})
    pairs = [(_side(found, m.charge), _side(found, m.credit), m.amount) for m in matches]
    for charge, credit, amount in pairs:
        _check_pair(charge, credit, amount, on)
    _check_available(pairs)
    heads = [
        heads_of(charge, credit, match.maker)
        for match, (charge, credit, _) in zip(matches, pairs, strict=True)
    ]
    codes = codes_for(settings=settings, heads=[head for pair in heads for head in pair])
    insert_applications(
        [
            (
                actor.company_id,
                match.maker,
                charge.line,
                credit.line,
                charge.document,
                credit.document,
                charge.customer,
                amount,
                max(charge.date, credit.date, on or charge.date),
                actor.at,
                actor.user_id,
                reason,
                codes.get(charge_head) if charge_head else None,
                codes.get(credit_head) if credit_head else None,
                None,
            )
            for match, (charge, credit, amount), (charge_head, credit_head) in zip(
                matches, pairs, heads, strict=True
            )
        ]
    )


def _side(found: dict[int, Side], key: int) -> Side:
    if key not in found:
        raise NotFound()
    return found[key]


def _check_pair(charge: Side, credit: Side, amount: Decimal, on: date | None) -> None:
    if charge.sign <= 0:
        raise NotACharge(document=charge.name)
    if credit.sign >= 0:
        raise NotACredit(document=credit.name)
    if charge.customer != credit.customer:
        raise OtherCustomer(charge=charge.name, credit=credit.name)
    if charge.currency != credit.currency:
        raise OtherCurrency(charge=charge.name, credit=credit.name)
    if amount <= 0:
        raise AmountNotPositive(field="amount")
    check_amount(amount, charge.currency)
    earliest = max(charge.date, credit.date)
    if on is not None and on < earliest:
        raise TooEarly(field="date", earliest=earliest)


def _check_available(pairs: Sequence[tuple[Side, Side, Decimal]]) -> None:
    wanted: dict[int, Decimal] = {}
    by_key: dict[int, Side] = {}
    for charge, credit, amount in pairs:
        for side in (charge, credit):
            wanted[side.line] = wanted.get(side.line, Decimal(0)) + amount
            by_key[side.line] = side
    for key, amount in wanted.items():
        require_left(by_key[key], amount)


def require_left(side: Side, amount: Decimal) -> None:
    """Raise NothingLeft or NotEnoughLeft unless ``amount`` of the line is open and not reserved by a draft."""
    left = side.available
    if amount <= left:
        return
    if left <= 0:
        raise NothingLeft(document=side.name, line=side.line)
    raise NotEnoughLeft(document=side.name, line=side.line, available=left, amount=amount)
