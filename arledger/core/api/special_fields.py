"""Strict fields for what has rules of its own: currencies, exchange rates, e-mail addresses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from arledger.core.api.fields import Strict, TextField, clean_shown
from arledger.core.api.parsing import decimal_text
from arledger.core.money import UnknownCurrency, decimals
from arledger.core.rates import PATTERN, parse_rate
from arledger.core.text import EmailInvalid


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


@extend_schema_field({"type": "string", "pattern": f"^{PATTERN}$", "examples": ["1.0845"]})
class RateField(Strict):
    """What one unit of the document's currency is worth in the company's: more than 0, as a decimal string."""

    def read(self, value: Any) -> Decimal:
        return parse_rate(decimal_text(value))


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
