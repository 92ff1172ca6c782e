"""Ageing buckets: which one a number of days late falls into (SPEC 12, 15.2)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid

DEFAULT_EDGES = (30, 60, 90, 120)
CURRENT = "current"
_MOST_EDGES = 12
_EDGES = re.compile(r"[1-9][0-9]{0,3}(,[1-9][0-9]{0,3})*", re.ASCII)


class BucketsInvalid(Invalid):
    code = "buckets_invalid"
    sentence = _(
        "“%(text)s” are no ageing buckets. Write up to %(limit)s ascending numbers of days with commas "
        "between them, such as 30,60,90,120."
    )


def parse_edges(text: str, field: str | None = None) -> tuple[int, ...]:
    """Read the last day of each bucket from ``30,60,90,120``. Raises BucketsInvalid."""
    edges = tuple(int(part) for part in text.split(",")) if _EDGES.fullmatch(text) else ()
    if not edges or len(edges) > _MOST_EDGES or list(edges) != sorted(set(edges)):
        raise BucketsInvalid(field=field, text=text[:40], limit=_MOST_EDGES)
    return edges


def bucket_labels(edges: Sequence[int] = DEFAULT_EDGES) -> list[str]:
    """The labels in order, as the API names them: current, 1-30, 31-60, 61-90, 91-120, 121+.

    ``edges`` are the last days of the buckets, ascending from 1 up.
    """
    _check(edges)
    firsts = [1, *(edge + 1 for edge in edges)]
    ranges = [f"{first}-{last}" for first, last in zip(firsts, edges, strict=False)]
    return [CURRENT, *ranges, f"{firsts[-1]}+"]


def bucket_title(label: str) -> str:
    """A label in words: ``current`` is *not due*, ``1-30`` *1 to 30 days*, ``121+`` *over 120 days*."""
    if label == CURRENT:
        return str(_("Not due"))
    first, _dash, last = label.removesuffix("+").partition("-")
    if last:
        return _("%(first)s to %(last)s days") % {"first": first, "last": last}
    return _("Over %(days)s days") % {"days": int(first) - 1}


def bucket_head(label: str) -> str:
    """A label as short as a column's head has to be: ``1–30``, ``121+``."""
    return bucket_title(label) if label == CURRENT else label.replace("-", "–")


def bucket(days_late: int, edges: Sequence[int] = DEFAULT_EDGES) -> str:
    """The label for an amount due so many days ago; 0 or fewer is not late and so *current*."""
    labels = bucket_labels(edges)
    return labels[0] if days_late <= 0 else labels[1 + bisect_left(edges, days_late)]


def _check(edges: Sequence[int]) -> None:
    if any(edge < 1 for edge in edges) or list(edges) != sorted(set(edges)):
        raise ValueError(f"edges ascend from 1 up, unlike {list(edges)}")
