"""Which summary documents belong into while they are posted, held open until the posting is done (SPEC 5, 13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from arledger.companies.frequencies import Frequency
from arledger.companies.selectors import Settings
from arledger.core.actor import Actor
from arledger.core.errors import Busy, NotFound, Refusal, refuse
from arledger.core.sql import ANY_KEY, fetch_all, given_rows
from summaries.errors import (
    SummaryClosed,
    SummaryMissing,
    SummaryNotChosen,
    SummaryUnfit,
    SummaryUnknown,
)
from summaries.models import TYPE_OF_KIND, Summary, Type
from summaries.slot_services import Key, make_instants, make_slots

FIELD = "summary"
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Placed:
    """A document about to be posted. ``alone``: nobody chose a summary for it, and nobody could (a mirror)."""

    kind: str
    entity_id: int | None
    bank_account_id: int | None
    summary_id: int | None
    gl_date: date
    alone: bool = False

    @property
    def key(self) -> Key:
        bank = self.bank_account_id if self.kind == "payment" else None
        return Key(TYPE_OF_KIND[self.kind], self.entity_id or 0, bank or 0)


@dataclass(frozen=True, slots=True)
class Place:
    """The summary of a posted document; ``gl_date`` where the summary's rules."""

    id: int
    gl_date: date | None = None


def places(*, actor: Actor, settings: Settings, documents: Sequence[Placed]) -> list[Place | None]:
    """The open summary for each document, held until the transaction ends; None for a matching.

    One statement in the usual case, whatever the number. Raises SummaryMissing, SummaryClosed or SummaryUnfit.
    """
    found: list[Place | None] = [None] * len(documents)
    slots: dict[int, Key] = {}
    instants: dict[int, Key] = {}
    chosen: list[int] = []
    for row, document in enumerate(documents):
        if document.kind not in TYPE_OF_KIND:
            continue
        frequency = settings.summary_frequency(TYPE_OF_KIND[document.kind])
        if document.summary_id is not None or frequency == Frequency.USER:
            chosen.append(row)
        elif frequency == Frequency.EACH:
            instants[row] = document.key
        else:
            slots[row] = document.key
    for row, place in [
        *_slots(actor, settings, slots).items(),
        *_instants(actor, settings, instants).items(),
        *_chosen(actor, documents, chosen).items(),
    ]:
        found[row] = place
    return found


def _slots(actor: Actor, settings: Settings, rows: Mapping[int, Key]) -> dict[int, Place]:
    """The slots around the instant of posting; made where the schedule has not made them yet."""
    if not rows:
        return {}
    keys = sorted(set(rows.values()), key=lambda key: (key.type, key.entity, key.bank))
    held = _held(actor.company_id, keys, actor.at)
    for attempt in range(ATTEMPTS):
        missing = [key for key in keys if key not in held]
        if not missing:
            break
        if attempt == ATTEMPTS - 1:
            raise Busy()
        made = make_slots(settings=settings, keys=missing, at=actor.at)
        held |= {one.key: (one.id, Summary.State.OPEN, "") for one in made if actor.at in one.slot}
        late = [key for key in missing if key not in held]
        held |= _held(actor.company_id, late, actor.at) if late else {}
    for row, key in rows.items():
        _id, state, title = held[key]
        if state == Summary.State.CLOSED:
            raise SummaryClosed(field=FIELD, row=row, summary=title)
    return {row: Place(held[key][0]) for row, key in rows.items()}


KEY = {"place": "int", "type": "text", "entity": "bigint", "bank": "bigint"}


def _held(company_id: int, keys: Sequence[Key], at: datetime) -> dict[Key, tuple[int, str, str]]:
    """The slots that hold an instant. The lock waits for whoever is closing one, and shows it as he left it."""
    given, parameters = given_rows(
        KEY, [(place, key.type, key.entity, key.bank) for place, key in enumerate(keys)]
    )
    rows = fetch_all(
        f"SELECT k.place, s.id, s.state, s.title FROM {given} AS k ({', '.join(KEY)})"
        " JOIN summaries_summary s ON s.type = k.type AND coalesce(s.entity_id, 0) = k.entity"
        " AND coalesce(s.bank_account_id, 0) = k.bank"
        " WHERE s.company_id = (SELECT %s) AND s.automatic AND s.slot_end > %s AND s.slot_start <= %s"
        " ORDER BY s.id FOR KEY SHARE OF s",
        [*parameters, company_id, at, at],
    )
    return {keys[place]: (key, state, title) for place, key, state, title in rows}


def _instants(actor: Actor, settings: Settings, rows: Mapping[int, Key]) -> dict[int, Place]:
    if not rows:
        return {}
    made: dict[Key, list[int]] = {}
    for one in make_instants(settings=settings, keys=list(rows.values()), at=actor.at):
        made.setdefault(one.key, []).append(one.id)
    return {row: Place(made[key].pop()) for row, key in rows.items()}


def _chosen(actor: Actor, documents: Sequence[Placed], rows: Sequence[int]) -> dict[int, Place]:
    """The summaries people chose; for a mirror that nobody could choose for, the next one that is open."""
    if not rows:
        return {}
    named = [key for row in rows if (key := documents[row].summary_id) is not None]
    summaries = _locked(actor, f"s.id = {ANY_KEY}", [sorted(set(named))]) if named else {}
    types = {TYPE_OF_KIND[documents[row].kind].value for row in rows if _alone(documents[row])}
    open_ones = (
        _locked(actor, "NOT s.automatic AND s.state = 'open' AND s.type = ANY(%s)", [sorted(types)])
        if types
        else {}
    )
    found: dict[int, Place] = {}
    errors: list[Refusal] = []
    for row in rows:
        try:
            summary = _choice(documents[row], summaries, open_ones)
        except Refusal as refusal:
            refusal.row = row
            errors.append(refusal)
        else:
            found[row] = Place(summary.pk, summary.gl_date)
    refuse(errors)
    return found


def _alone(document: Placed) -> bool:
    return document.alone and document.summary_id is None


def _choice(document: Placed, summaries: Mapping[int, Summary], open_ones: Mapping[int, Summary]) -> Summary:
    if document.summary_id is None:
        fitting = [
            summary
            for summary in open_ones.values()
            if document.alone
            and fits(summary, document.key)
            and (summary.gl_date or date.min) >= document.gl_date
        ]
        if not fitting:
            raise SummaryMissing(field=FIELD, type=TYPE_OF_KIND[document.kind].label)
        return min(fitting, key=lambda summary: (summary.gl_date or date.max, summary.pk))
    summary = summaries.get(document.summary_id)
    if summary is None:
        raise SummaryUnknown(field=FIELD)
    return require_usable(summary, document.key)


def _locked(actor: Actor, condition: str, parameters: Sequence[Any]) -> dict[int, Summary]:
    rows = fetch_all(
        "SELECT s.id, s.type, s.title, s.state, s.automatic, s.gl_date, s.entity_id, s.bank_account_id, s.undeposited"
        f" FROM summaries_summary s WHERE s.company_id = (SELECT %s) AND {condition} ORDER BY s.id FOR KEY SHARE",
        [actor.company_id, *parameters],
    )
    names = (
        "id",
        "type",
        "title",
        "state",
        "automatic",
        "gl_date",
        "entity_id",
        "bank_account_id",
        "undeposited",
    )
    return {
        row[0]: Summary(company_id=actor.company_id, **dict(zip(names, row, strict=True))) for row in rows
    }


def require_usable(summary: Summary, key: Key) -> Summary:
    """Raise unless documents of ``key`` may go into a summary that somebody chose."""
    if summary.state == Summary.State.CLOSED:
        raise SummaryClosed(field=FIELD, summary=summary.title)
    if summary.automatic or not fits(summary, key):
        raise SummaryUnfit(field=FIELD, summary=summary.title)
    return summary


def fits(summary: Summary, key: Key) -> bool:
    """Whether a user's summary takes documents of this type, entity and bank account."""
    bank = (
        key.bank == summary.bank_account_id
        if summary.bank_account_id
        else not (summary.undeposited and key.bank)
    )
    return summary.type == key.type and bank and summary.entity_id in (None, key.entity or None)


def check_choices(*, actor: Actor, settings: Settings, documents: Sequence[Placed]) -> None:
    """Refuse what drafts may not name. One statement when one is named, none otherwise.

    Raises (several as Refusals, each with its row) SummaryUnknown, SummaryClosed, SummaryUnfit or SummaryNotChosen.
    """
    named = {key for document in documents if (key := document.summary_id) is not None}
    if not named:
        return
    summaries = _locked(actor, f"s.id = {ANY_KEY}", [sorted(named)])
    errors: list[Refusal] = []
    for row, document in enumerate(documents):
        if document.summary_id is None:
            continue
        try:
            _check_choice(actor, settings, document, summaries)
        except Refusal as refusal:
            refusal.row = row
            errors.append(refusal)
    refuse(errors)


def _check_choice(
    actor: Actor, settings: Settings, document: Placed, summaries: Mapping[int, Summary]
) -> None:
    summary = summaries.get(document.summary_id or 0)
    if summary is None or not actor.reaches(summary.entity_id):
        raise SummaryUnknown(field=FIELD)
    type = TYPE_OF_KIND[document.kind]
    frequency = settings.summary_frequency(type)
    if frequency != Frequency.USER:
        raise SummaryNotChosen(field=FIELD, type=type.label, frequency=Frequency(frequency).label)
    require_usable(summary, document.key)


def hold(*, actor: Actor, ids: Sequence[int]) -> dict[int, Summary]:
    """Lock summaries for a change, in key order, and read them again. Raises NotFound."""
    assert transaction.get_connection().in_atomic_block
    rows = Summary.objects.select_for_update().filter(company_id=actor.company_id, pk__in=ids).order_by("pk")
    found = {summary.pk: summary for summary in rows}
    if len(found) != len(set(ids)) or not all(actor.reaches(one.entity_id) for one in found.values()):
        raise NotFound()
    return found


__all__ = ["FIELD", "Place", "Placed", "Type", "check_choices", "fits", "hold", "places"]
