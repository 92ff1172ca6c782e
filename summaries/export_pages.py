"""What of summaries can be had as a file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.export_sources import register
from arledger.core.http.list_tables import list_source
from summaries.list_pages import SummaryLister

register(list_source(SummaryLister, _("Summaries"), ["summaries.list"]))
