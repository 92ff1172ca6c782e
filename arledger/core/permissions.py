"""The catalogue of rights (SPEC 4): every verb on every object that a role may hold."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

OBJECTS = {
    "customers": _("Customers"),
    "invoices": _("Invoices"),
    "adjustments": _("Adjustments"),
    "advances": _("Advances"),
    "payments": _("Payments"),
    "refunds": _("Refunds"),
    "deposits": _("Deposits"),
    "matching": _("Matching"),
    "reconciliation": _("Reconciliation report"),
    "ageing": _("Ageing"),
    "ledger": _("AR ledger"),
    "statements": _("Statements of account"),
    "payments_by_item": _("Payments by item and account"),
    "summaries": _("Summaries"),
    "periods": _("Periods"),
    "imports": _("Imports"),
    "configuration": _("Configuration"),
    "roles": _("Users and roles"),
    "audit": _("Audit trail"),
}

VERBS = {
    "list": _("list"),
    "view": _("view"),
    "add": _("add"),
    "edit": _("edit"),
    "delete": _("delete"),
    "post": _("post"),
    "reverse": _("reverse"),
    "void": _("void"),
    "write_off": _("write off"),
    "apply": _("apply"),
    "unapply": _("un-apply"),
    "run": _("run"),
    "open": _("open"),
    "close": _("close"),
    "override": _("close with a difference"),
    "reopen": _("reopen"),
}

_CATALOGUE = {
    "customers": "list view add edit delete",
    "invoices": "list view add edit delete post reverse",
    "adjustments": "list view add edit delete post reverse write_off",
    "advances": "list view add delete post reverse",
    "payments": "list view add post reverse",
    "refunds": "list view add post void",
    "deposits": "list view add post reverse",
    "matching": "apply unapply",
    "reconciliation": "run",
    "ageing": "run",
    "ledger": "run",
    "statements": "run",
    "payments_by_item": "run",
    "summaries": "list view add edit delete open close override",
    "periods": "close reopen",
    "imports": "run",
    "configuration": "view edit",
    "roles": "view edit",
    "audit": "view",
}

RIGHTS: frozenset[str] = frozenset(
    f"{subject}.{verb}" for subject, verbs in _CATALOGUE.items() for verb in verbs.split()
)
# A token has these only for a while, and never from another token (docs/adr/0052).
GIVING: frozenset[str] = frozenset({"roles.edit"})
