"""Addresses of reports."""

from __future__ import annotations

from django.urls import path

from reconciliation import entries_pages, report_pages, statement_pages

app_name = "reports"
urlpatterns = [
    path("ageing/", report_pages.ageing_page, name="ageing"),
    path("reconciliation/", entries_pages.entries, name="reconciliation"),
    path("reconciliation.csv", entries_pages.entries_csv, name="reconciliation-csv"),
    path("statements/<int:key>/", statement_pages.choose, name="statement"),
    path("statements/<int:key>/statement.pdf", statement_pages.statement, name="statement-pdf"),
    path("ledger/", entries_pages.ledger, name="ledger"),
    path("ageing.csv", report_pages.ageing_csv, name="ageing-csv"),
]
