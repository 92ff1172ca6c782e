"""Addresses of what is set up once per company."""

from __future__ import annotations

from django.urls import path

from arledger.companies import (
    audit_pages,
    company_pages,
    factor_pages,
    master_pages,
    pages,
    password_pages,
    people_pages,
    period_pages,
    role_pages,
    settings_pages,
)

app_name = "companies"
urlpatterns = [
    path("companies/switch/", pages.switch, name="switch"),
    path("settings/", settings_pages.configuration, name="configuration"),
    path("settings/company/", company_pages.company, name="company"),
    *master_pages.addresses(),
    path("settings/periods/", period_pages.periods, name="periods"),
    path("settings/periods/close/", period_pages.close, name="period-close"),
    path("settings/periods/reopen/", period_pages.reopen, name="period-reopen"),
    path("settings/roles/", role_pages.roles, name="roles"),
    path("settings/roles/new/", role_pages.new, name="role-new"),
    path("settings/roles/duties/", role_pages.duties, name="segregation"),
    path("settings/roles/<int:key>/", role_pages.role, name="role"),
    path("settings/roles/<int:key>/delete/", role_pages.delete, name="role-delete"),
    path("settings/people/", people_pages.people, name="people"),
    path("settings/people/new/", people_pages.invite, name="invite"),
    path("settings/people/<int:key>/", people_pages.person, name="person"),
    path("settings/people/<int:key>/password/", password_pages.link, name="password-link"),
    path("settings/people/<int:key>/second-factor/", factor_pages.take_away, name="factor-away"),
    path("settings/audit/", audit_pages.audit, name="audit"),
    path("settings/audit/export/", audit_pages.export, name="audit-export"),
]
