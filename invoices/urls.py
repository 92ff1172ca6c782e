"""Addresses of invoices, below ``/c/<company>/invoices/``."""

from __future__ import annotations

from django.urls import path

from invoices import form_pages, list_pages, pages, pdf_pages

app_name = "invoices"
urlpatterns = [
    path("", list_pages.list_, name="list"),
    path("export.csv", list_pages.export, name="export"),
    path("post/", list_pages.bulk_post, name="bulk-post"),
    path("new/", form_pages.new, name="new"),
    path("due/", form_pages.due, name="due"),
    path("<int:key>/", pages.detail, name="detail"),
    path("<int:key>/invoice.pdf", pdf_pages.pdf, name="pdf"),
    path("<int:key>/edit/", form_pages.edit, name="edit"),
    path("<int:key>/delete/", pages.delete, name="delete"),
    path("<int:key>/post/", pages.post, name="post"),
    path("<int:key>/reverse/", pages.reverse_, name="reverse"),
    path("<int:key>/duplicate/", pages.duplicate, name="duplicate"),
]
