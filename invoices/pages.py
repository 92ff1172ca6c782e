"""One invoice, and the verbs on it, each asked with its effect spelled out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.context import address
from arledger.core.dates import parse_iso_date
from arledger.core.formats import format_amount
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, KeyedForm, ask, replay
from invoices import services
from invoices.forms import ReverseForm
from invoices.selectors import Facts, LineFacts, facts, invoice
from ledger.models import Document
from ledger.posting import require_drafts
from reconciliation.panel_pages import MatchView, matches, timeline
from reconciliation.preview import would_refuse

VERBS = ("add", "edit", "delete", "post", "reverse")


@page("invoices.view")
def detail(request: PageRequest, key: int) -> HttpResponse:
    """One invoice, with its figures as of today or of ``?as_at=``."""
    actor = request.actor
    document = invoice(actor, key)
    text = request.GET.get("as_at", "")
    day = parse_iso_date(text, field="as_at") if text else actor.today
    shown = facts(company_id=actor.company_id, document=document, day=day)
    found = matches(actor=actor, ids=[key], day=day, back=request.get_full_path())
    past = day != actor.today
    seen = [match for match in found if match.date <= day or not past]
    context = {
        "document": document,
        "facts": shown,
        "figures": shown.listed.figures,
        "lines": [_line(line, seen) for line in shown.lines],
        "totals": {"amount": document.total, "settled": shown.settled, "open": shown.listed.open},
        "matches": [match for match in seen if match.document != document.pk],
        "events": timeline(company_id=actor.company_id, document=key, currency=document.currency),
        "related": _related(shown),
        "particulars": _particulars(document),
        "day": day,
        "past": past,
        "may": {verb: actor.may(f"invoices.{verb}") for verb in VERBS},
        "receive_url": _receive_url(request, shown),
        "list_url": reverse("invoices:list"),
        "customer_url": address("customers:detail", document.customer_id),
        "currency": document.currency,
    }
    return render(request, "invoices/detail.html", context)


def _line(fact: LineFacts, found: Sequence[MatchView]) -> dict[str, Any]:
    """A line for components/lines_table.html."""
    line = fact.line
    own = [match for match in found if match.line == line.pk]
    place = f" · {line.location}" if line.location else ""
    return {
        "position": line.position,
        "description": line.description,
        "account": f"{line.account}{place}",
        "amount": line.amount,
        "settled": fact.settled,
        "open": fact.open,
        "reserved": fact.reserved,
        "code": " ".join(dict.fromkeys(match.code for match in own if match.code)),
        "matches": own,
    }


def _related(shown: Facts) -> list[dict[str, Any]]:
    found = [(_("Reversal of"), shown.original), (_("Reversed by"), shown.mirror)]
    related = [
        {"kind": kind, "label": other.number, "url": reverse("invoices:detail", args=[other.pk])}
        for kind, other in found
        if other
    ]
    return related + [
        {
            "kind": _("Selected by"),
            "label": _("%(kind)s draft %(key)s") % {"kind": draft.get_kind_display(), "key": draft.pk},
            "url": address(f"{draft.kind}s:detail", draft.pk),
        }
        for draft in shown.drafts
    ]


def _particulars(document: Document) -> list[tuple[str, str]]:
    return [
        (_("Reference"), document.reference),
        (_("Description"), document.description),
        (_("Payment term"), str(document.term) if document.term else ""),
        (_("Entity"), str(document.entity) if document.entity else ""),
        (_("Bill to"), linebreaksbr(document.bill_to)),
        (
            _("Exchange rate"),
            f"{document.exchange_rate.normalize():f}" if document.exchange_rate != 1 else "",
        ),
    ]


def _receive_url(request: PageRequest, shown: Facts) -> str:
    """Where a payment for this invoice is received, when there is something to receive."""
    document, figures = shown.listed.document, shown.listed.figures
    url = address("payments:receive")
    if not (url and request.actor.may("payments.add") and figures and figures.open_charges_ever):
        return ""
    return f"{url}?customer={document.customer_id}&document={document.pk}"


@page("invoices.post")
def post(request: PageRequest, key: int) -> HttpResponse:
    """Post a draft."""
    if again := replay(request):
        return again
    actor, document = request.actor, invoice(request.actor, key)
    require_drafts([document])
    form = KeyedForm(request.POST or None)

    def verb() -> Done:
        number = services.post(actor=actor, ids=[key])[0]
        return Done(_at(key), _("%(number)s is posted.") % {"number": number})

    effects = [
        _("Draws the next invoice number; from then on the invoice never changes."),
        _("%(customer)s owes %(amount)s more.") % _named(document)
        if document.total >= 0
        else _("%(customer)s has %(amount)s more to his credit.") % _named(document),
    ]
    refusal = would_refuse(lambda: services.post(actor=actor, ids=[key]))
    return _ask(
        request,
        form,
        verb,
        document=document,
        question=_("Post this draft invoice"),
        effects=effects,
        button=_("Post invoice"),
        meaning="primary",
        refusal=refusal,
    )


@page("invoices.delete")
def delete(request: PageRequest, key: int) -> HttpResponse:
    """Delete a draft."""
    if again := replay(request):
        return again
    actor, document = request.actor, invoice(request.actor, key)
    require_drafts([document])
    form = KeyedForm(request.POST or None)

    def verb() -> Done:
        services.delete(actor=actor, ids=[key])
        return Done(reverse("invoices:list"), _("The draft is deleted."))

    effects = [
        _("The draft over %(amount)s for %(customer)s disappears. Balances do not move: it was not posted.")
        % _named(document)
    ]
    return _ask(
        request,
        form,
        verb,
        document=document,
        question=_("Delete this draft invoice"),
        effects=effects,
        button=_("Delete draft"),
    )


@page("invoices.reverse")
def reverse_(request: PageRequest, key: int) -> HttpResponse:
    """Reverse a posted invoice on a date and for a reason; says at once when that is refused."""
    actor, document = request.actor, invoice(request.actor, key)
    earliest = max(actor.today, document.date)
    form = ReverseForm(request.POST or None, initial={"date": earliest})

    def verb() -> Done:
        values = form.cleaned_data
        services.reverse(actor=actor, ids=[key], on=values["date"], reason=values["reason"])
        return Done(_at(key), _("%(number)s is reversed.") % {"number": document.number})

    refusal = would_refuse(lambda: services.reverse(actor=actor, ids=[key], on=earliest, reason="-"))
    return _ask(
        request,
        form,
        verb,
        document=document,
        question=_("Reverse %(number)s") % {"number": document},
        effects=_reverse_effects(request, document),
        button=_("Reverse invoice"),
        refusal=refusal,
    )


def _reverse_effects(request: PageRequest, document: Document) -> list[str]:
    """The mirror, the balance, and the inline credits that are undone with it."""
    company, day = request.actor.company_id, request.actor.today
    effects = [
        _("Makes a mirror document over %(amount)s; both are settled by each other.")
        % {"amount": _money(-document.total, document.currency)}
    ]
    for match in matches(actor=request.actor, ids=[document.pk], day=day, back=""):
        inline = match.document == document.pk
        fact = {"amount": _money(match.amount, document.currency), "match": match.label}
        if inline and match.line in _credits(company, document):
            effects.append(_("Undoes the inline credit of %(amount)s against %(match)s.") % fact)
    effects.append(_("%(number)s can no longer be paid.") % {"number": document})
    return effects


def _credits(company_id: int, document: Document) -> set[int]:
    lines = document.lines.filter(company_id=company_id, amount__lt=0)
    return set(lines.values_list("pk", flat=True))


@page("invoices.add")
def duplicate(request: PageRequest, key: int) -> HttpResponse:
    """Make a new draft like an invoice and open it for changes."""
    actor, document = request.actor, invoice(request.actor, key)
    form = KeyedForm(request.POST or None)

    def verb() -> Done:
        copy = services.duplicate(actor=actor, key=key)
        route = "invoices:edit" if actor.may("invoices.edit") else "invoices:detail"
        return Done(
            reverse(route, args=[copy]), _("A copy of %(document)s, dated today.") % {"document": document}
        )

    effects = [_("A new draft with the same customer, lines and terms, dated today.")]
    return _ask(
        request,
        form,
        verb,
        document=document,
        question=_("Duplicate %(document)s") % {"document": document},
        effects=effects,
        button=_("Duplicate"),
        meaning="primary",
    )


def _at(key: int) -> str:
    return reverse("invoices:detail", args=[key])


def _money(amount: Decimal, currency: str) -> str:
    return f"{format_amount(amount, currency, get_language() or 'en')} {currency}"


def _named(document: Document) -> Mapping[str, str]:
    amount = _money(abs(document.total), document.currency)
    return {"customer": str(document.customer), "amount": amount}


def _ask(request: PageRequest, form: KeyedForm, verb: Callable[[], Done], **said: Any) -> HttpResponse:
    """Ask before a verb on ``document``; see ``ask``."""
    back_url = _at(said["document"].pk)
    return ask(request, form, verb, template="invoices/confirm.html", back_url=back_url, **said)
