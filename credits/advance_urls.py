"""Addresses of advances, below ``/c/<company>/credits/advances/``."""

from __future__ import annotations

from django.urls import path

from credits import advance_pages as pages

app_name = "advances"
urlpatterns = [
    path("", pages.list_, name="list"),
    path("export.csv", pages.export, name="export"),
    path("post/", pages.bulk_post, name="bulk-post"),
    path("new/", pages.new, name="new"),
    path("<int:key>/", pages.detail, name="detail"),
    path("<int:key>/receipt.pdf", pages.pdf, name="pdf"),
    path("<int:key>/edit/", pages.edit, name="edit"),
    path("<int:key>/delete/", pages.delete, name="delete"),
    path("<int:key>/post/", pages.post, name="post"),
    path("<int:key>/reverse/", pages.reverse_, name="reverse"),
]
