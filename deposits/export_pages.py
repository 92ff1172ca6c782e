"""The list of deposits as a file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.export_sources import register
from arledger.core.http.list_tables import list_source
from deposits.lister_pages import DepositLister

register(list_source(DepositLister, _("Deposits"), ["deposits.list"]))
