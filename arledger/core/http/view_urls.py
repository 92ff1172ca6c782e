"""Addresses of saved views."""

from __future__ import annotations

from django.urls import path

from arledger.core.http import view_pages

app_name = "views"
urlpatterns = [
    path("", view_pages.menu, name="menu"),
    path("save/", view_pages.save, name="save"),
    path("<int:key>/", view_pages.change, name="change"),
]
