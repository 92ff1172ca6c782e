"""Pages of payments: the list, one payment, and the verbs on it, each asked with its effect spelled out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from arledger.companies.context import link
from arledger.core.dates import parse_iso_date
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, KeyedForm, ask
from arledger.core.templatetags.arledger import day as day_tag
from ledger.attachment_pages import panel
from ledger.models import Document
from payments import services
from payments.forms import DraftForm, ReverseForm
from payments.lister_pages import PaymentLister
from payments.selectors import draft_of, payment
from payments.showing import (
    LineFacts,
    Shown,
    delete_effects,
    post_effects,
    reverse_effects,
    shown,
)
from reconciliation.credit_link_pages import apply_url, match_url
from reconciliation.panel_pages import MatchView, deposit_links, matches, timeline
from reconciliation.preview import would_refuse
from reconciliation.receipt_pages import receipt_pdf
from reconciliation.slice_pages import slice_of
from summaries.fact_pages import kept_by, summary_fact, verbs

# Documents that a line names, where it was matched with more.
MOST_NAMED = 20


@page("payments.list")
def list_(request: PageRequest) -> HttpResponse:
    """All payments, newest first."""
    return PaymentLister(request).respond(
        "payments/list.html", {"may_add": request.actor.may("payments.add")}
    )


@page("payments.list")
def export(request: PageRequest) -> HttpResponseBase:
    """What the list shows, as CSV."""
    return PaymentLister(request).download()


@page("payments.view")
def detail(request: PageRequest, key: int) -> HttpResponse:
    """One payment, with its figures as of today or of ``?as_at=``."""
    actor = request.actor
    document = payment(actor, key)
    text = request.GET.get("as_at", "")
    day = parse_iso_date(text, field="as_at") if text else actor.today
    facts = shown(company_id=actor.company_id, document=document, day=day, today=actor.today)
    found = matches(actor=actor, ids=[key], day=day, back=request.get_full_path())
    lines = slice_of(request.GET, "lines", facts.lines)
    holds = slice_of(request.GET, "holds", facts.holds)
    credits = slice_of(request.GET, "credits", facts.credits)
    matched = slice_of(request.GET, "matches", [m for m in found if m.date <= day or not facts.past])
    kept = kept_by(document.summary, draft=document.state == Document.State.DRAFT)
    context = {
        "document": document,
        "facts": facts,
        "lines": _lines(request, facts, lines.rows, found),
        "line_slice": lines,
        "holds": [(hold, _address(hold.document)) for hold in holds.rows],
        "hold_slice": holds,
        "credits": [(used, _address(used.credit), _address(used.pays)) for used in credits.rows],
        "credit_slice": credits,
        "matches": matched.rows,
        "match_slice": matched,
        "events": timeline(company_id=actor.company_id, document=key, currency=document.currency),
        "related": [*_related(facts), *deposit_links(actor, key)],
        "pdf_url": reverse("payments:pdf", args=[key]),
        "apply_url": apply_url(actor, document, facts.figures),
        "match_url": match_url(actor, document, facts.figures),
        "attachments": panel(actor, document),
        "facts_title": _("Receipt"),
        "details": [*_details(document), summary_fact(actor, document.summary)],
        "day": day,
        "kept": kept,
        "may": verbs(actor, "payment", ("add", "post", "reverse"), kept=kept),
        "currency": document.currency,
        "customer_url": link("customers:detail", document.customer_id),
    }
    return render(request, "payments/detail.html", context)


@page("payments.view")
def pdf(request: PageRequest, key: int) -> HttpResponse:
    """The receipt for whoever paid."""
    return receipt_pdf(request, payment(request.actor, key))


def _address(document: Document | None) -> str:
    return link(f"{document.kind}s:detail", document.pk, entity=document.entity_id) if document else ""


def _lines(
    request: PageRequest, facts: Shown, lines: Sequence[LineFacts], found: Sequence[MatchView]
) -> list[dict[str, Any]]:
    """Lines for components/lines_table.html, each named after what it pays."""
    by_line: dict[int, list[MatchView]] = {}
    for match in found:
        by_line.setdefault(match.line, []).append(match)
    shown = []
    for fact in lines:
        own = by_line.get(fact.line.pk, [])
        part = slice_of(request.GET, "matches", own)
        shown.append(
            {
                "position": fact.line.position,
                "description": _paid(facts, fact, own),
                "account": fact.line.account,
                "amount": fact.amount,
                "settled": fact.settled,
                "open": fact.open,
                "reserved": fact.reserved,
                "code": " ".join(dict.fromkeys(match.code for match in own[:MOST_NAMED] if match.code)),
                "matches": part.rows,
                "match_slice": part,
            }
        )
    return shown


def _paid(facts: Shown, fact: LineFacts, own: Sequence[MatchView]) -> SafeString:
    """Links to the documents a line was matched with; the remainder is an overpayment."""
    documents = dict.fromkeys((match.url, match.number) for match in own)
    named = [
        format_html('<a href="{}">{}</a>', url, number) if url else number
        for url, number in list(documents)[:MOST_NAMED]
    ]
    names = format_html_join(", ", "{}", ((name,) for name in named))
    if len(documents) > MOST_NAMED:
        names = format_html("{} …", names)
    if fact.open:
        rest = _("Overpayment") if not own else _("available")
        names = format_html("{} · {}", names, rest) if names else format_html("{}", rest)
    return format_html("{} · {}", names, fact.line.customer.name) if facts.several_customers else names


def _details(document: Document) -> list[tuple[str, Any]]:
    account = document.bank_account
    foreign = document.exchange_rate != 1
    return [
        (_("Account"), account or _("Undeposited funds")),
        (_("Method"), document.get_method_display()),
        (_("Reference"), document.reference),
        (_("Entity"), document.entity),
        (_("GL date"), document.gl_date and day_tag(document.gl_date)),
        (_("Exchange rate"), f"{document.exchange_rate.normalize():f}" if foreign else ""),
        (_("Reason"), document.reason),
    ]


def _related(facts: Shown) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "label": other.number, "url": _at(other.pk)}
        for kind, other in ((_("Reversal of"), facts.original), (_("Reversed by"), facts.mirror))
        if other
    ]


@page("payments.post")
def post(request: PageRequest, key: int) -> HttpResponse:
    """Post a draft as it was drafted."""
    actor, draft = request.actor, draft_of(request.actor, key)
    form = DraftForm(request.POST or None, initial={"version": draft.version})

    def verb() -> Done:
        number = services.post(actor=actor, ids=[key], version=form.cleaned_data["version"])[0]
        return Done(_at(key), _("%(number)s is posted.") % {"number": number})

    return _ask(
        request,
        form,
        verb,
        question=_("Post this draft payment"),
        effects=post_effects(company_id=actor.company_id, document=draft),
        button=_("Post payment"),
        meaning="primary",
        document=draft,
    )


@page("payments.add")
def delete(request: PageRequest, key: int) -> HttpResponse:
    """Delete a draft; what it selected is free again."""
    actor, draft = request.actor, draft_of(request.actor, key)
    form = DraftForm(request.POST or None, initial={"version": draft.version})

    def verb() -> Done:
        services.delete(actor=actor, ids=[key], version=form.cleaned_data["version"])
        return Done(reverse("payments:list"), _("The draft is deleted; what it had selected is open again."))

    return _ask(
        request,
        form,
        verb,
        question=_("Delete this draft payment"),
        effects=delete_effects(company_id=actor.company_id, document=draft),
        button=_("Delete draft"),
        document=draft,
    )


@page("payments.reverse")
def reverse_(request: PageRequest, key: int) -> HttpResponse:
    """Reverse a posted payment on a date and for a reason; says at once when that is refused."""
    actor, document = request.actor, payment(request.actor, key)
    earliest = max(actor.today, document.date)
    form = ReverseForm(request.POST or None, initial={"date": earliest})

    def verb() -> Done:
        values = form.cleaned_data
        services.reverse(actor=actor, ids=[key], on=values["date"], reason=values["reason"])
        return Done(_at(key), _("%(number)s is reversed.") % {"number": document.number})

    refusal = would_refuse(lambda: services.reverse(actor=actor, ids=[key], on=earliest, reason="?"))
    return _ask(
        request,
        form,
        verb,
        question=_("Reverse %(number)s") % {"number": document.number or _("draft payment")},
        effects=reverse_effects(company_id=actor.company_id, document=document),
        button=_("Reverse payment"),
        document=document,
        refusal=refusal,
    )


def _at(key: int) -> str:
    return reverse("payments:detail", args=[key])


def _ask(request: PageRequest, form: KeyedForm, verb: Callable[[], Done], **said: Any) -> HttpResponse:
    """Ask before a verb on ``document``; see ``ask``."""
    back_url = _at(said["document"].pk)
    return ask(request, form, verb, template="payments/confirm.html", back_url=back_url, **said)
