"""Documents on paper: PDF by typst, in process, from templates/pdf and one value of plain texts (docs/adr/0031).

What people typed travels as JSON beside the template and is put on the page as text: nothing in it is markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Literal

from babel import Locale
from babel.core import get_global
from pypdf import PdfWriter

from arledger.core.typesetting import CannotRender, typeset, typeset_apart

__all__ = ["CannotRender", "Column", "Line", "Report", "Sheet", "join", "paper_of", "render", "render_report"]

Paper = Literal["a4", "us-letter"]
# Where people print on Letter (CLDR, paperSize); everybody else has A4.
LETTER = frozenset(["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"])

# So many lines are printed at once; how near the end of such a piece a group's head is looked for.
PIECE = 1_000
NEAR = 100
# Characters after which a word may break anywhere, and the most that the width of a column counts.
LONG = 24
WIDEST = 34


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the table; ``figure``: right-aligned; ``wide``: takes the room that is left."""

    label: str
    figure: bool = False
    wide: bool = False


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What templates/pdf/document.typ prints, every text ready in the reader's language.

    ``stamp`` is a word across the page ("Draft"), ``facts`` pairs of label and value, ``totals`` triples of label,
    value and whether it is the one that counts. ``language`` is the text's, for whoever reads it aloud.
    """

    language: str
    paper: Paper
    company: str
    title: str
    party_label: str
    party: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    totals: Sequence[tuple[str, str, bool]]
    stamp: str = ""
    notices: Sequence[str] = ()
    notes: Sequence[str] = ()
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a report's table; ``weight``: ``head`` above a group, ``total`` below it, or nothing."""

    cells: Sequence[str]
    weight: Literal["", "head", "total"] = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What templates/pdf/report.typ prints besides its table: ``choices`` in words, ``empty`` for no rows."""

    language: str
    paper: Paper
    company: str
    title: str
    choices: str = ""
    empty: str = ""
    footer: str = ""


def render(sheet: Sheet, *, at: datetime) -> bytes:
    """The PDF of a sheet; ``at`` is its date in the file, so that the same document gives the same bytes.

    Some milliseconds for a page. Raises CannotRender.
    """
    return typeset("document.typ", asdict(sheet), at)


def render_report(report: Report, *, columns: Sequence[Column], lines: Sequence[Line], at: datetime) -> bytes:
    """The PDF of a report: a landscape table whose head stands on every page.

    A long one is printed in pieces that begin on a page of their own. Raises CannotRender.
    """
    heads = [
        asdict(column) | {"share": share}
        for column, share in zip(columns, _shares(columns, lines), strict=True)
    ]
    data = asdict(report) | {"columns": heads, "first": 1}
    if len(lines) <= PIECE:
        return typeset("report.typ", data | {"lines": _plain(lines)}, at)
    pages = PdfWriter()
    for piece in pieces(lines):
        data["first"] = len(pages.pages) + 1
        pages.append(BytesIO(typeset_apart("report.typ", data | {"lines": _plain(piece)}, at)))
    return _joined(pages, report.title)


def join(files: Iterable[bytes], *, title: str) -> bytes:
    """One PDF of several, in their order."""
    pages = PdfWriter()
    for file in files:
        pages.append(BytesIO(file))
    return _joined(pages, title)


def pieces(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """At most PIECE lines at a time, cut before the head of a group where one is near."""
    start = 0
    while start < len(lines):
        end = min(start + PIECE, len(lines))
        if end < len(lines):
            heads = (at for at in range(end, end - NEAR, -1) if lines[at].weight == "head")
            end = next(heads, end)
        yield lines[start:end]
        start = end


def _joined(pages: PdfWriter, title: str) -> bytes:
    pages.add_metadata({"/Title": title})
    pages.compress_identical_objects()
    stream = BytesIO()
    pages.write(stream)
    return stream.getvalue()


def _plain(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [{"cells": [_breakable(cell) for cell in line.cells], "weight": line.weight} for line in lines]


def _breakable(text: str) -> str:
    """The text with places to break inside words that have no space for long."""
    if len(text) <= LONG:
        return text
    words = (re.sub(f"(.{{{LONG}}})(?=.)", "\\1\u200b", word) for word in text.split(" "))
    return " ".join(words)


def _shares(columns: Sequence[Column], lines: Sequence[Line]) -> list[int]:
    """How wide each column is against the others: as its longest text, within limits."""
    widths = [max(len(column.label), 5) for column in columns]
    for line in lines:
        for place, cell in enumerate(line.cells):
            if len(cell) > widths[place] and line.weight != "head":
                widths[place] = len(cell)
    return [min(width, WIDEST) for width in widths]


def paper_of(time_zone: str) -> Paper:
    """The paper people use where the company is: Letter in North America and a few more countries, else A4."""
    territory = get_global("zone_territories").get(time_zone, "")
    return "us-letter" if territory in LETTER else "a4"


def language_tag(language: str) -> str:
    """The language without its region, as typst wants it: ``fr-ca`` gives ``fr``."""
    return Locale.parse(language.replace("-", "_")).language
