"""The form that makes a token."""

from __future__ import annotations

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.api.services import DEFAULT_DAYS, NAME_LENGTH
from arledger.core.http.forms import KeyedForm, TextField
from arledger.core.permissions import OBJECTS, RIGHTS, VERBS

DAYS = (
    (30, _("30 days")),
    (90, _("90 days")),
    (DEFAULT_DAYS, _("A year")),
    (3 * 365, _("3 years")),
)


class TokenForm(KeyedForm):
    """A token for oneself; without a tick it may do all that the role allows."""

    name = TextField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("What uses it: the audit trail and the timeline of each document say so."),
    )
    days = forms.TypedChoiceField(label=_("Expires after"), choices=DAYS, coerce=int, initial=DEFAULT_DAYS)
    scopes = forms.MultipleChoiceField(
        required=False, choices=[(right, right) for right in sorted(RIGHTS)], label=_("Rights")
    )

    def table(
        self, held: frozenset[str]
    ) -> list[tuple[str | Promise, list[tuple[str, str | Promise, bool]]]]:
        """The rights that may be ticked: each object with its verbs (the right, the verb's name, ticked or not)."""
        ticked = set(self["scopes"].value() or ())
        rows: list[tuple[str | Promise, list[tuple[str, str | Promise, bool]]]] = [
            (
                name,
                [
                    (f"{subject}.{verb}", word, f"{subject}.{verb}" in ticked)
                    for verb, word in VERBS.items()
                    if f"{subject}.{verb}" in held
                ],
            )
            for subject, name in OBJECTS.items()
        ]
        return [(name, verbs) for name, verbs in rows if verbs]
