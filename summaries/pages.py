"""Pages of summaries: the list, one with its content, and the verbs on it, each with its effect spelled out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from arledger.companies.context import address
from arledger.companies.frequencies import Frequency
from arledger.companies.models import BankAccount, Entity
from arledger.companies.selectors import Settings, settings_of, within_reach
from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal
from arledger.core.formats import format_amount
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, ask, replay, show_refusal, submit
from arledger.core.templatetags.arledger import day as day_tag
from arledger.core.templatetags.arledger import moment
from summaries import services
from summaries.forms import SummaryForm, VerbForm, typed
from summaries.list_pages import ContentLister, SummaryLister
from summaries.models import TYPE_OF_KIND, Summary, Type
from summaries.selectors import Content, contents, visible

KINDS = {type: kind for kind, type in TYPE_OF_KIND.items()}
VERBS = ("edit", "delete", "open", "close")
# Fields of the services' refusals that the form calls otherwise.
NAMES = {"bank_account": "place", "undeposited": "place"}


def _summary(request: PageRequest, key: int) -> Summary:
    rows = visible(request.actor).select_related("entity", "bank_account")
    found = rows.filter(pk=key).first()
    if found is None:
        raise NotFound()
    return found


def _changeable(request: PageRequest, key: int) -> Summary:
    """Nobody is shown a form or a question that could only be refused; what was sent is the service's to refuse."""
    summary = _summary(request, key)
    if request.method == "GET":
        services.require_changeable(summary)
    return summary


def _at(key: int) -> str:
    return reverse("summaries:detail", args=[key])


def _of_users(settings: Settings) -> list[Type]:
    """The types whose summaries people make."""
    return [type for type in Type if settings.summary_frequency(type) == Frequency.USER]


@page("summaries.list")
def list_(request: PageRequest) -> HttpResponse:
    """All summaries, newest first."""
    may = request.actor.may("summaries.add") and bool(_of_users(settings_of(request.actor.company_id)))
    return SummaryLister(request).respond("summaries/list.html", {"may_add": may})


@page("summaries.list")
def export(request: PageRequest) -> HttpResponseBase:
    """What the list shows, as CSV."""
    return SummaryLister(request).download()


@page("summaries.view")
def detail(request: PageRequest, key: int) -> HttpResponse:
    """One summary: what it holds, its count and total beside the control figures."""
    actor, summary = request.actor, _summary(request, key)
    settings = settings_of(actor.company_id)
    content = contents(company_id=actor.company_id, ids=[key])[key]
    kind = KINDS[Type(summary.type)]
    listed = address(f"{kind}s:list") if actor.may(f"{kind}s.list") else ""
    context = {
        "summary": summary,
        "list_url": f"{listed}?summary={key}" if listed else "",
        "content": content,
        "currency": settings.company.base_currency,
        "details": _details(summary, settings),
        "facts_title": _("Summary"),
        "may": {verb: actor.may(f"summaries.{verb}") for verb in VERBS},
    }
    return ContentLister(request, summary).respond("summaries/detail.html", context)


def _details(summary: Summary, settings: Settings) -> list[tuple[str, Any]]:
    base = settings.company.base_currency
    total = summary.control_total
    return [
        (_("Type"), Type(summary.type).label),
        (_("Made"), _("automatically") if summary.automatic else _("by people")),
        (_("Frequency"), Frequency(summary.frequency).label),
        (_("From"), summary.slot_start and moment(summary.slot_start)),
        (_("Until"), summary.slot_end and moment(summary.slot_end)),
        (_("GL date"), summary.gl_date and day_tag(summary.gl_date)),
        (_("Entity"), summary.entity),
        (_("Bank account"), summary.bank_account or (_("Undeposited funds") if summary.undeposited else "")),
        (_("Control count"), "" if summary.control_count is None else str(summary.control_count)),
        (_("Control total"), "" if total is None else _money(total, base)),
        (_("Closed"), summary.closed_at and moment(summary.closed_at)),
    ]


def _money(amount: Decimal, currency: str) -> str:
    return f"{format_amount(amount, currency, get_language() or 'en')} {currency}"


# Entering ------------------------------------------------------------------------------------------------------


def _form(request: PageRequest, summary: Summary | None) -> SummaryForm:
    company = request.actor.company_id
    settings = settings_of(company)
    entities = Entity.objects.filter(company_id=company, active=True).order_by("code")
    if request.actor.entities is not None:
        entities = entities.filter(pk__in=request.actor.entities)
    return SummaryForm(
        request.POST if request.method == "POST" else None,
        types=[Type(summary.type)] if summary else _of_users(settings),
        entities=list(entities),
        banks=list(within_reach(request.actor, BankAccount).filter(active=True).order_by("code")),
        currency=settings.company.base_currency,
        initial=typed(summary) if summary else _start(request.actor),
    )


def _start(actor: Actor) -> dict[str, Any]:
    return {"gl_date": actor.today, "entity": actor.entity}


def _entered(
    request: PageRequest, form: SummaryForm, summary: Summary | None, save: Callable[[], Done]
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return submit(request, save)
            except Refusal as refusal:
                show_refusal(form, refusal, names=NAMES)
                status = refusal.status
    return render(request, "summaries/form.html", {"form": form, "summary": summary}, status=status)


@page("summaries.add")
def new(request: PageRequest) -> HttpResponse:
    """Open a summary for a type whose frequency is user-specified."""
    if again := replay(request):
        return again
    form = _form(request, None)

    def save() -> Done:
        key = services.add(actor=request.actor, entered=form.entered())
        return Done(_at(key), _("The summary is open: documents may choose it."))

    return _entered(request, form, None, save)


@page("summaries.edit")
def edit(request: PageRequest, key: int) -> HttpResponse:
    """Change an open summary that a person made."""
    if again := replay(request):
        return again
    summary = _changeable(request, key)
    form = _form(request, summary)

    def save() -> Done:
        version = form.cleaned_data["version"] or 0
        services.edit(actor=request.actor, key=key, entered=form.entered(), version=version)
        return Done(_at(key), _("The summary is saved."))

    return _entered(request, form, summary, save)


# Verbs ---------------------------------------------------------------------------------------------------------


@page("summaries.close")
def close(request: PageRequest, key: int) -> HttpResponse:
    if again := replay(request):
        return again
    summary = _summary(request, key)
    content = contents(company_id=request.actor.company_id, ids=[key])[key]
    return _ask(
        request,
        summary,
        lambda version: services.close(actor=request.actor, ids=[key], version=version),
        question=_("Close “%(summary)s”") % {"summary": summary.title},
        effects=_closing(request, summary, content),
        button=_("Close summary"),
        done=_("The summary is closed."),
    )


def _closing(request: PageRequest, summary: Summary, content: Content) -> list[str]:
    base = settings_of(request.actor.company_id).company.base_currency
    effects = [
        ngettext(
            "It holds %(count)s posted document for %(total)s.",
            "It holds %(count)s posted documents for %(total)s.",
            content.count,
        )
        % {"count": content.count, "total": _money(content.total, base)},
        _("Nothing more is posted into it until somebody opens it again."),
    ]
    if content.drafts:
        effects.append(
            ngettext(
                "%(count)s draft stays in it and can neither be posted nor deleted meanwhile.",
                "%(count)s drafts stay in it and can neither be posted nor deleted meanwhile.",
                content.drafts,
            )
            % {"count": content.drafts}
        )
    if summary.control_count not in (None, content.count):
        effects.append(_("Its control count is %(count)s.") % {"count": summary.control_count})
    if summary.control_total is not None and summary.control_total != content.total:
        effects.append(_("Its control total is %(total)s.") % {"total": _money(summary.control_total, base)})
    return effects


@page("summaries.open")
def open_(request: PageRequest, key: int) -> HttpResponse:
    if again := replay(request):
        return again
    summary = _summary(request, key)
    return _ask(
        request,
        summary,
        lambda version: services.open_again(actor=request.actor, ids=[key], version=version),
        question=_("Open “%(summary)s” again") % {"summary": summary.title},
        effects=[_("Documents are posted into it again, and its count and total change with them.")],
        button=_("Open summary"),
        done=_("The summary is open again."),
    )


@page("summaries.delete")
def delete(request: PageRequest, key: int) -> HttpResponse:
    if again := replay(request):
        return again
    summary = _changeable(request, key)
    return _ask(
        request,
        summary,
        lambda version: services.delete(actor=request.actor, key=key, version=version),
        question=_("Delete “%(summary)s”") % {"summary": summary.title},
        effects=[_("Nothing is in it. No document can choose it any more.")],
        button=_("Delete summary"),
        done=_("The summary is deleted."),
        lead=reverse("summaries:list"),
        meaning="bad",
    )


def _ask(
    request: PageRequest,
    summary: Summary,
    verb: Callable[[int], None],
    *,
    question: str,
    effects: Sequence[str],
    button: str,
    done: str,
    lead: str = "",
    meaning: str = "primary",
) -> HttpResponse:
    form = VerbForm(request.POST or None, initial={"version": summary.version})

    def do() -> Done:
        verb(form.cleaned_data["version"])
        return Done(lead or _at(summary.pk), done)

    return ask(
        request,
        form,
        do,
        template="summaries/confirm.html",
        back_url=_at(summary.pk),
        document=summary,
        question=question,
        effects=effects,
        button=button,
        meaning=meaning,
    )
