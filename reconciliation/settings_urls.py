"""Addresses of matching below ``/c/<company>/settings/``."""

from __future__ import annotations

from django.urls import path

from reconciliation import lettering_pages

app_name = "lettering"
urlpatterns = [path("letter-the-past/", lettering_pages.letter, name="past")]
