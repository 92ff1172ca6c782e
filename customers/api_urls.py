"""Addresses of customers below ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from customers import api

urlpatterns = [
    path("customers", api.Customers.as_view(), name="customers"),
    path("customers/bulk", api.CustomerBulk.as_view(), name="customers-bulk"),
    # A path, for codes have slashes.
    path("customers/<path:key>", api.Customer.as_view(), name="customer"),
]
