"""Addresses of adjustments, below ``/c/<company>/credits/adjustments/``."""

from __future__ import annotations

from django.urls import path

from credits import adjustment_pages as pages
from credits import pdf_pages, write_off_pages

app_name = "adjustments"
urlpatterns = [
    path("", pages.list_, name="list"),
    path("export.csv", pages.export, name="export"),
    path("post/", pages.bulk_post, name="bulk-post"),
    path("new/", pages.new, name="new"),
    path("due/", pages.due, name="due"),
    path("write-off/<int:document>/", write_off_pages.page_, name="write-off"),
    path("<int:key>/", pages.detail, name="detail"),
    path("<int:key>/adjustment.pdf", pdf_pages.pdf, name="pdf"),
    path("<int:key>/edit/", pages.edit, name="edit"),
    path("<int:key>/delete/", pages.delete, name="delete"),
    path("<int:key>/post/", pages.post, name="post"),
    path("<int:key>/reverse/", pages.reverse_, name="reverse"),
    path("<int:key>/duplicate/", pages.duplicate, name="duplicate"),
]
