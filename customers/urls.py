"""Addresses that change customers; ``reconciliation.account_urls`` adds the list and the account page."""

from __future__ import annotations

from django.urls import path

from customers import pages

urlpatterns = [
    path("options/", pages.options, name="options"),
    path("new/", pages.new, name="new"),
    path("<int:key>/edit/", pages.edit, name="edit"),
    path("<int:key>/delete/", pages.delete, name="delete"),
]
