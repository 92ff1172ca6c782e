"""The lists of adjustments, advances and available credits as files."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.export_sources import register
from arledger.core.http.list_tables import list_source
from credits.adjustment_pages import AdjustmentLister
from credits.advance_pages import AdvanceLister
from credits.available_pages import CreditLister

register(list_source(AdjustmentLister, _("Adjustments"), ["adjustments.list"]))
register(list_source(AdvanceLister, _("Advances"), ["advances.list"]))
register(list_source(CreditLister, _("Available credits"), ["advances.list", "adjustments.list"]))
