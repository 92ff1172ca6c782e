"""Documents and the summaries they are gathered in (SPEC 13): what the ledger asks of ``summaries.placing``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date as Day
from typing import Protocol

from arledger.companies.selectors import Settings, settings_of
from arledger.core.actor import Actor
from ledger.models import Document
from summaries import placing
from summaries.errors import SummaryClosed
from summaries.models import Summary
from summaries.placing import Place, Placed


class Summarized(Protocol):
    """A document, or a draft about to be written."""

    @property
    def kind(self) -> str: ...
    @property
    def date(self) -> Day: ...
    @property
    def gl_date(self) -> Day | None: ...
    @property
    def entity_id(self) -> int | None: ...
    @property
    def bank_account_id(self) -> int | None: ...
    @property
    def summary_id(self) -> int | None: ...


def _placed(document: Summarized, *, alone: bool = False) -> Placed:
    return Placed(
        kind=str(document.kind),
        entity_id=document.entity_id,
        bank_account_id=document.bank_account_id,
        summary_id=document.summary_id,
        gl_date=document.gl_date or document.date,
        alone=alone,
    )


def summaries_of(
    *, actor: Actor, settings: Settings, documents: Sequence[Summarized], alone: bool
) -> list[Place | None]:
    """The summary that each document is posted into, held open meanwhile."""
    placed = [_placed(document, alone=alone) for document in documents]
    return placing.places(actor=actor, settings=settings, documents=placed)


def check_choices(*, actor: Actor, documents: Sequence[Summarized]) -> None:
    """Refuse summaries that these drafts may not name; nothing is read when none names one."""
    if all(document.summary_id is None for document in documents):
        return
    settings = settings_of(actor.company_id)
    placing.check_choices(
        actor=actor, settings=settings, documents=[_placed(document) for document in documents]
    )


def require_open_summaries(drafts: Iterable[Document]) -> None:
    """Raise SummaryClosed for a draft in a closed summary: it stays as it is; nothing is read when none names one."""
    rows = {row: draft for row, draft in enumerate(drafts) if draft.summary_id is not None}
    if not rows:
        return
    named = {draft.summary_id or 0 for draft in rows.values()}
    company = next(iter(rows.values())).company_id
    closed = Summary.objects.filter(company_id=company, pk__in=named, state=Summary.State.CLOSED)
    titles = dict(closed.values_list("pk", "title"))
    for row, draft in rows.items():
        if draft.summary_id in titles:
            raise SummaryClosed(field=placing.FIELD, row=row, summary=titles[draft.summary_id])
