"""The audit trail as a file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.companies.audit_pages import AuditLister
from arledger.core.export_sources import register
from arledger.core.http.list_tables import list_source

register(list_source(AuditLister, _("Audit trail"), ["audit.view"]))
