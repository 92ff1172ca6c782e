"""The start page and the search over everything."""

from __future__ import annotations

from django.urls import path

from arledger.home import pages

app_name = "home"
urlpatterns = [
    path("", pages.index, name="index"),
    path("search/", pages.find, name="search"),
]
