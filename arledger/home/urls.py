"""The start page and the search over everything."""

from __future__ import annotations

from django.urls import path

from arledger.home import balance_pages, pages, palette_pages

app_name = "home"
urlpatterns = [
    path("", pages.index, name="index"),
    path("balance/", balance_pages.balance, name="balance"),
    path("search/", pages.find, name="search"),
    path("palette/", palette_pages.palette, name="palette"),
]
