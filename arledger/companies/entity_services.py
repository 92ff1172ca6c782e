"""What an entity sets differently from its company: the settings marked (E) in SPEC 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from arledger.companies.models import Entity, EntityConfiguration, Journal, NumberSequence
from arledger.companies.sequence_services import NUMBERED, clashes, hold_choices, sequences_of
from arledger.companies.services import NotNumeric
from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import Invalid, NotFound, Refusal, refuse

SEQUENCES = tuple(f"{kind}_sequence" for kind in NUMBERED)
OVERRIDES = ("refunds_enabled", "refund_journal", *SEQUENCES)


def overrides_of(actor: Actor, entity_id: int) -> EntityConfiguration:
    """What the entity sets itself; unsaved and empty when it sets nothing. Raises NotFound."""
    reachable = actor.entities is None or entity_id in actor.entities
    if not reachable or not Entity.objects.filter(company_id=actor.company_id, pk=entity_id).exists():
        raise NotFound()
    found = EntityConfiguration.objects.filter(company_id=actor.company_id, entity_id=entity_id)
    row = found.select_related("refund_journal", *SEQUENCES).first()
    return row or EntityConfiguration(company_id=actor.company_id, entity_id=entity_id)


def change_overrides(*, actor: Actor, entity_id: int, changes: Mapping[str, Any]) -> EntityConfiguration:
    """Set (or with None take back) what the entity does differently; audited with old and new value.

    Raises NotFound, NotNumeric or SequencesClash; Invalid for a setting that an entity cannot override.
    """
    actor.require("configuration.edit")
    if strange := sorted(set(changes) - set(OVERRIDES)):
        raise Invalid(field=strange[0])
    with transaction.atomic():
        hold_choices(actor.company_id)
        entity = Entity.objects.select_for_update(no_key=True).filter(
            company_id=actor.company_id, pk=entity_id
        )
        code = entity.values_list("code", flat=True).first()
        row = overrides_of(actor, entity_id)
        numbered = sequences_of(row)
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value)
        refuse(_wrong(actor, row, changes))
        refuse(clashes(row, numbered))
        changed = {name for name in changes if before[name] != changes[name]}
        if changed:
            row.save()
            audit.record(
                actor=actor,
                action="configure",
                object_kind="entity",
                object_ids=[entity_id],
                before={name: _plain(before[name]) for name in sorted(changed)},
                after={"code": code} | {name: _plain(changes[name]) for name in sorted(changed)},
            )
    return row


def _wrong(actor: Actor, row: EntityConfiguration, changes: Mapping[str, Any]) -> list[Refusal]:
    errors: list[Refusal] = []
    for name in SEQUENCES:
        sequence: NumberSequence | None = changes.get(name)
        if sequence is None:
            continue
        if sequence.company_id != actor.company_id:
            errors.append(NotFound(field=name))
        elif sequence.style != NumberSequence.Style.NUMERIC:
            errors.append(NotNumeric(field=name))
    journal: Journal | None = changes.get("refund_journal")
    if journal is not None and journal.company_id != actor.company_id:
        errors.append(NotFound(field="refund_journal"))
    return errors


def _plain(value: Any) -> Any:
    return getattr(value, "code", value)
