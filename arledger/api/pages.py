"""Settings, API tokens: what programs act with; made, shown once, revoked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from arledger.api import services
from arledger.api.forms import TokenForm
from arledger.api.models import ApiToken
from arledger.api.selectors import state_of, tokens_of
from arledger.companies.table_pages import NAME, STATE, Table, table
from arledger.core.errors import NotFound, Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, KeyedForm, ask, show_refusal, submit
from arledger.core.http.listing import Column
from arledger.core.templatetags.arledger import badge, moment


@page("configuration.view")
def tokens(request: PageRequest) -> HttpResponse:
    columns = [
        NAME,
        Column(label=_("Acts for")),
        Column(label=_("Rights")),
        Column(label=_("Ends with")),
        Column(label=_("Last used")),
        Column(label=_("Expires")),
        STATE,
        Column(label=""),
    ]
    rows = [
        (
            row.name,
            str(row.membership.user),
            ", ".join(row.scopes) if row.scopes is not None else _("all of the role"),
            f"…{row.ending}",
            moment(row.last_used_at) or _("never"),
            moment(row.expires_at),
            _state(request, row),
            _revoking(row),
        )
        for row in tokens_of(request.actor).order_by("-pk")
    ]
    intro = _("A program signs in with a token and acts for a person, with that person's rights or fewer.")
    actions = [(reverse("tokens:new"), _("New token"))]
    return table(request, _("API tokens"), Table(columns, rows), intro=intro, actions=actions)


def _state(request: PageRequest, row: ApiToken) -> object:
    words = {
        "active": badge(_("Active"), "good", "check"),
        "expired": badge(_("Expired"), "plain", "clock"),
        "revoked": badge(_("Revoked"), "plain", "ban"),
    }
    return words[state_of(row, request.actor.at)]


def _revoking(row: ApiToken) -> object:
    if row.revoked_at is not None:
        return ""
    url = reverse("tokens:revoke", args=[row.pk])
    return format_html('<a href="{}" data-dialog>{}</a>', url, _("Revoke"))


@page("configuration.view", again=True)
def new(request: PageRequest) -> HttpResponse:
    """Make one for oneself. Its text is shown in the answer to the form and nowhere else, ever."""
    form = TokenForm(request.POST or None)
    made: list[services.Made] = []

    def verb() -> Done:
        chosen = form.cleaned_data
        made.append(
            services.create(
                actor=request.actor,
                name=chosen["name"],
                scopes=chosen["scopes"] or None,
                days=chosen["days"],
            )
        )
        return Done(reverse("tokens:list"))

    if request.method == "POST" and form.is_valid():
        try:
            answer = submit(request, verb)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return _shown_once(request, made[0]) if made else answer
    context = {"form": form, "table": form.table(request.actor.rights), "tokens_url": reverse("tokens:list")}
    return render(request, "api/token.html", context, status=422 if form.errors else 200)


def _shown_once(request: PageRequest, made: services.Made) -> HttpResponse:
    context = {
        "token": made.row,
        "text": made.text,
        "example": f"curl -H 'Authorization: Bearer {made.text}' {request.build_absolute_uri('/api/v1/accounts')}",
        "tokens_url": reverse("tokens:list"),
    }
    return render(request, "api/token_made.html", context)


@page("configuration.view")
def revoke(request: PageRequest, key: int) -> HttpResponse:
    row = tokens_of(request.actor).filter(pk=key).first()
    if row is None:
        raise NotFound()

    def verb() -> Done:
        services.revoke(actor=request.actor, key=key)
        return Done(reverse("tokens:list"), _("%(name)s is revoked.") % {"name": row}, messages.SUCCESS)

    return ask(
        request,
        KeyedForm(request.POST or None),
        verb,
        template="api/token_revoke.html",
        back_url=reverse("tokens:list"),
        document=row,
        question=_("Revoke %(name)s?") % {"name": row},
        effects=[_("Programs that use it are refused from now on. This cannot be taken back.")],
        button=_("Revoke"),
    )
