"""Addresses of what is set up once per company."""

from __future__ import annotations

from django.urls import path

from arledger.companies import pages

app_name = "companies"
urlpatterns = [
    path("companies/switch/", pages.switch, name="switch"),
]
