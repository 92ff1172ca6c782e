"""Addresses of payments below /api/v1/."""

from __future__ import annotations

from django.urls import path

from payments import api

urlpatterns = [
    path("payments", api.Payments.as_view(), name="payments"),
    path("payments/bulk", api.PaymentBulk.as_view(), name="payments-bulk"),
    path("payments/<str:key>", api.Payment.as_view(), name="payment"),
    path("payments/<str:key>/post", api.PaymentPost.as_view(), name="payment-post"),
    path("payments/<str:key>/reverse", api.PaymentReverse.as_view(), name="payment-reverse"),
]
