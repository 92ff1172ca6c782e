"""The forms of webhooks."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from arledger.api.sending import URL_LENGTH
from arledger.api.webhook_selectors import KINDS
from arledger.api.webhook_services import NAME_LENGTH
from arledger.core.http.forms import KeyedForm, TextField


class WebhookForm(KeyedForm):
    """Where events go and which; without a tick all of them."""

    name = TextField(label=_("Name"), max_length=NAME_LENGTH)
    url = TextField(
        label=_("Address"),
        max_length=URL_LENGTH,
        help_text=_("Events are posted there as JSON: https, a public address."),
    )
    kinds = forms.MultipleChoiceField(
        required=False,
        choices=[(kind, kind) for kind in KINDS],
        label=_("Events"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without a tick: all of them."),
    )


class WebhookChangeForm(WebhookForm):
    active = forms.BooleanField(
        label=_("Active"),
        required=False,
        help_text=_("Switched off, it waits, and goes on later where it stopped."),
    )
