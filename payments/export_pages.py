"""The list of payments as a file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.export_sources import register
from arledger.core.http.list_tables import list_source
from payments.lister_pages import PaymentLister

register(list_source(PaymentLister, _("Payments"), ["payments.list"]))
