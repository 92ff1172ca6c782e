"""The list of refunds as a file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.export_sources import register
from arledger.core.http.list_tables import list_source
from refunds.lister_pages import RefundLister

register(list_source(RefundLister, _("Refunds"), ["refunds.list"], feature="refunds"))
