"""How often summaries start anew, for each type of document (SPEC 3, 13)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Frequency(models.TextChoices):
    EACH = "each", _("each transaction")
    DAILY = "daily", _("daily")
    WEEKLY = "weekly", _("weekly")
    MONTHLY = "monthly", _("monthly")
    USER = "user", _("user-specified")


# Documents of these types are gathered in summaries.
SUMMARY_TYPES = ("invoices", "adjustments", "deposits", "payments", "advances", "refunds")
SUMMARY_SETTINGS = tuple(f"summary_frequency_{type}" for type in SUMMARY_TYPES)


def allowed_frequencies(type: str) -> list[str]:
    """The frequencies that summaries of a type may have: each transaction is for payments only."""
    return [value for value in Frequency.values if value != Frequency.EACH or type == "payments"]


def frequency_field(label: Any) -> models.CharField[str, str]:
    return models.CharField(label, max_length=8, choices=Frequency.choices, default=Frequency.DAILY)


def frequency_constraints(table: str) -> list[models.CheckConstraint]:
    """The database's word on it."""
    return [
        models.CheckConstraint(
            condition=models.Q(**{f"summary_frequency_{type}__in": allowed_frequencies(type)}),
            name=f"{table}_{type}_frequency",
        )
        for type in SUMMARY_TYPES
    ]
