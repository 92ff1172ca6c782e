"""Setting up companies and people, and changing the configuration (SPEC 3, 4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from arledger.companies import following
from arledger.companies.chart import ACCOUNTS, JOURNALS, SEQUENCES, TERMS
from arledger.companies.frequencies import SUMMARY_SETTINGS, Frequency, allowed_frequencies
from arledger.companies.models import (
    Account,
    BankAccount,
    Company,
    Configuration,
    Journal,
    Membership,
    NumberSequence,
    Role,
    Term,
    User,
)
from arledger.companies.period_services import require_move
from arledger.companies.roles import SHIPPED
from arledger.companies.sequence_services import NUMBERED, clashes, hold_choices, sequences_of
from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import Invalid, Refusal, Stale, refuse
from arledger.core.models import AuditEvent
from arledger.core.money import check_amount, decimals
from arledger.core.permissions import RIGHTS
from arledger.core.scope import company_scope


class CompanyCodeTaken(Refusal):
    code = "company_code_taken"
    status = 409
    sentence = _("A company with the code %(company)s exists already.")


class UnknownTimeZone(Invalid):
    code = "time_zone_unknown"
    sentence = _("%(time_zone)s is not a time zone. Use a name such as Europe/Paris.")


class NotAlpha(Invalid):
    code = "sequence_not_alpha"
    sentence = _("The AR match sequence draws letters: choose a sequence of letters.")


class NotNumeric(Invalid):
    code = "sequence_not_numeric"
    sentence = _("Customers and documents are numbered in digits: choose a sequence of numbers.")


class WrongAccountKind(Invalid):
    code = "account_kind_wrong"
    sentence = _("%(account)s is an account of another kind. Choose one of the kind “%(kind)s”.")


class MatchSequenceMissing(Invalid):
    code = "match_sequence_missing"
    sentence = _("Choose the AR match sequence before switching customer reconciliation on.")


class NegativeLimit(Invalid):
    code = "limit_negative"
    sentence = _("Enter 0 or more.")


class FrequencyNotAllowed(Invalid):
    code = "summary_frequency_not_allowed"
    sentence = _("Summaries of this type may be: %(allowed)s.")


class ReconciliationStaysOn(Refusal):
    code = "reconciliation_stays_on"
    sentence = _("Customer reconciliation cannot be switched off: match codes are part of the books now.")


ACCOUNT_KINDS = (
    "receivable",
    "advances",
    "overpayments",
    "undeposited",
    "discount",
    "write_off",
    "exchange",
    "revenue",
)


def found_company(
    *,
    code: str,
    name: str,
    base_currency: str,
    at: datetime,
    time_zone: str = "UTC",
    language: str = "en",
    founder: User | None = None,
) -> Company:
    """Create a company with the chart template, terms, number sequences, shipped roles and its configuration.

    ``founder`` is who does it, for the audit trail; None: the installation itself.

    Raises CompanyCodeTaken, UnknownCurrency or UnknownTimeZone.
    """
    decimals(base_currency)
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnknownTimeZone(field="time_zone", time_zone=time_zone) from error
    if Company.objects.filter(code=code).exists():
        raise CompanyCodeTaken(field="code", company=code)
    with transaction.atomic():
        company = Company.objects.create(
            code=code,
            name=name,
            base_currency=base_currency,
            time_zone=time_zone,
            language=language,
            created_at=at,
        )
        with company_scope(company.pk):
            with translation.override(language):
                _furnish(company, base_currency)
            actor = Actor(
                company_id=company.pk,
                user_id=founder.pk if founder else None,
                name=str(founder) if founder else "Arledger",
                at=at,
                rights=RIGHTS,
                source="setup",
            )
            following.rescheduled(actor, company, Configuration.objects.get(company=company))
            audit.record(
                actor=actor,
                action="found",
                object_kind="company",
                object_ids=[company.pk],
                after={"code": code, "name": name, "base_currency": base_currency},
            )
    return company


def _furnish(company: Company, currency: str) -> None:
    Account.objects.bulk_create(
        [Account(company=company, code=a.code, name=str(a.name), kind=a.kind) for a in ACCOUNTS]
    )
    NumberSequence.objects.bulk_create(
        [
            NumberSequence(
                company=company, code=s.code, name=str(s.name), style=s.style, prefix=s.prefix, width=s.width
            )
            for s in SEQUENCES
        ]
    )
    Journal.objects.bulk_create(
        [Journal(company=company, code=code, name=str(name)) for code, name in JOURNALS]
    )
    Term.objects.bulk_create(
        [
            Term(
                company=company,
                code=t.code,
                name=str(t.name),
                net_days=t.net_days,
                end_of_month=t.end_of_month,
            )
            for t in TERMS
        ]
    )
    # Shipped roles are named by what is translated: each reader sees them in his own language.
    with translation.override("en"):
        Role.objects.bulk_create(
            [
                Role(company=company, code=r.code, name=str(r.name), rights=sorted(r.rights), shipped=True)
                for r in SHIPPED
            ]
        )
    accounts = {a.kind: a for a in Account.objects.filter(company=company).order_by("-code")}
    sequences = {s.code: s for s in NumberSequence.objects.filter(company=company)}
    BankAccount.objects.create(
        company=company, code="BANK", name=str(_("Bank")), currency=currency, account=accounts["bank"]
    )
    Configuration.objects.create(
        company=company,
        match_sequence=sequences["MATCH"],
        customer_sequence=sequences["CUST"],
        invoice_sequence=sequences["INV"],
        adjustment_sequence=sequences["ADJ"],
        payment_sequence=sequences["PAY"],
        refund_sequence=sequences["REF"],
        deposit_sequence=sequences["DEP"],
        matching_sequence=sequences["MAT"],
        refund_journal=Journal.objects.get(company=company, code="BNK"),
        receivable_account=accounts["receivable"],
        advances_account=accounts["advances"],
        discount_account=accounts["discount"],
        write_off_account=accounts["write_off"],
        overpayments_account=accounts["overpayments"],
        undeposited_account=accounts["undeposited"],
        exchange_account=accounts["exchange"],
        revenue_account=accounts["revenue"],
    )


def add_user(*, email: str, password: str, name: str, language: str = "en") -> User:
    """Create a person, or return the one with this e-mail unchanged."""
    found = User.objects.filter(email=email.strip().lower()).first()
    return found or User.objects.create_user(email=email, password=password, name=name, language=language)


def change_password(*, user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])


def speak(*, user: User, language: str) -> None:
    """Keep the language a person chose; one that the product does not have changes nothing."""
    if language in dict(settings.LANGUAGES):
        User.objects.filter(pk=user.pk).update(language=language)


def add_member(*, actor: Actor, user: User, role_code: str) -> Membership:
    """Give a person a role in the actor's company."""
    actor.require("roles.edit")
    with transaction.atomic():
        role = Role.objects.get(company_id=actor.company_id, code=role_code)
        membership, _created = Membership.objects.update_or_create(
            company_id=actor.company_id, user=user, defaults={"role": role, "active": True}
        )
        audit.record(
            actor=actor,
            action="member",
            object_kind="user",
            object_ids=[user.pk],
            after={"role": role_code},
        )
    return membership


def tell_configured(
    actor: Actor, row: Configuration, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Put into the audit trail what of the settings is not as it was; nothing when all of it is."""
    audit.record_changes(
        actor=actor,
        action="configure",
        object_kind="configuration",
        object_id=row.pk,
        before=before,
        after=after,
    )


def change_configuration(*, actor: Actor, changes: Mapping[str, Any], version: int) -> Configuration:
    """Change settings by their SPEC 3 names; each change is audited with old and new value.

    ``version`` is the one the person saw. Switching reconciliation on records the instant: nothing applied before
    ever gets a code. ``summary_frequency`` names the types that change; closing the books further needs the right to
    close periods, and closes their summaries. Raises Stale, MatchSequenceMissing, NotAlpha, NotNumeric,
    SequencesClash, WrongAccountKind, FrequencyNotAllowed, Forbidden or ReconciliationStaysOn.
    """
    actor.require("configuration.edit")
    changes = _by_column(changes)
    with transaction.atomic():
        row = hold_choices(actor.company_id)
        require_version(actor, row, version)
        numbered = sequences_of(row)
        closed = row.closed_through
        rhythm = [getattr(row, name) for name in SUMMARY_SETTINGS]
        before = {name: _plain(getattr(row, name)) for name in changes}
        was_on = row.reconciliation_enabled
        for name, value in changes.items():
            setattr(row, name, value)
        _check_reconciliation(row, was_on)
        check_limits(row)
        _check_sequences(row, numbered)
        _check_accounts(row)
        _check_frequencies(row)
        require_move(actor, closed, row.closed_through)
        if row.reconciliation_enabled and not was_on:
            row.reconciliation_enabled_at = actor.at
        row.version += 1
        row.save()
        if row.closed_through is not None and (closed is None or row.closed_through > closed):
            following.closed(actor, row.company, row.closed_through, None)
        if rhythm != [getattr(row, name) for name in SUMMARY_SETTINGS]:
            following.rescheduled(actor, row.company, row)
        after = {name: _plain(getattr(row, name)) for name in changes}
        tell_configured(actor, row, before, after)
    return row


def _by_column(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The settings by column: ``summary_frequency`` is one for each type."""
    named = dict(changes)
    for type, value in named.pop("summary_frequency", {}).items():
        column = f"summary_frequency_{type}"
        if column not in SUMMARY_SETTINGS:
            raise Invalid(field=f"summary_frequency.{type}")
        named[column] = value
    return named


def _check_frequencies(row: Configuration) -> None:
    for name in SUMMARY_SETTINGS:
        allowed = allowed_frequencies(name.removeprefix("summary_frequency_"))
        if getattr(row, name) not in allowed:
            words = ", ".join(str(Frequency(value).label) for value in allowed)
            raise FrequencyNotAllowed(field=name, allowed=words)


def require_version(actor: Actor, row: Configuration, version: int) -> None:
    """Raise Stale, naming who changed the configuration last and when, unless it is still at ``version``."""
    if row.version == version:
        return
    last = (
        AuditEvent.objects.filter(company_id=actor.company_id, object_kind="configuration")
        .order_by("-sequence")
        .first()
    )
    at = last.at if last else row.company.created_at
    raise Stale(who=last.actor if last else "Arledger", when=at.astimezone(ZoneInfo(actor.time_zone)))


def check_limits(row: Configuration) -> None:
    """Amounts of the configuration are in the base currency, 0 or more."""
    for name in ("refund_two_person_above", "write_off_limit"):
        amount = getattr(row, name)
        if amount is None:
            continue
        check_amount(amount, row.company.base_currency, field=name)
        if amount < 0:
            raise NegativeLimit(field=name)


def _check_sequences(row: Configuration, before: dict[str, int | None]) -> None:
    chosen = {name: getattr(row, f"{name}_id") for name in (f"{kind}_sequence" for kind in NUMBERED)}
    found = NumberSequence.objects.filter(company_id=row.company_id).in_bulk(set(chosen.values()) - {None})
    for name, key in chosen.items():
        if key in found and found[key].style != NumberSequence.Style.NUMERIC:
            raise NotNumeric(field=name)
    refuse(clashes(row, before))


def _check_accounts(row: Configuration) -> None:
    chosen = {kind: getattr(row, f"{kind}_account_id") for kind in ACCOUNT_KINDS}
    found = Account.objects.filter(company_id=row.company_id).in_bulk(set(chosen.values()))
    for kind, key in chosen.items():
        if key in found and found[key].kind != kind:
            wanted = Account.Kind(kind).label
            raise WrongAccountKind(field=f"{kind}_account", account=found[key].code, kind=wanted)


def _check_reconciliation(row: Configuration, was_on: bool) -> None:
    if was_on and not row.reconciliation_enabled:
        raise ReconciliationStaysOn(field="reconciliation_enabled")
    if row.reconciliation_enabled and row.match_sequence_id is None:
        raise MatchSequenceMissing(field="match_sequence")
    if row.match_sequence is not None and row.match_sequence.style != NumberSequence.Style.ALPHA:
        raise NotAlpha(field="match_sequence")


def _plain(value: Any) -> Any:
    """A setting as the audit trail keeps it: a referenced object by its code."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return getattr(value, "code", value.isoformat() if isinstance(value, date) else value)
