"""Addresses of refunds, below ``/c/<company>/refunds/``."""

from __future__ import annotations

from django.urls import path

from refunds import pages, refund_pages, voucher_pages

app_name = "refunds"
urlpatterns = [
    path("", pages.list_, name="list"),
    path("export/", pages.export, name="export"),
    path("new/", refund_pages.new, name="new"),
    path("preview/", refund_pages.preview, name="preview"),
    path("<int:key>/", pages.detail, name="detail"),
    path("<int:key>/voucher.pdf", voucher_pages.voucher, name="voucher"),
    path("<int:key>/edit/", refund_pages.edit, name="edit"),
    path("<int:key>/post/", pages.post, name="post"),
    path("<int:key>/delete/", pages.delete, name="delete"),
    path("<int:key>/void/", pages.void, name="void"),
]
