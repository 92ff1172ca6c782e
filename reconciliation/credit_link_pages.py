"""From a document's page to applying credits: what may pay it, and what it may pay (SPEC 7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.context import address
from arledger.core.actor import Actor
from arledger.core.formats import format_amount
from ledger.models import Document
from reconciliation.figures import Figures
from reconciliation.open_credits import open_credits


def available_credits(actor: Actor, document: Document, figures: Figures | None) -> list[dict[str, Any]]:
    """A link for components/related.html: the credits that may be used on a charge with something open."""
    url = address("credits:use", document.pk)
    if not (url and figures and figures.open_charges_ever and actor.may("matching.apply")):
        return []
    found = open_credits(
        company_id=actor.company_id,
        customers=[document.customer_id or 0],
        currency=document.currency,
        entities=actor.entities,
    )
    total = sum((credit.available for credit in found if credit.document != document.pk), Decimal(0))
    if not total:
        return []
    amount = format_amount(total, document.currency, get_language() or "en")
    return [{"kind": _("Credits available"), "label": f"{amount} {document.currency}", "url": url}]


def match_url(actor: Actor, document: Document, figures: Figures | None) -> str:
    """The workbench with all that is open of a document chosen; empty when there is nothing to match."""
    if not (figures and (figures.open_charges_ever or figures.open_credits_ever)):
        return ""
    url = address("reconciliation:workbench") if actor.may("matching.apply") else ""
    return f"{url}?document={document.pk}" if url and document.customer_id else ""


def apply_url(actor: Actor, document: Document, figures: Figures | None) -> str:
    """Where a credit with something open is applied to charges; empty when there is nothing to apply."""
    if not (figures and figures.open_credits_ever and actor.may("matching.apply")):
        return ""
    return address("credits:apply", document.pk)
