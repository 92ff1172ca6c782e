"""What is particular to each type of file: how a group of rows becomes an input, and which service takes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from arledger.core.errors import Refusal
from imports.books import Books
from imports.readers import Form, Group
from ledger.models import Kind

_LINE = re.compile(r"lines\.(?P<place>\d+)\.(?P<name>\w+)", re.ASCII)


class Importer(Protocol):
    """One type of file. Made once per import; called for a few thousand groups at a time."""

    keys: ClassVar[tuple[str, ...]]
    """Columns that hold a document's rows together, the more telling first."""
    several: ClassVar[bool]
    """Whether a document may have several rows."""
    tables: ClassVar[tuple[str, ...]]
    """What it writes to."""
    adds: ClassVar[tuple[str, ...]]
    """The rights that entering needs."""
    posts: ClassVar[tuple[str, ...]]
    """The rights that posting needs besides; none: nothing is posted."""
    gathers: ClassVar[bool]
    """Whether a row may stand on what rows before it wrote (a parent, what is left of an invoice)."""

    def __init__(self, books: Books, form: Form) -> None: ...

    def meet(self, groups: Sequence[Group]) -> None:
        """Look up, in a constant number of queries, what these groups name; and refuse what is taken."""

    def read(self, group: Group, *, post: bool) -> Any:
        """The input for the service, or None when ``group.faults`` says why not."""

    def write(self, inputs: Sequence[Any], *, post: bool) -> list[int]:
        """Hand them to the service; their keys. Raises its refusals, ``row`` being the place in ``inputs``."""

    def numbered(self, entered: Any) -> tuple[int | None, str]:
        """The sequence that an input would draw from, and the number (or code) it brings; empty: none."""

    def gives(self, group: Group) -> str:
        """What a later group may need of this one, in a word; empty: nothing."""

    def needs(self, group: Group) -> str:
        """What must be in the books before this group is looked at; empty: nothing."""

    def place(self, group: Group, refusal: Refusal) -> tuple[int, str]:
        """Row and column of a service's refusal."""


class DocumentFile:
    """What all files of documents have in common."""

    keys: ClassVar[tuple[str, ...]] = ("number", "key")
    several: ClassVar[bool] = True
    tables: ClassVar[tuple[str, ...]] = ("ledger_document", "ledger_line", "ledger_application")
    gathers: ClassVar[bool] = False
    kind: ClassVar[Kind]

    def __init__(self, books: Books, form: Form) -> None:
        self.books = books
        self.form = form

    def numbered(self, entered: Any) -> tuple[int | None, str]:
        return self.books.settings.sequence_id(self.kind, entered.entity_id), entered.number or ""

    def gives(self, group: Group) -> str:
        return ""

    def needs(self, group: Group) -> str:
        return ""

    def place(self, group: Group, refusal: Refusal) -> tuple[int, str]:
        line = _LINE.fullmatch(refusal.field or "")
        if line is None:
            return group.rows[0].number, refusal.field or ""
        row, name = group.rows[int(line["place"])], line["name"]
        if name == "description" and "line_description" in row.values:
            name = "line_description"
        return row.number, name
