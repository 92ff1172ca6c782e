"""The company itself: founding one with its first administrator, its name, language, time zone, currency (SPEC 3).

Operators run the installation and found companies; that gives them no right in any of them (docs/adr/0053).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arledger.companies import following
from arledger.companies.models import Company, Configuration, Role, User
from arledger.companies.people_services import NAME_LENGTH, invite
from arledger.companies.selectors import system_actor
from arledger.companies.services import (
    CompanyCodeTaken,
    UnknownTimeZone,
    check_limits,
    found_company,
    require_version,
    tell_configured,
)
from arledger.core.actor import Actor
from arledger.core.errors import Invalid, Refusal, Required, refuse
from arledger.core.money import UnknownCurrency, currencies
from arledger.core.scope import company_scope
from arledger.core.sql import fetch_all
from arledger.core.text import EmailInvalid, clean_text

ADMINISTRATOR = "administrator"
CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")
# What the settings and the audit trail call them, and the columns they are.
COLUMNS = {
    "company_name": "name",
    "language": "language",
    "time_zone": "time_zone",
    "base_currency": "base_currency",
}
HAS_DOCUMENTS = "SELECT EXISTS (SELECT FROM ledger_document WHERE company_id = %s)"


class OperatorsOnly(Refusal):
    code = "operators_only"
    status = 403
    sentence = _("Companies are founded by whoever runs the installation.")


class CompanyCodeShape(Invalid):
    code = "company_code_shape"
    sentence = _(
        "A company’s code is part of its address: up to 20 letters, digits, _ or -, without accents."
    )


class UnknownLanguage(Invalid):
    code = "language_unknown"
    sentence = _("%(text)s is not a language of this installation. There are: %(allowed)s.")


class BaseCurrencyStays(Refusal):
    code = "base_currency_stays"
    status = 409
    sentence = _(
        "The base currency stays %(currency)s: documents were entered with it, and their amounts and rates would mean "
        "something else."
    )


@dataclass(frozen=True)
class Founded:
    """A new company; ``token`` lets its administrator choose his password, None when he has one already."""

    company: Company
    administrator: User
    token: str | None


@cache
def time_zones() -> tuple[str, ...]:
    """The time zones one may choose: places, and UTC."""
    places = sorted(name for name in available_timezones() if "/" in name and name[:4] != "Etc/")
    return (*places, "UTC")


def has_documents(company_id: int) -> bool:
    """Whether anything was ever entered in the company, drafts included."""
    return bool(fetch_all(HAS_DOCUMENTS, [company_id])[0][0])


def found(
    *,
    by: User,
    at: datetime,
    code: str,
    name: str,
    base_currency: str,
    time_zone: str,
    language: str,
    email: str,
    person: str = "",
) -> Founded:
    """Found a company whose first administrator is the person with this e-mail; ``language`` is the chart's too.

    Raises OperatorsOnly unless ``by`` is an operator, and CompanyCodeShape, CompanyCodeTaken, Required,
    UnknownCurrency, UnknownLanguage, UnknownTimeZone or EmailInvalid.
    """
    if not (by.is_operator and by.is_active):
        raise OperatorsOnly()
    named = clean_text(name, NAME_LENGTH, field="name")
    refuse(_wrong(code, named, time_zone, language, email))
    with transaction.atomic():
        company = found_company(
            code=code,
            name=named,
            base_currency=base_currency,
            time_zone=time_zone,
            language=language,
            at=at,
            founder=by,
        )
        with company_scope(company.pk):
            actor = replace(
                system_actor(company, at=at, source="setup"), user_id=by.pk, name=by.name or by.email
            )
            made = invite(
                actor=actor,
                email=email,
                name=person,
                language=language,
                role_id=Role.objects.get(company=company, code=ADMINISTRATOR).pk,
            )
    return Founded(company, made.membership.user, made.token)


def _wrong(code: str, name: str, time_zone: str, language: str, email: str) -> list[Refusal]:
    errors: list[Refusal] = []
    if not CODE.fullmatch(code):
        errors.append(CompanyCodeShape(field="code"))
    elif Company.objects.filter(code__iexact=code).exists():
        errors.append(CompanyCodeTaken(field="code", company=code))
    if not name:
        errors.append(Required(field="name"))
    errors += _wrong_place(time_zone, language)
    try:
        validate_email(email.strip())
    except ValidationError:
        errors.append(EmailInvalid(field="email"))
    return errors


def _wrong_place(time_zone: str, language: str) -> list[Refusal]:
    errors: list[Refusal] = []
    if time_zone not in time_zones():
        errors.append(UnknownTimeZone(field="time_zone", time_zone=time_zone))
    if language not in dict(settings.LANGUAGES):
        allowed = ", ".join(key for key, _name in settings.LANGUAGES)
        errors.append(UnknownLanguage(field="language", text=language, allowed=allowed))
    return errors


def change_company(*, actor: Actor, changes: Mapping[str, str], version: int) -> Company:
    """Change what COLUMNS names. ``version`` is that of the configuration the person saw, and goes up.

    A new time zone counts at once: running slots of summaries end, new ones begin. Whoever is posting is waited for.
    Raises Stale, Required, UnknownTimeZone, UnknownLanguage, UnknownCurrency or BaseCurrencyStays.
    """
    actor.require("configuration.edit")
    with transaction.atomic():
        row = Configuration.objects.select_for_update().get(company_id=actor.company_id)
        require_version(actor, row, version)
        company = Company.objects.select_for_update().get(pk=actor.company_id)
        row.company = company
        before = {name: getattr(company, column) for name, column in COLUMNS.items()}
        after = before | dict(changes)
        after["company_name"] = clean_text(after["company_name"], NAME_LENGTH, field="company_name")
        changed = [name for name in COLUMNS if before[name] != after[name]]
        refuse(_wrong_changes(company, row, after, changed))
        for name in changed:
            setattr(company, COLUMNS[name], after[name])
        company.save(update_fields=[COLUMNS[name] for name in changed])
        row.version += 1
        row.save(update_fields=["version"])
        if "base_currency" in changed:
            check_limits(row)
        if "time_zone" in changed:
            following.rescheduled(actor, company, row)
        tell_configured(actor, row, before, after)
    return company


def _wrong_changes(
    company: Company, row: Configuration, after: Mapping[str, str], changed: list[str]
) -> list[Refusal]:
    """What is wrong with the changes; what the company has already is not asked about again."""
    errors: list[Refusal] = []
    if not after["company_name"]:
        errors.append(Required(field="company_name"))
    errors += [
        refusal for refusal in _wrong_place(after["time_zone"], after["language"]) if refusal.field in changed
    ]
    if "base_currency" in changed:
        if after["base_currency"] not in currencies():
            errors.append(UnknownCurrency(field="base_currency", currency=after["base_currency"][:40]))
        if has_documents(company.pk):
            errors.append(BaseCurrencyStays(field="base_currency", currency=company.base_currency))
    return errors
