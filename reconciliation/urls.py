"""Addresses of matching, below ``/c/<company>/matching/``."""

from __future__ import annotations

from django.urls import path

from reconciliation import pages, why_pages

app_name = "reconciliation"
urlpatterns = [
    path("why/<int:key>/", why_pages.why, name="why"),
    path("<int:key>/unapply/", pages.unapply_, name="unapply"),
]
