"""What is particular to each type of file: how a group of rows becomes an input, and which service takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from arledger.core.errors import Refusal
from imports.books import Books
from imports.readers import Form, Group


class Importer(Protocol):
    """One type of file. Made once per import; called for a few thousand groups at a time."""

    keys: ClassVar[tuple[str, ...]]
    """Columns that hold a document's rows together, the more telling first."""
    several: ClassVar[bool]
    """Whether a document may have several rows."""
    tables: ClassVar[tuple[str, ...]]
    """What it writes to."""

    def __init__(self, books: Books, form: Form) -> None: ...

    def meet(self, groups: Sequence[Group]) -> None:
        """Look up, in a constant number of queries, what these groups name; and refuse what is taken."""

    def read(self, group: Group) -> Any:
        """The input for the service, or None when ``group.faults`` says why not."""

    def write(self, inputs: Sequence[Any]) -> list[int]:
        """One call of the service. Raises its refusals, ``row`` being the place in ``inputs``."""

    def gives(self, group: Group) -> str:
        """What a later group may need of this one, in a word; empty: nothing."""

    def needs(self, group: Group) -> str:
        """What must be in the books before this group is looked at; empty: nothing."""

    def place(self, group: Group, refusal: Refusal) -> tuple[int, str]:
        """Row and column of a service's refusal."""
