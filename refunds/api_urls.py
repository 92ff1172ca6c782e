"""Addresses of refunds below /api/v1/."""

from __future__ import annotations

from django.urls import path

from refunds import api

urlpatterns = [
    path("refunds", api.Refunds.as_view(), name="refunds"),
    path("refunds/bulk", api.RefundBulk.as_view(), name="refunds-bulk"),
    path("refunds/<str:key>", api.Refund.as_view(), name="refund"),
    path("refunds/<str:key>/post", api.RefundPost.as_view(), name="refund-post"),
    path("refunds/<str:key>/void", api.RefundVoid.as_view(), name="refund-void"),
]
