"""Undoing all that a matching document did, and what that would change, found by doing it (SPEC 11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal
from ledger.models import Document, Kind
from reconciliation.figures import document_figures, entries
from reconciliation.matching import InForce, Undo, made_by, unapply
from reconciliation.oldest_first_preview import Change, Standing
from reconciliation.preview import Account, account, within_reach, would_refuse


@dataclass(frozen=True, kw_only=True)
class UndoPreview:
    """The documents and the account before and after, as of ``day``; ``refusal`` says why it cannot be."""

    applications: Sequence[InForce]
    day: date
    changes: Sequence[Change]
    before: Account
    after: Account | None
    refusal: Refusal | None = None


def in_force_of(*, actor: Actor, matching: int) -> list[InForce]:
    """What is in force of the matches that a matching document made. Raises NotFound when nothing is."""
    found = made_by(company_id=actor.company_id, documents=[matching])
    found = [one for one in found if one.maker_kind == Kind.MATCHING]
    if not found or not all(within_reach(actor, one) for one in found):
        raise NotFound()
    return found


def undo(*, actor: Actor, matching: int, reason: str, on: date | None = None) -> int:
    """Un-apply all that is in force of a matching document; returns the matching document that does it.

    Raises NotFound when nothing is in force, and as ``reconciliation.matching.unapply``.
    """
    undos = [Undo(one.id) for one in in_force_of(actor=actor, matching=matching)]
    return unapply(actor=actor, undos=undos, reason=reason, on=on)


def preview_undo(*, actor: Actor, matching: int, on: date | None = None) -> UndoPreview:
    """The state before and after ``undo`` on a day (None: as early as allowed). Nothing is written.

    Raises NotFound, or Forbidden without the right to un-apply.
    """
    actor.require("matching.unapply")
    applications = in_force_of(actor=actor, matching=matching)
    day = on or max(actor.today, *(one.date for one in applications))
    before = _standings(actor, applications, day)
    account_before = _account(actor, applications[0], day)
    after: list[tuple[Mapping[int, Standing], Account]] = []

    def attempt() -> None:
        undo(actor=actor, matching=matching, reason="-", on=on)
        after.append((_standings(actor, applications, day), _account(actor, applications[0], day)))

    refusal = would_refuse(attempt)
    if not after:
        return UndoPreview(
            applications=applications,
            day=day,
            changes=(),
            before=account_before,
            after=None,
            refusal=refusal,
        )
    standings, account_after = after[0]
    return UndoPreview(
        applications=applications,
        day=day,
        changes=_changes(actor, before, standings),
        before=account_before,
        after=account_after,
    )


def _changes(actor: Actor, before: Mapping[int, Standing], after: Mapping[int, Standing]) -> list[Change]:
    found = Document.objects.filter(company_id=actor.company_id).in_bulk(list(before))
    return [
        Change(
            document=key,
            kind=found[key].kind,
            name=str(found[key]),
            before=before[key],
            after=after[key],
        )
        for key in before
    ]


def _account(actor: Actor, one: InForce, day: date) -> Account:
    return account(company_id=actor.company_id, customer=one.customer, currency=one.currency, day=day)


def _standings(actor: Actor, applications: Sequence[InForce], day: date) -> dict[int, Standing]:
    """By document, the charges first; a payment shows the codes of the lines that take part (SPEC 15.2, Codes)."""
    ids = list(
        dict.fromkeys(
            [one.charge_document for one in applications] + [one.credit_document for one in applications]
        )
    )
    lines = {line for one in applications for line in (one.charge_line, one.credit_line)}
    documents = {one.charge_line: one.charge_document for one in applications}
    documents |= {one.credit_line: one.credit_document for one in applications}
    figures = document_figures(company_id=actor.company_id, ids=ids, day=day)
    codes: dict[int, dict[str, None]] = {}
    for entry in entries(company_id=actor.company_id, ids=ids, day=day):
        if entry.line in lines:
            codes.setdefault(documents[entry.line], {}).update(dict.fromkeys(entry.codes))
    return {
        key: Standing(
            open=figures[key].open_sides,
            mark=figures[key].mark,
            codes=(figures[key].match_code,) if figures[key].match_code else tuple(codes.get(key, ())),
        )
        for key in ids
    }
