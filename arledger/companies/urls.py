"""Addresses of what is set up once per company."""

from __future__ import annotations

from django.urls import path

from arledger.companies import pages, settings_pages

app_name = "companies"
urlpatterns = [
    path("companies/switch/", pages.switch, name="switch"),
    path("settings/", settings_pages.configuration, name="configuration"),
    path("settings/accounts/", settings_pages.accounts, name="accounts"),
    path("settings/banks/", settings_pages.bank_accounts, name="bank-accounts"),
    path("settings/terms/", settings_pages.terms, name="terms"),
    path("settings/sequences/", settings_pages.sequences, name="sequences"),
    path("settings/roles/", settings_pages.roles, name="roles"),
    path("settings/people/", settings_pages.people, name="people"),
    path("settings/audit/", settings_pages.audit, name="audit"),
]
