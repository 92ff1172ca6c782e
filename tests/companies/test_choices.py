"""What choices are called: our quicker way says what Django's own says, for every field of every model."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models
from django.utils import translation

from arledger.companies.models import CompanyModel

CHOSEN = [
    (model, field)
    for model in apps.get_models()
    if issubclass(model, CompanyModel)
    for field in model._meta.fields
    if field.choices
]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_labels_are_djangos(language: str) -> None:
    assert len(CHOSEN) > 10
    with translation.override(language):
        for model, field in CHOSEN:
            values = [value for value, _label in field.flatchoices]
            for value in (*values, "", "unheard of", None):
                row = model(**{field.attname: value})
                own = getattr(row, f"get_{field.name}_display")()
                theirs = models.Model._get_FIELD_display(row, field)  # type: ignore[attr-defined]
                assert (own, type(own)) == (theirs, type(theirs)), (model, field.name, value)
