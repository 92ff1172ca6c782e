"""Imports: files that were uploaded, what was asked for, and what became of every row of them (SPEC 14)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import CompanyModel, tenant_key

#: Bytes of a file that one row of ImportPart holds.
PART = 1024 * 1024


class Import(CompanyModel):
    """One file on its way into the books: uploaded, checked, committed; with who, when, its hash and its counts.

    ``rows_total`` = ``rows_ok`` + ``rows_failed`` once checked or committed; blank rows are none. ``entries_…`` count
    documents (or customers). ``done_through`` is the last row of the file that is settled for good.
    """

    class Type(models.TextChoices):
        CUSTOMERS = "customers", _("Customers")
        INVOICES = "invoices", _("Invoices")
        ADJUSTMENTS = "adjustments", _("Adjustments")
        ADVANCES = "advances", _("Advances")
        PAYMENTS = "payments", _("Payments")
        REFUNDS = "refunds", _("Refunds")
        OPENING_BALANCES = "opening_balances", _("Opening balances")

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("checking")
        CHECKED = "checked", _("checked")
        COMMITTING = "committing", _("importing")
        COMMITTED = "committed", _("imported")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    class Mode(models.TextChoices):
        ALL = "all", _("All or nothing")
        GOOD = "good", _("Good ones only")

    class Action(models.TextChoices):
        POST = "post", _("Post")
        DRAFT = "draft", _("Leave as drafts")

    type = models.CharField(max_length=20, choices=Type.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.UPLOADED)
    mode = models.CharField(max_length=4, choices=Mode.choices, default=Mode.ALL)
    action = models.CharField(max_length=5, choices=Action.choices, default=Action.POST)
    # How the file is written.
    file_name = models.CharField(max_length=150)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    # The same file may come in again for whoever insists on it.
    insisted = models.BooleanField(default=False)
    is_workbook = models.BooleanField(default=False)
    encoding = models.CharField(max_length=20, blank=True, default="")
    delimiter = models.CharField(max_length=1, blank=True, default="")
    dates = models.CharField(max_length=10)
    decimal_mark = models.CharField(max_length=1)
    header = ArrayField(models.TextField(), default=list)
    # Of a workbook: the column of the sheet (from 0) in which the table begins.
    first_column = models.IntegerField(default=0)
    # About how many rows there are, for the progress of the check.
    lines = models.BigIntegerField(default=0)
    # Who asked, with the rights of that moment: what is done later never needs more.
    by_user = models.BigIntegerField(null=True)
    by_name = models.TextField()
    rights = ArrayField(models.CharField(max_length=40), default=list)
    entities = ArrayField(models.BigIntegerField(), null=True)
    source = models.CharField(max_length=20)
    address = models.TextField(blank=True, default="")
    job = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rows_total = models.BigIntegerField(default=0)
    rows_blank = models.BigIntegerField(default=0)
    rows_ok = models.BigIntegerField(default=0)
    rows_failed = models.BigIntegerField(default=0)
    entries_ok = models.BigIntegerField(default=0)
    entries_failed = models.BigIntegerField(default=0)
    drafts = models.BigIntegerField(default=0)
    done_through = models.BigIntegerField(default=0)
    # Sentences by language: why it failed as a whole; what to know before committing.
    reason = models.JSONField(default=dict)
    notes = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    type__in=[
                        "customers",
                        "invoices",
                        "adjustments",
                        "advances",
                        "payments",
                        "refunds",
                        "opening_balances",
                    ]
                ),
                name="imports_import_type",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "uploaded",
                        "checking",
                        "checked",
                        "committing",
                        "committed",
                        "failed",
                        "cancelled",
                    ]
                ),
                name="imports_import_state",
            ),
            # The proof of SPEC 14: every row of a file that is in the books, or refused, is counted as one of both.
            models.CheckConstraint(
                condition=~Q(state__in=["checked", "committed"])
                | Q(rows_total=models.F("rows_ok") + models.F("rows_failed")),
                name="imports_import_every_row_accounted",
            ),
            # Two people (or two clicks) with the same file at once: one of them is told.
            models.UniqueConstraint(
                fields=["company", "type", "sha256"],
                condition=Q(insisted=False) & ~Q(state__in=["cancelled", "failed"]),
                name="imports_import_same_file",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="imports_import_history"),
            models.Index(
                fields=["company", "sha256"],
                name="imports_import_hash",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportPart(CompanyModel):
    """A piece of an uploaded file, in order from 0; gone some time after the import ended."""

    owner = tenant_key("imports.Import")
    position = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "owner", "position"], name="imports_importpart_once"),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id}/{self.position}"


class ImportEntry(CompanyModel):
    """What became of one document (or customer) of a file: rows ``first_row`` to ``last_row``, ``rows`` of them.

    A document whose rows do not follow each other has one entry for each piece.

    ``written`` is the key of the document or customer in the books, null when it was refused. It is no reference:
    drafts may be deleted later.
    """

    owner = tenant_key("imports.Import")
    first_row = models.BigIntegerField()
    last_row = models.BigIntegerField()
    rows = models.IntegerField()
    written = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            # A row of a file is settled once, whoever comes back to it.
            models.UniqueConstraint(
                fields=["company", "owner", "first_row"], name="imports_importentry_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["company", "written"],
                condition=Q(written__isnull=False),
                name="imports_importentry_written",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_row} to {self.last_row}"


class ImportFault(CompanyModel):
    """Why a document of a file is refused: at a row as spreadsheets count, and a column ("": the row as a whole)."""

    owner = tenant_key("imports.Import")
    row = models.BigIntegerField()
    heading = models.TextField(blank=True, default="")
    # The column's place in the sheet, from 0; null when the fault is of the row.
    place = models.IntegerField(null=True)
    text = models.TextField(blank=True, default="")
    code = models.TextField()
    # The sentence, by language.
    messages = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["company", "owner", "row", "id"], name="imports_importfault_rows")]

    def __str__(self) -> str:
        return f"{self.row} {self.heading}: {self.code}"
