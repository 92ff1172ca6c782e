"""Invoices are documents; this proxy names them (DESIGN 1)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from ledger.models import Document, Kind


class InvoiceManager(models.Manager["Invoice"]):
    def get_queryset(self) -> models.QuerySet[Invoice]:
        return super().get_queryset().filter(kind=Kind.INVOICE)


class Invoice(Document):
    objects: ClassVar[InvoiceManager] = InvoiceManager()

    class Meta:
        proxy = True
