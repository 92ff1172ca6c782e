"""Addresses of summaries below /api/v1/."""

from __future__ import annotations

from django.urls import path

from summaries import api

urlpatterns = [
    path("summaries", api.Summaries.as_view(), name="summaries"),
    path("summaries/<str:key>", api.SummaryOne.as_view(), name="summary"),
    path("summaries/<str:key>/close", api.SummaryClose.as_view(), name="summary-close"),
    path("summaries/<str:key>/open", api.SummaryOpen.as_view(), name="summary-open"),
]
