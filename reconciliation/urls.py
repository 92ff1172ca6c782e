"""Addresses of matching, below ``/c/<company>/matching/``."""

from __future__ import annotations

from django.urls import path

from reconciliation import (
    oldest_first_pages,
    pages,
    queue_pages,
    undo_pages,
    unreconciled_pages,
    why_pages,
    workbench_pages,
)

app_name = "reconciliation"
urlpatterns = [
    path("unreconciled/", unreconciled_pages.list_, name="unreconciled"),
    path("unreconciled/export.csv", unreconciled_pages.export, name="unreconciled-export"),
    path("queue/", queue_pages.list_, name="queue"),
    path("oldest-first/", oldest_first_pages.many, name="oldest-first-many"),
    path("oldest-first/<int:key>/", oldest_first_pages.one, name="oldest-first"),
    path("workbench/", workbench_pages.workbench, name="workbench"),
    path("workbench/preview/", workbench_pages.workbench_preview, name="workbench-preview"),
    path("undo/<int:key>/", undo_pages.undo, name="undo"),
    path("why/<int:key>/", why_pages.why, name="why"),
    path("<int:key>/unapply/", pages.unapply_, name="unapply"),
]
