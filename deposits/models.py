"""Deposits are documents; this proxy names them (DESIGN 1). What they hold is ``ledger.models.DepositItem``."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from ledger.models import Document, Kind


class DepositManager(models.Manager["Deposit"]):
    def get_queryset(self) -> models.QuerySet[Deposit]:
        return super().get_queryset().filter(kind=Kind.DEPOSIT)


class Deposit(Document):
    objects: ClassVar[DepositManager] = DepositManager()

    class Meta:
        proxy = True
