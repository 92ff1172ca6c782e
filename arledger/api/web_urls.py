"""Addresses of the tokens' pages below settings/tokens/."""

from __future__ import annotations

from django.urls import path

from arledger.api import pages

app_name = "tokens"
urlpatterns = [
    path("", pages.tokens, name="list"),
    path("new/", pages.new, name="new"),
    path("<int:key>/revoke/", pages.revoke, name="revoke"),
]
