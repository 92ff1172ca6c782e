"""What a bulk call sends: ``{"mode": "atomic" | "each", "items": […]}`` (SPEC 15)."""

from __future__ import annotations

from typing import Any

from arledger.core.api.fields import Input, OneOf, check_length
from arledger.core.api.parsing import pointed, type_wrong, unknown_member
from arledger.core.errors import Refusal, Required

MOST_ITEMS = 1_000
MODES = ("atomic", "each")


def items_of(data: Any, shape: type[Input]) -> tuple[bool, list[dict[str, Any] | Refusal]]:
    """Whether a bulk call is atomic, and each item or what is wrong with it. Raises what is wrong around them."""
    if not isinstance(data, dict):
        raise type_wrong(dict, data)
    for name in data:
        if name not in ("mode", "items"):
            raise unknown_member(name, {"mode": None, "items": None})
    try:
        mode = OneOf(MODES).read(data.get("mode", "atomic"))
    except Refusal as refusal:
        raise pointed(refusal, "/mode") from None
    items = data.get("items")
    if items is None:
        raise Required(field="/items")
    if type(items) is not list:
        raise pointed(type_wrong(list, items), "/items")
    try:
        check_length(len(items), 1, MOST_ITEMS)
    except Refusal as refusal:
        raise pointed(refusal, "/items") from None
    return mode == "atomic", [_item(one, shape) for one in items]


def _item(data: Any, shape: type[Input]) -> dict[str, Any] | Refusal:
    try:
        return shape.read(data)
    except Refusal as refusal:
        return refusal
