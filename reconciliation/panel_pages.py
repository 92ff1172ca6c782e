"""What the pages of all kinds of documents show beside their lines: matches with their bins, and the timeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from arledger.companies.context import address, link
from arledger.core.actor import Actor
from arledger.core.formats import format_amount, format_date
from arledger.core.models import AuditEvent
from arledger.core.sql import fetch_all
from ledger.depositing import deposits_of
from ledger.models import Kind, Line
from reconciliation.figures import Entry, entries

# A refund's entries are voided as a whole, a reversal's not at all, inline credits with their invoice (SPEC 15.2).
NOT_BY_HAND = {Kind.REFUND}


@dataclass(frozen=True, kw_only=True)
class MatchView:
    """One application in force of ``line`` with another ``document``: what components/matches_table.html shows."""

    application: int
    line: int
    document: int
    label: str
    number: str
    url: str
    date: date
    amount: Decimal
    code: str
    who: str
    undo_url: str
    future: bool


def matches(*, actor: Actor, ids: Sequence[int], day: date, back: str) -> list[MatchView]:
    """The applications in force on the documents ``ids``, in the order of their dates; ``back``: where bins return."""
    found = entries(company_id=actor.company_id, ids=ids, day=day)
    positions = _positions(actor.company_id, found)
    return [
        MatchView(
            application=entry.application,
            line=entry.line,
            document=entry.other_document,
            label=_label(entry, positions),
            number=entry.other_number,
            url=link(f"{entry.other_kind}s:detail", entry.other_document, entity=entry.other_entity),
            date=entry.date,
            amount=entry.left,
            code=" ".join(entry.codes),
            who=entry.actor,
            undo_url=_undo_url(actor, entry, back),
            future=entry.date > day,
        )
        for entry in found
    ]


def _positions(company_id: int, found: Sequence[Entry]) -> dict[int, int]:
    """The positions of the other documents' lines, where one document is matched by several of them."""
    counted = Counter((entry.line, entry.other_document) for entry in found)
    wanted = [e.other_line for e in found if counted[(e.line, e.other_document)] > 1 or e.inline]
    if not wanted:
        return {}
    lines = Line.objects.filter(company_id=company_id, pk__in=wanted)
    return dict(lines.values_list("pk", "position"))


def _label(entry: Entry, positions: Mapping[int, int]) -> str:
    position = positions.get(entry.other_line)
    if position is None:
        return entry.other_number
    return _("%(number)s, line %(position)s") % {"number": entry.other_number, "position": position}


def _undo_url(actor: Actor, entry: Entry, back: str) -> str:
    if entry.inline or entry.reversal or entry.maker_kind in NOT_BY_HAND or not actor.may("matching.unapply"):
        return ""
    if not actor.reaches(entry.other_entity):
        return ""
    url = address("reconciliation:unapply", entry.application)
    return f"{url}?{urlencode({'next': back})}" if url else ""


@dataclass(frozen=True, kw_only=True)
class EventView:
    """One step of a document's life: what components/timeline.html shows."""

    at: datetime
    who: str
    what: str
    note: str = ""
    before: str = ""
    after: str = ""


FILES = {"attach": gettext_lazy("attached %(files)s"), "remove_file": gettext_lazy("removed %(files)s")}
INSTANTS = """
SELECT d.created_at, d.updated_at, ARRAY(
    SELECT d.posted_at UNION SELECT m.created_at FROM ledger_document m
    WHERE m.company_id = d.company_id AND m.reverses_id = d.id
    UNION SELECT a.recorded_at FROM ledger_application a
    WHERE a.company_id = d.company_id AND a.charge_document_id = d.id
    UNION SELECT a.recorded_at FROM ledger_application a
    WHERE a.company_id = d.company_id AND a.credit_document_id = d.id
    UNION SELECT unnest(ARRAY[f.uploaded_at, f.removed_at]) FROM ledger_attachment f
    WHERE f.company_id = d.company_id AND f.document_id = d.id
) FROM ledger_document d WHERE d.company_id = (SELECT %s) AND d.id = %s
"""


def timeline(*, company_id: int, document: int, currency: str) -> list[EventView]:
    """Who did what with a document, newest first.

    The audit trail is searched at the instants the books know of and while the draft was changed: under row
    security no index finds an element of an array, and reading the whole trail would take ever longer.
    """
    found = fetch_all(INSTANTS, [company_id, document])
    if not found:
        return []
    created, updated, instants = found[0]
    known = Q(at__gte=created, at__lte=updated) | Q(at__in=[at for at in instants if at])
    events = AuditEvent.objects.filter(
        known, company_id=company_id, object_kind="document", object_ids__contains=[document]
    )
    return [_event(event, document, currency) for event in events.order_by("-sequence")[:200]]


def _event(event: AuditEvent, document: int, currency: str) -> EventView:
    words = {
        "add": _("entered the draft"),
        "edit": _("changed the draft"),
        "post": _("posted it"),
        "reverse": _("reversed it"),
        "void": _("voided it"),
        "match": _("matched it by hand"),
        "unapply": _("un-applied a match"),
    }
    after: dict[str, Any] = event.after or {}
    before: dict[str, Any] = event.before or {}
    what = words.get(event.action, event.action)
    if event.action == "unapply":
        total = sum((Decimal(amount) for _key, amount in after.get("applications", [])), Decimal(0))
        what = _("un-applied %(amount)s") % {"amount": _amount(total, currency)}
    if event.action in FILES:
        files = [file["name"] for file in (after if event.action == "attach" else before)["files"]]
        what = str(FILES[event.action]) % {"files": ", ".join(files)}
    if event.action == "write_off":
        what = _("wrote off %(amount)s") % {"amount": _amount(Decimal(after.get("amount", 0)), currency)}
    return EventView(
        at=event.at,
        who=event.actor,
        what=what,
        note=str(after.get("reason") or ""),
        before=_changed(before, after, currency),
        after=_changed(after, before, currency),
    )


def _changed(values: Mapping[str, Any], others: Mapping[str, Any], currency: str) -> str:
    """The figures of one side of a change that differ from the other side's."""

    def text(name: str, value: object) -> str:
        if name == "date":
            return format_date(date.fromisoformat(str(value)), get_language() or "en")
        return _amount(Decimal(str(value)), currency)

    # Compared as shown: the trail writes one amount with more zeros than the other.
    both = [name for name in ("total", "amount", "date") if name in values and name in others]
    pairs = [(text(name, values[name]), text(name, others[name])) for name in both]
    return " · ".join(own for own, other in pairs if own != other)


def _amount(amount: Decimal, currency: str) -> str:
    return format_amount(amount, currency, get_language() or "en")


def deposit_links(actor: Actor, receipt: int) -> list[dict[str, str]]:
    """The deposit that a receipt lies in, for components/related.html; nothing while it is in none."""
    found = deposits_of(company_id=actor.company_id, receipts=[receipt])
    return [
        {
            "kind": _("Deposit"),
            "label": str(deposit),
            "url": link("deposits:detail", deposit.pk),
        }
        for deposit in found.values()
    ]
