"""The proof on screen and as a file: six ways to each balance side by side (SPEC 12)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from arledger.companies.context import link
from arledger.core.errors import Refusal
from arledger.core.http import exporting
from arledger.core.http.doors import PageRequest, page
from reconciliation.proof import FIGURES, LABELS, Proof, ProofNeedsEverything, Row, proof
from reconciliation.received_forms import ProofForm

ROWS = 200


@page("ledger.run")
def proof_page(request: PageRequest) -> HttpResponse:
    """All customers that do not agree, then those that do, up to a screenful; the file has everybody."""
    form = ProofForm(request.GET, actor=request.actor)
    context: dict[str, Any] = {"form": form}
    found = _found(request, form)
    if not isinstance(found, Proof):
        return render(request, "reports/proof.html", context | {"refusal": found}, status=400)
    shown = [*found.differing, *(row for row in found.rows if row.agrees)][:ROWS]
    context |= {
        "proof": found,
        "labels": [LABELS[name] for name in FIGURES],
        "rows": [_shown(row) for row in shown],
        "totals": [_shown(row) for row in found.totals],
        "timing": any(row.timing for row in found.rows),
        "hidden": len(found.rows) - len(shown),
    }
    return render(request, "reports/proof.html", context)


@page("ledger.run")
def proof_csv(request: PageRequest) -> HttpResponseBase:
    """Every customer's six figures as a file; ``?format=`` xlsx or pdf."""
    form = ProofForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return render(request, "reports/proof.html", {"form": form}, status=400)
    try:
        return exporting.answer(request, "proof")
    except ProofNeedsEverything as refusal:
        return render(request, "reports/proof.html", {"form": form, "refusal": refusal}, status=400)


def _found(request: PageRequest, form: ProofForm) -> Proof | Refusal | None:
    """The proof, or why there is none: None when the choices are wrong."""
    if not form.is_valid():
        return None
    try:
        return proof(actor=request.actor, query=form.query)
    except Refusal as refusal:
        return refusal


def _shown(row: Row) -> dict[str, Any]:
    """A row with what each figure differs by from the documents."""
    return {
        "row": row,
        "url": link("customers:detail", row.customer.pk) if row.customer else "",
        "cells": [(LABELS[name], row.figures[name], row.figures[name] - row.balance) for name in FIGURES],
        "differing": [LABELS[name] for name in row.differing],
    }
