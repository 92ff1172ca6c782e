"""What arledger.core.http.templating draws is what Django draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.template import Context, Engine, Template
from django.template.base import Template as PlainTemplate
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template
from django.test import RequestFactory
from django.urls import set_script_prefix
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from arledger.core.http.templating import QuickTemplate

PLAIN = Engine(builtins=["django.templatetags.i18n"])
QUICK = Engine(builtins=["django.templatetags.i18n", "arledger.core.templatetags.quick"])


@dataclass
class Row:
    name: str
    total: Decimal

    def twice(self) -> str:
        return 2 * self.name

    def greets(self, other: str) -> str:
        return other

    def delete(self) -> str:
        raise AssertionError("a template must not call it")

    delete.alters_data = True  # type: ignore[attr-defined]

    @property
    def gone(self) -> str:
        raise ObjectDoesNotExist

    @property
    def broken(self) -> str:
        raise AttributeError("a mistake of ours")


class Typed(forms.Form):
    name = forms.CharField(initial='a "name"')


def names() -> dict[str, Any]:
    row = Row("<b>\"Ann\" & 'Bob'</b>", Decimal("1234.50"))
    return {
        "row": row,
        "rows": [row, Row("Carl", Decimal(0))],
        "none": None,
        "yes": True,
        "count": 12_345,
        "share": 0.5,
        "safe": mark_safe("<i>safe</i>"),
        "lazy": gettext_lazy("Invoices"),
        "table": {"items": "its own", "key": {"deep": 3}, "rows": [1, 2]},
        "form": Typed(),
        "call": lambda: "called",
        "kind": Row,
        "outer": "outside",
    }


SNIPPETS = [
    "{{ row.name }}|{{ row.total }}|{{ row.twice }}|{{ row.greets }}|{{ row.delete }}|{{ row.gone }}",
    "{{ missing }}|{{ row.missing }}|{{ missing.deeper }}|{{ none.name }}|{{ row.name.missing }}",
    "{{ none }}|{{ yes }}|{{ count }}|{{ share }}|{{ safe }}|{{ lazy }}|{{ 12 }}|{{ 1.5 }}|{{ 'it<' }}",
    "{{ table.items }}|{{ table.key.deep }}|{{ table.rows.1 }}|{{ table.keys }}|{{ table.rows.7 }}|{{ rows.0.name }}",
    "{% for key, value in table.key.items %}{{ key }}={{ value }}{% endfor %}",
    "{{ form.name }}|{{ form.name.label }}|{{ form.fields.name.required }}|{{ form.nothing }}|{{ form.is_valid }}",
    "{{ call }}|{{ row.name|upper }}|{{ missing|default:row.name }}|{{ safe|lower }}|{{ row.name|add:outer }}",
    "{{ template }}|{{ autoescape }}|{{ push }}|{{ dicts }}|{{ True }}",
    "{% autoescape off %}{{ row.name }}|{{ safe }}|{{ count }}{% endautoescape %}",
    "{% if missing %}a{% elif row.missing %}b{% elif row.name == missing %}c{% else %}d{% endif %}",
    "{% if count > 3 and not none %}a{% endif %}{% if 'x' in missing %}b{% endif %}",
    "{% for row in rows %}{{ forloop.counter }} {{ row.name }}{% endfor %}{{ row.name }}",
    "{% for one in missing %}{{ one }}{% empty %}none{% endfor %}",
    "{% with outer=row.name %}{{ outer }}{% endwith %}{{ outer }}|{% with a=_('Invoices') %}{{ a|lower }}{% endwith %}",
    "{{ none|default_if_none:_('Invoices') }}|{{ row.name|cut:outer }}|{{ rows|join:safe }}|{{ rows|length }}",
    "{% translate 'Invoices' %}|{% translate 'Invoices' as word %}{{ word }}|{% translate row.name %}",
    "{% translate 'Draft' context 'state' %}|{% translate 'Draft' %}|{% translate '100%' %}|{% translate lazy %}",
    "{% translate 'Invoices' noop %}|{% translate 'a < b'|upper %}|{{ _('Invoices') }}|{{ _('Invoices')|upper }}",
    "{% blocktranslate with a=row.name %}of {{ a }}{% endblocktranslate %}",
    "{% blocktranslate count n=rows|length %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}",
    "{% url 'invoices:list' %}|{% url 'nowhere' as none %}{{ none }}|{% url 'invoices:detail' 7 %}",
    "{% url 'home:index' as x %}{{ x }}|{% with route='home:index' %}{% url route %}{% endwith %}",
    "{% firstof missing row.missing row.name %}|{% cycle row.name 'b' %}|{% widthratio count 100 3 %}",
]


@pytest.fixture(params=["/", "/c/one/"])
def prefix(request: pytest.FixtureRequest) -> Iterator[None]:
    set_script_prefix(request.param)
    yield
    set_script_prefix("/")


@pytest.mark.usefixtures("prefix")
@pytest.mark.parametrize("source", SNIPPETS)
def test_the_same_text_comes_out_in_each_language(source: str) -> None:
    plain, quick = PlainTemplate(source, engine=PLAIN), QuickTemplate(source, engine=QUICK)
    for language in ("en", "fr", "en"):
        with override(language):
            expected = plain.render(Context(names()))
            assert quick.render(Context(names())) == expected
            assert quick.render(Context(names())) == expected


@pytest.mark.parametrize("source", ["{{ row.broken }}", "{% url 'nowhere' %}", "{{ row.name|nothing }}"])
def test_the_same_mistakes_are_told(source: str) -> None:
    def outcome(kind: type[Template], engine: Engine) -> str:
        with pytest.raises(Exception) as told:  # noqa: PT011  (whatever Django raises)
            kind(source, engine=engine).render(Context(names()))
        return f"{told.type.__name__} {told.value}"

    assert outcome(QuickTemplate, QUICK) == outcome(PlainTemplate, PLAIN)


def test_pages_are_drawn_quickly() -> None:
    page: Any = get_template("400.html")
    assert type(page.template) is QuickTemplate
    assert page.render({}, RequestFactory().get("/"))
    with pytest.raises(TemplateDoesNotExist):
        get_template("no/such/page.html")
