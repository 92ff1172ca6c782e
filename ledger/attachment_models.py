"""Files: attached to a document for good, or staged for a form that is not through yet (SPEC 9).

They live in the database: written in the transaction of the document they belong to, replicated and backed up with
it, and shown to its company alone (docs/adr/0030).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q

from arledger.companies.models import CompanyModel, tenant_key
from arledger.core.filetypes import CONTENT_TYPES, LARGEST, LONGEST_NAME

#: How many files a document may carry, those removed not counted.
MOST_FILES = 20


class StoredFile(CompanyModel):
    """A file with its content. The database itself computes ``size`` (bytes) and ``sha256``."""

    name = models.CharField(max_length=LONGEST_NAME)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.GeneratedField(
        expression=Func(F("content"), function="octet_length"),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    sha256 = models.GeneratedField(
        expression=Func(F("content"), function="sha256"), output_field=models.BinaryField(), db_persist=True
    )
    uploaded_at = models.DateTimeField()
    # Null for the installation itself.
    uploaded_by = models.BigIntegerField(null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(content_type__in=CONTENT_TYPES), name="%(app_label)s_%(class)s_type"
            ),
            models.CheckConstraint(
                condition=Q(name__regex=r"^[^/\\[:cntrl:]]+$"), name="%(app_label)s_%(class)s_name"
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=LARGEST), name="%(app_label)s_%(class)s_size"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Attachment(StoredFile):
    """A file of a document: never changed; gone with its draft, or marked as removed once the document is posted."""

    document = tenant_key("ledger.Document", related_name="attachments")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.BigIntegerField(null=True)
    removed_reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta(StoredFile.Meta):
        constraints = [
            *StoredFile.Meta.constraints,
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, removed_reason="")
                | (Q(removed_at__isnull=False) & ~Q(removed_reason="")),
                name="ledger_attachment_removed_why",
            ),
        ]
        indexes = [models.Index(fields=["company", "document", "id"], name="ledger_attachment_document")]


class StagedFile(StoredFile):
    """A file chosen on a form that came back with an error: kept for its person and the form's key, for a day."""

    form = models.CharField(max_length=64)

    class Meta(StoredFile.Meta):
        indexes = [models.Index(fields=["company", "uploaded_by", "form"], name="ledger_stagedfile_form")]
