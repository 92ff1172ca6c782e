"""Forms of customers: they read what people type; the rules live in the services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Coded
from arledger.companies.selectors import choices
from arledger.core.actor import Actor
from arledger.core.http.forms import KeyedForm, TextField, offer
from arledger.core.money import currencies
from customers.models import Customer
from customers.selectors import named
from customers.services import CustomerInput


class CustomerField(TextField):
    """A customer by code, as the picker fills it in; cleaned to the customer, or None when empty.

    Set ``actor`` before the form is cleaned: only customers he may see exist.
    """

    actor: Actor | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=150, **{"label": _("Customer"), **options})
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> Customer | None:
        text = super().clean(value)
        if not text:
            return None
        assert self.actor is not None, "a CustomerField needs its actor"
        customer = named(self.actor, text)
        if customer is None:
            raise forms.ValidationError(
                _("There is no customer “%(text)s”. Type a code or a name and choose."),
                code="customer_unknown",
                params={"text": text[:40]},
            )
        return customer

    def prepare_value(self, value: Any) -> Any:
        return value.code if isinstance(value, Customer) else value


class CustomerForm(KeyedForm):
    """A customer as a person enters it; ``entered`` is what the service gets."""

    code = TextField(
        label=_("Code"),
        max_length=40,
        required=False,
        help_text=_("Left empty, the next number of the customer sequence is drawn."),
    )
    name = TextField(label=_("Name"), max_length=150)
    currency = forms.ChoiceField(label=_("Currency"), help_text=_("The default for new documents."))
    term = forms.TypedChoiceField(label=_("Payment term"), required=False, coerce=int, empty_value=None)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    country = TextField(
        label=_("Country"), max_length=2, required=False, help_text=_("Two letters, such as FR.")
    )
    parent = CustomerField(
        label=_("Belongs to"),
        required=False,
        help_text=_("The account above this one, for reports only: matching never crosses customers."),
    )
    entity = forms.TypedChoiceField(label=_("Entity"), required=False, coerce=int, empty_value=None)
    address = TextField(label=_("Address"), max_length=1000, multiline=True, required=False)
    active = forms.BooleanField(label=_("Active"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        actor: Actor,
        base_currency: str,
        customer: Customer | None = None,
        **options: Any,
    ) -> None:
        initial = values_of(customer) if customer else {"currency": base_currency, "active": True}
        super().__init__(data, initial=initial, **options)
        offered = choices(actor)
        entities = [e for e in offered["entities"] if actor.reaches(e.pk)]
        offer(self, "currency", [(code, code) for code in currencies()])
        offer(self, "term", _options(offered["terms"], customer.term if customer else None))
        offer(self, "entity", _options(entities, customer.entity if customer else None))
        self.fields["entity"].disabled = not entities
        ask_as(self, actor)

    @property
    def entered(self) -> CustomerInput:
        """Valid forms only."""
        values = self.cleaned_data
        return CustomerInput(
            code=values["code"],
            name=values["name"],
            currency=values["currency"],
            term_id=values["term"],
            parent_id=values["parent"].pk if values["parent"] else None,
            entity_id=values["entity"],
            email=values["email"],
            address=values["address"],
            country=values["country"].upper(),
            active=values["active"],
        )


def _options(offered: Sequence[Coded], current: Coded | None) -> list[tuple[Any, Any]]:
    """What can be chosen, and what is chosen already even when it is no longer offered."""
    extra = [current] if current is not None and current.pk not in {one.pk for one in offered} else []
    return [("", "—"), *((one.pk, str(one)) for one in (*offered, *extra))]


def ask_as(form: forms.BaseForm, actor: Actor) -> None:
    """Tell the form's customer fields who asks."""
    for field in form.fields.values():
        if isinstance(field, CustomerField):
            field.actor = actor


def values_of(customer: Customer) -> dict[str, Any]:
    """What the form shows of a customer."""
    return {
        "code": customer.code,
        "name": customer.name,
        "currency": customer.currency,
        "term": customer.term_id,
        "parent": customer.parent,
        "entity": customer.entity_id,
        "email": customer.email,
        "address": customer.address,
        "country": customer.country,
        "active": customer.active,
        "version": customer.version,
    }
