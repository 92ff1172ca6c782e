"""The list of invoices as a file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.export_sources import register
from arledger.core.http.list_tables import list_source
from invoices.list_pages import InvoiceLister

register(list_source(InvoiceLister, _("Invoices"), ["invoices.list"]))
