"""Forms of the company itself, and of a new one. They read what people type; the rules live in the services."""

from __future__ import annotations

from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from arledger.companies.company_services import COLUMNS, has_documents, time_zones
from arledger.companies.master_services import CODE_LENGTH
from arledger.companies.models import Configuration
from arledger.companies.people_services import NAME_LENGTH
from arledger.core.actor import Actor
from arledger.core.http.forms import KeyedForm, TextField, offer
from arledger.core.money import currencies

# Neither of them has a usual choice, and the first of a long list is nobody's.
NONE = ("", "—")


def currency_choices() -> list[tuple[str, str]]:
    """Each currency by code and name, in the reader's language."""
    names = Locale.parse(get_language() or "en", sep="-").currencies
    return [(code, f"{code} {names.get(code, '')}".strip()) for code in currencies()]


def zone_choices(current: str = "") -> list[tuple[str, str]]:
    """The time zones, and the one that is kept already."""
    known = time_zones()
    more = (current,) if current and current not in known else ()
    return [(name, name.replace("_", " ")) for name in (*more, *known)]


class CompanyForm(KeyedForm):
    """``version`` is the configuration's: somebody else's change in between is not overwritten."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    company_name = TextField(label=_("Name"), max_length=NAME_LENGTH)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_(
            "Of what the product writes by itself, such as titles of summaries. People choose their own."
        ),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Decides which day is today, and when summaries begin.")
    )
    base_currency = forms.ChoiceField(label=_("Base currency"))

    def __init__(
        self, data: QueryDict | None = None, *, actor: Actor, row: Configuration, **options: Any
    ) -> None:
        company = row.company
        initial = {name: getattr(company, column) for name, column in COLUMNS.items()}
        super().__init__(data, initial=initial | {"version": row.version}, **options)
        offer(self, "time_zone", zone_choices(company.time_zone))
        offer(self, "base_currency", currency_choices())
        currency = self.fields["base_currency"]
        if has_documents(company.pk):
            currency.disabled = True
            currency.help_text = _(
                "It stays: documents were entered with it, and their amounts and rates would mean something else."
            )
        else:
            currency.help_text = _(
                "It can be changed until the first document. Customers and bank accounts keep theirs."
            )
        if not actor.may("configuration.edit"):
            for field in self.fields.values():
                field.disabled = True

    @property
    def changes(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in COLUMNS}


class NewCompanyForm(forms.Form):
    """A new company and its first administrator."""

    name = TextField(label=_("Name of the company"), max_length=NAME_LENGTH)
    code = TextField(
        label=_("Code"),
        max_length=CODE_LENGTH,
        help_text=_("Part of every address of the company, such as “acme”. It never changes."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("In which the accounts, journals and terms that it starts with are named."),
    )
    base_currency = forms.ChoiceField(label=_("Base currency"))
    time_zone = forms.ChoiceField(label=_("Time zone"))
    email = forms.EmailField(
        label=_("E-mail of the administrator"),
        max_length=254,
        help_text=_("Sets the company up and lets other people in."),
    )
    person = TextField(
        label=_("Name of the administrator"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("Whoever has an account keeps the name there."),
    )

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        offer(self, "time_zone", [NONE, *zone_choices()])
        offer(self, "base_currency", [NONE, *currency_choices()])
