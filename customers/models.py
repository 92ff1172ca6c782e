"""Who owes: customer accounts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Coded, tenant_key


class Customer(Coded):
    """A customer account. ``sort_key`` orders names as people expect without the database's collations.

    ``currency`` and ``term`` are defaults for new documents. ``parent`` groups accounts in reports only:
    matching never crosses customers (SPEC 7).
    """

    code = models.CharField(_("code"), max_length=40)
    sort_key = models.CharField(max_length=200)
    currency = models.CharField(_("currency"), max_length=3)
    term = tenant_key("companies.Term", null=True)
    parent = tenant_key("customers.Customer", null=True)
    entity = tenant_key("companies.Entity", null=True)
    email = models.EmailField(_("e-mail"), blank=True, default="")
    address = models.TextField(_("address"), blank=True, default="")
    country = models.CharField(_("country"), max_length=2, blank=True, default="")
    version = models.IntegerField(default=1)

    class Meta(Coded.Meta):
        indexes = [
            models.Index(fields=["company", "sort_key", "id"], name="customers_customer_name"),
        ]
