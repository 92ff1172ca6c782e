"""Settings, webhooks: who is told of events, and what became of each delivery (SPEC 15)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from arledger.api import webhook_services as services
from arledger.api.models import Webhook, WebhookDelivery
from arledger.api.sending import ERRORS
from arledger.api.webhook_forms import SecretForm, WebhookChangeForm, WebhookForm
from arledger.api.webhook_selectors import deliveries_of, tally, webhook_of, webhooks_of
from arledger.companies.table_pages import NAME, STATE, Table, linked, state, table
from arledger.core.errors import NotFound, Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, KeyedForm, ask, show_refusal, submit
from arledger.core.http.listing import Column
from arledger.core.templatetags.arledger import badge, moment

SHOWN = 50
LARGEST_KEY = 2**62


@page("configuration.view")
def webhooks(request: PageRequest) -> HttpResponse:
    columns = [
        NAME,
        Column(label=_("Address")),
        Column(label=_("Events")),
        Column(label=_("Pending"), numeric=True),
        Column(label=_("Failed"), numeric=True),
        STATE,
    ]
    counts = tally(request.actor)
    rows = [
        (
            linked(row.name, reverse("webhooks:log", args=[row.pk])),
            row.url,
            ", ".join(row.kinds) if row.kinds else _("all"),
            *counts.get(row.pk, (0, 0)),
            state(row.active),
        )
        for row in webhooks_of(request.actor).order_by("name", "pk")
    ]
    intro = _("Another program is told of what happens in the books, by a signed message for each event.")
    actions = [(reverse("webhooks:new"), _("New webhook"))] if request.actor.may("configuration.edit") else []
    return table(request, _("Webhooks"), Table(columns, rows), intro=intro, actions=actions)


@page("configuration.edit")
def new(request: PageRequest) -> HttpResponse:
    """Make one. Its secret is shown in the answer to the form and nowhere else, ever."""
    form = WebhookForm(request.POST or None)
    made: list[services.Made] = []

    def verb() -> Done:
        chosen = form.cleaned_data
        made.append(
            services.create(
                actor=request.actor, name=chosen["name"], url=chosen["url"], kinds=chosen["kinds"] or None
            )
        )
        return Done(reverse("webhooks:log", args=[made[0].row.pk]))

    if request.method == "POST" and form.is_valid():
        try:
            answer = submit(request, verb)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return _shown_once(request, made[0]) if made else answer
    return _form(request, form, _("New webhook"), reverse("webhooks:list"))


def _shown_once(request: PageRequest, made: services.Made) -> HttpResponse:
    context = {
        "webhook": made.row,
        "secret": made.secret,
        "log_url": reverse("webhooks:log", args=[made.row.pk]),
        "webhooks_url": reverse("webhooks:list"),
    }
    return render(request, "api/webhook_made.html", context)


@page("configuration.edit")
def edit(request: PageRequest, key: int) -> HttpResponse:
    row = webhook_of(request.actor, _key(key))
    shown = {"name": row.name, "url": row.url, "kinds": row.kinds, "active": row.active}
    form = WebhookChangeForm(request.POST or None, initial=shown)

    def verb() -> Done:
        chosen = {name: form.cleaned_data[name] for name in shown}
        changed = services.change(actor=request.actor, key=key, changes=chosen)
        return Done(reverse("webhooks:log", args=[key]), _("%(name)s is saved.") % {"name": changed})

    if request.method == "POST" and form.is_valid():
        try:
            return submit(request, verb)
        except Refusal as refusal:
            show_refusal(form, refusal)
    return _form(request, form, row.name, reverse("webhooks:log", args=[key]))


def _form(request: PageRequest, form: WebhookForm, title: str, back_url: str) -> HttpResponse:
    context = {"form": form, "title": title, "back_url": back_url, "webhooks_url": reverse("webhooks:list")}
    return render(request, "api/webhook.html", context, status=422 if form.errors else 200)


# The log -------------------------------------------------------------------------------------------------------


@page("configuration.view")
def log(request: PageRequest, key: int) -> HttpResponse:
    """A webhook's deliveries, newest first."""
    row = webhook_of(request.actor, _key(key))
    may = request.actor.may("configuration.edit")
    before = request.GET.get("before", "")
    found = deliveries_of(row).order_by("-pk")
    if before.isdecimal() and before.isascii() and int(before) < LARGEST_KEY:
        found = found.filter(pk__lt=int(before))
    shown = list(found[: SHOWN + 1])
    columns = [
        Column(label=_("Event")),
        Column(label=_("When")),
        STATE,
        Column(label=_("Status code"), numeric=True),
        Column(label=_("Attempts"), numeric=True),
        Column(label=_("Next attempt")),
        Column(label=_("Last error")),
        Column(label=""),
    ]
    rows = [_cells(one, may) for one in shown[:SHOWN]]
    older = f"?before={shown[SHOWN - 1].pk}" if len(shown) > SHOWN else ""
    context = {
        "title": row.name,
        "table": Table(columns, rows),
        "intro": row.url if row.active else _("%(url)s · switched off") % {"url": row.url},
        "actions": _actions(key) if may else [],
        "primary": False,
        "older": older,
        "webhooks_url": reverse("webhooks:list"),
    }
    return render(request, "api/webhook_log.html", context)


def _actions(key: int) -> Sequence[tuple[str, str]]:
    words = {
        "test": _("Try it out"),
        "edit": _("Edit"),
        "secret": _("New secret"),
        "delete": _("Delete"),
    }
    return [(reverse(f"webhooks:{name}", args=[key]), word) for name, word in words.items()]


def _cells(row: WebhookDelivery, may: bool) -> Sequence[object]:
    pending = row.state == WebhookDelivery.State.PENDING
    return (
        row.event.kind,
        moment(row.event.created_at),
        _state(row),
        "" if row.last_status is None else row.last_status,
        row.attempts,
        moment(row.next_attempt_at) if pending else "",
        ERRORS.get(row.last_error, ""),
        _again(row) if may and not pending else "",
    )


def _state(row: WebhookDelivery) -> object:
    meaning, sign = {
        "pending": ("plain", "clock"),
        "delivered": ("good", "check"),
        "failed": ("bad", "circle-alert"),
    }[row.state]
    return badge(WebhookDelivery.State(row.state).label, meaning, sign)


def _again(row: WebhookDelivery) -> object:
    url = reverse("webhooks:replay", args=[row.webhook_id, row.pk])
    return format_html('<a href="{}" data-dialog>{}</a>', url, _("Send again"))


@page("configuration.edit")
def try_out(request: PageRequest, key: int) -> HttpResponse:
    row = webhook_of(request.actor, _key(key))

    def verb() -> None:
        services.try_out(actor=request.actor, key=key)

    return _asked(
        request,
        row,
        verb,
        question=_("Try %(name)s out?") % {"name": row},
        effects=[_("An event webhook.test is sent to %(url)s.") % {"url": row.url}],
        button=_("Send a test"),
        said=_("A test is on its way."),
    )


@page("configuration.edit")
def secret(request: PageRequest, key: int) -> HttpResponse:
    """Another secret, shown in the answer to the form and nowhere else, ever."""
    row = webhook_of(request.actor, _key(key))
    form = SecretForm(request.POST or None)
    made: list[services.Made] = []

    def verb() -> Done:
        made.append(services.change_secret(actor=request.actor, key=key, hours=form.cleaned_data["hours"]))
        return Done(reverse("webhooks:log", args=[key]))

    answer = ask(
        request,
        form,
        verb,
        template="api/webhook_secret.html",
        back_url=reverse("webhooks:log", args=[key]),
        document=row,
        question=_("Give %(name)s a new secret?") % {"name": row},
        effects=[_("Messages are signed with the new secret from now on. It is shown once.")],
        button=_("New secret"),
        meaning="primary",
        context={"webhooks_url": reverse("webhooks:list")},
    )
    return _shown_once(request, made[0]) if made else answer


@page("configuration.edit")
def replay(request: PageRequest, key: int, delivery: int) -> HttpResponse:
    row = webhook_of(request.actor, _key(key))
    found = deliveries_of(row).filter(pk=_key(delivery)).first()
    if found is None:
        raise NotFound()

    def verb() -> None:
        services.replay(actor=request.actor, key=key, delivery=delivery)

    return _asked(
        request,
        row,
        verb,
        question=_("Send %(kind)s again?") % {"kind": found.event.kind},
        effects=[_("The same message is sent to %(url)s, under the same id.") % {"url": row.url}],
        button=_("Send again"),
        said=_("It is on its way again."),
        refusal=services.DeliveryPending() if found.state == WebhookDelivery.State.PENDING else None,
    )


@page("configuration.edit")
def delete(request: PageRequest, key: int) -> HttpResponse:
    row = webhook_of(request.actor, _key(key))

    def verb() -> None:
        services.delete(actor=request.actor, key=key)

    return _asked(
        request,
        row,
        verb,
        question=_("Delete %(name)s?") % {"name": row},
        effects=[
            _("What is on its way is not sent any more, and the log is deleted. This cannot be taken back.")
        ],
        button=_("Delete"),
        said=_("%(name)s is deleted.") % {"name": row},
        meaning="bad",
        to=reverse("webhooks:list"),
    )


def _asked(
    request: PageRequest,
    row: Webhook,
    verb: Callable[[], None],
    *,
    question: str,
    effects: Sequence[str],
    button: str,
    said: str,
    meaning: str = "primary",
    to: str = "",
    refusal: Refusal | None = None,
) -> HttpResponse:
    log_url = reverse("webhooks:log", args=[row.pk])

    def done() -> Done:
        verb()
        return Done(to or log_url, said)

    return ask(
        request,
        KeyedForm(request.POST or None),
        done,
        template="api/webhook_ask.html",
        back_url=log_url,
        document=row,
        question=question,
        effects=effects,
        button=button,
        meaning=meaning,
        refusal=refusal,
        context={"webhooks_url": reverse("webhooks:list")},
    )


def _key(key: int) -> int:
    """A key of an address, which may be larger than any. Raises NotFound."""
    if key > LARGEST_KEY:
        raise NotFound()
    return key
