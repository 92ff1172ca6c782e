"""Making automatic summaries: one idempotent step for the schedule, for postings and for changed settings (SPEC 13).

The database owns the slots: an exclusion constraint keeps them apart, so two runs at once make nothing twice. What is
missing is found from what is there, so a late run misses nothing. No audit events: nobody did anything, and a posting
that comes here holds no lock yet that would let it write one (DESIGN 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation

from arledger.companies.frequencies import SUMMARY_TYPES, Frequency
from arledger.companies.models import BankAccount, Entity
from arledger.companies.selectors import Settings
from arledger.core.sql import execute, fetch_all, given_rows
from summaries.models import SCHEDULED, Type
from summaries.slots import Slot, is_bound, slot_at, slots_between

TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Key:
    """What automatic summaries are told apart by: type, entity and, of payments, the bank account; 0 for none."""

    type: str
    entity: int = 0
    bank: int = 0


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest slot of a key that starts by an instant, what instants since then are taken, and the next slot."""

    id: int | None
    start: datetime | None
    end: datetime | None
    frequency: str
    time_zone: str
    taken: datetime | None
    next: datetime | None


def title_of(type: str, start: datetime, zone: ZoneInfo) -> str:
    """A label: the type in the language at hand and the local time of the slot's start."""
    return f"{Type(type).label} {start.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def ensure_slots(*, settings: Settings, at: datetime) -> int:
    """Let a company have a slot around ``at`` for all that its schedule knows; returns how many were made.

    Slots of another frequency or time zone than the company's end at ``at``, or after what lies in them already. Safe
    to run twice, at once, late, or again from the start.
    """
    keys = scheduled_keys(settings.company.pk)
    with transaction.atomic():
        cut_stale(settings=settings, keys=keys, at=at)
    # In a transaction of its own: whoever waits for the new slots holds nothing that ending the old ones waits for.
    with transaction.atomic():
        return len(make_slots(settings=settings, keys=keys, at=at))


def scheduled_keys(company_id: int) -> list[Key]:
    """The top level and every active entity; payments for undeposited funds and for the bank accounts of each."""
    entities = [0, *Entity.objects.filter(company_id=company_id, active=True).values_list("pk", flat=True)]
    keys = [Key(type, entity) for type in SUMMARY_TYPES for entity in entities]
    banks = BankAccount.objects.filter(company_id=company_id, active=True).values_list("pk", "entity_id")
    return keys + [
        Key(Type.PAYMENTS, entity, bank)
        for bank, owner in banks
        for entity in entities
        if owner is None or entity in (0, owner)
    ]


@dataclass(frozen=True, slots=True)
class Made:
    """A summary just made."""

    id: int
    key: Key
    slot: Slot


def make_slots(*, settings: Settings, keys: Iterable[Key], at: datetime) -> list[Made]:
    """Make the slots around ``at`` that are missing, and those missed since the last one of the same rhythm.

    Returns those made: one that somebody else was making at the same time is not among them.
    """
    wanted = [key for key in keys if settings.summary_frequency(key.type) in SCHEDULED]
    rows = [
        (key, slot)
        for key, latest in _latest(settings.company.pk, wanted, at).items()
        for slot in _missing(settings, key, latest, at)
    ]
    return _inserted(settings, rows, at)


def make_instants(*, settings: Settings, keys: Sequence[Key], at: datetime) -> list[Made]:
    """A summary of its own for each payment (frequency *each*)."""
    return _inserted(settings, [(key, Slot(at, at)) for key in keys], at, Frequency.EACH)


def cut_stale(*, settings: Settings, keys: Iterable[Key], at: datetime) -> None:
    """End running slots of another frequency or time zone than the settings say."""
    zone = settings.company.time_zone
    stale = [
        latest.id
        for key, latest in _latest(settings.company.pk, list(keys), at).items()
        if latest.id is not None
        and latest.end is not None
        and latest.end > at
        and latest.next is None
        and (latest.frequency, latest.time_zone) != (settings.summary_frequency(key.type), zone)
    ]
    end_slots(company_id=settings.company.pk, ids=stale, at=at)


def end_slots(*, company_id: int, ids: Sequence[int], at: datetime, after_content: bool = True) -> list[int]:
    """End slots at ``at``: or, ``after_content``, behind what was posted in them, else only those that end cleanly.

    Waits for whoever is posting into them. Returns the slots that have ended.
    """
    if not ids:
        return []
    held = "SELECT id FROM summaries_summary WHERE company_id = %s AND id = ANY(%s) ORDER BY id FOR UPDATE"
    fetch_all(held, [company_id, sorted(ids)])
    last = fetch_all(
        "SELECT s.id, (SELECT max(d.posted_at) FROM ledger_document d WHERE d.company_id = s.company_id"
        " AND d.summary_id = s.id AND d.state = 'posted') FROM summaries_summary s"
        " WHERE s.company_id = %s AND s.id = ANY(%s) AND s.slot_end > %s AND s.state = 'open'",
        [company_id, sorted(ids), at],
    )
    ends = {key: at if posted is None or posted < at else posted + TICK for key, posted in last}
    if not after_content:
        ends = {key: end for key, end in ends.items() if end == at}
    if ends:
        given, parameters = given_rows({"id": "bigint", "slot_end": "timestamptz"}, list(ends.items()))
        execute(
            "UPDATE summaries_summary s SET slot_end = greatest(n.slot_end, s.slot_start), version = s.version + 1"
            f" FROM {given} AS n (id, slot_end) WHERE s.company_id = %s AND s.id = n.id AND s.slot_end > n.slot_end",
            [*parameters, company_id],
        )
    return list(ends)


KEY = {"place": "int", "type": "text", "entity": "bigint", "bank": "bigint"}
OF_KEY = (
    "s.company_id = %s AND s.automatic AND s.type = k.type AND coalesce(s.entity_id, 0) = k.entity"
    " AND coalesce(s.bank_account_id, 0) = k.bank"
)


def _latest(company_id: int, keys: Sequence[Key], at: datetime) -> dict[Key, Latest]:
    """By key, in one statement."""
    if not keys:
        return {}
    given, parameters = given_rows(
        KEY, [(place, key.type, key.entity, key.bank) for place, key in enumerate(keys)]
    )
    rows = fetch_all(
        "SELECT k.place, l.id, l.slot_start, l.slot_end, l.frequency, l.time_zone, e.taken, n.start"
        f" FROM {given} AS k ({', '.join(KEY)})"
        " LEFT JOIN LATERAL (SELECT s.id, s.slot_start, s.slot_end, s.frequency, s.time_zone FROM summaries_summary s"
        f" WHERE {OF_KEY} AND s.frequency <> 'each' AND s.slot_start <= %s ORDER BY s.slot_start DESC, s.slot_end DESC"
        " LIMIT 1) l ON true"
        f" LEFT JOIN LATERAL (SELECT max(s.slot_end) AS taken FROM summaries_summary s WHERE {OF_KEY}"
        " AND s.frequency = 'each' AND s.slot_end > coalesce(l.slot_end, %s) AND s.slot_end <= %s) e ON true"
        f" LEFT JOIN LATERAL (SELECT min(s.slot_start) AS start FROM summaries_summary s WHERE {OF_KEY}"
        " AND s.frequency <> 'each' AND s.slot_start > %s) n ON true",
        [
            *parameters,
            company_id,
            at,
            company_id,
            datetime.min.replace(tzinfo=UTC, year=1900),
            at,
            company_id,
            at,
        ],
    )
    return {keys[place]: Latest(*rest) for place, *rest in rows}


def _missing(settings: Settings, key: Key, latest: Latest, at: datetime) -> Iterator[Slot]:
    """The slots between the latest one and the one that holds ``at``, inclusive; none when that one is there."""
    if latest.end is not None and latest.end > at:
        return
    frequency = settings.summary_frequency(key.type)
    zone = ZoneInfo(settings.company.time_zone)
    unbroken = (
        latest.end is not None
        and (latest.frequency, latest.time_zone) == (frequency, settings.company.time_zone)
        and latest.taken is None
        and is_bound(latest.end, frequency, zone)
    )
    if unbroken and latest.end is not None:
        slots: Iterable[Slot] = slots_between(latest.end, at, frequency, zone)
    else:
        natural = slot_at(at, frequency, zone)
        start = max(moment for moment in (natural.start, latest.end, latest.taken) if moment is not None)
        slots = [Slot(start, natural.end)]
    for slot in slots:
        yield Slot(slot.start, min(slot.end, latest.next)) if latest.next else slot


COLUMNS = {
    "type": "text",
    "title": "text",
    "slot_start": "timestamptz",
    "slot_end": "timestamptz",
    "entity_id": "bigint",
    "bank_account_id": "bigint",
    "undeposited": "boolean",
    "frequency": "text",
}


def _inserted(
    settings: Settings, rows: Sequence[tuple[Key, Slot]], at: datetime, frequency: str = ""
) -> list[Made]:
    """Insert slots in the order of their keys (two runs at once wait in one direction); what is there stays."""
    if not rows:
        return []
    zone = ZoneInfo(settings.company.time_zone)
    with translation.override(settings.company.language):
        titles = [title_of(key.type, slot.start, zone) for key, slot in rows]
    values = [
        (
            key.type,
            title,
            slot.start,
            slot.end,
            key.entity or None,
            key.bank or None,
            key.type == Type.PAYMENTS and not key.bank,
            frequency or settings.summary_frequency(key.type),
        )
        for (key, slot), title in zip(rows, titles, strict=True)
    ]
    given, parameters = given_rows(COLUMNS, values)
    made = fetch_all(
        "INSERT INTO summaries_summary (company_id, state, automatic, time_zone, created_at, version,"
        f" {', '.join(COLUMNS)}) SELECT %s, 'open', true, %s, %s, 1, given.* FROM {given}"
        f" AS given ({', '.join(COLUMNS)}) ON CONFLICT DO NOTHING"
        " RETURNING id, type, coalesce(entity_id, 0), coalesce(bank_account_id, 0), slot_start, slot_end",
        [settings.company.pk, settings.company.time_zone, at, *parameters],
    )
    return [Made(key, Key(*of), Slot(start, end)) for key, *of, start, end in made]
