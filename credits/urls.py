"""Addresses of available credits, below ``/c/<company>/credits/``."""

from __future__ import annotations

from django.urls import path

from credits import apply_pages, available_pages

app_name = "credits"
urlpatterns = [
    path("", available_pages.list_, name="list"),
    path("export/", available_pages.export, name="export"),
    path("apply/<int:key>/", apply_pages.apply, name="apply"),
    path("apply/<int:key>/preview/", apply_pages.apply_preview, name="apply-preview"),
    path("use/<int:key>/", apply_pages.use, name="use"),
    path("use/<int:key>/preview/", apply_pages.use_preview, name="use-preview"),
]
