"""Addresses of available credits, below ``/c/<company>/credits/``."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "credits"
urlpatterns: list[URLPattern] = []
