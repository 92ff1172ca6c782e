"""Which deposit a receipt lies in, for whoever must not touch it then (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.errors import InDeposit, InDraftDeposit
from ledger.models import DepositItem, Document


def deposits_of(*, company_id: int, receipts: Iterable[int]) -> dict[int, Document]:
    """The deposit in force (a draft, or posted and not reversed) that each of these receipts lies in."""
    items = DepositItem.objects.filter(company_id=company_id, receipt__in=list(receipts), in_force=True)
    return {item.receipt_id: item.document for item in items.select_related("document").order_by("pk")}


def require_not_deposited(*, company_id: int, documents: Sequence[Document]) -> None:
    """Raise InDeposit or InDraftDeposit for the first document that lies in a deposit in force."""
    receipts = [document.pk for document in documents if document.kind in ("payment", "advance")]
    found = deposits_of(company_id=company_id, receipts=receipts) if receipts else {}
    for row, document in enumerate(documents):
        deposit = found.get(document.pk)
        if deposit is not None:
            refusal = InDraftDeposit if deposit.state == Document.State.DRAFT else InDeposit
            raise refusal(row=row, document=str(document), deposit=str(deposit))
