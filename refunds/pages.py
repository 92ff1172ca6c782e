"""Pages of refunds: the list, one refund, and the verbs on it, each asked with its effect spelled out (SPEC 9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from arledger.companies.context import link
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, KeyedForm, ask, replay
from arledger.core.templatetags.arledger import day as day_tag
from ledger.attachment_pages import panel
from ledger.models import Document
from reconciliation.panel_pages import timeline
from reconciliation.preview import would_refuse
from refunds import services
from refunds.forms import DraftForm, VoidForm
from refunds.lister_pages import RefundLister
from refunds.refund_pages import FEATURE, document_address
from refunds.selectors import draft_of, refund
from refunds.showing import Shown, delete_effects, post_effects, shown, void_effects
from summaries.fact_pages import kept_by, summary_fact, verbs


@page("refunds.list", feature=FEATURE)
def list_(request: PageRequest) -> HttpResponse:
    """All refunds, newest first."""
    return RefundLister(request).respond("refunds/list.html", {"may_add": request.actor.may("refunds.add")})


@page("refunds.list", feature=FEATURE)
def export(request: PageRequest) -> HttpResponseBase:
    """What the list shows, as CSV."""
    return RefundLister(request).download()


@page("refunds.view", feature=FEATURE)
def detail(request: PageRequest, key: int) -> HttpResponse:
    """One refund, with the credits it gave back or, as a draft, holds."""
    actor = request.actor
    document = refund(actor, key)
    facts = shown(actor=actor, document=document)
    kept = kept_by(document.summary, draft=document.state == Document.State.DRAFT)
    context = {
        "document": document,
        "facts": facts,
        "given": [
            (given, document_address(given.part.credit_kind, given.part.credit)) for given in facts.given
        ],
        "events": timeline(company_id=actor.company_id, document=key, currency=document.currency),
        "related": _related(facts),
        "attachments": panel(actor, document),
        "voucher_url": reverse("refunds:voucher", args=[key]),
        "facts_title": _("Transfer"),
        "details": [*_details(document), summary_fact(actor, document.summary)],
        "kept": kept,
        "may": verbs(actor, "refund", ("add", "post", "void"), kept=kept),
        "currency": document.currency,
        "customer_url": link("customers:detail", document.customer_id),
        "code_url": reverse("refunds:list"),
    }
    return render(request, "refunds/detail.html", context)


def _details(document: Document) -> list[tuple[str, Any]]:
    return [
        (_("Bank account"), document.bank_account),
        (_("Pay to"), linebreaksbr(document.bill_to)),
        (_("Reference"), document.reference),
        (_("Entity"), document.entity),
        (_("GL date"), document.gl_date and day_tag(document.gl_date)),
        (_("Reason"), document.reason),
    ]


def _related(facts: Shown) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "label": str(other), "url": _at(other.pk)}
        for kind, other in ((_("Voids"), facts.original), (_("Voided by"), facts.mirror))
        if other
    ]


@page("refunds.post", feature=FEATURE)
def post(request: PageRequest, key: int) -> HttpResponse:
    """Post a draft as it was drafted; says at once when that is refused, and which refunds are just like it."""
    again = replay(request)
    if again:
        return again
    actor, draft = request.actor, draft_of(request.actor, key)
    form = DraftForm(request.POST or None, initial={"version": draft.version})

    def verb() -> Done:
        number = services.post(actor=actor, ids=[key], version=form.cleaned_data["version"])[0]
        return Done(_at(key), _("%(number)s is posted.") % {"number": number})

    return _ask(
        request,
        form,
        verb,
        question=_("Post this draft refund"),
        effects=[*_twins(request, draft), *post_effects(actor, draft)],
        button=_("Post refund"),
        meaning="primary",
        document=draft,
        refusal=would_refuse(lambda: services.post(actor=actor, ids=[key])),
    )


def _twins(request: PageRequest, draft: Document) -> list[str]:
    """A warning for each refund just like this one."""
    actor = request.actor
    entered = services.drafted(company_id=actor.company_id, documents=[draft])[0]
    sentence = _("Check first: {number} of {date} refunded the same amount with the same reference.")
    return [
        format_html(
            sentence,
            number=format_html('<a href="{}" target="_blank">{}</a>', _at(twin.pk), twin),
            date=day_tag(twin.date),
        )
        for twin in services.similar(actor=actor, entered=entered, ignore=draft.pk)
    ]


@page("refunds.add", feature=FEATURE)
def delete(request: PageRequest, key: int) -> HttpResponse:
    """Delete a draft; what it reserved is available again."""
    again = replay(request)
    if again:
        return again
    actor, draft = request.actor, draft_of(request.actor, key)
    form = DraftForm(request.POST or None, initial={"version": draft.version})

    def verb() -> Done:
        services.delete(actor=actor, ids=[key], version=form.cleaned_data["version"])
        return Done(
            reverse("refunds:list"), _("The draft is deleted; what it had reserved is available again.")
        )

    return _ask(
        request,
        form,
        verb,
        question=_("Delete this draft refund"),
        effects=delete_effects(actor, draft),
        button=_("Delete draft"),
        document=draft,
    )


@page("refunds.void", feature=FEATURE)
def void(request: PageRequest, key: int) -> HttpResponse:
    """Void a posted refund on a date and for a reason; says at once when that is refused."""
    actor, document = request.actor, refund(request.actor, key)
    earliest = max(actor.today, document.date)
    form = VoidForm(request.POST or None, initial={"date": earliest})

    def verb() -> Done:
        values = form.cleaned_data
        services.void(actor=actor, ids=[key], on=values["date"], reason=values["reason"])
        return Done(_at(key), _("%(number)s is voided.") % {"number": document.number})

    return _ask(
        request,
        form,
        verb,
        question=_("Void %(number)s") % {"number": document.number or _("draft refund")},
        effects=void_effects(actor, document),
        button=_("Void refund"),
        document=document,
        refusal=would_refuse(lambda: services.void(actor=actor, ids=[key], on=earliest, reason="?")),
    )


def _at(key: int) -> str:
    return reverse("refunds:detail", args=[key])


def _ask(request: PageRequest, form: KeyedForm, verb: Callable[[], Done], **said: Any) -> HttpResponse:
    """Ask before a verb on ``document``; see ``ask``."""
    back_url = _at(said["document"].pk)
    return ask(request, form, verb, template="refunds/confirm.html", back_url=back_url, **said)
