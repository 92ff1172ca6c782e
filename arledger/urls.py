"""The addresses of the product. Everything but sign-in lives below ``/c/<company>/``, see CompanyMiddleware."""

from __future__ import annotations

from allauth.account import views as account
from allauth.usersessions import views as sessions
from django.urls import URLPattern, URLResolver, include, path

from arledger.companies import company_pages
from arledger.companies import pages as companies
from arledger.companies import password_pages as passwords
from arledger.companies import people_pages as people
from arledger.core.http import health

# Signing in and out only: accounts are made by administrators, not by whoever comes along.
accounts: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("language/", companies.language, name="set_language"),
    path("welcome/<str:token>/", people.welcome, name="welcome"),
    path("password/<str:token>/", passwords.choose, name="new_password"),
    path("companies/new/", company_pages.new, name="new_company"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include(accounts)),
    path("", include("arledger.home.urls")),
    path("", include("arledger.companies.urls")),
    path("payments/", include("payments.urls")),
    path("matching/", include("reconciliation.urls")),
    path("reports/", include("reconciliation.report_urls")),
    path("settings/", include("reconciliation.settings_urls")),
    path("customers/", include("reconciliation.account_urls")),
    path("invoices/", include("invoices.urls")),
    path("files/", include("ledger.attachment_urls")),
    path("credits/adjustments/", include("credits.adjustment_urls")),
    path("credits/advances/", include("credits.advance_urls")),
    path("credits/", include("credits.urls")),
    path("refunds/", include("refunds.urls")),
    path("deposits/", include("deposits.urls")),
    path("summaries/", include("summaries.urls")),
    path("imports/", include("imports.urls")),
    path("exports/", include("arledger.core.http.export_urls")),
    path("views/", include("arledger.core.http.view_urls")),
    path("", include("checkout.urls")),
    path("settings/tokens/", include("arledger.api.web_urls")),
    path("settings/webhooks/", include("arledger.api.webhook_urls")),
    path("api/v1/", include("arledger.api.urls")),
]
handler400 = "django.views.defaults.bad_request"
handler403 = "django.views.defaults.permission_denied"
handler404 = "django.views.defaults.page_not_found"
handler500 = "arledger.core.http.errors.server_error"
