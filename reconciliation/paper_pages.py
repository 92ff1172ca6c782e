"""A document with lines on paper: what its page says, for whoever gets it in his hands (SPEC 6, UX)."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpResponse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from arledger.companies.models import Company
from arledger.core.formats import format_amount, format_date
from arledger.core.http.doors import PageRequest
from arledger.core.http.pdf import pdf_response
from arledger.core.pdf import Column, Sheet, language_tag, paper_of
from ledger.models import Document
from reconciliation.facts import Facts, LineFacts, facts

ZERO = Decimal(0)


def document_pdf(request: PageRequest, document: Document) -> HttpResponse:
    """The PDF of one document (of the kinds whose lines stand as on the customer's account), open as of today."""
    actor = request.actor
    shown = facts(company_id=actor.company_id, document=document, day=actor.today)
    sheet = sheet_of(request.company, shown)
    name = document.number or sheet.title
    return pdf_response(sheet, name=name, at=document.posted_at or document.updated_at)


def sheet_of(company: Company, shown: Facts) -> Sheet:
    """What is printed of a document, in the reader's language."""
    document = shown.listed.document
    title = title_of(document)
    return Sheet(
        language=language_tag(_language()),
        paper=paper_of(company.time_zone),
        company=company.name,
        title=title,
        party_label=_("Bill to"),
        party=party_of(document),
        facts=[(label, value) for label, value in _facts(document) if value],
        columns=[
            Column(label=_("Line")),
            Column(label=_("Description"), wide=True),
            Column(label=f"{_('Amount')} {document.currency}", figure=True),
        ],
        rows=[_row(line, document.currency) for line in shown.lines],
        totals=_totals(shown),
        stamp=stamp_of(shown),
        notices=notices_of(shown, _("This is a draft: it is not posted and nothing is owed for it yet.")),
        notes=[text for text in (document.description, document.reason) if text],
        footer=f"{company.name} · {title}",
    )


def title_of(document: Document) -> str:
    """``Invoice INV-00012``, or what it is while it has no number."""
    kind = str(document.get_kind_display())
    return f"{kind} {document.number}" if document.number else kind


def party_of(document: Document) -> str:
    """Who gets it: the text given for this document, else the customer with his address."""
    if document.bill_to:
        return document.bill_to
    customer = document.customer
    return "\n".join(part for part in (customer.name, customer.address) if part) if customer else ""


def _language() -> str:
    return get_language() or "en"


def _money(amount: Decimal, document: Document) -> str:
    return f"{format_amount(amount, document.currency, _language())} {document.currency}"


def _facts(document: Document) -> list[tuple[str, str]]:
    language = _language()
    return [
        (_("Number"), document.number or ""),
        (_("Date"), format_date(document.date, language)),
        (_("Due"), format_date(document.due_date, language) if document.due_date else ""),
        (_("Payment term"), document.term.name if document.term else ""),
        (_("Customer"), str(document.customer or "")),
        (_("Reference"), document.reference),
        (_("Entity"), document.entity.name if document.entity else ""),
    ]


def _row(fact: LineFacts, currency: str) -> list[str]:
    line, language = fact.line, _language()
    described = line.description or line.account.name
    if line.service_start and line.service_end:
        days = (format_date(line.service_start, language), format_date(line.service_end, language))
        described += "\n" + _("Service from %(start)s to %(end)s") % {"start": days[0], "end": days[1]}
    return [str(line.position), described, format_amount(line.amount, currency, language)]


def _totals(shown: Facts) -> list[tuple[str, str, bool]]:
    """Charges and inline credits where there are both, the total, and what of it is still open."""
    document = shown.listed.document
    amounts = [fact.line.amount for fact in shown.lines]
    charges = sum((amount for amount in amounts if amount > 0), ZERO)
    credits = sum((amount for amount in amounts if amount < 0), ZERO)
    tax = sum((fact.line.tax_amount for fact in shown.lines), ZERO)
    found = []
    if charges and credits:
        found += [(_("Charges"), charges, False), (_("Credits"), credits, False)]
    found.append((_("Total"), document.total, True))
    if tax:
        found.append((_("Of which tax"), tax, False))
    if shown.listed.figures:
        left = shown.listed.figures.open_amount
        day = format_date(shown.listed.day, _language())
        if document.total != left:
            found.append((_("Settled"), document.total - left, False))
        found.append((_("Open on %(date)s") % {"date": day}, left, True))
    return [(label, _money(amount, document), main) for label, amount, main in found]


def stamp_of(shown: Facts) -> str:
    """The word across a document that is none yet, or no longer."""
    if shown.listed.figures is None:
        return pgettext("state", "Draft")
    return pgettext("state", "Reversed") if shown.mirror else ""


def notices_of(shown: Facts, of_draft: str) -> list[str]:
    """A draft is no document yet (``of_draft`` says so); a reversed one no longer."""
    if shown.listed.figures is None:
        return [of_draft]
    if shown.mirror:
        said = {
            "number": shown.mirror,
            "date": format_date(shown.mirror.date, _language()),
            "reason": shown.mirror.reason,
        }
        return [_("Reversed on %(date)s by %(number)s: %(reason)s") % said]
    if shown.original:
        return [_("This reverses %(number)s.") % {"number": shown.original}]
    return []
