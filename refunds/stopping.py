"""What switching refunds off leaves behind: drafts that nobody reaches keep what they have reserved (SPEC 9)."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import get_language, ngettext

from arledger.companies.models import Company
from arledger.core.actor import Actor
from arledger.core.formats import format_amount
from arledger.core.sql import fetch_all

DRAFTS = """
SELECT d.currency, count(DISTINCT d.id), coalesce(sum(abs(r.amount)), 0)
FROM ledger_document d
LEFT JOIN ledger_reservation r ON r.company_id = d.company_id AND r.document_id = d.id
WHERE d.company_id = (SELECT %s) AND d.kind = 'refund' AND d.state = 'draft'
  AND (d.entity_id IS NULL OR d.entity_id <> ALL(%s::bigint[]))
GROUP BY d.currency ORDER BY d.currency
"""


def left_behind(actor: Actor, company: Company, apart: Collection[int]) -> list[str]:
    """A sentence for each currency that has drafts, those of the entities ``apart`` left out; one statement."""
    found = []
    for currency, count, held in fetch_all(DRAFTS, [company.pk, list(apart)]):
        sentence = ngettext(
            "%(count)s draft refund keeps %(amount)s of credits reserved until refunds are recorded again.",
            "%(count)s draft refunds keep %(amount)s of credits reserved until refunds are recorded again.",
            count,
        )
        amount = f"{format_amount(held, currency, get_language() or 'en')} {currency}"
        found.append(sentence % {"count": count, "amount": amount})
    return found
