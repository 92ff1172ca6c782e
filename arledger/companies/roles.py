"""The shipped roles (SPEC 4), reviewed here and copied into every company."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.core.permissions import RIGHTS


@dataclass(frozen=True)
class ShippedRole:
    code: str
    name: str | Promise
    rights: frozenset[str]


def _all_but(*excluded: str) -> frozenset[str]:
    return frozenset(right for right in RIGHTS if not right.startswith(excluded))


def _of(*subjects: str) -> frozenset[str]:
    return frozenset(right for right in RIGHTS if right.split(".")[0] in subjects)


# Running imports shows them; to bring a file in takes the right to add what it holds as well (``imports.services``).
READING = frozenset(right for right in RIGHTS if right.split(".")[1] in {"list", "view", "run"})

SHIPPED: tuple[ShippedRole, ...] = (
    ShippedRole("administrator", _("Administrator"), RIGHTS),
    ShippedRole("ar-manager", _("AR manager"), _all_but("configuration.edit", "roles.edit")),
    ShippedRole(
        "ar-clerk",
        _("AR clerk"),
        _all_but(
            "configuration.",
            "roles.",
            "periods.",
            "audit.",
            "refunds.post",
            "summaries.close",
            "summaries.override",
        ),
    ),
    ShippedRole(
        "billing-clerk",
        _("Billing clerk"),
        _of("customers", "invoices", "adjustments")
        | {"ageing.run", "imports.run", "summaries.list", "summaries.view"},
    ),
    ShippedRole("auditor", _("Auditor"), READING),
    ShippedRole(
        "integrator",
        _("Integrator"),
        _of(
            "customers",
            "invoices",
            "adjustments",
            "advances",
            "payments",
            "refunds",
            "deposits",
            "matching",
            "reconciliation",
            "ageing",
            "ledger",
            "statements",
            "payments_by_item",
            "imports",
        )
        | {"configuration.view", "summaries.list", "summaries.view", "summaries.add"},
    ),
)
