"""The books: documents with signed lines, matched by applications (DESIGN 1).

Everything else (balances, settlements, codes, ageing, journal) is computed from these tables. The database
guards them (``ledger/migrations``): posted facts cannot change, applications can only be inserted, and
``applied_amount`` / ``reserved_amount`` are moved by triggers alone.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Cast
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import CompanyModel, tenant_key
from arledger.core.formats import format_date
from ledger.attachment_models import Attachment as Attachment
from ledger.attachment_models import StagedFile as StagedFile
from ledger.lettering_models import Lettering as Lettering


def money(**options: object) -> models.DecimalField:
    """numeric(18,4); the scale of the currency is checked by the database."""
    return models.DecimalField(max_digits=18, decimal_places=4, **options)  # type: ignore[arg-type]


class Kind(models.TextChoices):
    INVOICE = "invoice", _("Invoice")
    ADJUSTMENT = "adjustment", _("Adjustment")
    ADVANCE = "advance", _("Advance")
    PAYMENT = "payment", _("Payment")
    REFUND = "refund", _("Refund")
    DEPOSIT = "deposit", _("Deposit")
    MATCHING = "matching", _("Matching")


class Method(models.TextChoices):
    CHECK = "check", _("Check")
    CASH = "cash", _("Cash")
    CARD = "card", _("Card")
    TRANSFER = "transfer", _("Transfer")
    ONLINE = "online", _("Online")


# Drafts have no number yet and come first. A CASE because row security uses no index on COALESCE.
NUMBER_ORDER = Case(When(number__isnull=False, then=F("number")), default=Value(""))


def document_name(kind: str, number: str | None, day: date) -> str:
    """How people call a document: its number, or what it is and its date while it has none."""
    if number:
        return number
    return _("%(kind)s of %(date)s") % {
        "kind": Kind(kind).label,
        "date": format_date(day, get_language() or "en"),
    }


class Document(CompanyModel):
    """Anything on a customer's account. Draft until ``state`` is posted; then it never changes (SPEC 5).

    ``total`` is the signed sum of the lines in ``currency`` (charges +, credits −). ``amount`` is the cash a
    payment received or a deposit brought to the bank, null for other kinds. "Reversed" is the existence of a
    document whose ``reverses`` is this one.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        POSTED = "posted", _("Posted")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    # Null for a bank deposit alone: it moves money of several customers' receipts.
    customer = tenant_key("customers.Customer", null=True)
    entity = tenant_key("companies.Entity", null=True)
    journal = tenant_key("companies.Journal", null=True)
    # Null on matchings, on what was posted before there were summaries, and on drafts that named none.
    summary = tenant_key("summaries.Summary", null=True, related_name="documents")
    # Null until drawn at posting, and on advances posted while they were not numbered (SPEC 7).
    number = models.CharField(max_length=60, null=True)  # noqa: DJ001
    sequence = tenant_key("companies.NumberSequence", null=True)
    sequence_value = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    exchange_rate = models.DecimalField(max_digits=18, decimal_places=8, default=1)
    date = models.DateField()
    gl_date = models.DateField(null=True)
    due_date = models.DateField(null=True)
    term = tenant_key("companies.Term", null=True)
    reference = models.CharField(max_length=100, blank=True, default="")
    description = models.CharField(max_length=500, blank=True, default="")
    bill_to = models.TextField(blank=True, default="")
    total = money(default=0)
    # The order by total: comparisons of numeric are not leakproof, so row security would keep an index on it unused.
    total_order = models.GeneratedField(
        expression=Cast(F("total") * 10_000, models.BigIntegerField()),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    amount = money(null=True)
    method = models.CharField(max_length=10, choices=Method.choices, blank=True, default="")
    bank_account = tenant_key("companies.BankAccount", null=True)
    reverses = tenant_key("ledger.Document", null=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)
    updated_at = models.DateTimeField()
    updated_by = models.BigIntegerField(null=True)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.BigIntegerField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="ledger_document_kind"),
            models.CheckConstraint(condition=Q(state__in=["draft", "posted"]), name="ledger_document_state"),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(gl_date__isnull=False, posted_at__isnull=False)
                & (Q(number__isnull=False) | Q(kind="advance")),
                name="ledger_document_posted_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(kind="invoice") | Q(state="draft") | Q(due_date__isnull=False),
                name="ledger_document_invoice_due",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["payment", "deposit"], amount__isnull=False)
                | (~Q(kind__in=["payment", "deposit"]) & Q(amount__isnull=True)),
                name="ledger_document_amount_of_payment",
            ),
            models.CheckConstraint(
                condition=Q(kind="deposit", customer__isnull=True, total=0)
                | (~Q(kind="deposit") & Q(customer__isnull=False)),
                name="ledger_document_customer_but_deposit",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["payment", "advance", "refund", "deposit"])
                | Q(method="", bank_account__isnull=True),
                name="ledger_document_money_kinds",
            ),
            models.CheckConstraint(
                condition=~Q(kind="matching") | Q(total=0), name="ledger_document_matching_is_zero"
            ),
            models.UniqueConstraint(
                fields=["company", "kind", "number"],
                condition=Q(number__isnull=False),
                name="ledger_document_number",
            ),
            models.UniqueConstraint(
                fields=["company", "sequence", "sequence_value"],
                condition=Q(sequence__isnull=False),
                name="ledger_document_drawn_once",
            ),
            models.UniqueConstraint(
                fields=["company", "reverses"],
                condition=Q(reverses__isnull=False),
                name="ledger_document_one_mirror",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "kind", "-date", "-id"], name="ledger_document_list"),
            models.Index(fields=["company", "customer", "-date", "-id"], name="ledger_document_customer"),
            models.Index(
                fields=["company", "kind", "-date", "-id"],
                condition=Q(state="draft"),
                name="ledger_document_drafts",
            ),
            models.Index(fields=["company", "kind", "due_date", "id"], name="ledger_document_due"),
            models.Index(fields=["company", "kind", "total_order", "id"], name="ledger_document_by_total"),
            models.Index("company", "kind", NUMBER_ORDER, "id", name="ledger_document_by_number"),
            models.Index(
                fields=["company", "reference"], condition=~Q(reference=""), name="ledger_document_reference"
            ),
            models.Index(
                fields=["company", "currency", "date", "id"],
                condition=Q(
                    kind__in=["payment", "advance"], state="posted", bank_account=None, reverses=None
                ),
                name="ledger_document_undeposited",
            ),
            models.Index(
                fields=["company", "summary", "-date", "-id"],
                condition=Q(summary__isnull=False),
                name="ledger_document_in_summary",
            ),
        ]

    def __str__(self) -> str:
        return document_name(self.kind, self.number, self.date)


class Line(CompanyModel):
    """One signed row of money: + raises what the customer owes, − lowers it.

    ``open_amount`` is the part no application has taken, whatever its date; ``reserved_amount`` the part of it
    that drafts have promised. Both carry the sign of ``amount``. By itself a line is a balanced posting between
    ``control_account`` (the customer's) and ``account`` (revenue, bank…) (SPEC 16).
    """

    document = tenant_key("ledger.Document", related_name="lines")
    customer = tenant_key("customers.Customer")
    currency = models.CharField(max_length=3)
    position = models.IntegerField()
    description = models.CharField(max_length=500, blank=True, default="")
    account = tenant_key("companies.Account", null=True)
    control_account = tenant_key("companies.Account", null=True)
    location = tenant_key("companies.Location", null=True)
    amount = money()
    applied_amount = money(default=0, db_default=0)
    reserved_amount = money(default=0, db_default=0)
    open_amount = models.GeneratedField(
        expression=F("amount") - F("applied_amount"), output_field=money(), db_persist=True
    )
    is_open = models.GeneratedField(
        expression=ExpressionWrapper(~Q(amount=F("applied_amount")), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    tax_code = models.CharField(max_length=20, blank=True, default="")
    tax_amount = money(default=0, db_default=0)
    cash_basis_tax = models.BooleanField(default=False, db_default=False)
    tax_receipt_eligible = models.BooleanField(default=False, db_default=False)
    service_start = models.DateField(null=True)
    service_end = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, applied_amount__gte=0, reserved_amount__gte=0)
                & Q(applied_amount__lte=F("amount") - F("reserved_amount"))
                | Q(amount__lt=0, applied_amount__lte=0, reserved_amount__lte=0)
                & Q(applied_amount__gte=F("amount") - F("reserved_amount")),
                name="ledger_line_never_over_applied",
            ),
            models.UniqueConstraint(fields=["company", "document", "position"], name="ledger_line_position"),
        ]
        indexes = [
            models.Index(
                fields=["company", "customer", "document"], condition=Q(is_open=True), name="ledger_line_open"
            ),
            models.Index(
                fields=["company", "document"], condition=Q(is_open=True), name="ledger_line_open_document"
            ),
            # What can still be used is little beside what is owed: lists and pickers start from it.
            models.Index(
                fields=["company", "document"],
                condition=Q(is_open=True, amount__lt=0),
                name="ledger_line_open_credit",
            ),
            # Few companies write tax receipts, and few of their lines are eligible.
            models.Index(
                fields=["company", "customer", "document"],
                condition=Q(tax_receipt_eligible=True),
                name="ledger_line_tax_receipt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}/{self.position}"


class Reservation(CompanyModel):
    """What a draft has promised of a line; balances do not move, nobody else can use it (SPEC 8)."""

    document = tenant_key("ledger.Document", related_name="reservations")
    line = tenant_key("ledger.Line")
    amount = money()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "document", "line"], name="ledger_reservation_once"),
        ]
        indexes = [models.Index(fields=["company", "line"], name="ledger_reservation_line")]

    def __str__(self) -> str:
        return f"{self.document_id} holds {self.amount} of {self.line_id}"


class Application(CompanyModel):
    """The match of ``amount`` between a charge line and a credit line: a fact, inserted and never changed.

    ``date`` is when it takes effect, ``recorded_at`` when it was known; ``document`` made it. Un-applying is a
    row with a negative amount that names the original in ``reverses`` (SPEC 10). ``charge_code`` and
    ``credit_code`` are the match codes of the two heads, null where a side has no group of its own; those of an old
    one may come later, by a Lettering.
    """

    document = tenant_key("ledger.Document", related_name="made")
    charge_line = tenant_key("ledger.Line")
    credit_line = tenant_key("ledger.Line")
    charge_document = tenant_key("ledger.Document")
    credit_document = tenant_key("ledger.Document")
    customer = tenant_key("customers.Customer")
    amount = money()
    date = models.DateField()
    recorded_at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    charge_code = models.CharField(max_length=60, null=True)  # noqa: DJ001
    credit_code = models.CharField(max_length=60, null=True)  # noqa: DJ001
    reverses = tenant_key("ledger.Application", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
                name="ledger_application_sign",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "charge_document", "id"], name="ledger_application_charge"),
            models.Index(fields=["company", "credit_document", "id"], name="ledger_application_credit"),
            models.Index(fields=["company", "document"], name="ledger_application_maker"),
            models.Index(fields=["company", "date"], name="ledger_application_date"),
            # Reports as of a day read thousands of a customer's matches: from the index alone.
            models.Index(
                fields=["company", "customer", "date"],
                include=["charge_document", "credit_document", "amount"],
                name="ledger_application_of_customer",
            ),
            models.Index(
                fields=["company", "reverses"],
                condition=Q(reverses__isnull=False),
                name="ledger_application_reverses",
            ),
            models.Index(
                fields=["company", "charge_code"],
                condition=Q(charge_code__isnull=False),
                name="ledger_application_charge_code",
            ),
            models.Index(
                fields=["company", "credit_code"],
                condition=Q(credit_code__isnull=False),
                name="ledger_application_credit_code",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.charge_line_id} with {self.credit_line_id}: {self.amount}"


class DepositItem(CompanyModel):
    """A posted receipt that lies in a bank deposit (SPEC 8): all of its cash, a fact once the deposit is posted.

    ``amount`` is positive, in the currency of both; ``account`` the bank's GL account. ``in_force`` until the deposit
    is reversed, moved by a trigger alone: a receipt lies in one deposit in force at most.
    """

    document = tenant_key("ledger.Document", related_name="items")
    receipt = tenant_key("ledger.Document")
    account = tenant_key("companies.Account")
    amount = money()
    in_force = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "receipt"], condition=Q(in_force=True), name="ledger_deposititem_once"
            ),
        ]
        indexes = [
            models.Index(fields=["company", "document"], name="ledger_deposititem_document"),
            models.Index(fields=["company", "receipt"], name="ledger_deposititem_receipt"),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id} in {self.document_id}"


class JournalEntry(models.Model):
    """One row of the journal, derived from lines and applications by a view (SPEC 16); debit +, credit −.

    ``amount`` is in ``currency``, ``base_amount`` in the company's base currency.
    """

    id = models.TextField(primary_key=True)
    company_id = models.BigIntegerField()
    document = models.ForeignKey(Document, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    line_id = models.BigIntegerField(null=True)
    application_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)
    date = models.DateField()
    account_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    amount = money()
    base_amount = money()

    class Meta:
        managed = False
        db_table = "ledger_journal"

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"
