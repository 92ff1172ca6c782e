"""Documents that were taken back, and the mirrors that did it, as one condition of lists (SPEC 5)."""

from __future__ import annotations

from django.db.models import BooleanField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from arledger.core.actor import Actor
from arledger.core.query import KeyIn
from ledger.models import Document
from reconciliation.selectors import documents


class TakenBack:
    """Reversed (voided) documents of a kind together with their mirrors.

    While there are few the condition names them, and the database starts there (``selective``).
    """

    FEW = 1_000

    def __init__(self, actor: Actor, kind: str) -> None:
        mirrors = documents(actor).filter(kind=kind, reverses__isnull=False)
        pairs = list(mirrors.values_list("pk", "reverses")[: self.FEW + 1])
        self.selective = len(pairs) <= self.FEW
        if self.selective:
            self.condition = Q(KeyIn({key for pair in pairs for key in pair if key}))
        else:
            self.condition = Q(reverses__isnull=False) | Q(has_mirror(actor.company_id))


def has_mirror(company_id: int) -> Coalesce:
    """As a scalar subquery: an EXISTS under an OR would make PostgreSQL read all the rows first."""
    mirrors = Document.objects.filter(company_id=company_id, reverses=OuterRef("pk")).order_by()
    one = Subquery(mirrors.values(found=Value(True))[:1], output_field=BooleanField())
    return Coalesce(one, Value(False))
