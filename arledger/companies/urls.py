"""Addresses of what is set up once per company."""

from __future__ import annotations

from django.urls import path

from arledger.companies import master_pages, pages, settings_pages

app_name = "companies"
urlpatterns = [
    path("companies/switch/", pages.switch, name="switch"),
    path("settings/", settings_pages.configuration, name="configuration"),
    *master_pages.addresses(),
    path("settings/roles/", settings_pages.roles, name="roles"),
    path("settings/people/", settings_pages.people, name="people"),
    path("settings/audit/", settings_pages.audit, name="audit"),
]
