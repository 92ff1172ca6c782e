"""What machines send, read strictly: JSON bodies and query parameters (SPEC 15).

Nothing is guessed, repaired or changed on the way: what cannot be read exactly is refused with a JSON pointer
(RFC 6901) or the name of the parameter, and with status 400.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid, Refusal, refuse

DEPTH = 32
"""Objects and arrays lie in each other at most so deep."""
DIGITS = 18
"""Longer whole numbers do not fit into 64 bits."""
PARAMETERS = 100
MOST_ERRORS = 100
PARAMETER = "?"
"""In front of a refusal's field: the name of a query parameter, not a place in the body."""
HEADER = "!"
"""In front of a refusal's field: the name of a header."""

_ESCAPED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NUMBER_LENGTH = 64


class JsonInvalid(Invalid):
    code = "json_invalid"
    sentence = _("The body is not JSON: it breaks at line %(line)s, column %(column)s.")


class JsonEncoding(Invalid):
    code = "json_encoding"
    sentence = _("The body is not UTF-8: the byte at place %(place)s does not belong there.")


class JsonMissing(Invalid):
    code = "json_missing"
    sentence = _("The body is empty. Send a JSON object.")


class JsonTooDeep(Invalid):
    code = "json_too_deep"
    sentence = _("Objects and arrays lie in each other more than %(limit)s deep.")


class MemberRepeated(Invalid):
    code = "member_repeated"
    sentence = _("“%(member)s” is given twice in the same object.")


class MemberUnknown(Invalid):
    code = "member_unknown"
    sentence = _("“%(member)s” is not known here. Known are: %(known)s.")


class NumberInvalid(Invalid):
    code = "number_invalid"
    sentence = _("“%(text)s” is not a number that can be read exactly. Amounts are sent as strings.")


class AmountIsNumber(Invalid):
    code = "amount_is_number"
    sentence = _("Send the amount as a string, such as “1234.50”: a JSON number may lose its decimals.")


class TextUnstorable(Invalid):
    code = "text_unstorable"
    sentence = _("The text contains %(character)s, which is no character that can be stored. Remove it.")


class WrongType(Invalid):
    code = "type_wrong"
    sentence = _("Send %(expected)s here, not %(found)s.")


class ParameterUnknown(Invalid):
    code = "parameter_unknown"
    sentence = _("The parameter “%(parameter)s” is not known here. Known are: %(known)s.")


class ParameterRepeated(Invalid):
    code = "parameter_repeated"
    sentence = _("The parameter “%(parameter)s” is given more than once.")


class QueryInvalid(Invalid):
    code = "query_invalid"
    sentence = _("The query of the address is not text in UTF-8, or it has too many parameters.")


TYPES = {
    dict: _("an object"),
    list: _("an array"),
    str: _("a string"),
    int: _("a whole number"),
    Decimal: _("a number"),
    bool: _("true or false"),
    type(None): _("null"),
}


def type_wrong(expected: type, found: Any) -> WrongType:
    """The refusal of a value of another JSON type than ``expected`` (a key of ``TYPES``)."""
    return WrongType(expected=TYPES[expected], found=TYPES[type(found)])


def decimal_text(value: Any) -> str:
    """The text of an amount or a rate. Raises AmountIsNumber for a JSON number, else WrongType."""
    if type(value) is int or type(value) is Decimal:
        raise AmountIsNumber()
    if type(value) is not str:
        raise type_wrong(str, value)
    return value


def escape(member: str) -> str:
    """A member's name as a step of a JSON pointer."""
    return member.replace("~", "~0").replace("/", "~1")


def pointed(refusal: Refusal, step: str) -> Refusal:
    """The refusal one step further down: ``/amount`` below ``/lines/0`` is ``/lines/0/amount``."""
    refusal.field = f"{step}{refusal.field or ''}"
    return refusal


class _Repeated(dict[str, Any]):
    """An object that names a member twice."""

    member = ""


class _Unreadable(str):
    """A number that no exact value stands for, as it was written."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _value in pairs]
    repeated = _Repeated(found)
    repeated.member = next(name for name in names if names.count(name) > 1)
    return repeated


def _whole(text: str) -> int | _Unreadable:
    return int(text) if len(text) <= DIGITS and text != "-0" else _Unreadable(text)


def _fraction(text: str) -> Decimal | _Unreadable:
    return Decimal(text) if len(text) <= _NUMBER_LENGTH else _Unreadable(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_fraction, parse_constant=_Unreadable
)


def parse_json(raw: bytes) -> Any:
    """The value of a JSON text: dict, list, str, int, Decimal (numbers with a point or exponent), bool or None.

    Raises JsonEncoding, JsonMissing, JsonInvalid, JsonTooDeep, MemberRepeated, NumberInvalid or TextUnstorable
    (several at once: Refusals); each of the last three names its place by a pointer in ``field``.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise JsonEncoding(place=error.start + 1) from error
    if not text.strip(" \t\r\n"):
        raise JsonMissing()
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise JsonInvalid(line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise JsonTooDeep(limit=DEPTH) from error
    errors: list[Refusal] = []
    for refusal in _wrong(value, bool(_ESCAPED.search(text))):
        errors.append(refusal)
        if len(errors) == MOST_ERRORS:
            break
    refuse(errors)
    return value


def _wrong(value: Any, look_at_texts: bool) -> Iterator[Refusal]:
    """What is wrong inside a value; texts are looked at only where an escape may hide something in them."""
    waiting: list[tuple[Any, str, int]] = [(value, "", 1)]
    while waiting:
        part, pointer, depth = waiting.pop()
        if type(part) is _Unreadable:
            yield NumberInvalid(field=pointer, text=part[:40])
        elif type(part) is str and look_at_texts:
            yield from _unstorable(part, pointer)
        elif isinstance(part, dict | list):
            if depth > DEPTH:
                raise JsonTooDeep(limit=DEPTH)
            yield from _wrong_names(part, pointer, look_at_texts)
            for step, inner in enumerate(part) if isinstance(part, list) else part.items():
                if _worth_looking(inner, look_at_texts):
                    waiting.append((inner, f"{pointer}/{_shown(str(step))}", depth + 1))


def _wrong_names(part: Any, pointer: str, look_at_texts: bool) -> Iterator[Refusal]:
    if type(part) is _Repeated:
        member = _shown(part.member)
        yield MemberRepeated(field=f"{pointer}/{member}", member=member[:40])
    if look_at_texts and isinstance(part, dict):
        for name in part:
            yield from _unstorable(name, pointer)


def _unstorable(text: str, pointer: str) -> Iterator[Refusal]:
    if found := _UNSTORABLE.search(text):
        yield TextUnstorable(field=pointer, character=f"U+{ord(found[0]):04X}")


def _worth_looking(value: Any, look_at_texts: bool) -> bool:
    kind = type(value)
    return kind is list or kind is _Unreadable or isinstance(value, dict) or (look_at_texts and kind is str)


def _shown(member: str) -> str:
    return _UNSTORABLE.sub("\ufffd", escape(member))


def unknown_member(name: str, known: Mapping[str, Any]) -> MemberUnknown:
    shown = _UNSTORABLE.sub("\ufffd", name)
    return MemberUnknown(field=f"/{escape(shown)}", member=shown[:40], known=", ".join(known) or "–")


# Query parameters ---------------------------------------------------------------------------------------------


def parse_query(text: str) -> dict[str, str]:
    """The parameters of a query string by name. Raises QueryInvalid, ParameterRepeated or TextUnstorable."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS)
    except ValueError as error:
        raise QueryInvalid() from error
    found: dict[str, str] = {}
    for name, value in pairs:
        if "\0" in name:
            raise QueryInvalid()
        if name in found:
            raise ParameterRepeated(field=PARAMETER + name, parameter=name[:40])
        if "\0" in value:
            raise TextUnstorable(field=PARAMETER + name, character="U+0000")
        found[name] = value
    return found


def only(parameters: Mapping[str, str], known: Mapping[str, Any]) -> None:
    """Raise ParameterUnknown for the first parameter that is not among ``known`` names."""
    for name in parameters:
        if name not in known:
            unknown_parameter(name, known)


def unknown_parameter(name: str, known: Mapping[str, Any]) -> NoReturn:
    raise ParameterUnknown(field=PARAMETER + name, parameter=name[:40], known=", ".join(known) or "–")
