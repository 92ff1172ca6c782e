"""What can be exported: each app registers its lists and reports in a module ``export_pages`` (SPEC 14, 15).

A source is named in addresses, in the API and in the rows of ``core_export``. It turns the choices of a person, as they
stand in an address, into a table, or writes a file of its own making.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from arledger.core.actor import Actor
from arledger.core.errors import Forbidden, Invalid
from arledger.core.tablefiles import Beat
from arledger.core.tables import Table

FORMATS = ("csv", "xlsx", "pdf")


class SourceUnknown(Invalid):
    code = "export_source_unknown"
    sentence = _("There is no export “%(source)s”. Choose one of: %(sources)s.")


class FormatUnknown(Invalid):
    code = "export_format_unknown"
    sentence = _("“%(format)s” is no format of this export. Choose one of: %(formats)s.")


class ChoicesInvalid(Invalid):
    """The choices do not fit the list or report; ``why`` says what is wrong with them."""

    code = "export_choices_invalid"
    sentence = _("These choices cannot be exported: %(why)s")


class Company(Protocol):
    """What sources need of the company's row."""

    pk: int
    code: str
    name: str
    time_zone: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who exports what; ``query`` holds the choices as an address does."""

    actor: Actor
    company: Company
    features: frozenset[str]
    query: str
    format: str


@dataclass(frozen=True, kw_only=True)
class Written:
    """A file a source made itself: its name with ending, and how many rows or parts it has."""

    name: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class Source:
    """``rights``: any of them suffices. Either ``table`` or ``write`` is there; both raise ChoicesInvalid.

    ``write`` makes the file at a path, tells the beat how far it is, and is always left to a job. ``parts`` says how
    many beats to expect, ``parameters`` which choices there are.
    """

    name: str
    label: str | Promise
    rights: Sequence[str]
    formats: Sequence[str] = FORMATS
    feature: str = ""
    table: Callable[[Asked], Table] | None = None
    write: Callable[[Asked, Path, Beat], Written] | None = None
    parts: Callable[[Asked], int] | None = None
    parameters: Callable[[Asked], Collection[str]] | None = None

    def allowed(self, actor: Actor, features: frozenset[str]) -> bool:
        switched_on = not self.feature or self.feature in features
        return switched_on and any(actor.may(right) for right in self.rights)

    def require(self, actor: Actor, features: frozenset[str], format: str) -> None:
        """Raises Forbidden, and FormatUnknown."""
        if not self.allowed(actor, features):
            raise Forbidden(right=self.rights[0])
        if format not in self.formats:
            raise FormatUnknown(field="format", format=format[:20], formats=", ".join(self.formats))


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    _sources[source.name] = source


@cache
def _discover() -> None:
    autodiscover_modules("export_pages")


def sources() -> dict[str, Source]:
    """All there are, by name."""
    _discover()
    return _sources


def source_of(name: str) -> Source:
    """Raises SourceUnknown."""
    found = sources().get(name)
    if found is None:
        raise SourceUnknown(field="source", source=name[:40], sources=", ".join(sorted(sources())))
    return found


def direct_rows(format: str) -> int:
    """How many rows a person waits for; what has more is made in the background."""
    limits: dict[str, int] = settings.EXPORT_DIRECT_ROWS
    return limits[format]
