"""Addresses of documents' files, below ``/c/<company>/files/``: one door per kind, for each has its own rights."""

from __future__ import annotations

from django.urls import URLPattern, path

from ledger.attachment_pages import views_of
from ledger.attachment_selectors import KINDS

app_name = "attachments"
urlpatterns: list[URLPattern] = []
for kind in KINDS:
    add, file, remove = views_of(kind)
    urlpatterns += [
        path(f"{kind}s/<int:key>/", add, name=f"{kind}-add"),
        path(f"{kind}s/<int:key>/<int:file_key>/", file, name=f"{kind}-file"),
        path(f"{kind}s/<int:key>/<int:file_key>/remove/", remove, name=f"{kind}-remove"),
    ]
