"""References by id or code, many at a time: one query per kind of thing, none where nothing is named (SPEC 15.1).

An id wins over a code that is spelled like one. ``resolve`` finds what the company has; whether the caller may
use it, and whether it is active, is the services' affair.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from arledger.core.api.ids import key_in
from arledger.core.errors import NotFound


@dataclass(frozen=True)
class References:
    """Keys by the texts that named them."""

    keys: dict[str, int]

    def key(self, text: str, field: str | None = None) -> int:
        """Raises NotFound with the place of the reference."""
        found = self.keys.get(text)
        if found is None:
            raise NotFound(field=field)
        return found

    def optional(self, text: str | None, field: str | None = None) -> int | None:
        """None for a reference that is not given. Raises NotFound."""
        return None if text is None else self.key(text, field)


def resolve(kind: str, rows: QuerySet[Any], texts: Iterable[str | None], *, code: str = "code") -> References:
    """The keys of ``rows`` (those of the company, of a kind in ``ids.PREFIXES``) that ``texts`` name."""
    wanted = {text for text in texts if text}
    if not wanted:
        return References({})
    keys = {text: key for text in wanted if (key := key_in(kind, text)) is not None}
    condition = Q(**{f"{code}__in": sorted(wanted)})
    if keys:
        condition |= Q(pk__in=sorted(keys.values()))
    found: list[tuple[int, str]] = list(rows.filter(condition).order_by().values_list("pk", code))
    codes = {name: key for key, name in found}
    present = {key for key, _name in found}
    by_text = {text: codes[text] for text in wanted if text in codes}
    return References(by_text | {text: key for text, key in keys.items() if key in present})


def company_rows(model: type[Model], company_id: int) -> QuerySet[Any]:
    return model._default_manager.filter(company_id=company_id)
