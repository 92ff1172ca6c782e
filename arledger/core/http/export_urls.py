"""Addresses of a person's files."""

from __future__ import annotations

from django.urls import path

from arledger.core.http import export_pages

app_name = "exports"
urlpatterns = [
    path("", export_pages.list_, name="list"),
    path("tray/", export_pages.tray_part, name="tray"),
    path("<int:key>/file/", export_pages.file, name="file"),
    path("<int:key>/stop/", export_pages.stop, name="stop"),
]
