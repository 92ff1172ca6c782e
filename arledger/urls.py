"""The addresses of the product. Everything but sign-in lives below ``/c/<company>/``, see CompanyMiddleware."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

urlpatterns: list[URLPattern | URLResolver] = [
]
