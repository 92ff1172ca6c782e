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
from arledger.core.sql import ANY_KEY, fetch_all
from ledger.posting import insert_applications
from reconciliation.drawing import codes_for
from reconciliation.effect import Effect
from reconciliation.errors import (
    AmountNotPositive,
    CreditOfOtherEntity,
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

    ``maker`` is the posted document the application belongs to; it takes effect on ``since`` at the earliest.
    """

    charge: int
    credit: int
    amount: Decimal
    maker: int = 0
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A match that was checked, with the day it takes effect."""

    charge: Side
    credit: Side
    amount: Decimal
    maker: int
    date: date


# OFFSET 0: looked up by key, also in a company younger than the planner's statistics (see ledger/migrations/sql).
SIDES = """
SELECT l.id, l.document_id, l.customer_id, l.currency, sign(l.amount)::int, abs(l.open_amount), abs(l.reserved_amount),
       d.kind, d.number, d.date, d.reverses_id, d.entity_id,
       EXISTS (SELECT FROM ledger_application u
               WHERE u.company_id = l.company_id AND u.reverses_id IS NOT NULL
                 AND u.charge_document_id = l.document_id AND u.charge_line_id = l.id)
       OR EXISTS (SELECT FROM ledger_application u
                  WHERE u.company_id = l.company_id AND u.reverses_id IS NOT NULL
                    AND u.credit_document_id = l.document_id AND u.credit_line_id = l.id)
FROM ledger_line l
CROSS JOIN LATERAL (
    SELECT * FROM ledger_document o WHERE o.company_id = l.company_id AND o.id = l.document_id OFFSET 0
) d
WHERE l.company_id = (SELECT %s) AND l.id = {any_key} AND d.state = 'posted'
""".replace("{any_key}", ANY_KEY)


def sides(*, company_id: int, lines: Iterable[int]) -> dict[int, Side]:
    """The posted lines with these keys; read it under the customers' locks (DESIGN 2)."""
    rows = fetch_all(SIDES, [company_id, list(lines)])
    return {row[0]: Side(*row) for row in rows}


def apply(
    *,
    actor: Actor,
    settings: Settings,
    matches: Sequence[Match],
    on: date | None = None,
    reason: str = "",
) -> None:
    """Insert the matches as applications. The caller holds the customers' locks. Raises as ``pair`` and ``join``."""
    pairs = pair(settings=settings, matches=matches, on=on)
    join(actor=actor, settings=settings, pairs=pairs, reason=reason)


def pair(*, settings: Settings, matches: Sequence[Match], on: date | None = None) -> list[Pair]:
    """Check matches and say when each takes effect; the caller holds the customers' locks.

    That is the latest of its two documents' dates, the days since which its amounts are free and its ``since``, or
    ``on`` when that is later still; an earlier ``on`` is refused (SPEC 15.2, Dates). Raises NotFound, NotACharge,
    NotACredit, OtherCustomer, OtherCurrency, AmountNotPositive, NothingLeft, NotEnoughLeft or TooEarly; and
    CreditOfOtherEntity where credits are limited to the entity that owns them (SPEC 3).
    """
    company_id = settings.company.pk
    found = sides(company_id=company_id, lines={key for m in matches for key in (m.charge, m.credit)})
    chosen = [(_side(found, m.charge), _side(found, m.credit), m) for m in matches]
    for charge, credit, match in chosen:
        _check_pair(charge, credit, match.amount)
        if settings.row.limit_credits_to_entity:
            _require_same_entity(charge, credit, match.maker)
    for key, amount in _wanted(matches).items():
        require_left(found[key], amount)
    effect = Effect(company_id=company_id, sides=found.values())
    return [
        Pair(charge, credit, match.amount, match.maker, _day(effect, charge, credit, match, on))
        for charge, credit, match in chosen
    ]


def _day(effect: Effect, charge: Side, credit: Side, match: Match, on: date | None) -> date:
    earliest = effect.earliest(charge, credit, match.amount)
    if match.since:
        earliest = max(earliest, match.since)
    if on is not None and on < earliest:
        raise TooEarly(field="date", earliest=earliest)
    effect.take(charge, credit, match.amount, on or earliest)
    return on or earliest


def join(*, actor: Actor, settings: Settings, pairs: Sequence[Pair], reason: str = "") -> None:
    """Insert checked pairs as applications, with the codes of their heads. Raises CodesExhausted."""
    heads = [heads_of(pair.charge, pair.credit, pair.maker) for pair in pairs]
    codes = codes_for(settings=settings, heads=[head for both in heads for head in both])
    insert_applications(
        [
            (
                actor.company_id,
                pair.maker,
                pair.charge.line,
                pair.credit.line,
                pair.charge.document,
                pair.credit.document,
                pair.charge.customer,
                pair.amount,
                pair.date,
                actor.at,
                actor.user_id,
                reason,
                codes.get(charge_head) if charge_head else None,
                codes.get(credit_head) if credit_head else None,
                None,
            )
            for pair, (charge_head, credit_head) in zip(pairs, heads, strict=True)
        ]
    )


def _side(found: dict[int, Side], key: int) -> Side:
    if key not in found:
        raise NotFound()
    return found[key]


def _check_pair(charge: Side, credit: Side, amount: Decimal) -> None:
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


def _require_same_entity(charge: Side, credit: Side, maker: int) -> None:
    """Money that a payment has just received is free, and a reversal meets its original wherever that stands."""
    own = credit.document == maker or charge.reverses == credit.document or credit.reverses == charge.document
    if credit.entity != charge.entity and not own:
        raise CreditOfOtherEntity(charge=charge.name, credit=credit.name)


def _wanted(matches: Sequence[Match]) -> dict[int, Decimal]:
    """How much of each line the matches take together."""
    wanted: dict[int, Decimal] = {}
    for match in matches:
        for key in (match.charge, match.credit):
            wanted[key] = wanted.get(key, Decimal(0)) + match.amount
    return wanted


def require_left(side: Side, amount: Decimal) -> None:
    """Raise NothingLeft or NotEnoughLeft unless ``amount`` of the line is open and not reserved by a draft."""
    left = side.available
    if amount <= left:
        return
    if left <= 0:
        raise NothingLeft(document=side.name, line=side.line)
    raise NotEnoughLeft(document=side.name, line=side.line, available=left, amount=amount)
