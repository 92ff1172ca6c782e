"""Addresses of summaries."""

from __future__ import annotations

from django.urls import path

from summaries import pages

app_name = "summaries"
urlpatterns = [
    path("", pages.list_, name="list"),
    path("export/", pages.export, name="export"),
    path("new/", pages.new, name="new"),
    path("<int:key>/", pages.detail, name="detail"),
    path("<int:key>/edit/", pages.edit, name="edit"),
    path("<int:key>/delete/", pages.delete, name="delete"),
    path("<int:key>/open/", pages.open_, name="open"),
    path("<int:key>/close/", pages.close, name="close"),
]
