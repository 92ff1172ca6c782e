"""Why is this open? The arithmetic of a document with dates, people and links (SPEC 11)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from arledger.companies.context import address, link
from arledger.core.dates import parse_iso_date
from arledger.core.errors import NotFound
from arledger.core.http.doors import PageRequest, page
from ledger.models import Document
from reconciliation.selectors import documents
from reconciliation.why import Side, Step, sides


@page("")
def why(request: PageRequest, key: int) -> HttpResponse:
    """For whoever may see the document; as of today or of ``?as_at=``."""
    actor = request.actor
    document = documents(actor).filter(pk=key, state=Document.State.POSTED).select_related("customer").first()
    if document is None:
        raise NotFound()
    actor.require("matching.apply" if document.kind == "matching" else f"{document.kind}s.view")
    text = request.GET.get("as_at", "")
    day = parse_iso_date(text, field="as_at") if text else actor.today
    context = {
        "document": document,
        "url": address(f"{document.kind}s:detail", document.pk),
        "day": day,
        "sides": [_shown(side) for side in sides(document=document, day=day)],
    }
    return render(request, "reconciliation/why.html", context)


def _shown(side: Side) -> dict[str, Any]:
    return {
        "side": side,
        "steps": [(step, _url(step)) for step in side.steps],
        "later": [(step, _url(step)) for step in side.later],
        "held": [(one, link(f"{one.kind}s:detail", one.draft, entity=one.entity)) for one in side.held],
    }


def _url(step: Step) -> str:
    return link(f"{step.other_kind}s:detail", step.other, entity=step.other_entity)
