"""Amounts of money: what a currency allows, and strict parsers that refuse instead of rounding (SPEC 6).

``parse_amount`` reads the machine form of the API and of files; ``parse_localized_amount`` what a clerk types
on a page. Both return a Decimal with exactly the currency's decimals.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from babel.numbers import get_decimal_symbol
from django.utils.translation import gettext_lazy as _

from arledger.core.currency import codes, minor_units
from arledger.core.errors import Invalid, Required

LIMIT = Decimal(10) ** 14
"""Amounts are smaller than this by absolute value: what the database's numeric(18, 4) columns hold."""

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_EXPONENT = re.compile(r"[-+]?[0-9.,]+[eE][-+]?[0-9]+", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(?:([ \u00a0\u202f,])[0-9]{3})(?:\1[0-9]{3})*|[0-9]+", re.ASCII)
_SPACES = " \t\u00a0\u202f"
_LONGEST = 64


class UnknownCurrency(Invalid):
    code = "currency_unknown"
    sentence = _("“%(currency)s” is not a currency. Use a code of three letters such as EUR.")


class InvalidAmount(Invalid):
    """What all refusals of an amount have in common."""

    code = "amount_invalid"
    sentence = _(
        "“%(text)s” is not an amount. Write digits, and “%(mark)s” before the decimals: %(example)s."
    )


class AmountNotFinite(InvalidAmount):
    code = "amount_not_finite"
    sentence = _("“%(text)s” is not an amount. Write a number in digits.")


class AmountExponent(InvalidAmount):
    code = "amount_exponent"
    sentence = _("“%(text)s” is written with an exponent. Write the amount out in digits.")


class AmountCharacter(InvalidAmount):
    code = "amount_character"
    sentence = _(
        "“%(text)s” contains “%(character)s”, which no amount may contain. Write it like %(example)s."
    )


class AmountNegativeZero(InvalidAmount):
    code = "amount_negative_zero"
    sentence = _("“%(text)s” is zero with a minus sign. Write 0, or the amount that is missing.")


class TooManyDecimals(InvalidAmount):
    """Never rounded: the person decides which amount is meant."""

    code = "amount_decimals"
    sentence = _(
        "“%(text)s” has more decimals than %(currency)s allows (%(decimals)s). "
        "Shorten it: nothing is rounded."
    )


class AmountTooLarge(InvalidAmount):
    code = "amount_too_large"
    sentence = _("“%(text)s” is too large. Use an amount of at most 14 digits before the decimals.")


class AmountNegative(InvalidAmount):
    code = "amount_negative"
    sentence = _("“%(text)s” is negative. Enter the amount without a minus sign.")


class AmountZero(InvalidAmount):
    code = "amount_zero"
    sentence = _("The amount is zero. Use another amount.")


class AmountGrouping(InvalidAmount):
    """Thousands that are not grouped by threes, or a mark that could mean thousands as well as decimals."""

    code = "amount_grouping"
    sentence = _("“%(text)s” can be read in more than one way. Write it like %(example)s.")


def currencies() -> list[str]:
    """The codes of the currencies one may keep books in, sorted."""
    return sorted(codes())


def decimals(currency: str) -> int:
    """How many decimals amounts in a currency have (ISO 4217). Raises UnknownCurrency."""
    try:
        return minor_units(currency)
    except KeyError as error:
        raise UnknownCurrency(currency=currency[:40]) from error


def quantize(value: Decimal, currency: str) -> Decimal:
    """The same value with exactly the currency's decimals; the value must fit (see ``check_amount``)."""
    return value.quantize(_unit(currency))


@cache
def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-decimals(currency))


def parse_amount(
    text: str,
    currency: str,
    *,
    allow_negative: bool = True,
    allow_zero: bool = True,
    decimal_mark: str = ".",
    field: str | None = None,
) -> Decimal:
    """Read the machine form: an optional ``-``, digits 0 to 9, optionally a point and more digits.

    ``decimal_mark`` is ``,`` for files that use a decimal comma. Nothing else is accepted and nothing is
    rounded. Raises Required for an empty text, UnknownCurrency, or a subclass of InvalidAmount.
    """
    value = parse_plain(text, decimal_mark=decimal_mark, field=field)
    if -int(value.as_tuple().exponent) > decimals(currency):
        raise TooManyDecimals(field=field, text=text, currency=currency, decimals=decimals(currency))
    _check_range(value, text, field, allow_negative=allow_negative, allow_zero=allow_zero)
    return quantize(value, currency)


def parse_plain(text: str, *, decimal_mark: str = ".", field: str | None = None) -> Decimal:
    """The machine form of ``parse_amount`` where the currency is not known yet; the decimals stay as written.

    Raises Required for an empty text or a subclass of InvalidAmount.
    """
    if not text:
        raise Required(field=field)
    plain = text if decimal_mark == "." else text.replace(".", " ").replace(decimal_mark, ".")
    if len(text) > _LONGEST:
        raise AmountTooLarge(field=field, text=_shown(text))
    if not _PLAIN.fullmatch(plain):
        raise _malformed(text, decimal_mark, "0123456789-" + decimal_mark, field)
    value = Decimal(plain)
    if value.is_zero() and plain.startswith("-"):
        raise AmountNegativeZero(field=field, text=text)
    return value


def check_amount(
    value: Decimal,
    currency: str,
    field: str | None = None,
    *,
    allow_negative: bool = True,
    allow_zero: bool = True,
) -> Decimal:
    """The rules of ``parse_amount`` for a Decimal; trailing zeros, as the database returns them, are fine.

    Returns the value with the currency's decimals. Raises UnknownCurrency or a subclass of InvalidAmount.
    """
    if not value.is_finite():
        raise AmountNotFinite(field=field, text=str(value))
    if value.is_zero() and value.is_signed():
        raise AmountNegativeZero(field=field, text=_written(value))
    if value.copy_abs() >= LIMIT or (value < 0 and not allow_negative) or (not value and not allow_zero):
        _check_range(value, _written(value), field, allow_negative=allow_negative, allow_zero=allow_zero)
    exact = quantize(value, currency)
    if exact != value:
        raise TooManyDecimals(
            field=field, text=_written(value), currency=currency, decimals=decimals(currency)
        )
    return exact


def _written(value: Decimal) -> str:
    return _shown(f"{value:f}" if abs(value.adjusted()) < _LONGEST else str(value))


def parse_localized_amount(
    text: str,
    currency: str,
    language: str,
    *,
    allow_negative: bool = True,
    allow_zero: bool = True,
    field: str | None = None,
) -> Decimal:
    """Read what a person types on a page in a language (``en``: 1,234.50; ``fr``: 1 234,50).

    Accepted besides the machine form with the language's decimal mark: spaces around it; thousands grouped
    by threes with one kind of space (ordinary, non-breaking, narrow), in English also with commas; a true
    minus sign (U+2212) in front; a decimal mark in front (``.5``); and, in a language with a decimal comma,
    the point of the numeric keypad, unless three digits follow it.
    Raises as ``parse_amount``, and AmountGrouping.
    """
    mark = get_decimal_symbol(language.replace("-", "_"))
    typed = text.strip(_SPACES)
    sign = "-" if typed[:1] in ("-", "\u2212") else ""
    body = typed[1:] if sign else typed
    if not body and not sign:
        raise Required(field=field)
    if len(typed) > _LONGEST:
        raise AmountTooLarge(field=field, text=_shown(typed))
    if not re.fullmatch(r"[0-9., \u00a0\u202f]+", body, re.ASCII):
        raise _malformed(typed, mark, "0123456789.,-\u2212" + _SPACES, field)
    whole, fraction = _split(body, mark, typed, field)
    return parse_amount(
        sign + (whole or "0") + ("." + fraction if fraction else ""),
        currency,
        allow_negative=allow_negative,
        allow_zero=allow_zero,
        field=field,
    )


def _split(body: str, mark: str, typed: str, field: str | None) -> tuple[str, str]:
    """The digits before and after the decimal mark; refuses what could be read in two ways."""
    if mark == "," and "," not in body and body.count(".") == 1:
        # The numeric keypad of a French keyboard types a point. Three digits after it could be thousands.
        if len(body.partition(".")[2]) == 3:
            raise AmountGrouping(field=field, text=typed, example=_example(mark))
        mark = "."
    whole, found, fraction = body.partition(mark)
    if found and not re.fullmatch(r"[0-9]+", fraction, re.ASCII):
        raise InvalidAmount(field=field, text=typed, mark=mark, example=_example(mark))
    if found and not whole:
        return "", fraction
    groups = _GROUPED.fullmatch(whole)
    if groups is None or groups[1] == mark:
        raise AmountGrouping(field=field, text=typed, example=_example(mark))
    return re.sub(r"[^0-9]", "", whole, flags=re.ASCII), fraction


def _malformed(text: str, mark: str, allowed: str, field: str | None) -> InvalidAmount:
    """The refusal that names the first thing wrong with a text that is no amount."""
    shown = _shown(text)
    if text.strip("+-").lower() in ("nan", "snan", "inf", "infinity"):
        return AmountNotFinite(field=field, text=shown)
    if _EXPONENT.fullmatch(text):
        return AmountExponent(field=field, text=shown)
    foreign = next((character for character in text if character not in allowed), None)
    if foreign is not None:
        shown_character = foreign if foreign.isprintable() else f"U+{ord(foreign):04X}"
        return AmountCharacter(field=field, text=shown, character=shown_character, example=_example(mark))
    return InvalidAmount(field=field, text=shown, mark=mark, example=_example(mark))


def _check_range(
    value: Decimal, text: str, field: str | None, *, allow_negative: bool, allow_zero: bool
) -> None:
    if value.copy_abs() >= LIMIT:
        raise AmountTooLarge(field=field, text=_shown(text))
    if value < 0 and not allow_negative:
        raise AmountNegative(field=field, text=text)
    if not value and not allow_zero:
        raise AmountZero(field=field)


def _example(mark: str) -> str:
    return f"1234{mark}50"


def _shown(text: str) -> str:
    """A text short and printable enough to be quoted back."""
    printable = "".join(c if c.isprintable() else "\ufffd" for c in text[:40])
    return printable if len(text) <= 40 else printable + "…"
