"""Pages of deposits: the list, one deposit, and the verbs on it, each asked with its effect spelled out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from arledger.companies.context import address, link
from arledger.core.formats import format_amount
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, KeyedForm, ask, replay
from arledger.core.templatetags.arledger import day as day_tag
from deposits import services
from deposits.forms import DraftForm, ReverseForm
from deposits.lister_pages import DepositLister, state_of
from deposits.selectors import counted, deposit, draft_of, items, reversal_of
from ledger.attachment_pages import panel
from ledger.models import DepositItem, Document
from reconciliation.panel_pages import timeline
from reconciliation.preview import would_refuse
from summaries.fact_pages import kept_by, summary_fact, verbs

ITEMS_SIZE = 500


@page("deposits.list")
def list_(request: PageRequest) -> HttpResponse:
    """All deposits, newest first."""
    actor = request.actor
    both = ("invoices.add", "invoices.post", "payments.add", "payments.post")
    quick = address("checkout:quick-deposit") if all(actor.may(right) for right in both) else ""
    return DepositLister(request).respond(
        "deposits/list.html", {"may_add": actor.may("deposits.add"), "quick_url": quick}
    )


@page("deposits.list")
def export(request: PageRequest) -> HttpResponseBase:
    """What the list shows, as CSV."""
    return DepositLister(request).download()


@page("deposits.view")
def detail(request: PageRequest, key: int) -> HttpResponse:
    """One deposit with its receipts, ``?page=`` by page when there are very many."""
    actor = request.actor
    document = deposit(actor, key)
    mirror = reversal_of(actor.company_id, key)
    held = Paginator(items(actor.company_id, document), ITEMS_SIZE)
    shown = held.get_page(request.GET.get("page", "1").replace("\0", ""))
    amount = document.amount or Decimal(0)
    kept = kept_by(document.summary, draft=document.state == Document.State.DRAFT)
    context = {
        "document": document,
        "state": state_of(document, mirror is not None),
        "amount": -amount if document.reverses_id else amount,
        "items": [_item(item) for item in shown],
        "held": held,
        "shown": shown,
        "events": timeline(company_id=actor.company_id, document=key, currency=document.currency),
        "related": _related(document, mirror),
        "attachments": panel(actor, document),
        "facts_title": _("Deposit"),
        "details": [*_details(document), summary_fact(actor, document.summary)],
        "kept": kept,
        "may": verbs(actor, "deposit", ("add", "post", "reverse"), kept=kept),
        "currency": document.currency,
    }
    return render(request, "deposits/detail.html", context)


def _item(item: DepositItem) -> dict[str, Any]:
    receipt = item.receipt
    return {
        "document": receipt,
        "name": str(receipt),
        "url": link(f"{receipt.kind}s:detail", receipt.pk),
        "amount": item.amount,
    }


def _related(document: Document, mirror: Document | None) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "label": str(other), "url": _at(other.pk)}
        for kind, other in ((_("Reversal of"), document.reverses), (_("Reversed by"), mirror))
        if other
    ]


def _details(document: Document) -> list[tuple[str, Any]]:
    foreign = document.exchange_rate != 1
    return [
        (_("Bank account"), document.bank_account),
        (_("Reference"), document.reference),
        (_("Entity"), document.entity),
        (_("GL date"), document.gl_date and day_tag(document.gl_date)),
        (_("Exchange rate"), f"{document.exchange_rate.normalize():f}" if foreign else ""),
        (_("Reason"), document.reason),
    ]


@page("deposits.post")
def post(request: PageRequest, key: int) -> HttpResponse:
    """Post a draft as it was drafted."""
    if again := replay(request):
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
        question=_("Post this draft deposit"),
        effects=[
            _("Draws the next deposit number; from then on the deposit never changes."),
            _("%(amount)s is in %(account)s, no longer in undeposited funds.") % _named(draft),
        ],
        button=_("Post deposit"),
        meaning="primary",
        document=draft,
    )


@page("deposits.add")
def delete(request: PageRequest, key: int) -> HttpResponse:
    """Delete a draft; its receipts wait again."""
    if again := replay(request):
        return again
    actor, draft = request.actor, draft_of(request.actor, key)
    form = DraftForm(request.POST or None, initial={"version": draft.version})

    def verb() -> Done:
        services.delete(actor=actor, ids=[key], version=form.cleaned_data["version"])
        return Done(reverse("deposits:list"), _("The draft is deleted; its receipts can be deposited again."))

    return _ask(
        request,
        form,
        verb,
        question=_("Delete this draft deposit"),
        effects=[_freed(actor.company_id, draft)],
        button=_("Delete draft"),
        document=draft,
    )


@page("deposits.reverse")
def reverse_(request: PageRequest, key: int) -> HttpResponse:
    """Reverse a posted deposit on a date and for a reason; says at once when that is refused."""
    if again := replay(request):
        return again
    actor, document = request.actor, deposit(request.actor, key)
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
        question=_("Reverse %(number)s") % {"number": document.number or _("draft deposit")},
        effects=[
            _("%(amount)s leaves %(account)s and is in undeposited funds again.") % _named(document),
            _freed(actor.company_id, document),
        ],
        button=_("Reverse deposit"),
        document=document,
        refusal=refusal,
    )


def _named(document: Document) -> dict[str, Any]:
    amount = format_amount(document.amount or Decimal(0), document.currency, get_language() or "en")
    return {"amount": f"{amount} {document.currency}", "account": document.bank_account}


def _freed(company_id: int, document: Document) -> str:
    count = counted(company_id, [document.pk]).get(document.pk, 0)
    return ngettext(
        "%(count)s receipt can be deposited again or reversed.",
        "%(count)s receipts can be deposited again or reversed.",
        count,
    ) % {"count": count}


def _at(key: int) -> str:
    return reverse("deposits:detail", args=[key])


def _ask(request: PageRequest, form: KeyedForm, verb: Callable[[], Done], **said: Any) -> HttpResponse:
    """Ask before a verb on ``document``; see ``ask``."""
    back_url = _at(said["document"].pk)
    return ask(request, form, verb, template="deposits/confirm.html", back_url=back_url, **said)
