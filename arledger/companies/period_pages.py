"""Settings, Periods: how far the books are closed, closing and reopening them, and who did so when (SPEC 3, 17)."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from arledger.companies import trail
from arledger.companies.models import Entity
from arledger.companies.period_forms import PeriodForm
from arledger.companies.period_services import close_period, reopen_period
from arledger.companies.selectors import Settings, settings_of
from arledger.companies.table_pages import Table, table
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, ask, replay
from arledger.core.http.listing import Column
from arledger.core.models import AuditEvent
from arledger.core.templatetags.arledger import day, moment

EVENTS = 50


def _entities(request: PageRequest) -> list[Entity]:
    rows = Entity.objects.filter(company_id=request.actor.company_id, active=True).order_by("code")
    if request.actor.entities is not None:
        rows = rows.filter(pk__in=request.actor.entities)
    return list(rows)


@page("configuration.view")
def periods(request: PageRequest) -> HttpResponse:
    """The company's and each entity's last closed day, and the history of both."""
    actor = request.actor
    settings, entities = settings_of(actor.company_id), _entities(request)
    names = {one.pk: str(one) for one in entities}
    rows: list[list[object]] = [[settings.company.name, _closed(settings, None), "", ""]]
    rows += [[names[key], _closed(settings, key), "", ""] for key in names]
    rows += [
        [
            names[event.object_ids[0]] if event.object_ids and event.object_ids[0] in names else "",
            trail.changes(event, {"closed_through": _("Books closed through")}),
            f"{event.actor}: {trail.what(event)}",
            moment(event.at),
        ]
        for event in _history(actor.company_id)
    ]
    columns = [
        Column(label=_("Books of")),
        Column(label=_("Closed through")),
        Column(label=_("Who")),
        Column(label=_("When")),
    ]
    actions = [
        (reverse(f"companies:period-{verb}"), words)
        for verb, words in (("close", _("Close a period")), ("reopen", _("Reopen a period")))
        if actor.may(f"periods.{verb}")
    ]
    intro = _("Whatever is dated in closed books is refused. Closing a period closes its summaries.")
    return table(request, _("Periods"), Table(columns, rows), intro=intro, actions=actions, primary=False)


def _closed(settings: Settings, entity_id: int | None) -> object:
    closed = settings.closed_through(entity_id)
    return day(closed) if closed else _("nothing is closed")


def _history(company_id: int) -> list[AuditEvent]:
    """Closings and reopenings, whoever did them on this page or with the configuration; newest first."""
    moved = Q(object_kind="period") | Q(object_kind="configuration", after__has_key="closed_through")
    return list(AuditEvent.objects.filter(moved, company_id=company_id).order_by("-sequence")[:EVENTS])


@page("periods.close")
def close(request: PageRequest) -> HttpResponse:
    """Close the books of the company or an entity through a day."""
    effects = [
        _("Nothing dated on that day or before is posted, reversed, matched or un-matched any more."),
        _("The summaries of the period are closed; one that is running ends, and the next begins."),
    ]
    return _ask(
        request,
        lambda form: close_period(
            actor=request.actor,
            through=form.cleaned_data["through"],
            entity_id=form.cleaned_data["entity"],
        ),
        question=_("Close a period"),
        effects=effects,
        button=_("Close the books"),
        done=_("The books are closed."),
    )


@page("periods.reopen")
def reopen(request: PageRequest) -> HttpResponse:
    """Reopen the books after a day; without one, all of them."""
    effects = [
        _("Whatever lies after that day may be posted into again. Without a day nothing stays closed."),
        _("Summaries stay closed: those that are needed are opened one by one."),
    ]
    return _ask(
        request,
        lambda form: reopen_period(
            actor=request.actor,
            through=form.cleaned_data["through"],
            entity_id=form.cleaned_data["entity"],
        ),
        question=_("Reopen a period"),
        effects=effects,
        button=_("Reopen the books"),
        done=_("The books are open again."),
    )


def _ask(
    request: PageRequest,
    verb: Callable[[PeriodForm], None],
    *,
    question: str,
    effects: list[str],
    button: str,
    done: str,
) -> HttpResponse:
    if again := replay(request):
        return again
    own = request.actor.entities is None
    company = settings_of(request.actor.company_id).company.name if own else ""
    form = PeriodForm(request.POST or None, entities=_entities(request), company=company)
    back = reverse("companies:periods")

    def do() -> Done:
        verb(form)
        return Done(back, done)

    return ask(
        request,
        form,
        do,
        template="companies/period_confirm.html",
        back_url=back,
        document=None,
        question=question,
        effects=effects,
        button=button,
        meaning="primary",
    )
