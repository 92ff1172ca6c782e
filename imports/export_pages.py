"""The history of imports as a file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.export_sources import register
from arledger.core.http.list_tables import list_source
from imports.list_pages import ImportLister

register(list_source(ImportLister, _("Imports"), ["imports.run"]))
