"""A receipt on paper: what a customer paid, by a payment or in advance, and what it settled (SPEC 7, 8; UX)."""

from __future__ import annotations

from collections.abc import Sequence
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
from reconciliation.facts import Facts, facts
from reconciliation.panel_pages import MatchView, matches
from reconciliation.paper_pages import notices_of, party_of, stamp_of

ZERO = Decimal(0)


def receipt_pdf(request: PageRequest, document: Document) -> HttpResponse:
    """The receipt of one payment or advance; of a draft or a reversed one marked so."""
    actor = request.actor
    shown = facts(company_id=actor.company_id, document=document, day=actor.today)
    found = matches(actor=actor, ids=[document.pk], day=actor.today, back="")
    sheet = sheet_of(request.company, shown, found)
    name = document.number or sheet.title
    return pdf_response(sheet, name=name, at=document.posted_at or document.updated_at)


def sheet_of(company: Company, shown: Facts, found: Sequence[MatchView]) -> Sheet:
    """What is printed of money received, in the reader's language; amounts are positive."""
    document, language = shown.listed.document, _language()
    title = f"{pgettext('paper', 'Receipt')} {document.number or ''}".rstrip()
    return Sheet(
        language=language_tag(language),
        paper=paper_of(company.time_zone),
        company=company.name,
        title=title,
        party_label=_("Received from"),
        party=party_of(document),
        facts=[(label, value) for label, value in _facts(document) if value],
        columns=[
            Column(label=_("Applied to"), wide=True),
            Column(label=_("Date")),
            Column(label=_("Match code")),
            Column(label=f"{_('Amount')} {document.currency}", figure=True),
        ],
        rows=[
            [
                match.label,
                format_date(match.date, language),
                match.code,
                format_amount(match.amount, document.currency, language),
            ]
            for match in found
        ],
        totals=_totals(document, sum((match.amount for match in found), ZERO)),
        stamp=stamp_of(shown),
        notices=notices_of(shown, _("A draft has no effect on balances until it is posted.")),
        notes=[document.description] if document.description else [],
        footer=f"{company.name} · {title}",
    )


def _language() -> str:
    return get_language() or "en"


def _facts(document: Document) -> list[tuple[str, str]]:
    return [
        (_("Number"), document.number or ""),
        (_("Date"), format_date(document.date, _language())),
        (_("Method"), document.get_method_display()),
        (_("Customer"), str(document.customer or "")),
        (_("Reference"), document.reference),
        (_("Entity"), document.entity.name if document.entity else ""),
    ]


def _totals(document: Document, applied: Decimal) -> list[tuple[str, str, bool]]:
    """What came in, and where something of it was used, how much and what is left."""
    received = -document.total
    totals = [(_("Received"), received, True)]
    if applied:
        totals += [(_("Applied"), applied, False), (_("Available"), received - applied, False)]
    return [
        (label, f"{format_amount(amount, document.currency, _language())} {document.currency}", main)
        for label, amount, main in totals
    ]
