"""Summaries that people made, named in a body by id or title (SPEC 13, 15.1). Titles are labels: two may be alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from arledger.core.actor import Actor
from arledger.core.api.ids import key_in
from arledger.core.api.references import References
from summaries.errors import SummaryAmbiguous
from summaries.models import Summary, Type
from summaries.selectors import visible


@dataclass(frozen=True)
class NamedSummaries(References):
    """Keys by the texts that named them; ``several`` are titles that more than one summary has."""

    several: frozenset[str] = field(default=frozenset())

    def key(self, text: str, field: str | None = None) -> int:
        """Raises NotFound or SummaryAmbiguous with the place of the reference."""
        if text in self.several:
            raise SummaryAmbiguous(field=field, summary=text)
        return super().key(text, field)


def summaries_named(actor: Actor, bodies: Iterable[Mapping[str, Any]], type: Type) -> NamedSummaries:
    """What bodies name as their ``summary``, for documents of a type; no query when none is named.

    An id wins over a title. A title is one of an open summary of the type, else of a closed one or of another type:
    the posting refuses that one by its name.
    """
    wanted = sorted({text for body in bodies if (text := body.get("summary"))})
    if not wanted:
        return NamedSummaries({})
    ids = {text: key for text in wanted if (key := key_in("summary", text)) is not None}
    rows = visible(actor).filter(automatic=False).filter(Q(title__in=wanted) | Q(pk__in=list(ids.values())))
    found = list(rows.order_by("pk").values_list("pk", "title", "type", "state"))
    present = {key for key, *_rest in found}
    keys = {text: key for text, key in ids.items() if key in present}
    several = set()
    for text in (text for text in wanted if text not in keys):
        best = _best([(key, of, state) for key, title, of, state in found if title == text], type)
        if len(best) == 1:
            keys[text] = best[0]
        elif best:
            several.add(text)
    return NamedSummaries(keys, frozenset(several))


def _best(rows: list[tuple[int, str, str]], type: Type) -> list[int]:
    """Those that a document of the type may most likely mean."""
    of_type = [(key, state) for key, of, state in rows if of == type]
    is_open = [key for key, state in of_type if state == Summary.State.OPEN]
    return is_open or [key for key, _state in of_type] or [key for key, *_rest in rows[:1]]
