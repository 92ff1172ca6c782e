"""The forms of webhooks."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from arledger.api.sending import URL_LENGTH
from arledger.api.webhook_selectors import KINDS
from arledger.api.webhook_services import GRACE_HOURS, LONGEST_GRACE, NAME_LENGTH
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


class SecretForm(KeyedForm):
    """For how long the secret before stays valid beside the new one."""

    hours = forms.TypedChoiceField(
        label=_("The secret before stays valid"),
        coerce=int,
        choices=(
            (0, _("no longer")),
            (1, _("an hour")),
            (GRACE_HOURS, _("a day")),
            (LONGEST_GRACE, _("a week")),
        ),
        initial=GRACE_HOURS,
        help_text=_(
            "Until then messages are signed with both. Enter the new one in the other program meanwhile."
        ),
    )
