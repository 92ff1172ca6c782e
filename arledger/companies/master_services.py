"""What a company sets up once (SPEC 3): entities, locations, accounts, banks, terms, number sequences, journals.

Each has a code and a name and is never deleted, as documents may name it: it is made inactive, and is then offered
no more. What documents have relied on since (the kind of an account, the currency of a bank account, the style of a
sequence, the entity of a location) stays as it was entered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import (
    Account,
    BankAccount,
    Coded,
    Configuration,
    Entity,
    EntityConfiguration,
    Journal,
    Location,
    NumberSequence,
    Term,
)
from arledger.companies.selectors import within_reach
from arledger.companies.sequence_services import clashes_of, hold_choices
from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import Invalid, NotFound, Refusal, Required, refuse
from arledger.core.money import decimals
from arledger.core.text import clean_text

CODE_LENGTH = 20
NAME_LENGTH = 150
MOST_DAYS = 3_650
MOST_DIGITS = 12
LONGEST_NUMBER = 40


class CodeTaken(Refusal):
    code = "code_taken"
    status = 409
    sentence = _("The code %(text)s is in use already. Choose another.")


class StaysAsItWas(Refusal):
    code = "field_fixed"
    sentence = _(
        "This cannot be changed any more: documents rely on it. Enter a new one and make this inactive."
    )


class StillUsed(Refusal):
    code = "still_used"
    status = 409
    sentence = _("%(name)s is in use: %(use)s. Choose another there first.")


class OutOfRange(Invalid):
    code = "out_of_range"
    sentence = _("Enter a number from %(least)s to %(most)s.")


class BankNeedsBankAccount(Invalid):
    code = "account_not_bank"
    sentence = _("Choose a GL account of the kind “Bank”.")


class CodesInUse(Refusal):
    code = "match_codes_drawn"
    status = 409
    sentence = _("Match codes were drawn from this sequence: what stands before and after the letters stays.")


Check = Callable[[Actor, Any, Any], list[Refusal]]


@dataclass(frozen=True)
class Master:
    """One kind of thing to set up: its fields beside code, name and active; those that stay; and its own rules.

    ``check`` gets the actor, the row as it would be and the row as it was (None: new).
    """

    model: type[Coded]
    thing: str
    fields: Sequence[str]
    fixed: Sequence[str]
    check: Check


def set_up(*, actor: Actor, master: Master, values: Mapping[str, Any], key: int | None = None) -> Coded:
    """Enter one, or change the one with this key; only the fields named by ``values`` change.

    Raises NotFound, Required, CodeTaken, StaysAsItWas, StillUsed, OutOfRange, or what its kind refuses.
    """
    actor.require("configuration.edit")
    with transaction.atomic():
        if master.model is NumberSequence:
            hold_choices(actor.company_id)
        before = _locked(actor, master, key)
        row = master.model(company_id=actor.company_id)
        for name in ("id", "code", "name", "active", *master.fields):
            if before is not None:
                setattr(row, name, getattr(before, name))
        for name in ("code", "name", "active", *master.fields):
            if name in values:
                setattr(row, name, values[name])
        row.code = clean_text(row.code, CODE_LENGTH, field="code")
        row.name = clean_text(row.name, NAME_LENGTH, field="name")
        refuse([*_common(actor, master, row, before), *master.check(actor, row, before)])
        row.save(force_update=before is not None, force_insert=before is None)
        old, new = _told(master, before), _told(master, row)
        if old != new:
            changed = [name for name in new if old.get(name) != new[name]]
            audit.record(
                actor=actor,
                action="edit" if before else "add",
                object_kind=master.thing,
                object_ids=[row.pk],
                before={name: old[name] for name in changed} if before else None,
                after={"code": row.code} | {name: new[name] for name in changed},
            )
    return row


def _locked(actor: Actor, master: Master, key: int | None) -> Any:
    if key is None:
        return None
    row = within_reach(actor, master.model).select_for_update(no_key=True).filter(pk=key).first()
    if row is None:
        raise NotFound()
    return row


def _common(actor: Actor, master: Master, row: Coded, before: Coded | None) -> list[Refusal]:
    errors: list[Refusal] = [Required(field=name) for name in ("code", "name") if not getattr(row, name)]
    others = master.model._default_manager.filter(company_id=actor.company_id, code__iexact=row.code)
    if row.code and others.exclude(pk=row.pk).exists():
        errors.append(CodeTaken(field="code", text=row.code))
    if before is not None:
        errors += [
            StaysAsItWas(field=name.removesuffix("_id"))
            for name in master.fixed
            if getattr(before, name) != getattr(row, name)
        ]
    return errors


def _told(master: Master, row: Any) -> dict[str, Any]:
    """The fields as the audit trail keeps them: other things by their code."""
    if row is None:
        return {}
    told: dict[str, Any] = {}
    for name in ("code", "name", "active", *master.fields):
        value = getattr(row, name.removesuffix("_id"))
        told[name.removesuffix("_id")] = (
            str(value) if isinstance(value, Decimal) else getattr(value, "code", value)
        )
    return told


def _exists(actor: Actor, model: type[Coded], key: int | None, field: str) -> list[Refusal]:
    """That another thing named by key is active, and one that the person may see."""
    if key is None:
        return []
    found = within_reach(actor, model).filter(pk=key, active=True)
    return [] if found.exists() else [NotFound(field=field)]


def _within(row: Any, name: str, least: int, most: int) -> list[Refusal]:
    value = getattr(row, name)
    return (
        []
        if value is not None and least <= value <= most
        else [OutOfRange(field=name, least=least, most=most)]
    )


def _uses(actor: Actor, row: Coded, suffix: str) -> list[Refusal]:
    """The settings of the company and its entities that name a row which is to become inactive."""
    if row.active or row.pk is None:
        return []
    found = []
    for model in (Configuration, EntityConfiguration):
        fields = [f for f in model._meta.concrete_fields if f.name.endswith(suffix)]
        for settings in model._default_manager.filter(company_id=actor.company_id):
            found += [f.verbose_name for f in fields if getattr(settings, f.attname) == row.pk]
    return [StillUsed(field="active", name=row.code, use=", ".join(map(str, found)))] if found else []


# What each kind has of its own --------------------------------------------------------------------------------


def _location(actor: Actor, row: Location, before: Location | None) -> list[Refusal]:
    return _exists(actor, Entity, row.entity_id, "entity") if before is None else []


def _entity(actor: Actor, row: Entity, before: Entity | None) -> list[Refusal]:
    return []


def _account(actor: Actor, row: Account, before: Account | None) -> list[Refusal]:
    errors: list[Refusal] = []
    if row.kind not in Account.Kind.values:
        errors.append(Required(field="kind"))
    banks = BankAccount.objects.filter(company_id=actor.company_id, account_id=row.pk, active=True)
    if before is not None and not row.active and (bank := banks.first()) is not None:
        errors.append(StillUsed(field="active", name=row.code, use=str(bank)))
    return errors + _uses(actor, row, "_account")


def _bank(actor: Actor, row: BankAccount, before: BankAccount | None) -> list[Refusal]:
    decimals(row.currency)
    errors = _exists(actor, Entity, row.entity_id, "entity") if before is None else []
    account = Account.objects.filter(company_id=actor.company_id, pk=row.account_id).first()
    if account is None:
        errors.append(Required(field="account"))
    elif account.kind != Account.Kind.BANK:
        errors.append(BankNeedsBankAccount(field="account"))
    return errors


def _term(actor: Actor, row: Term, before: Term | None) -> list[Refusal]:
    errors = _within(row, "net_days", 0, MOST_DAYS) + _within(row, "discount_days", 0, MOST_DAYS)
    if not 0 <= row.discount_percent < 100 or row.discount_percent != round(row.discount_percent, 2):
        errors.append(OutOfRange(field="discount_percent", least="0.00", most="99.99"))
    row.discount_percent = round(row.discount_percent, 2)
    return errors


def _sequence(actor: Actor, row: NumberSequence, before: NumberSequence | None) -> list[Refusal]:
    errors: list[Refusal] = []
    row.prefix = clean_text(row.prefix, CODE_LENGTH, field="prefix")
    row.suffix = clean_text(row.suffix, CODE_LENGTH, field="suffix")
    if row.style not in NumberSequence.Style.values:
        errors.append(Required(field="style"))
    if row.style == NumberSequence.Style.NUMERIC:
        errors += _within(row, "width", 1, MOST_DIGITS)
    around = len(row.prefix) + len(row.suffix)
    least = around + (row.width if row.style == NumberSequence.Style.NUMERIC else 1)
    errors += _within(row, "max_length", max(1, least), LONGEST_NUMBER)
    if (
        before is not None
        and before.style == NumberSequence.Style.ALPHA
        and before.last_value
        and (before.prefix, before.suffix) != (row.prefix, row.suffix)
    ):
        errors.append(CodesInUse(field="prefix"))
    return errors + clashes_of(row, before) + _uses(actor, row, "_sequence")


def _journal(actor: Actor, row: Journal, before: Journal | None) -> list[Refusal]:
    return _uses(actor, row, "_journal")


ENTITIES = Master(Entity, "entity", (), (), _entity)
LOCATIONS = Master(Location, "location", ("entity_id",), ("entity_id",), _location)
GL_ACCOUNTS = Master(Account, "account", ("kind",), ("kind",), _account)
BANK_ACCOUNTS = Master(
    BankAccount,
    "bank_account",
    ("currency", "account_id", "entity_id"),
    ("currency", "entity_id"),
    _bank,
)
TERMS = Master(Term, "term", ("net_days", "end_of_month", "discount_percent", "discount_days"), (), _term)
SEQUENCES = Master(
    NumberSequence,
    "sequence",
    ("style", "prefix", "suffix", "width", "max_length", "last_value"),
    ("style", "last_value"),
    _sequence,
)
JOURNALS = Master(Journal, "journal", (), (), _journal)
