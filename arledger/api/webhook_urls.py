"""Addresses of the webhooks' pages below settings/webhooks/."""

from __future__ import annotations

from django.urls import path

from arledger.api import webhook_pages as pages

app_name = "webhooks"
urlpatterns = [
    path("", pages.webhooks, name="list"),
    path("new/", pages.new, name="new"),
    path("<int:key>/", pages.log, name="log"),
    path("<int:key>/edit/", pages.edit, name="edit"),
    path("<int:key>/delete/", pages.delete, name="delete"),
    path("<int:key>/secret/", pages.secret, name="secret"),
    path("<int:key>/test/", pages.try_out, name="test"),
    path("<int:key>/deliveries/<int:delivery>/replay/", pages.replay, name="replay"),
]
