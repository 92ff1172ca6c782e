"""Addresses of imports, below ``/c/<company>/imports/``."""

from __future__ import annotations

from django.urls import path

from imports import pages

app_name = "imports"
urlpatterns = [
    path("", pages.list_, name="list"),
    path("export/", pages.export, name="export"),
    path("new/", pages.new, name="new"),
    path("templates/<slug:kind>.<slug:ending>", pages.template, name="template"),
    path("<int:key>/", pages.detail, name="detail"),
    path("<int:key>/check/", pages.check, name="check"),
    path("<int:key>/commit/", pages.commit, name="commit"),
    path("<int:key>/cancel/", pages.cancel, name="cancel"),
    path("<int:key>/errors/", pages.errors, name="errors"),
    path("<int:key>/failed/", pages.failed, name="failed"),
]
