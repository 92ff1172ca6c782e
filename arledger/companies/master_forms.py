"""Forms of what a company sets up once. They read what people type; the rules live in the services."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.companies import master_services as masters
from arledger.companies.entity_services import SEQUENCES
from arledger.companies.models import (
    Account,
    BankAccount,
    Coded,
    Company,
    Configuration,
    Entity,
    EntityConfiguration,
    Journal,
    NumberSequence,
)
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.http.forms import KeyedForm, TextField, offer
from arledger.core.money import currencies

NONE = ("", "—")


def options(rows: Iterable[Coded], current: int | None = None) -> list[tuple[Any, Any]]:
    """The active rows by code, and the one that is chosen already."""
    return [(row.pk, str(row)) for row in rows if row.active or row.pk == current]


class PercentField(forms.Field):
    """A percentage below 100 with up to two decimals, with a point or a comma; empty is 0."""

    pattern = re.compile(r"[0-9]{1,2}([.,][0-9]{1,2})?", re.ASCII)

    def to_python(self, value: Any) -> Decimal:
        text = str(value if value not in self.empty_values else "0").strip()
        if not self.pattern.fullmatch(text):
            raise ValidationError(
                _("Write the percentage with up to two decimals, for example 2.5."), code="percent_invalid"
            )
        return Decimal(text.replace(",", "."))

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class MasterForm(KeyedForm):
    """Code, name and whether it is in use; subclasses add what their kind has."""

    master: ClassVar[masters.Master]
    # Fields that a form cannot call as the service does, by the service's name.
    called: ClassVar[dict[str, str]] = {}
    code = TextField(label=_("Code"), max_length=masters.CODE_LENGTH)
    name = TextField(label=_("Name"), max_length=masters.NAME_LENGTH)
    active = forms.BooleanField(
        label=_("Active"),
        required=False,
        help_text=_("Inactive ones stay on old documents and are offered no more."),
    )

    def __init__(
        self, data: QueryDict | None = None, *, actor: Actor, row: Any = None, **options: Any
    ) -> None:
        kept = ("code", "name", "active", *(name.removesuffix("_id") for name in self.master.fields))
        shown = (
            {self.called.get(name, name): self.shown(row, name) for name in kept} if row else {"active": True}
        )
        super().__init__(data, initial=shown, **options)
        self.prepare(actor, row)
        if row is None:
            del self.fields["active"]
            return
        for name in self.master.fixed:
            if (field := self.fields.get(name.removesuffix("_id"))) is not None:
                field.disabled = True
                field.help_text = _("Stays as it was entered: documents rely on it.")

    def shown(self, row: Any, name: str) -> Any:
        return getattr(row, f"{name}_id", None) if f"{name}_id" in self.master.fields else getattr(row, name)

    def prepare(self, actor: Actor, row: Any) -> None:
        """Fill the choices."""

    @property
    def values(self) -> dict[str, Any]:
        """Valid forms only: what the service gets."""
        named = {name: f"{name}_id" if f"{name}_id" in self.master.fields else name for name in self.fields}
        named |= {own: name for name, own in self.called.items()}
        return {named[name]: value for name, value in self.cleaned_data.items() if name != "idempotency_key"}


def _key(value: Any) -> int | None:
    return int(value) if value else None


class EntityForm(MasterForm):
    master = masters.ENTITIES


class LocationForm(MasterForm):
    master = masters.LOCATIONS
    entity = forms.TypedChoiceField(label=_("Entity"), required=False, coerce=_key, empty_value=None)

    def prepare(self, actor: Actor, row: Any) -> None:
        found = within_reach(actor, Entity).order_by("code")
        offer(self, "entity", [NONE, *options(found, row.entity_id if row else None)])


class AccountForm(MasterForm):
    master = masters.GL_ACCOUNTS
    kind = forms.ChoiceField(label=_("Kind"), choices=Account.Kind.choices)


class BankAccountForm(MasterForm):
    master = masters.BANK_ACCOUNTS
    currency = forms.ChoiceField(label=_("Currency"))
    account = forms.TypedChoiceField(label=_("GL account"), coerce=_key)
    entity = forms.TypedChoiceField(label=_("Entity"), required=False, coerce=_key, empty_value=None)

    def prepare(self, actor: Actor, row: BankAccount | None) -> None:
        accounts = Account.objects.filter(company_id=actor.company_id, kind=Account.Kind.BANK)
        entities = within_reach(actor, Entity).order_by("code")
        offer(self, "currency", [(code, code) for code in currencies()])
        if row is None:
            self.initial["currency"] = Company.objects.get(pk=actor.company_id).base_currency
        offer(self, "account", options(accounts.order_by("code"), row.account_id if row else None))
        offer(self, "entity", [NONE, *options(entities, row.entity_id if row else None)])


class TermForm(MasterForm):
    master = masters.TERMS
    net_days = forms.IntegerField(label=_("Net days"), initial=30, min_value=0, max_value=masters.MOST_DAYS)
    end_of_month = forms.BooleanField(
        label=_("End of month"),
        required=False,
        help_text=_("The net days count, then the due date moves to the end of that month."),
    )
    discount_percent = PercentField(label=_("Discount %"), required=False)
    discount_days = forms.IntegerField(
        label=_("Discount days"),
        required=False,
        min_value=0,
        max_value=masters.MOST_DAYS,
        help_text=_("For payment within so many days."),
    )

    def clean_discount_days(self) -> int:
        return self.cleaned_data["discount_days"] or 0


class SequenceForm(MasterForm):
    master = masters.SEQUENCES
    called = {"prefix": "front", "suffix": "back"}
    style = forms.ChoiceField(label=_("Style"), choices=NumberSequence.Style.choices)
    front = TextField(label=_("Prefix"), max_length=masters.CODE_LENGTH, required=False)
    back = TextField(label=_("Suffix"), max_length=masters.CODE_LENGTH, required=False)
    width = forms.IntegerField(
        label=_("Digits"),
        initial=5,
        min_value=0,
        max_value=masters.MOST_DIGITS,
        help_text=_("Shorter numbers are filled with zeros on the left; letters are not."),
    )
    max_length = forms.IntegerField(
        label=_("Maximum length"),
        initial=20,
        min_value=1,
        max_value=masters.LONGEST_NUMBER,
        help_text=_("Prefix and suffix included. Beyond it, nothing more is drawn."),
    )


class JournalForm(MasterForm):
    master = masters.JOURNALS


class OverridesForm(KeyedForm):
    """What an entity does differently; empty: as the company, whose choice stands beside."""

    refunds_enabled = forms.TypedChoiceField(
        label=_("Record customer refunds"),
        required=False,
        coerce=lambda value: value == "on",
        empty_value=None,
    )
    refund_journal = forms.ModelChoiceField(
        Journal.objects.none(), label=_("Journal of refunds"), required=False
    )
    customer_sequence = forms.ModelChoiceField(
        NumberSequence.objects.none(), label=_("Customers"), required=False
    )
    invoice_sequence = forms.ModelChoiceField(
        NumberSequence.objects.none(), label=_("Invoices"), required=False
    )
    adjustment_sequence = forms.ModelChoiceField(
        NumberSequence.objects.none(), label=_("Adjustments"), required=False
    )
    advance_sequence = forms.ModelChoiceField(
        NumberSequence.objects.none(), label=_("Advances"), required=False
    )
    payment_sequence = forms.ModelChoiceField(
        NumberSequence.objects.none(), label=_("Payments"), required=False
    )
    refund_sequence = forms.ModelChoiceField(
        NumberSequence.objects.none(), label=_("Refunds"), required=False
    )
    deposit_sequence = forms.ModelChoiceField(
        NumberSequence.objects.none(), label=_("Deposits"), required=False
    )
    matching_sequence = forms.ModelChoiceField(
        NumberSequence.objects.none(), label=_("Matchings"), required=False
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        actor: Actor,
        company: Configuration,
        row: EntityConfiguration,
        **options: Any,
    ) -> None:
        shown: dict[str, Any] = {name: getattr(row, name) for name in ("refund_journal", *SEQUENCES)}
        switched = {True: "on", False: "off", None: ""}
        super().__init__(data, initial=shown | {"refunds_enabled": switched[row.refunds_enabled]}, **options)
        same = _("on") if company.refunds_enabled else _("off")
        offer(self, "refunds_enabled", [("", as_company(same)), ("on", _("on")), ("off", _("off"))])
        numbers = NumberSequence.objects.filter(company_id=actor.company_id, active=True, style="numeric")
        journals = Journal.objects.filter(company_id=actor.company_id, active=True)
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = (journals if name == "refund_journal" else numbers).order_by("code")
                field.empty_label = str(as_company(getattr(company, name) or _("none")))

    @property
    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "idempotency_key"}


def as_company(value: object) -> str | Promise:
    """The words for a setting left to the company."""
    return _("as the company: %(value)s") % {"value": value}
