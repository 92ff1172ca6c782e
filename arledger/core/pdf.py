"""Documents on paper: PDF by typst, in process, from templates/pdf and one value of plain texts (docs/adr/0031).

What people typed travels as JSON beside the template and is put on the page as text: nothing in it is markup.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Literal

import typst
from babel import Locale
from babel.core import get_global
from django.conf import settings

Paper = Literal["a4", "us-letter"]
# Where people print on Letter (CLDR, paperSize); everybody else has A4.
LETTER = frozenset(["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"])


class CannotRender(Exception):
    """A template and its data do not fit: a fault of ours, never of what somebody typed."""


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


def render(sheet: Sheet, *, at: datetime) -> bytes:
    """The PDF of a sheet; ``at`` is its date in the file, so that the same document gives the same bytes.

    Some milliseconds for a page. Raises CannotRender.
    """
    folder = settings.BASE_DIR / "templates" / "pdf"
    try:
        return typst.compile(
            folder / "document.typ",
            root=folder,
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(asdict(sheet))},
            format="pdf",
            timestamp=at.replace(microsecond=0),
        )
    except typst.TypstError as error:
        raise CannotRender(error.message) from error


def paper_of(time_zone: str) -> Paper:
    """The paper people use where the company is: Letter in North America and a few more countries, else A4."""
    territory = get_global("zone_territories").get(time_zone, "")
    return "us-letter" if territory in LETTER else "a4"


def language_tag(language: str) -> str:
    """The language without its region, as typst wants it: ``fr-ca`` gives ``fr``."""
    return Locale.parse(language.replace("-", "_")).language


@cache
def _fonts() -> typst.Fonts:
    """Those that typst ships, the same everywhere; the machine's own only for characters those lack."""
    return typst.Fonts()
