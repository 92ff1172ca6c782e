"""Files that imports give back: the rows they refused, and templates to begin with (SPEC 14)."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import xlsxwriter
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _

from arledger.core.http.export import CSV
from imports.columns import COLUMNS
from imports.models import Import
from imports.selectors import write_failed

TEMPLATES = Path(__file__).parent / "templates"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def failed_file(row: Import) -> FileResponse:
    """The refused rows of an import as a download. Raises FileGone."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the answer)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    write_failed(row, text)
    text.detach()
    file.seek(0)
    stem = row.file_name.rpartition(".")[0] or row.file_name
    return FileResponse(file, as_attachment=True, filename=f"{stem}-failed.csv", content_type=CSV)


def csv_template(kind: str) -> HttpResponse:
    """An example of a file of ``kind`` with every column."""
    content = b"\xef\xbb\xbf" + (TEMPLATES / f"{kind}.csv").read_bytes().replace(b"\n", b"\r\n")
    return _download(content, f"{kind}.csv", CSV)


def xlsx_template(kind: str) -> HttpResponse:
    """The same as a workbook, with a second sheet that explains the columns in the reader's language."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(kind[:31])
    with (TEMPLATES / f"{kind}.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    # As texts: numbers keep their zeros, and dates are read as they are written.
    sheet.set_column(0, len(rows[0]) - 1, 16, text)
    for place, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell:
                sheet.write_string(place, column, cell, bold if place == 0 else text)
    sheet.freeze_panes(1, 0)
    columns = book.add_worksheet(_("Columns"))
    columns.set_column(0, 0, 22)
    columns.set_column(1, 1, 12)
    columns.set_column(2, 2, 90)
    for column, head in enumerate((_("Column"), _("Required"), _("Meaning"))):
        columns.write_string(0, column, head, bold)
    for place, one in enumerate(COLUMNS[kind], start=1):
        columns.write_string(place, 0, one.name, wrapped)
        columns.write_string(place, 1, _("yes") if one.required else "", wrapped)
        columns.write_string(place, 2, str(one.help), wrapped)
    book.close()
    return _download(stream.getvalue(), f"{kind}.xlsx", XLSX)


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
