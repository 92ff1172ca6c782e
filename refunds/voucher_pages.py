"""The refund voucher: one refund on paper, for the file and for whoever signs it (SPEC 9)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from arledger.companies.models import Company, User
from arledger.core.formats import format_amount, format_date, format_datetime
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.pdf import pdf_response
from arledger.core.pdf import Column, Sheet, language_tag, paper_of
from ledger.models import Document
from reconciliation.paper_pages import title_of
from refunds.refund_pages import FEATURE
from refunds.selectors import RefundState, refund
from refunds.showing import Shown, shown


@page("refunds.view", feature=FEATURE)
def voucher(request: PageRequest, key: int) -> HttpResponse:
    """The voucher of one refund: of a draft marked so, of a voided one with the day and the reason."""
    document = refund(request.actor, key)
    facts = shown(actor=request.actor, document=document)
    sheet = sheet_of(request.company, facts, _person(document), request.actor.time_zone)
    return pdf_response(
        sheet, name=document.number or sheet.title, at=document.posted_at or document.updated_at
    )


def _person(document: Document) -> str:
    """Who posted it."""
    if document.posted_at is None:
        return ""
    found = User.objects.filter(pk=document.posted_by or 0).first()
    return str(found) if found else "Arledger"


def sheet_of(company: Company, facts: Shown, poster: str, time_zone: str) -> Sheet:
    """What is printed of a refund, in the reader's language."""
    document, language = facts.document, _language()
    title = title_of(document)
    amount = f"{format_amount(facts.amount, document.currency, language)} {document.currency}"
    return Sheet(
        language=language_tag(language),
        paper=paper_of(company.time_zone),
        company=company.name,
        title=title,
        party_label=_("Pay to"),
        party=document.bill_to or (document.customer.name if document.customer else ""),
        facts=[(label, value) for label, value in _facts(facts, poster, time_zone) if value],
        columns=[
            Column(label=_("Credit"), wide=True),
            Column(label=_("Type")),
            Column(label=_("Date")),
            Column(label=_("Match code")),
            Column(label=f"{_('Amount')} {document.currency}", figure=True),
        ],
        rows=_rows(facts),
        totals=[(_total_word(facts), amount, True)],
        stamp=_stamp(facts),
        notices=_notices(facts),
        notes=[document.description] if document.description else [],
        footer=f"{company.name} · {title}",
    )


def _language() -> str:
    return get_language() or "en"


def _facts(facts: Shown, poster: str, time_zone: str) -> list[tuple[str, str]]:
    document, language = facts.document, _language()
    at = document.posted_at
    return [
        (_("Number"), document.number or ""),
        (_("Date"), format_date(document.date, language)),
        (_("Customer"), str(document.customer or "")),
        (_("Bank account"), str(document.bank_account or "")),
        (_("Method"), _("Transfer")),
        (_("Reference"), document.reference),
        (_("Entity"), document.entity.name if document.entity else ""),
        (_("Posted by"), f"{poster}, {format_datetime(at, ZoneInfo(time_zone), language)}" if at else ""),
    ]


def _rows(facts: Shown) -> list[list[str]]:
    language = _language()
    return [
        [
            given.part.credit_name,
            given.kind,
            format_date(given.part.credit_date, language),
            given.codes,
            format_amount(given.part.amount, given.part.currency, language),
        ]
        for given in facts.given
    ]


def _total_word(facts: Shown) -> str:
    if facts.state is RefundState.DRAFT:
        return _("To refund")
    return _("Taken back") if facts.state is RefundState.VOIDING else _("Refunded")


def _stamp(facts: Shown) -> str:
    if facts.state is RefundState.DRAFT:
        return pgettext("state", "Draft")
    return pgettext("state", "Voided") if facts.state is RefundState.VOIDED else ""


def _notices(facts: Shown) -> list[str]:
    if facts.state is RefundState.DRAFT:
        return [_("This is a draft: it is not posted and no credit is cleared yet.")]
    if facts.mirror:
        said = {
            "number": facts.mirror,
            "date": format_date(facts.mirror.date, _language()),
            "reason": facts.mirror.reason,
        }
        return [_("Voided on %(date)s by %(number)s, because: %(reason)s") % said]
    if facts.original:
        return [
            _("This voids %(number)s, because: %(reason)s")
            % {"number": facts.original, "reason": facts.document.reason}
        ]
    return []
