"""The verbs of summaries: add, edit, delete, open, close (SPEC 13).

Locks: the summary, then the audit head. Postings hold their summary shared, so whoever closes one waits for them and
then sees exactly what is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date as Day
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from arledger.companies.frequencies import Frequency
from arledger.companies.models import BankAccount, Company, Configuration, Entity
from arledger.companies.period_services import PeriodClosed
from arledger.companies.selectors import Settings, settings_of, usable_entities, within_reach
from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import Invalid, NotFound, Refusal, Required, Stale, refuse
from arledger.core.money import check_amount
from arledger.core.text import clean_text
from summaries.errors import (
    ControlCountNegative,
    SummariesNotByUsers,
    SummaryAutomatic,
    SummaryClosed,
    SummaryDiffers,
    SummaryHolds,
    SummaryIsOpen,
    SummaryNotEmpty,
)
from summaries.models import Summary, Type
from summaries.placing import hold
from summaries.selectors import contents
from summaries.slot_services import cut_stale, end_slots, make_slots, scheduled_keys
from summaries.slots import ONE_DAY, day_start


@dataclass(frozen=True, kw_only=True, slots=True)
class SummaryInput:
    """A user's summary as entered. ``control_total`` is in the base currency.

    One of payments may be limited to a bank account or to undeposited funds; without either it takes all of them.
    """

    type: str
    title: str
    gl_date: Day | None
    entity_id: int | None = None
    bank_account_id: int | None = None
    undeposited: bool = False
    control_count: int | None = None
    control_total: Decimal | None = None


def as_entered(summary: Summary) -> dict[str, Any]:
    """The members of ``SummaryInput`` that make this summary."""
    return {field.name: getattr(summary, field.name) for field in fields(SummaryInput)}


def add(*, actor: Actor, entered: SummaryInput) -> int:
    """Open a summary for a type whose frequency is user-specified; returns its key.

    Raises SummariesNotByUsers, PeriodClosed, Required or Invalid for what is wrong in it.
    """
    actor.require("summaries.add")
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        values = _checked(actor, settings, entered)
        summary = Summary.objects.create(
            company_id=actor.company_id,
            automatic=False,
            frequency=Frequency.USER,
            type=entered.type,
            created_at=actor.at,
            created_by=actor.user_id,
            **values,
        )
        _record(actor, "add", [summary], after=_told(summary))
    return summary.pk


def edit(*, actor: Actor, key: int, entered: SummaryInput, version: int) -> None:
    """Change an open summary of a user; its type stays, and once it holds posted documents what ruled for them.

    Raises NotFound, Stale, SummaryAutomatic, SummaryClosed, SummaryHolds, or as ``add``.
    """
    actor.require("summaries.edit")
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        summary = _editable(actor, key, version)
        if entered.type != summary.type:
            raise Invalid(field="type")
        values = _checked(actor, settings, entered, was=summary)
        before = _told(summary)
        ruling = ("gl_date", "entity_id", "bank_account_id", "undeposited")
        changed = [name for name in ruling if values[name] != getattr(summary, name)]
        if changed and contents(company_id=actor.company_id, ids=[key])[key].count:
            raise SummaryHolds(field=changed[0].removesuffix("_id"), summary=summary.title)
        for name, value in values.items():
            setattr(summary, name, value)
        summary.version += 1
        summary.save()
        audit.record_changes(
            actor=actor,
            action="edit",
            object_kind="summary",
            object_id=summary.pk,
            before=before,
            after=_told(summary),
        )


def delete(*, actor: Actor, key: int, version: int | None = None) -> None:
    """Delete an open and empty summary of a user. Raises NotFound, SummaryAutomatic, SummaryClosed, SummaryNotEmpty."""
    actor.require("summaries.delete")
    with transaction.atomic():
        summary = _editable(actor, key, version)
        content = contents(company_id=actor.company_id, ids=[key])[key]
        if content.count + content.drafts:
            raise SummaryNotEmpty(summary=summary.title, count=content.count + content.drafts)
        _record(actor, "delete", [summary], before=_told(summary))
        summary.delete()


def close(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> None:
    """Close open summaries: they accept nothing more.

    Raises NotFound, Stale, SummaryClosed, or (several as Refusals) SummaryDiffers where count or total are not what
    they should be and the person may not override that.
    """
    actor.require("summaries.close")
    with transaction.atomic():
        held = _in_order(actor, ids, version)
        for row, summary in enumerate(held):
            if summary.state == Summary.State.CLOSED:
                raise SummaryClosed(row=row, summary=summary.title)
        _close(actor, held)


def open_again(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> None:
    """Open closed summaries again. Raises NotFound, Stale, SummaryIsOpen, or PeriodClosed in closed books."""
    actor.require("summaries.open")
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        held = _in_order(actor, ids, version)
        for row, summary in enumerate(held):
            if summary.state == Summary.State.OPEN:
                raise SummaryIsOpen(row=row, summary=summary.title)
            _require_open_period(settings, last_day(summary, settings.company), summary.entity_id)
        _set_state(actor, held, Summary.State.OPEN, None)
        _record(actor, "open", held, after={"summaries": [one.title for one in held]})


def close_with_the_books(actor: Actor, company: Company, through: Day, entity_id: int | None) -> None:
    """Close the summaries of a period that is being closed (SPEC 13): the configuration row is locked by the caller.

    A slot that still runs ends now, so that later documents get one of their own, unless something was posted in it
    at this very instant. Slots that reach into the next period stay open.

    Raises SummaryDiffers as ``close``.
    """
    end = day_start(through + ONE_DAY, ZoneInfo(company.time_zone))
    rows = Summary.objects.filter(company_id=company.pk, state=Summary.State.OPEN)
    if entity_id is not None:
        rows = rows.filter(entity_id=entity_id)
    slots = rows.filter(automatic=True, slot_end__lte=end)
    running = list(slots.filter(slot_end__gt=actor.at).values_list("pk", flat=True))
    over = list(slots.filter(slot_end__lte=actor.at).values_list("pk", flat=True))
    of_users = list(rows.filter(automatic=False, gl_date__lte=through).values_list("pk", flat=True))
    ids = sorted([*over, *of_users, *running])
    held = {
        one.pk: one
        for one in Summary.objects.select_for_update()
        .filter(company_id=company.pk, pk__in=ids, state=Summary.State.OPEN)
        .order_by("pk")
    }
    ended = end_slots(company_id=company.pk, ids=running, at=actor.at, after_content=False)
    still = set(running) - set(ended)
    _close(actor, [one for key, one in held.items() if key not in still])


def reschedule(actor: Actor, company: Company, row: Configuration) -> None:
    """Let changed frequencies count from now on: running slots end, new ones begin. The row is locked by the caller."""
    settings = Settings(company=company, row=row)
    keys = scheduled_keys(company.pk)
    cut_stale(settings=settings, keys=keys, at=actor.at)
    make_slots(settings=settings, keys=keys, at=actor.at)


def last_day(summary: Summary, company: Company) -> Day:
    """The last day a summary belongs to: its GL date, or the last local day of its slot."""
    if summary.gl_date is not None or summary.slot_end is None or summary.slot_start is None:
        return summary.gl_date or Day.max
    last = max(summary.slot_start, summary.slot_end - timedelta(microseconds=1))
    return last.astimezone(ZoneInfo(company.time_zone)).date()


# Steps ---------------------------------------------------------------------------------------------------------


def _in_order(actor: Actor, ids: Sequence[int], version: int | None) -> list[Summary]:
    found = hold(actor=actor, ids=ids)
    if version is not None:
        for summary in found.values():
            _require_version(actor, summary, version)
    return [found[key] for key in dict.fromkeys(ids)]


def _editable(actor: Actor, key: int, version: int | None) -> Summary:
    summary = hold(actor=actor, ids=[key])[key]
    if version is not None and not summary.automatic:
        _require_version(actor, summary, version)
    require_changeable(summary)
    return summary


def require_changeable(summary: Summary) -> None:
    """Raise SummaryAutomatic or SummaryClosed where nobody may edit or delete it as it is."""
    if summary.automatic:
        raise SummaryAutomatic(summary=summary.title)
    if summary.state == Summary.State.CLOSED:
        raise SummaryClosed(summary=summary.title)


def _require_version(actor: Actor, summary: Summary, version: int) -> None:
    if summary.version == version:
        return
    changes = [
        found
        for action in ("edit", "open", "close", "add")
        if (
            found := audit.last(
                company_id=actor.company_id, object_kind="summary", object_id=summary.pk, action=action
            )
        )
    ]
    who, at = max(changes, key=lambda found: found[1], default=("Arledger", summary.created_at))
    raise Stale(who=who, when=at.astimezone(ZoneInfo(actor.time_zone)))


def _checked(
    actor: Actor, settings: Settings, entered: SummaryInput, *, was: Summary | None = None
) -> dict[str, object]:
    """The columns of what was entered. Raises the first thing that is wrong with it."""
    if entered.type not in Type.values:
        raise Invalid(field="type")
    frequency = settings.summary_frequency(entered.type)
    if was is None and frequency != Frequency.USER:
        label = Frequency(frequency).label
        raise SummariesNotByUsers(field="type", type=Type(entered.type).label, frequency=label)
    if entered.gl_date is None:
        raise Required(field="gl_date")
    if was is None or (was.gl_date, was.entity_id) != (entered.gl_date, entered.entity_id):
        _require_open_period(settings, entered.gl_date, entered.entity_id)
    if entered.control_count is not None and not 0 <= entered.control_count < 2**31:
        raise ControlCountNegative(field="control_count")
    total = entered.control_total
    base = settings.company.base_currency
    return {
        "title": clean_text(entered.title, 100, required=True, field="title"),
        "gl_date": entered.gl_date,
        "control_count": entered.control_count,
        "control_total": None if total is None else check_amount(total, base, field="control_total"),
        **_place(actor, entered, was),
    }


def _place(actor: Actor, entered: SummaryInput, was: Summary | None) -> dict[str, object]:
    """Entity, and of payments where their money lies."""
    entity, bank = entered.entity_id, entered.bank_account_id
    kept = was is not None and entity == was.entity_id
    if entity is not None and not kept and not usable_entities(actor, [entity]):
        raise NotFound(field="entity")
    if (bank is not None or entered.undeposited) and entered.type != Type.PAYMENTS:
        raise Invalid(field="bank_account")
    if bank is not None:
        known = within_reach(actor, BankAccount).filter(pk=bank, active=True).exists()
        if entered.undeposited or not known:
            raise NotFound(field="bank_account")
    return {"entity_id": entity, "bank_account_id": bank, "undeposited": entered.undeposited}


def _require_open_period(settings: Settings, day: Day, entity_id: int | None) -> None:
    closed = settings.closed_through(entity_id)
    if closed is not None and day <= closed:
        raise PeriodClosed(field="gl_date", closed_through=closed, first_open=closed + timedelta(days=1))


def _close(actor: Actor, summaries: Sequence[Summary]) -> None:
    """Close locked summaries that are open; the read of their content comes after the locks."""
    if not summaries:
        return
    found = contents(company_id=actor.company_id, ids=[one.pk for one in summaries])
    errors: list[Refusal] = []
    differing = []
    for row, summary in enumerate(summaries):
        content = found[summary.pk]
        if summary.control_count in (None, content.count) and summary.control_total in (None, content.total):
            continue
        differing.append(summary.title)
        errors.append(
            SummaryDiffers(
                row=row,
                summary=summary.title,
                count=content.count,
                total=content.total,
                control_count="–" if summary.control_count is None else summary.control_count,
                control_total="–" if summary.control_total is None else summary.control_total,
            )
        )
    if errors and not actor.may("summaries.override"):
        refuse(errors)
    _set_state(actor, summaries, Summary.State.CLOSED, actor.at)
    told: dict[str, object] = {
        "summaries": [one.title for one in summaries],
        "counts": [found[one.pk].count for one in summaries],
        "totals": [found[one.pk].total for one in summaries],
    }
    _record(actor, "close", summaries, after=told | ({"with_difference": differing} if differing else {}))


def _set_state(actor: Actor, summaries: Sequence[Summary], state: str, at: datetime | None) -> None:
    Summary.objects.filter(company_id=actor.company_id, pk__in=[one.pk for one in summaries]).update(
        state=state,
        closed_at=at,
        closed_by=None if at is None else actor.user_id,
        version=F("version") + 1,
    )


def _told(summary: Summary) -> dict[str, object]:
    return {
        "title": summary.title,
        "type": summary.type,
        "gl_date": summary.gl_date,
        "entity": _code(Entity, summary.company_id, summary.entity_id),
        "bank_account": _code(BankAccount, summary.company_id, summary.bank_account_id),
        "undeposited": summary.undeposited,
        "control_count": summary.control_count,
        "control_total": summary.control_total,
    }


def _code(model: type[Entity] | type[BankAccount], company_id: int, key: int | None) -> str | None:
    """How the audit trail names it; nothing is read for none."""
    if key is None:
        return None
    return model._default_manager.filter(company_id=company_id, pk=key).values_list("code", flat=True).get()


def _record(
    actor: Actor,
    action: str,
    summaries: Sequence[Summary],
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="summary",
        object_ids=[one.pk for one in summaries],
        before=before,
        after=after,
    )
