"""What a new company does first, until it has its first document (docs/adr/0053)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.companies.context import address
from arledger.core.actor import Actor
from arledger.core.sql import fetch_all

# One statement for the home of whoever configures; for a company at work it stops at its first document.
DONE = """
SELECT EXISTS (SELECT FROM ledger_document WHERE company_id = (SELECT %(company)s)),
    EXISTS (SELECT FROM companies_configuration WHERE company_id = (SELECT %(company)s) AND version > 1),
    EXISTS (SELECT FROM companies_membership WHERE company_id = (SELECT %(company)s) OFFSET 1),
    EXISTS (SELECT FROM customers_customer WHERE company_id = (SELECT %(company)s))
"""


@dataclass(frozen=True)
class Step:
    """``done`` is None where nobody but the person can tell."""

    label: str | Promise
    note: str | Promise
    url: str
    done: bool | None = None


def steps(actor: Actor) -> list[Step]:
    """What to set up, for whoever may; nothing once the company has a document."""
    if not actor.may("configuration.edit"):
        return []
    at_work, configured, people, customers = fetch_all(DONE, {"company": actor.company_id})[0]
    if at_work:
        return []
    return [
        Step(_("Company"), _("Name, time zone, base currency"), address("companies:company")),
        Step(
            _("Configure Accounts Receivable"),
            _("Refunds, reconciliation, summaries, numbering, accounts"),
            address("companies:configuration"),
            configured,
        ),
        Step(
            _("Bank accounts"),
            _("Where receipts arrive and refunds leave"),
            address("companies:bank-accounts"),
        ),
        Step(_("Invite a person"), _("Each with the role he needs"), address("companies:invite"), people),
        Step(_("Customers"), _("Enter them, or import a file"), address("customers:list"), customers),
        Step(
            _("Opening balances"),
            _("Import what customers owe from the former system, or enter the first invoice"),
            address("imports:new"),
        ),
    ]
