"""The company's balance over time: a part of home that is fetched after it, and a page of its own (docs/adr/0066)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from arledger.companies.context import address
from arledger.core.http.doors import PageRequest, page
from arledger.home.balance_selectors import courses


@page("ageing.run")
def balance(request: PageRequest) -> HttpResponse:
    """Balances at month ends, each leading to its ageing, each change to its AR ledger where one may see that."""
    context = {
        "courses": courses(request.actor),
        "ageing_url": address("reports:ageing"),
        "ledger_url": address("reports:ledger") if request.actor.may("ledger.run") else "",
    }
    template = "home/balance_part.html" if request.htmx else "home/balance.html"
    return render(request, template, context)
