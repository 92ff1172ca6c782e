"""Files read back as people's programs read them."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pypdf
from python_calamine import CalamineWorkbook

Plain = list[list[str]]


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def csv_rows(content: bytes) -> Plain:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True))


def xlsx_rows(content: bytes) -> Plain:
    """As texts: amounts without trailing zeros, days ISO."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    return [[_text(cell) for cell in row] for row in sheet.to_python()]


def _text(cell: Any) -> str:
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)).normalize():f}"
    return str(cell)


def same(rows: Plain) -> Plain:
    """The rows of a CSV as ``xlsx_rows`` shows them: amounts plain, texts without their guard."""
    return [[_number(cell) for cell in row] for row in rows]


def _number(cell: str) -> str:
    text = cell.removeprefix("'") if cell[1:2] in tuple("=+-@") else cell
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    return f"{number.normalize():f}" if "." in text else text


def pdf_text(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    text = " ".join(page.extract_text() for page in pages)
    return " ".join(text.replace("\u200b", "").split())
