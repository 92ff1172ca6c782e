"""What matching oldest first would do, found by doing it and rolling it back (SPEC 11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from reconciliation.figures import document_figures, entries
from reconciliation.heads import Side
from reconciliation.marks import Mark
from reconciliation.oldest_first_services import Matched, match_oldest_first
from reconciliation.preview import Account, account, would_refuse


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A document as of a day: what is open of both its sides together, positive; its mark; its match codes."""

    open: Decimal
    mark: Mark
    codes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    """A document that takes part, before and after."""

    document: int
    kind: str
    name: str
    before: Standing
    after: Standing


@dataclass(frozen=True, kw_only=True)
class AccountPreview:
    """A customer's account in one currency as of ``day``: the day on which the last match has taken effect."""

    matched: Matched
    day: date
    changes: Sequence[Change]
    before: Account
    after: Account


def preview_oldest_first(
    *, actor: Actor, customer: int, on: date | None = None
) -> tuple[list[AccountPreview], Refusal | None]:
    """Each account of a customer before and after, or why it is refused. Nothing is written; raises Forbidden."""
    actor.require("matching.apply")
    done: list[tuple[Matched, date, Mapping[int, Standing], Account]] = []

    def attempt() -> None:
        for found in match_oldest_first(actor=actor, customers=[customer], on=on):
            day = max([actor.today, *(pair.date for pair in found.pairs)])
            done.append((found, day, _standings(actor, found, day), _account(actor, found, day)))

    refusal = would_refuse(attempt)
    if refusal:
        return [], refusal
    return [_preview(actor, *found) for found in done], None


def would_match(
    *, actor: Actor, customers: Sequence[int], on: date | None = None
) -> tuple[list[Matched], Refusal | None]:
    """What matching several customers would do, or why it is refused. Nothing is written; raises Forbidden."""
    actor.require("matching.apply")
    done: list[Matched] = []
    refusal = would_refuse(lambda: done.extend(match_oldest_first(actor=actor, customers=customers, on=on)))
    return done, refusal


def _preview(
    actor: Actor, matched: Matched, day: date, after: Mapping[int, Standing], account_after: Account
) -> AccountPreview:
    before = _standings(actor, matched, day)
    sides = {side.document: side for side in _sides(matched)}
    return AccountPreview(
        matched=matched,
        day=day,
        changes=[
            Change(
                document=key,
                kind=sides[key].kind,
                name=sides[key].name,
                before=before[key],
                after=after[key],
            )
            for key in matched.documents
        ],
        before=_account(actor, matched, day),
        after=account_after,
    )


def _sides(matched: Matched) -> list[Side]:
    return [side for pair in matched.pairs for side in (pair.charge, pair.credit)]


def _account(actor: Actor, matched: Matched, day: date) -> Account:
    return account(company_id=actor.company_id, customer=matched.customer, currency=matched.currency, day=day)


def _standings(actor: Actor, matched: Matched, day: date) -> dict[int, Standing]:
    """A payment shows the codes of the lines that take part, other documents their own (SPEC 15.2, Codes)."""
    ids = matched.documents
    figures = document_figures(company_id=actor.company_id, ids=ids, day=day)
    documents = {side.line: side.document for side in _sides(matched)}
    codes: dict[int, dict[str, None]] = {}
    for entry in entries(company_id=actor.company_id, ids=ids, day=day):
        if entry.line in documents:
            codes.setdefault(documents[entry.line], {}).update(dict.fromkeys(entry.codes))
    return {
        key: Standing(
            open=found.open_sides,
            mark=found.mark,
            codes=(found.match_code,) if found.match_code else tuple(codes.get(key, ())),
        )
        for key, found in figures.items()
    }
