"""Addresses of credits, matching and reports below /api/v1/."""

from __future__ import annotations

from django.urls import path

from reconciliation import api_credits, api_matching, api_reports, api_suggestions

urlpatterns = [
    path("credits", api_credits.Credits.as_view(), name="credits"),
    path("applications", api_matching.Applications.as_view(), name="applications"),
    path("applications/<str:key>", api_matching.ApplicationOne.as_view(), name="application"),
    path("applications/<str:key>/unapply", api_matching.Unapply.as_view(), name="application-unapply"),
    path("matching/oldest-first", api_matching.OldestFirst.as_view(), name="matching-oldest-first"),
    path("matching/suggest", api_suggestions.Suggest.as_view(), name="matching-suggest"),
    path("reports/reconciliation", api_reports.Reconciliation.as_view(), name="report-reconciliation"),
    path("reports/ageing", api_reports.Ageing.as_view(), name="report-ageing"),
    path("reports/ledger", api_reports.Ledger.as_view(), name="report-ledger"),
    path("reports/statement", api_reports.Statement.as_view(), name="report-statement"),
    path("reports/payments-by-item", api_reports.PaymentsByItem.as_view(), name="report-payments-by-item"),
    path("reports/proof", api_reports.Proof.as_view(), name="report-proof"),
]
