"""Letter the past: codes for what was matched before customer reconciliation was switched on (SPEC 10).

Groups get theirs in the order of their first match, as if they had been drawn then. Nothing else of a match changes,
and *as known on* an earlier instant shows none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import NumberSequence
from arledger.companies.selectors import Settings, settings_of
from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import Invalid, Refusal
from arledger.core.sql import fetch_all, insert_rows
from ledger.posting import lock_customers
from reconciliation.applying import sides
from reconciliation.codes import code_text
from reconciliation.drawing import codes_for, current_codes
from reconciliation.heads import Head, heads_of

CHUNK = 10_000
CUSTOMERS = """
SELECT DISTINCT a.customer_id FROM ledger_application a
WHERE a.company_id = (SELECT %(company)s) AND a.charge_code IS NULL AND a.credit_code IS NULL AND a.reverses_id IS NULL
  AND a.charge_document_id <> a.credit_document_id
"""
UNLETTERED = """
SELECT a.id, a.charge_line_id, a.credit_line_id, a.document_id
FROM ledger_application a
WHERE a.company_id = (SELECT %(company)s) AND a.id > %(after)s AND a.charge_code IS NULL AND a.credit_code IS NULL
  AND a.reverses_id IS NULL AND a.charge_document_id <> a.credit_document_id
  AND a.amount > coalesce((SELECT -sum(u.amount) FROM ledger_application u
                           WHERE u.company_id = a.company_id AND u.reverses_id = a.id), 0)
ORDER BY a.id LIMIT %(limit)s
"""
LETTERING = {"application_id": "bigint", "charge_code": "text", "credit_code": "text"}


class NotReconciling(Refusal):
    code = "reconciliation_is_off"
    sentence = _("Customer reconciliation is off: switch it on before the past is lettered.")


class NothingToLetter(Refusal):
    code = "nothing_to_letter"
    sentence = _("There is nothing to letter: every match in force has its code.")


class ReasonMissing(Invalid):
    code = "lettering_reason_missing"
    sentence = _("Say why the past is lettered.")


@dataclass(frozen=True, slots=True)
class Lettered:
    """How many ``matches`` get codes, of how many groups that have none yet, and the codes drawn for those.

    ``first`` and ``last`` are empty where every group has its code already from a later match.
    """

    matches: int
    groups: int
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class _Match:
    application: int
    charge: Head | None
    credit: Head | None


def preview_lettering(*, actor: Actor) -> Lettered:
    """What ``letter_the_past`` would do now; nothing is written.

    Raises NotReconciling, NothingToLetter or CodesExhausted.
    """
    settings = _settings(actor)
    matches, heads = 0, set[Head]()
    for chunk in _chunks(actor.company_id):
        matches += len(chunk)
        seen = {head for match in chunk for head in (match.charge, match.credit) if head} - heads
        heads |= seen - set(current_codes(company_id=actor.company_id, heads=seen))
    if not matches:
        raise NothingToLetter()
    return _told(_sequence(settings), matches, len(heads))


def letter_the_past(*, actor: Actor, reason: str) -> Lettered:
    """Give the matches in force that have no code those of their groups; new groups draw one, oldest match first.

    All in one transaction, under the customers' locks; audited. Raises as ``preview_lettering``, and ReasonMissing.
    """
    actor.require("configuration.edit")
    if not reason.strip():
        raise ReasonMissing(field="reason")
    with transaction.atomic():
        settings = _settings(actor, hold=True)
        lock_customers(
            actor=actor, ids=[key for (key,) in fetch_all(CUSTOMERS, {"company": actor.company_id})]
        )
        before = _sequence(settings, lock=True)
        matches = sum(_letter(actor, settings, chunk) for chunk in _chunks(actor.company_id))
        if not matches:
            raise NothingToLetter()
        done = _told(before, matches, _sequence(settings).last_value - before.last_value)
        audit.record(
            actor=actor,
            action="letter_the_past",
            object_kind="configuration",
            object_ids=[settings.row.pk],
            after={
                "reason": reason.strip(),
                "matches": done.matches,
                "groups": done.groups,
                "first": done.first,
                "last": done.last,
            },
        )
    return done


def _settings(actor: Actor, *, hold: bool = False) -> Settings:
    """``hold``: nobody switches reconciliation off or gives it another sequence meanwhile. Raises NotReconciling."""
    settings = settings_of(actor.company_id, hold=hold)
    if not settings.row.reconciliation_enabled or settings.row.match_sequence_id is None:
        raise NotReconciling()
    return settings


def _letter(actor: Actor, settings: Settings, chunk: list[_Match]) -> int:
    codes = codes_for(settings=settings, heads=[head for one in chunk for head in (one.charge, one.credit)])
    rows = [
        (
            one.application,
            codes[one.charge] if one.charge else None,
            codes[one.credit] if one.credit else None,
        )
        for one in chunk
    ]
    same = {"company_id": ("bigint", actor.company_id), "recorded_at": ("timestamptz", actor.at)}
    insert_rows("ledger_lettering", LETTERING, rows, same=same)
    return len(rows)


def _chunks(company_id: int) -> Iterator[list[_Match]]:
    """The matches without codes, in the order in which they were made."""
    after = 0
    while True:
        rows = fetch_all(UNLETTERED, {"company": company_id, "after": after, "limit": CHUNK})
        if not rows:
            return
        lines = sides(company_id=company_id, lines={key for row in rows for key in row[1:3]})
        found = [
            _Match(key, *heads_of(lines[charge], lines[credit], maker)) for key, charge, credit, maker in rows
        ]
        yield [match for match in found if match.charge or match.credit]
        after = rows[-1][0]


def _sequence(settings: Settings, *, lock: bool = False) -> NumberSequence:
    """The company's match sequence; ``lock`` keeps others from drawing until the transaction ends."""
    sequences = NumberSequence.objects.filter(company=settings.company)
    if lock:
        sequences = sequences.select_for_update()
    return sequences.get(pk=settings.row.match_sequence_id or 0)


def _told(sequence: NumberSequence, matches: int, groups: int) -> Lettered:
    """``sequence`` as it was before: the codes follow its last one. Raises CodesExhausted."""
    if not groups:
        return Lettered(matches, 0)
    first, last = (
        code_text(n, prefix=sequence.prefix, suffix=sequence.suffix, max_length=sequence.max_length)
        for n in (sequence.last_value + 1, sequence.last_value + groups)
    )
    return Lettered(matches, groups, first, last)
