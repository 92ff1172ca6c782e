"""The words and services that the pages of invoices have of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from arledger.core.actor import Actor
from invoices import services
from ledger.models import Kind
from reconciliation.kind_pages import KindPages, Words


class InvoiceKind(KindPages):
    kind = Kind.INVOICE
    words = Words(
        many=_("Invoices"),
        draft=_("Draft invoice"),
        new=_("New invoice"),
        edit=_("Edit draft invoice"),
        post=_("Post invoice"),
        post_question=_("Post this draft invoice"),
        delete_question=_("Delete this draft invoice"),
        reverse=_("Reverse invoice"),
        pick_first=_("Pick drafts in the list of invoices first."),
    )

    def post_drafts(self, actor: Actor, ids: Sequence[int]) -> Sequence[str | None]:
        return services.post(actor=actor, ids=ids)

    def delete_drafts(self, actor: Actor, ids: Sequence[int]) -> None:
        services.delete(actor=actor, ids=ids)

    def take_back(self, actor: Actor, ids: Sequence[int], on: date, reason: str) -> object:
        return services.reverse(actor=actor, ids=ids, on=on, reason=reason)
