"""Which documents of a long grid of charges a page draws, so that it stays small with thousands (ADR 0061).

Plain values in and out. What is not drawn counts all the same: it can be found, it keeps what was typed, money flows
to it (``reconciliation.beyond``).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arledger.core.formats import format_amount, format_date
from arledger.core.text import sort_key
from ledger.models import Kind
from reconciliation.open_items import OpenItem
from reconciliation.typed import Typed

# Documents drawn at first, and with each "show more"; the most that are; the most beside them that have an amount
# fixed by the person; the fewest of each customer, when several share a screen.
LIMIT = 200
MOST = 1_000
MOST_FIXED = 500
FEWEST = 20
ZERO = Decimal(0)
NUMBER = re.compile("[1-9][0-9]{0,17}", re.ASCII)
Documents = Mapping[int, Sequence[OpenItem]]


@dataclass(frozen=True, kw_only=True)
class Window:
    """The first ``limit`` documents that fit ``find`` are drawn; ``asked`` is the limit that the form carries.

    ``drawn`` are those that the page shows already, and goes on to show while amounts are typed or posted.
    """

    find: str = ""
    limit: int = LIMIT
    asked: int = LIMIT
    drawn: frozenset[int] | None = None

    @property
    def next(self) -> int:
        """The limit that shows more; 0 when it would not."""
        return self.asked + LIMIT if self.limit == self.asked < MOST else 0


WHOLE = Window(limit=sys.maxsize, asked=0)


def window_of(
    data: Mapping[str, str], *, post: bool = False, grids: int = 1, limit: str = "limit", find: str = "find"
) -> Window:
    """What a form says: to ``post``, the documents that it holds are those drawn; a preview names them itself.

    ``limit`` and ``find`` are the names of its fields; ``grids`` share what a page may draw.
    """
    text = data.get(limit, "")
    asked = max(LIMIT, min(int(text), MOST)) if NUMBER.fullmatch(text) else LIMIT
    drawn: frozenset[int] | None = None
    if post:
        sent = (name[5:] for name in data if name.startswith("use-d"))
        drawn = frozenset(int(key) for key in sent if NUMBER.fullmatch(key)) or None
    elif "drawn" in data:
        drawn = frozenset(int(key) for key in data["drawn"].split(",") if NUMBER.fullmatch(key))
    return Window(
        find=data.get(find, "").replace("\0", "").strip()[:100],
        limit=max(FEWEST, min(asked, MOST // max(grids, 1))),
        asked=asked,
        drawn=drawn,
    )


def drawn_of(
    window: Window, documents: Documents, typed: Typed, language: str, wrong: Collection[str] = ()
) -> set[int]:
    """The documents to draw: those of the window, and those that an amount was fixed for or something is ``wrong``
    with, up to MOST_FIXED of these; first what is wrong, and only then what was not shown until now."""
    drawn = set(window.drawn or ()) & documents.keys()
    if not drawn and window.drawn != frozenset():
        drawn = set(fitting(documents, window.find, language)[: window.limit])
    faulty = _documents_of(wrong, documents)
    fixed = _documents_of(
        (key for key in typed.cells if typed.fixed(key) and key not in typed.kept), documents
    )
    beside = [key for key in dict.fromkeys((*faulty, *fixed)) if key not in drawn]
    return drawn | set(beside[:MOST_FIXED])


def standing(documents: Documents, typed: Typed) -> list[int]:
    """The documents that an amount was fixed for, or one of whose lines."""
    return _documents_of((key for key in typed.cells if typed.fixed(key)), documents)


def _documents_of(keys: Iterable[str], documents: Documents) -> list[int]:
    """The documents that keys name, or lines of which they name, in the documents' order."""
    named = set(keys)
    if not named:
        return []
    heads = {int(key[1:]) for key in named if key[0] == "d"}
    lines = {int(key[1:]) for key in named if key[0] == "l"}
    return [
        key
        for key, own in documents.items()
        if key in heads or (lines and any(item.line in lines for item in own))
    ]


def fitting(documents: Documents, text: str, language: str) -> list[int]:
    """Those in which every word of ``text`` stands somewhere, as the grid writes it or as the books do."""
    words = sort_key(text).split()
    if not words:
        return list(documents)
    figures = any(character.isdigit() for word in words for character in word)
    found = ((key, _haystack(own, language, figures=figures)) for key, own in documents.items())
    return [key for key, told in found if all(word in told for word in words)]


def _haystack(own: Sequence[OpenItem], language: str, *, figures: bool) -> str:
    head = own[0]
    texts = [head.number, head.reference, *(item.description for item in own)]
    if head.kind != Kind.INVOICE:
        texts.append(str(Kind(head.kind).label))
    for day in {head.date, head.due_date}:
        texts += (day.isoformat(), format_date(day, language))
    if figures:
        for amount in (head.total, sum((item.open for item in own), ZERO)):
            texts.append(f"{amount} {format_amount(amount, head.currency, language)}")
    return " ".join(sort_key(text) for text in texts)
