"""Addresses of adjustments, advances and write-offs below ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from credits import api_adjustments as adjustments
from credits import api_advances as advances
from credits import api_write_off as write_off

urlpatterns = [
    path("adjustments", adjustments.Adjustments.as_view(), name="adjustments"),
    path("adjustments/bulk", adjustments.AdjustmentBulk.as_view(), name="adjustments-bulk"),
    path("adjustments/<str:key>", adjustments.Adjustment.as_view(), name="adjustment"),
    path("adjustments/<str:key>/post", adjustments.AdjustmentPost.as_view(), name="adjustment-post"),
    path("adjustments/<str:key>/reverse", adjustments.AdjustmentReverse.as_view(), name="adjustment-reverse"),
    path(
        "adjustments/<str:key>/duplicate",
        adjustments.AdjustmentDuplicate.as_view(),
        name="adjustment-duplicate",
    ),
    path(
        "adjustments/<str:key>/write-off",
        write_off.AdjustmentWriteOff.as_view(),
        name="adjustment-write-off",
    ),
    path("invoices/<str:key>/write-off", write_off.InvoiceWriteOff.as_view(), name="invoice-write-off"),
    path("advances", advances.Advances.as_view(), name="advances"),
    path("advances/bulk", advances.AdvanceBulk.as_view(), name="advances-bulk"),
    path("advances/<str:key>", advances.Advance.as_view(), name="advance"),
    path("advances/<str:key>/post", advances.AdvancePost.as_view(), name="advance-post"),
    path("advances/<str:key>/reverse", advances.AdvanceReverse.as_view(), name="advance-reverse"),
]
