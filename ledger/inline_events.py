"""One event for each inline application, for companies that run their own rules on documents (SPEC 3, 6)."""

from __future__ import annotations

from collections.abc import Sequence

from arledger.core import outbox
from arledger.core.actor import Actor
from arledger.core.api.ids import id_of
from arledger.core.money import quantize
from arledger.core.sql import fetch_all

INLINE = """
SELECT a.id, a.document_id, a.charge_line_id, a.credit_line_id, a.amount, d.currency, a.date
FROM ledger_application a JOIN ledger_document d ON d.company_id = a.company_id AND d.id = a.document_id
WHERE a.company_id = (SELECT %s) AND a.document_id = ANY(%s) AND a.charge_document_id = a.document_id
  AND a.credit_document_id = a.document_id AND a.reverses_id IS NULL
ORDER BY a.id
"""


def publish_inline(*, actor: Actor, documents: Sequence[int]) -> None:
    """After the event of the posting and in its transaction, in the order in which the credits were offset."""
    for key, document, charge, credit, amount, currency, day in fetch_all(
        INLINE, [actor.company_id, list(documents)]
    ):
        outbox.publish(
            actor=actor,
            kind="application.posted",
            object_ids=[key],
            payload={
                "document": id_of("document", document),
                "charge_line": id_of("line", charge),
                "credit_line": id_of("line", credit),
                "amount": f"{quantize(amount, currency):f}",
                "currency": currency,
                "date": day.isoformat(),
                "inline": True,
            },
        )
