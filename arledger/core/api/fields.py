"""What a call's body and parameters may contain: strict fields that also say so in the OpenAPI document.

An ``Input`` declares members; ``InvoiceInput.read(request)`` checks a body against it and answers plain values,
or raises every refusal at once, each with its JSON pointer. Nothing is coerced: a number is no string.
A member that is not required may be null, which arrives as None; one that is left out does not arrive at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from arledger.core.api.parsing import MOST_ERRORS, decimal_text, pointed, type_wrong, unknown_member
from arledger.core.dates import FIRST_YEAR, LAST_YEAR, parse_iso_date
from arledger.core.errors import Invalid, Refusal, Required, refuse
from arledger.core.money import AmountNegative, AmountZero, parse_plain
from arledger.core.text import clean_text

REFERENCE_LENGTH = 100
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class InstantInvalid(Invalid):
    code = "instant_invalid"
    sentence = _("“%(text)s” is not an instant. Write it with its time zone: 2026-12-31T23:59:59Z.")


class ChoiceUnknown(Invalid):
    code = "choice_unknown"
    sentence = _("“%(value)s” is not one of: %(choices)s.")


class NumberOutOfRange(Invalid):
    code = "number_out_of_range"
    sentence = _("Send a whole number from %(least)s to %(most)s.")


class ListLength(Invalid):
    code = "list_length"
    sentence = _("%(length)s entries are too few or too many: send from %(least)s to %(most)s.")


class Strict(serializers.Field):
    """A member that is read exactly: ``read`` gets the JSON value (never None), ``read_text`` a parameter's text."""

    def __init__(self, **options: Any) -> None:
        required = options.get("required", "default" not in options)
        options.setdefault("allow_null", not required and not options.get("read_only", False))
        super().__init__(**options)

    def read(self, value: Any) -> Any:
        raise NotImplementedError

    def read_text(self, text: str) -> Any:
        if not text:
            raise Required()
        return self.read(text)

    def parameter_schema(self) -> dict[str, Any]:
        """What the OpenAPI document says of it as a query parameter."""
        return {"type": "string"}

    def to_internal_value(self, data: Any) -> Any:
        return self.read(data)

    def to_representation(self, value: Any) -> Any:
        return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise type_wrong(str, value)
    return value


class TextField(Strict, serializers.CharField):
    """A text without control characters; spaces around it are dropped. Only ``multiline`` has line breaks."""

    def __init__(self, *, max_length: int = 255, multiline: bool = False, **options: Any) -> None:
        self.multiline = multiline
        self.longest = max_length
        options.setdefault("allow_blank", not options.get("required", "default" not in options))
        super().__init__(max_length=max_length, **options)

    def parameter_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}

    def read(self, value: Any) -> str:
        return clean_text(_text(value), self.longest, multiline=self.multiline, required=not self.allow_blank)

    def read_text(self, text: str) -> str:
        return clean_text(text, self.longest, required=True)


@extend_schema_field(
    {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,4})?$", "maxLength": 20, "examples": ["1234.50"]}
)
class MoneyField(Strict):
    """A plain decimal string. How many decimals are right is the currency's affair: the services say so."""

    def __init__(self, *, negative: bool = False, zero: bool = True, **options: Any) -> None:
        self.negative, self.zero = negative, zero
        super().__init__(**options)

    def read(self, value: Any) -> Decimal:
        found = parse_plain(decimal_text(value))
        if found < 0 and not self.negative:
            raise AmountNegative(text=value[:40])
        if not found and not self.zero:
            raise AmountZero()
        return found


@extend_schema_field({"type": "string", "format": "date", "examples": ["2026-12-31"]})
class DayField(Strict):
    """``YYYY-MM-DD`` and nothing else."""

    def parameter_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}

    def read(self, value: Any) -> date:
        return parse_iso_date(_text(value))


@extend_schema_field({"type": "string", "format": "date-time", "examples": ["2026-12-31T23:59:59Z"]})
class InstantField(Strict):
    """An RFC 3339 instant with its time zone; arrives in UTC."""

    def parameter_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}

    def read(self, value: Any) -> datetime:
        found = _INSTANT.fullmatch(_text(value))
        try:
            if found is None:
                raise ValueError
            day, clock, fraction, zone = found.groups()
            text = f"{day}T{clock}{(fraction or '.0').ljust(7, '0')}{zone.upper().replace('Z', '+00:00')}"
            at = datetime.fromisoformat(text)
            if not FIRST_YEAR <= at.year <= LAST_YEAR:
                raise ValueError
            return at.astimezone(UTC)
        except ValueError as error:
            raise InstantInvalid(text=value[:40]) from error


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": REFERENCE_LENGTH})
class ReferenceField(Strict):
    """The id or the code of something, as a string (see ``references``)."""

    def read(self, value: Any) -> str:
        return clean_text(_text(value), REFERENCE_LENGTH, required=True)


class OneOf(Strict, serializers.ChoiceField):
    """One of a few words."""

    def __init__(self, choices: Iterable[str], **options: Any) -> None:
        self.words = tuple(choices)
        super().__init__(choices=self.words, **options)

    def parameter_schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}

    def read(self, value: Any) -> str:
        if _text(value) not in self.words:
            raise ChoiceUnknown(value=clean_shown(value), choices=", ".join(self.words))
        return str(value)


class FlagField(Strict, serializers.BooleanField):
    """``true`` or ``false``."""

    def parameter_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def read(self, value: Any) -> bool:
        if type(value) is not bool:
            raise type_wrong(bool, value)
        return value

    def read_text(self, text: str) -> bool:
        if text not in ("true", "false"):
            raise ChoiceUnknown(value=clean_shown(text), choices="true, false")
        return text == "true"


class WholeField(Strict, serializers.IntegerField):
    """A whole number between two limits."""

    def __init__(self, *, least: int, most: int, **options: Any) -> None:
        self.least, self.most = least, most
        super().__init__(min_value=least, max_value=most, **options)

    def parameter_schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def read(self, value: Any) -> int:
        if type(value) is not int:
            raise type_wrong(int, value)
        if not self.least <= value <= self.most:
            raise NumberOutOfRange(least=self.least, most=self.most)
        return value

    def read_text(self, text: str) -> int:
        if not _WHOLE.fullmatch(text):
            raise NumberOutOfRange(least=self.least, most=self.most)
        return self.read(int(text))


class ListOf(Strict, serializers.ListField):
    """An array of values of one kind; as a parameter: the same, separated by commas."""

    def __init__(self, child: Strict, *, least: int = 0, most: int = 1_000, **options: Any) -> None:
        self.least, self.most, self.one = least, most, child
        super().__init__(child=child, min_length=least, max_length=most, **options)

    def read(self, value: Any) -> list[Any]:
        if type(value) is not list:
            raise type_wrong(list, value)
        return self._each(value, self.one.read)

    def read_text(self, text: str) -> list[Any]:
        if not text:
            raise Required()
        return self._each(text.split(","), self.one.read_text)

    def _each(self, values: list[Any], read: Callable[[Any], Any]) -> list[Any]:
        check_length(len(values), self.least, self.most)
        found, errors = [], list[Refusal]()
        for place, value in enumerate(values):
            try:
                if value is None:
                    raise Required()
                found.append(read(value))
            except Refusal as refusal:
                errors.append(pointed(refusal, f"/{place}"))
        refuse(errors[:MOST_ERRORS])
        return found


def check_length(length: int, least: int, most: int) -> None:
    if not least <= length <= most:
        raise ListLength(length=length, least=least, most=most)


def clean_shown(text: str) -> str:
    """A text short and printable enough to be quoted back."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text[:40])


class Input(serializers.Serializer):
    """The members of a body or of an object in it. Every field is ``Strict``, an Input, or ``SomeInput(many=True)``."""

    example: ClassVar[Mapping[str, Any]] = {}  # One to send, for calls that show none of their own.

    def __init__(self, *args: Any, least: int = 0, most: int = 1_000, **options: Any) -> None:
        options.setdefault("allow_null", not options.get("required", True))
        super().__init__(*args, **options)

    @classmethod
    def many_init(cls, *args: Any, **options: Any) -> Entries:
        """``LineInput(many=True, least=1, most=500)``."""
        least, most = options.pop("least", 0), options.pop("most", 1_000)
        required = options.pop("required", True)
        made: dict[str, Any] = {
            "child": cls(),
            "min_length": least,
            "max_length": most,
            "required": required,
            "allow_null": options.pop("allow_null", not required),
            "help_text": options.pop("help_text", None),
        }
        entries = Entries(*args, **made)
        entries.least, entries.most = least, most
        return entries

    @classmethod
    def read(cls, data: Any, *, partial: bool = False) -> dict[str, Any]:
        """The values of a JSON value by member. ``partial``: required members may be left out (PATCH).

        Raises the refusal, or Refusals, of everything wrong in it, with pointers in ``field``.
        """
        if not isinstance(data, dict):
            raise type_wrong(dict, data)
        fields = members(cls)
        values: dict[str, Any] = {}
        errors: list[Refusal] = []
        for name, value in data.items():
            field = fields.get(name)
            try:
                if field is None:
                    raise unknown_member(name, fields)
                values[name] = _value(field, value)
            except Refusal as refusal:
                step = "" if field is None else f"/{name}"
                errors += [pointed(error, step) for error in getattr(refusal, "errors", [refusal])]
        errors += _complete(fields, data, values, partial)
        refuse(errors[:MOST_ERRORS])
        return values


class Entries(serializers.ListSerializer):
    """An array of objects of one kind."""

    least = 0
    most = 1_000

    def read(self, value: Any) -> list[dict[str, Any]]:
        if type(value) is not list:
            raise type_wrong(list, value)
        check_length(len(value), self.least, self.most)
        shape: type[Input] = type(self.child)  # type: ignore[assignment]
        found, errors = [], list[Refusal]()
        for place, one in enumerate(value):
            try:
                found.append(shape.read(one))
            except Refusal as refusal:
                errors += [pointed(error, f"/{place}") for error in getattr(refusal, "errors", [refusal])]
                if len(errors) >= MOST_ERRORS:
                    break
        refuse(errors[:MOST_ERRORS])
        return found


@cache
def members(shape: type[serializers.Serializer]) -> Mapping[str, Any]:
    """The fields of a shape, made once. Raises TypeError for a field that is not read strictly."""
    found = dict(shape().fields)
    lax = [name for name, field in found.items() if not isinstance(field, Strict | Input | Entries)]
    if lax and issubclass(shape, Input):
        raise TypeError(f"{shape.__name__}: not strict: {', '.join(lax)}")
    return found


def _value(field: Any, value: Any) -> Any:
    if value is None:
        if not field.allow_null:
            raise Required()
        return None
    return field.read(value)


def _complete(
    fields: Mapping[str, Any], data: Mapping[str, Any], values: dict[str, Any], partial: bool
) -> list[Refusal]:
    """Fill in defaults; what is required and missing."""
    missing: list[Refusal] = []
    for name, field in fields.items():
        if name in data or partial:
            continue
        if field.required:
            missing.append(Required(field=f"/{name}"))
        elif field.default is not empty:
            values[name] = field.default
    return missing


def read_parameters(shape: type[Input], parameters: Mapping[str, str]) -> dict[str, Any]:
    """Query parameters against an ``Input``, whose fields read texts; names are checked by ``parsing.only``."""
    fields = members(shape)
    values: dict[str, Any] = {}
    errors: list[Refusal] = []
    for name, text in parameters.items():
        try:
            values[name] = read_parameter(fields[name], name, text)
        except Refusal as refusal:
            errors += getattr(refusal, "errors", [refusal])
    for missing in _complete(fields, parameters, values, False):
        missing.field = f"?{(missing.field or '').removeprefix('/')}"
        errors.append(missing)
    refuse(errors)
    return values


def read_parameter(field: Strict, name: str, text: str) -> Any:
    """One parameter's value. Raises what the field raises, naming the parameter."""
    try:
        return field.read_text(text)
    except Refusal as refusal:
        for error in getattr(refusal, "errors", [refusal]):
            error.field = f"?{name}"
        raise
