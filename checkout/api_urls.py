"""Addresses of checkout below /api/v1/."""

from __future__ import annotations

from django.urls import path

from checkout import api

urlpatterns = [
    path("invoices/checkout", api.Checkout.as_view(), name="checkout"),
    path("deposits/quick", api.QuickDeposit.as_view(), name="quick-deposit"),
]
