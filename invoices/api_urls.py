"""Addresses of invoices below ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from invoices import api

urlpatterns = [
    path("invoices", api.Invoices.as_view(), name="invoices"),
    path("invoices/bulk", api.InvoiceBulk.as_view(), name="invoices-bulk"),
    path("invoices/<str:key>", api.Invoice.as_view(), name="invoice"),
    path("invoices/<str:key>/post", api.InvoicePost.as_view(), name="invoice-post"),
    path("invoices/<str:key>/reverse", api.InvoiceReverse.as_view(), name="invoice-reverse"),
    path("invoices/<str:key>/duplicate", api.InvoiceDuplicate.as_view(), name="invoice-duplicate"),
]
