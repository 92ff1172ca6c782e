"""Summaries: batches of documents of one type, open or closed (SPEC 13)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from arledger.companies.frequencies import SUMMARY_TYPES, Frequency
from arledger.companies.models import CompanyModel, tenant_key

SCHEDULED = [Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY]


class Type(models.TextChoices):
    INVOICES = "invoices", _("Invoices")
    ADJUSTMENTS = "adjustments", _("Adjustments")
    DEPOSITS = "deposits", _("Deposits")
    PAYMENTS = "payments", _("Payments")
    ADVANCES = "advances", _("Advances")
    REFUNDS = "refunds", _("Refunds")


assert tuple(Type.values) == SUMMARY_TYPES

# The type that documents of a kind are gathered in; matchings are in none.
TYPE_OF_KIND = {
    "invoice": Type.INVOICES,
    "adjustment": Type.ADJUSTMENTS,
    "deposit": Type.DEPOSITS,
    "payment": Type.PAYMENTS,
    "advance": Type.ADVANCES,
    "refund": Type.REFUNDS,
}


class Summary(CompanyModel):
    """A batch of documents of one type. What it holds, its count and its total are read from the documents.

    An automatic summary holds what was posted in its slot (``slot_start`` up to and without ``slot_end``), for one
    entity (or the top level) and, of payments, one bank account (or undeposited funds): slots of the same never
    overlap (exclusion constraint). With the frequency *each* a slot is one instant and holds one payment.

    A user's summary has no slot but a ``gl_date``, which rules for its documents. One of payments may be limited to a
    bank account or to undeposited funds. ``control_total`` is in the base currency, as the total is.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    type = models.CharField(max_length=12, choices=Type.choices)
    # A label: two hours of an autumn night read the same.
    title = models.CharField(max_length=100)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    automatic = models.BooleanField()
    frequency = models.CharField(max_length=8, choices=Frequency.choices)
    # The company's, in which the slot was made.
    time_zone = models.CharField(max_length=64, blank=True, default="")
    slot_start = models.DateTimeField(null=True)
    slot_end = models.DateTimeField(null=True)
    gl_date = models.DateField(null=True)
    entity = tenant_key("companies.Entity", null=True)
    bank_account = tenant_key("companies.BankAccount", null=True)
    undeposited = models.BooleanField(default=False)
    control_count = models.IntegerField(null=True)
    control_total = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(type__in=Type.values), name="summaries_summary_type"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="closed", closed_at__isnull=False),
                name="summaries_summary_state",
            ),
            models.CheckConstraint(
                condition=Q(
                    automatic=True,
                    frequency__in=SCHEDULED,
                    slot_start__isnull=False,
                    slot_end__isnull=False,
                    slot_start__lte=F("slot_end"),
                    gl_date__isnull=True,
                    control_count__isnull=True,
                    control_total__isnull=True,
                )
                | Q(
                    automatic=True,
                    frequency="each",
                    type="payments",
                    slot_start__isnull=False,
                    slot_end=F("slot_start"),
                    gl_date__isnull=True,
                    control_count__isnull=True,
                    control_total__isnull=True,
                )
                | Q(
                    automatic=False,
                    frequency="user",
                    slot_start__isnull=True,
                    slot_end__isnull=True,
                    gl_date__isnull=False,
                ),
                name="summaries_summary_slot_or_gl_date",
            ),
            # Money of payments alone lies somewhere; automatic ones always say where.
            models.CheckConstraint(
                condition=Q(type="payments", bank_account__isnull=False, undeposited=False)
                | Q(type="payments", bank_account__isnull=True, undeposited=True)
                | Q(type="payments", automatic=False, bank_account__isnull=True)
                | (~Q(type="payments") & Q(bank_account__isnull=True, undeposited=False)),
                name="summaries_summary_bank_of_payments",
            ),
            models.CheckConstraint(
                condition=Q(control_count__isnull=True) | Q(control_count__gte=0),
                name="summaries_summary_control_count",
            ),
        ]
        indexes = [
            models.Index(
                fields=["company", "type", "slot_end"],
                condition=Q(automatic=True),
                name="summaries_summary_slot",
            ),
            models.Index(
                fields=["company", "type", "gl_date", "id"],
                condition=Q(automatic=False, state="open"),
                name="summaries_summary_choice",
            ),
        ]

    def __str__(self) -> str:
        return self.title
