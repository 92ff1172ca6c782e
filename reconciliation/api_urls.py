"""Addresses of credits, matching and reports below /api/v1/."""

from __future__ import annotations

from django.urls import path

from reconciliation import api_credits, api_matching

urlpatterns = [
    path("credits", api_credits.Credits.as_view(), name="credits"),
    path("applications", api_matching.Applications.as_view(), name="applications"),
    path("applications/<str:key>", api_matching.ApplicationOne.as_view(), name="application"),
    path("applications/<str:key>/unapply", api_matching.Unapply.as_view(), name="application-unapply"),
    path("matching/oldest-first", api_matching.OldestFirst.as_view(), name="matching-oldest-first"),
]
