"""Addresses of deposits, below ``/c/<company>/deposits/``."""

from __future__ import annotations

from django.urls import path

from deposits import choosing_pages, pages

app_name = "deposits"
urlpatterns = [
    path("", pages.list_, name="list"),
    path("export/", pages.export, name="export"),
    path("new/", choosing_pages.new, name="new"),
    path("<int:key>/", pages.detail, name="detail"),
    path("<int:key>/edit/", choosing_pages.edit, name="edit"),
    path("<int:key>/post/", pages.post, name="post"),
    path("<int:key>/delete/", pages.delete, name="delete"),
    path("<int:key>/reverse/", pages.reverse_, name="reverse"),
]
