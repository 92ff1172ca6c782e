"""Addresses of what needs an invoice and its receipts at once."""

from __future__ import annotations

from django.urls import path

from checkout import checkout_pages, pages

app_name = "checkout"
urlpatterns = [
    path("quick-deposit/", pages.quick_deposit, name="quick-deposit"),
    path("checkout/", checkout_pages.new, name="new"),
    path("checkout/<int:key>/", checkout_pages.draft, name="draft"),
]
