"""Addresses of imports below /api/v1/."""

from __future__ import annotations

from django.urls import path

from imports import api

urlpatterns = [
    path("imports", api.Imports.as_view(), name="imports"),
    path("imports/<str:key>", api.ImportOne.as_view(), name="import"),
    path("imports/<str:key>/errors", api.ImportErrors.as_view(), name="import-errors"),
    path("imports/<str:key>/commit", api.ImportCommit.as_view(), name="import-commit"),
    path("imports/<str:key>/cancel", api.ImportCancel.as_view(), name="import-cancel"),
    path("imports/<str:key>/failed.csv", api.ImportFailed.as_view(), name="import-failed"),
]
