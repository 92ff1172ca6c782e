"""Who acts, when and with which rights; made by a door (page, command, task), read by services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from arledger.core.errors import Forbidden


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person (or the system) acting in one company at one instant.

    ``at`` is aware; ``time_zone`` is the company's, so ``today`` is the company's calendar day (SPEC 3).
    ``entities`` limits the person to some entities; ``None`` means no limit. ``entity`` is the one that he chose to
    work in, which new documents are of; ``entities`` then holds it alone (docs/adr/0050).
    """

    company_id: int
    user_id: int | None
    name: str
    at: datetime
    time_zone: str = "UTC"
    rights: frozenset[str] = field(default_factory=frozenset)
    entities: frozenset[int] | None = None
    entity: int | None = None
    source: str = "page"
    address: str = ""

    @property
    def today(self) -> date:
        return self.at.astimezone(ZoneInfo(self.time_zone)).date()

    def may(self, right: str) -> bool:
        return right in self.rights

    def reaches(self, entity: int | None) -> bool:
        """Whether what is of an entity (None: of the top level) is the person's to see and use (SPEC 4)."""
        return self.entities is None or entity is None or entity in self.entities

    def require(self, right: str) -> None:
        """Raise Forbidden unless the person holds ``right`` (``object.verb``, SPEC 4)."""
        if right not in self.rights:
            raise Forbidden(right=right)
