"""Answers that are documents on paper."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from arledger.core.filetypes import clean_name
from arledger.core.pdf import Sheet, render


def pdf_response(sheet: Sheet, *, name: str, at: datetime) -> HttpResponse:
    """The sheet as a file to be saved under ``name`` (without ending). Raises CannotRender."""
    response = HttpResponse(render(sheet, at=at), content_type="application/pdf")
    file = clean_name(f"{name}.pdf".replace("/", "-").replace("\\", "-"))
    response["Content-Disposition"] = content_disposition_header(True, file) or "attachment"
    return response
