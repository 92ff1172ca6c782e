"""Match codes given to what was matched before customer reconciliation was switched on (SPEC 10)."""

from __future__ import annotations

from django.db import models

from arledger.companies.models import CompanyModel, tenant_key


class Lettering(CompanyModel):
    """The codes that an old application got when the past was lettered: a fact, inserted and never changed.

    A trigger puts them on the application, where every figure reads them; ``recorded_at`` says since when they are
    known. ``charge_code`` and ``credit_code`` as on the application.
    """

    application = tenant_key("ledger.Application")
    charge_code = models.CharField(max_length=60, null=True)  # noqa: DJ001
    credit_code = models.CharField(max_length=60, null=True)  # noqa: DJ001
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "application"], name="ledger_lettering_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.charge_code or '-'} {self.credit_code or '-'}"
