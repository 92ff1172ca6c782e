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


class Webhook(CompanyModel):
    """An address that is told of events, in their order (docs/adr/0049). Switched off it waits where it is."""

    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=500)
    # Null: every kind.
    kinds = ArrayField(models.CharField(max_length=60), null=True)
    # Shown once; kept because each delivery is signed with it.
    secret = models.CharField(max_length=60)
    # The one before, with which deliveries are signed too until then; empty and null: none.
    previous_secret = models.CharField(max_length=60, blank=True, default="")
    previous_until = models.DateTimeField(null=True)
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField()
    # The id of the last event that was looked at for it.
    after_event = models.BigIntegerField()

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(CompanyModel):
    """One event on its way to one webhook: it stays pending until it was accepted or the last attempt failed."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")

    webhook = tenant_key("api.Webhook")
    event = tenant_key("core.OutboxEvent")
    state = models.CharField(max_length=10, choices=State.choices)
    # Not of those that people asked for: they neither wait for earlier events nor hold up later ones.
    in_turn = models.BooleanField()
    attempts = models.IntegerField(default=0)
    # While an attempt is made: when it counts as lost.
    next_attempt_at = models.DateTimeField(null=True)
    last_status = models.IntegerField(null=True)
    # A word of ``arledger.api.sending.ERRORS``; empty: none.
    last_error = models.CharField(max_length=20, blank=True)
    delivered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.event_id}"
