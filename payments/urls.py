"""Addresses of payments, below ``/c/<company>/payments/``."""

from __future__ import annotations

from django.urls import path

from payments import pages, receive_pages

app_name = "payments"
urlpatterns = [
    path("", pages.list_, name="list"),
    path("export/", pages.export, name="export"),
    path("receive/", receive_pages.receive, name="receive"),
    path("receive/preview/", receive_pages.preview, name="preview"),
    path("<int:key>/", pages.detail, name="detail"),
    path("<int:key>/receipt.pdf", pages.pdf, name="pdf"),
    path("<int:key>/edit/", receive_pages.edit, name="edit"),
    path("<int:key>/post/", pages.post, name="post"),
    path("<int:key>/delete/", pages.delete, name="delete"),
    path("<int:key>/reverse/", pages.reverse_, name="reverse"),
]
