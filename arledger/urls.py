"""The addresses of the product. Everything but sign-in lives below ``/c/<company>/``, see CompanyMiddleware."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from arledger.core.http import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
