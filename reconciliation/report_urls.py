"""Addresses of reports."""

from __future__ import annotations

from django.urls import path

from reconciliation import report_pages

app_name = "reports"
urlpatterns = [
    path("ageing/", report_pages.ageing_page, name="ageing"),
    path("ageing.csv", report_pages.ageing_csv, name="ageing-csv"),
]
