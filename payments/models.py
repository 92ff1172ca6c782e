"""Payments are documents; this proxy names them (DESIGN 1)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from ledger.models import Document, Kind


class PaymentManager(models.Manager["Payment"]):
    def get_queryset(self) -> models.QuerySet[Payment]:
        return super().get_queryset().filter(kind=Kind.PAYMENT)


class Payment(Document):
    objects: ClassVar[PaymentManager] = PaymentManager()

    class Meta:
        proxy = True
