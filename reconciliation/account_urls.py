"""Addresses of customers, below ``/c/<company>/customers/``: accounts from here, changes from ``customers``."""

from __future__ import annotations

from django.urls import path

from customers.urls import urlpatterns as changing
from reconciliation import account_pages

app_name = "customers"
urlpatterns = [
    path("", account_pages.list_, name="list"),
    path("export.csv", account_pages.export, name="export"),
    path("<int:key>/", account_pages.detail, name="detail"),
    *changing,
]
