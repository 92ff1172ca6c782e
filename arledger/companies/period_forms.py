"""Forms of the period pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Entity
from arledger.core.http.forms import DayField, KeyedForm, offer


class PeriodForm(KeyedForm):
    """Whose books, and through which day they are closed."""

    entity = forms.TypedChoiceField(label=_("Books of"), required=False, coerce=int, empty_value=None)
    through = DayField(label=_("Closed through"), required=False)

    def __init__(self, data: Any, *, entities: Sequence[Entity], company: str, **options: Any) -> None:
        super().__init__(data, **options)
        own = [("", company)] if company else []
        offer(self, "entity", [*own, *((one.pk, str(one)) for one in entities)])
