"""Tokens: how programs act for a person in one company (SPEC 15)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import CompanyModel, tenant_key


class ApiToken(CompanyModel):
    """Acts for a member with his role's rights, or fewer. The secret itself is not kept, only its SHA-256."""

    membership = tenant_key("companies.Membership")
    name = models.CharField(_("name"), max_length=100)
    # Null: whatever the role allows.
    scopes = ArrayField(models.CharField(max_length=40), null=True)
    secret_hash = models.BinaryField()
    # The last characters of the secret, to recognise it by.
    ending = models.CharField(max_length=4)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
