"""Plain inputs and selects written directly.

Django writes each option of a select with two templates, which makes the filters of a list the dearest part of its
page. What comes out is the same text, to the character.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe


class Renderer(DjangoTemplates):
    """Django's own, but for the widgets below."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        write = WIDGETS.get(template_name)
        if write is None:
            return super().render(template_name, context, request)
        return mark_safe("".join(write(context["widget"])))


def _attributes(widget: Mapping[str, Any]) -> Iterable[str]:
    for name, value in widget["attrs"].items():
        if value is True:
            yield f" {_text(name)}"
        elif value is not False:
            yield f' {_text(name)}="{_text(value)}"'


def _text(value: Any) -> str:
    text = str(value)
    return text if isinstance(text, SafeString) else escape(text)


def _input(widget: Mapping[str, Any]) -> Iterable[str]:
    yield f'<input type="{widget["type"]}" name="{_text(widget["name"])}"'
    if widget["value"] is not None:
        yield f' value="{_text(widget["value"])}"'
    yield from _attributes(widget)
    yield ">"


def _select(widget: Mapping[str, Any]) -> Iterable[str]:
    yield f'<select name="{_text(widget["name"])}"'
    yield from _attributes(widget)
    yield ">"
    for group, options, _index in widget["optgroups"]:
        if group:
            yield f'\n  <optgroup label="{_text(group)}">'
        for option in options:
            yield f'\n  <option value="{_text(option["value"])}"'
            yield from _attributes(option)
            yield f">{_text(option['label'])}</option>\n"
        if group:
            yield "\n  </optgroup>"
    yield "\n</select>"


Writer = Callable[[Mapping[str, Any]], Iterable[str]]
FOLDER = "django/forms/widgets"
WIDGETS: dict[str, Writer] = {
    f"{FOLDER}/select.html": _select,
    **{
        f"{FOLDER}/{kind}.html": _input
        for kind in ("input", "text", "number", "email", "hidden", "date", "search")
    },
}
