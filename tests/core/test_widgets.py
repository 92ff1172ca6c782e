"""Widgets written directly say what Django's templates say, to the character."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from arledger.core.http.widgets import Renderer

NASTY = "<b>\"'&"
OPTIONS = [
    ("", "—"),
    (1, "One"),
    (NASTY, NASTY),
    ("lazy", gettext_lazy("Invoices")),
    (SafeString("<i>"), SafeString("<i>kept</i>")),
    ("Group <", [("a", "A"), ("b", "B")]),
]
ATTRIBUTES = {
    "id": "x",
    "required": True,
    "disabled": False,
    "data-x": NASTY,
    "maxlength": 60,
    "data-s": SafeString("<i>"),
}


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (forms.Select(choices=OPTIONS), "1"),
        (forms.Select(choices=OPTIONS), NASTY),
        (forms.Select(choices=OPTIONS), None),
        (forms.Select(choices=[]), "b"),
        (forms.NullBooleanSelect(), True),
        (forms.TextInput(), NASTY),
        (forms.TextInput(), ""),
        (forms.TextInput(), None),
        (forms.TextInput(), SafeString("<i>")),
        (forms.NumberInput(), 1234567),
        (forms.EmailInput(), "a@example.com"),
        (forms.HiddenInput(), 0),
        (forms.DateInput(), date(2026, 1, 31)),
    ],
)
def test_the_same_text_as_djangos(widget: forms.Widget, value: Any) -> None:
    def written(renderer: DjangoTemplates) -> str:
        return widget.render("na<me", value, attrs=ATTRIBUTES, renderer=renderer)

    assert written(Renderer()) == written(DjangoTemplates())


def test_forms_use_it_and_other_widgets_are_djangos(settings: Any) -> None:
    class Some(forms.Form):
        choice = forms.ChoiceField(choices=[("a", "A")])
        text = forms.CharField(widget=forms.Textarea)

    assert isinstance(Some().renderer, Renderer)
    assert "<textarea" in str(Some()["text"])
    assert '<option value="a">A</option>' in str(Some()["choice"])
