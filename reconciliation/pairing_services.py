"""Matching by hand of charges and credits that are named as documents or as lines (SPEC 10, 15)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal, Refusals, refuse
from arledger.core.money import check_amount
from customers.selectors import allowed
from ledger.models import Line
from ledger.posting import lock_customers
from reconciliation.applying import Match, sides
from reconciliation.errors import (
    AmountNotPositive,
    DocumentIsDraft,
    NotACharge,
    NotACredit,
    NotEnoughLeft,
    NothingChosen,
    NothingLeft,
    OtherCurrency,
    OtherCustomer,
    SeveralAccounts,
)
from reconciliation.heads import Side
from reconciliation.matching import match
from reconciliation.naming import Named

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Wish:
    """Apply ``amount`` (positive, in the documents' currency) of a credit to a charge, each a document or a line."""

    charge: Named
    credit: Named
    amount: Decimal


def apply_named(*, actor: Actor, wishes: Sequence[Wish], on: date | None = None, reason: str = "") -> int:
    """Match what is named, a document line after line in its order; returns the matching document's key.

    ``field`` of a refusal is ``applications.<place>.…``. Raises NothingChosen, NotFound, DocumentIsDraft, NotACharge,
    NotACredit, OtherCustomer, OtherCurrency, SeveralAccounts, AmountNotPositive, InvalidAmount, NothingLeft,
    NotEnoughLeft, and what ``reconciliation.matching.match`` refuses; then nothing is written.
    """
    actor.require("matching.apply")
    if not wishes:
        raise NothingChosen(field="applications")
    with transaction.atomic():
        customer = _customer(wishes)
        if not allowed(actor, lock_customers(actor=actor, ids=[customer])):
            raise NotFound(field="applications")
        return match(actor=actor, matches=_matches(actor, wishes), on=on, reason=reason)


def _customer(wishes: Sequence[Wish]) -> int:
    """The one customer of all that is named."""
    for place, wish in enumerate(wishes):
        if wish.charge.customer != wish.credit.customer:
            raise OtherCustomer(
                field=f"applications.{place}.credit", charge=wish.charge.name, credit=wish.credit.name
            )
    found = {named.customer for wish in wishes for named in (wish.charge, wish.credit)}
    if len(found) > 1:
        raise SeveralAccounts(field="applications")
    customer = found.pop()
    if customer is None:
        raise NotFound(field="applications")
    return customer


class _Account:
    """The lines of what is named, read under the customer's lock, less what this call has used of them so far."""

    def __init__(self, actor: Actor, wishes: Sequence[Wish]) -> None:
        named = [one for wish in wishes for one in (wish.charge, wish.credit)]
        whole = {one.document for one in named if one.line is None}
        lines = Line.objects.filter(company_id=actor.company_id, document__in=whole)
        self._lines: dict[int, list[int]] = {key: [] for key in whole}
        for document, key in lines.order_by("document", "position").values_list("document_id", "pk"):
            self._lines[document].append(key)
        wanted = {one.line for one in named if one.line} | {k for own in self._lines.values() for k in own}
        self._sides = sides(company_id=actor.company_id, lines=wanted)
        self.left = {key: side.available for key, side in self._sides.items()}

    def side(self, named: Named, sign: int, field: str) -> list[Side]:
        """The charge (or credit) lines that are meant. Raises DocumentIsDraft, NotACharge or NotACredit."""
        keys = self._lines[named.document] if named.line is None else [named.line]
        posted = [self._sides[key] for key in keys if key in self._sides]
        if not posted:
            raise DocumentIsDraft(field=field, document=named.name)
        found = [side for side in posted if side.sign == sign]
        if not found:
            raise (NotACharge if sign > 0 else NotACredit)(field=field, document=named.name)
        return found

    def available(self, own: Sequence[Side]) -> Decimal:
        return sum((self.left[side.line] for side in own), ZERO)


def _matches(actor: Actor, wishes: Sequence[Wish]) -> list[Match]:
    """Each wish as matches of lines. Raises what is wrong with any of them (several as Refusals)."""
    account = _Account(actor, wishes)
    matches: list[Match] = []
    errors: list[Refusal] = []
    for place, wish in enumerate(wishes):
        try:
            matches += _spread(account, wish, f"applications.{place}")
        except Refusal as refusal:
            errors += refusal.errors if isinstance(refusal, Refusals) else [refusal]
    refuse(errors)
    return matches


def _spread(account: _Account, wish: Wish, at: str) -> Iterator[Match]:
    """Line after line on both sides, as far as each goes."""
    charges = account.side(wish.charge, 1, f"{at}.charge")
    credits = account.side(wish.credit, -1, f"{at}.credit")
    if charges[0].currency != credits[0].currency:
        raise OtherCurrency(field=f"{at}.credit", charge=wish.charge.name, credit=wish.credit.name)
    if wish.amount <= 0:
        raise AmountNotPositive(field=f"{at}.amount")
    check_amount(wish.amount, charges[0].currency, field=f"{at}.amount")
    for named, own, member in ((wish.charge, charges, "charge"), (wish.credit, credits, "credit")):
        _require(account, named, own, wish.amount, at, member)
    return _pairs(account.left, charges, credits, wish.amount)


def _require(
    account: _Account, named: Named, own: Sequence[Side], amount: Decimal, at: str, member: str
) -> None:
    left = account.available(own)
    if left <= 0:
        raise NothingLeft(field=f"{at}.{member}", document=named.name)
    if amount > left:
        raise NotEnoughLeft(field=f"{at}.amount", document=named.name, available=left, amount=amount)


def _pairs(
    left: dict[int, Decimal], charges: Sequence[Side], credits: Sequence[Side], amount: Decimal
) -> Iterator[Match]:
    waiting = deque(side.line for side in credits)
    for charge in (side.line for side in charges):
        while waiting and amount and left[charge]:
            part = min(left[charge], left[waiting[0]], amount)
            if part:
                yield Match(charge=charge, credit=waiting[0], amount=part)
            left[charge] -= part
            left[waiting[0]] -= part
            amount -= part
            if not left[waiting[0]]:
                waiting.popleft()
