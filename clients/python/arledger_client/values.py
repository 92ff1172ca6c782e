"""Between Python's values and the API's JSON: amounts are Decimals, days dates, instants aware datetimes."""

from __future__ import annotations

import datetime as dt
import json
import re
import types
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import (
    Any,
    NotRequired,
    Required,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

T = TypeVar("T")
Read = Callable[[Any], Any]
# The columns of an ageing report are named by its buckets, whatever those are.
_BUCKET = re.compile(r"\d+(-\d+|\+)")


def write(value: Any) -> Any:
    """A value as JSON takes it. Raises TypeError for a float (amounts are exact) or an instant without a zone."""
    match value:
        case Decimal():
            return f"{value:f}"
        case dt.datetime():
            if value.tzinfo is None:
                raise TypeError(f"{value} needs a time zone")
            return value.isoformat()
        case dt.date():
            return value.isoformat()
        case float():
            raise TypeError(f"{value} is a float: send Decimal or str")
        case Mapping():
            return {name: write(one) for name, one in value.items()}
        case str() | bytes() | None | bool() | int():
            return value
        case Sequence():
            return [write(one) for one in value]
    raise TypeError(f"no JSON for {value!r}")


def write_body(value: Any) -> bytes:
    return json.dumps(write(value), ensure_ascii=False, separators=(",", ":")).encode()


def write_parameter(value: Any) -> str:
    """A value in a query: flags as true or false, lists with commas."""
    plain = write(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return ",".join(map(str, plain)) if isinstance(plain, list) else str(plain)


def read(shape: type[T], value: Any) -> T:
    """An answer as its shape has it. Members that the shape does not know are kept as they came."""
    hint: Any = shape
    found: T = _reader(hint)(value)
    return found


@cache
def _reader(hint: Any) -> Read:
    if is_typeddict(hint):
        return _members(hint)
    if hint is Decimal:
        return Decimal
    if hint is dt.date:
        return dt.date.fromisoformat
    if hint is dt.datetime:
        return dt.datetime.fromisoformat
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Required, NotRequired):
        return _reader(parts[0])
    if origin in (Union, types.UnionType):
        return _either(parts)
    if origin is list:
        return _each(_reader(parts[0]))
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _each(one: Read) -> Read:
    return lambda value: [one(item) for item in value]


def _either(parts: tuple[Any, ...]) -> Read:
    """A value or null; of several kinds of values only texts and plain ones come."""
    kinds = [part for part in parts if part is not type(None)]
    some = _reader(kinds[0]) if len(kinds) == 1 else _as_it_is
    return lambda value: None if value is None else some(value)


def _members(shape: Any) -> Read:
    hints = get_type_hints(shape)
    readers: dict[str, Read] = {}

    def read_members(value: Any) -> Any:
        if not readers:  # later than its making: shapes may hold each other
            readers.update({name: _reader(hint) for name, hint in hints.items()})
        return {name: readers.get(name, _unknown(name))(one) for name, one in value.items()}

    return read_members


def _unknown(name: str) -> Read:
    return Decimal if _BUCKET.fullmatch(name) else _as_it_is
