"""Lettering the past: an administrator sees how many codes it draws, says why, and does it (SPEC 10)."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from arledger.core.errors import Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, KeyedForm, TextField, ask
from reconciliation.lettering_services import Lettered, letter_the_past, preview_lettering


class LetteringForm(KeyedForm):
    reason = TextField(label=gettext_lazy("Reason"), max_length=200)


@page("configuration.edit")
def letter(request: PageRequest) -> HttpResponse:
    """GET shows what would be lettered; POST does it, once."""
    form = LetteringForm(request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    effects: list[str] = []
    try:
        effects = _effects(preview_lettering(actor=request.actor))
    except Refusal as error:
        refusal = error
    return ask(
        request,
        form,
        lambda: _done(letter_the_past(actor=request.actor, reason=form.cleaned_data["reason"])),
        template="components/confirm.html",
        back_url=reverse("companies:configuration"),
        document=None,
        question=_("Letter the past"),
        effects=effects,
        button=_("Letter the past"),
        meaning="primary",
        refusal=refusal,
    )


def _effects(told: Lettered) -> list[str]:
    groups = _("Every group has its code from a later match: no code is drawn.")
    if told.groups:
        groups = ngettext(
            "%(count)s code is drawn: %(first)s.",
            "%(count)s codes are drawn, from %(first)s to %(last)s, the oldest match first.",
            told.groups,
        ) % {"count": told.groups, "first": told.first, "last": told.last}
    return [
        ngettext(
            "%(count)s match gets a match code: it was made before customer reconciliation was switched on.",
            "%(count)s matches get a match code: they were made before customer reconciliation was switched on.",
            told.matches,
        )
        % {"count": told.matches},
        groups,
        _("Reports as known on an earlier instant go on showing them without."),
        _("It cannot be taken back, and the audit trail keeps it."),
    ]


def _done(told: Lettered) -> Done:
    message = ngettext(
        "%(count)s match has its match code.", "%(count)s matches have their match codes.", told.matches
    ) % {"count": told.matches}
    return Done(url=reverse("companies:configuration"), message=message)
