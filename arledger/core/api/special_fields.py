"""Strict fields for what has rules of its own: currencies, exchange rates, e-mail addresses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from arledger.core.api.fields import MoneyField, Strict, TextField, clean_shown
from arledger.core.errors import Invalid
from arledger.core.money import UnknownCurrency, decimals
from arledger.core.text import EmailInvalid

RATE_DECIMALS = 8
RATE_LIMIT = Decimal(10) ** 9


class RateInvalid(Invalid):
    code = "exchange_rate_invalid"
    sentence = _("“%(text)s” is not an exchange rate. Write a number above 0 with at most 8 decimals.")


@extend_schema_field({"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]})
class CurrencyField(Strict):
    """The code of a currency that one may keep books in."""

    def read(self, value: Any) -> str:
        text = TextField(max_length=40).read(value)
        try:
            decimals(text)
        except UnknownCurrency as refusal:
            raise UnknownCurrency(currency=clean_shown(text)) from refusal
        return text


@extend_schema_field({"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,8})?$", "examples": ["1.0845"]})
class RateField(MoneyField):
    """What one unit of the document's currency is worth in the company's: more than 0, as a decimal string."""

    def __init__(self, **options: Any) -> None:
        super().__init__(zero=False, **options)

    def read(self, value: Any) -> Decimal:
        found = super().read(value)
        if found >= RATE_LIMIT or found != round(found, RATE_DECIMALS):
            raise RateInvalid(text=value[:40])
        return found


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["380.00"]})
class AmountShape(serializers.CharField):
    """A plain decimal in an answer, such as an amount with the currency's decimals."""


@extend_schema_field({"type": "string", "format": "email", "maxLength": 254})
class EmailField(TextField):
    """An e-mail address; empty only where it may be left out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=254, **options)

    def read(self, value: Any) -> str:
        text = super().read(value)
        try:
            if text:
                validate_email(text)
        except ValidationError as error:
            raise EmailInvalid() from error
        return text
