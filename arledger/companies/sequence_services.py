"""No two sequences that number the same kind of thing may write the same numbers (SPEC 3, Numbering).

Numbers are unique for each kind: where a second sequence wrote those of the first one, whoever draws from it would be
refused for ever when he posts. Sharing one sequence is another matter: it never draws a number twice.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Configuration, EntityConfiguration, NumberSequence
from arledger.core.errors import Refusal

NUMBERED = (
    "customer",
    "invoice",
    "adjustment",
    "advance",
    "payment",
    "refund",
    "deposit",
    "matching",
)
Choices = Configuration | EntityConfiguration


class SequencesClash(Refusal):
    code = "sequences_write_the_same"
    status = 409
    sentence = _(
        "%(sequence)s and %(other)s would write the same numbers for the same kind of document. "
        "Give one of them another prefix or suffix first, or choose the same sequence for both."
    )


def hold_choices(company_id: int) -> Configuration:
    """Let nobody else choose sequences until the transaction ends; before any lock of a sequence, as postings do."""
    return Configuration.objects.select_for_update().get(company_id=company_id)


def sequences_of(row: Choices) -> dict[str, int | None]:
    """What a company or an entity numbers each kind from: {kind: key of the sequence, None for no choice}."""
    return {kind: getattr(row, f"{kind}_sequence_id") for kind in NUMBERED}


def clashes(row: Choices, before: dict[str, int | None]) -> list[Refusal]:
    """The new choices of a company or an entity that would write what a sequence of the others writes.

    ``before`` is what it numbered from until now: what clashes already stays as it is, to be mended one by one.
    """
    chosen = {kind: key for kind, key in sequences_of(row).items() if key and key != before[kind]}
    if not chosen:
        return []
    others = [other for other in _choices(row.company_id) if (type(other), other.pk) != (type(row), row.pk)]
    found = _sequences(row.company_id)
    errors: list[Refusal] = []
    for kind, key in chosen.items():
        own = found.get(key)
        names = {sequences_of(other)[kind] for other in others}
        clash = next((one for one in _named(found, names) if own and _same(one, own)), None)
        if own and clash:
            errors.append(SequencesClash(field=f"{kind}_sequence", sequence=own.code, other=clash.code))
    return errors


def clashes_of(row: NumberSequence, before: NumberSequence | None) -> list[Refusal]:
    """That a sequence in use, written anew, would write what another one writes for the same kind of thing."""
    if before is None or _written(before) == _written(row):
        return []
    found = _sequences(row.company_id)
    rows = _choices(row.company_id)
    for kind in NUMBERED:
        names = {sequences_of(one)[kind] for one in rows}
        clash = next((one for one in _named(found, names) if _same(one, row)), None)
        if row.pk in names and clash:
            return [SequencesClash(field="prefix", sequence=row.code, other=clash.code)]
    return []


def _choices(company_id: int) -> list[Choices]:
    return [
        *Configuration.objects.filter(company_id=company_id),
        *EntityConfiguration.objects.filter(company_id=company_id),
    ]


def _sequences(company_id: int) -> dict[int, NumberSequence]:
    return {one.pk: one for one in NumberSequence.objects.filter(company_id=company_id).order_by("code")}


def _named(found: dict[int, NumberSequence], keys: set[int | None]) -> list[NumberSequence]:
    return [one for key, one in found.items() if key in keys]


def _same(one: NumberSequence, other: NumberSequence) -> bool:
    return one.pk != other.pk and _written(one) == _written(other)


def _written(row: NumberSequence) -> tuple[str, str, str]:
    """What tells its numbers from those of others: the digits alone do not, as they become longer."""
    return row.style, row.prefix, row.suffix
