"""Addresses of deposits below /api/v1/."""

from __future__ import annotations

from django.urls import path

from deposits import api

urlpatterns = [
    path("deposits", api.Deposits.as_view(), name="deposits"),
    path("deposits/bulk", api.DepositBulk.as_view(), name="deposits-bulk"),
    path("deposits/<str:key>", api.DepositOne.as_view(), name="deposit"),
    path("deposits/<str:key>/post", api.DepositPost.as_view(), name="deposit-post"),
    path("deposits/<str:key>/reverse", api.DepositReverse.as_view(), name="deposit-reverse"),
]
