"""The tags and filters of the pages: what they show, in both languages, and what they escape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from arledger.core.templatetags import arledger


class Text(HTMLParser):
    """The visible text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def __str__(self) -> str:
        return " ".join("".join(self.parts).split())


def rendered(source: str, path: str = "/", **values: object) -> str:
    context = Context({"request": RequestFactory().get(path), **values})
    return Template(source).render(context)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("amount", "currency", "language", "shown"),
    [
        (Decimal("1234.5"), "EUR", "en", "1,234.50"),
        (Decimal("1234.5"), "EUR", "fr", "1 234,50"),
        (Decimal("-1234.5"), "USD", "en", "−1,234.50"),
        (Decimal("1234"), "JPY", "en", "1,234"),
        (0, "EUR", "en", "0.00"),
    ],
)
def test_money_follows_the_language_and_the_currency(
    amount: Decimal | int, currency: str, language: str, shown: str
) -> None:
    with translation.override(language):
        html = arledger.money(amount, currency)
    assert str(Text(html)) == shown


def test_only_zero_is_quiet() -> None:
    assert "money-zero" in arledger.money(Decimal("0.0000"), "EUR")
    assert "money-zero" not in arledger.money(Decimal("-0.01"), "EUR")


def test_a_missing_amount_is_not_zero() -> None:
    assert rendered("{{ amount|money:'EUR' }}", amount=None) == ""


def test_a_single_figure_names_its_currency() -> None:
    assert str(Text(arledger.money_with_code(Decimal(5), "EUR"))) == "5.00 EUR"


def test_dates_are_machine_readable_and_localized() -> None:
    with translation.override("fr"):
        html = arledger.day(date(2026, 4, 3))
    assert 'datetime="2026-04-03"' in html
    assert str(Text(html)) == "3 avr. 2026"
    assert arledger.day(None) == ""


def test_instants_show_in_the_active_time_zone() -> None:
    at = datetime(2026, 4, 3, 22, 30, tzinfo=UTC)
    with timezone.override("Europe/Paris"):
        html = arledger.moment(at)
    assert "Apr 4, 2026" in str(Text(html))
    assert "12:30" in str(Text(html))


@pytest.mark.parametrize("state", arledger.STATES)
def test_each_state_has_a_word_and_a_shape(state: str) -> None:
    html = arledger.chip(state)
    assert str(Text(html))
    assert "<svg" in html


@pytest.mark.parametrize("value", ["none", "partial", "complete", "complete_future"])
def test_each_mark_has_a_word_and_a_shape_of_its_own(value: str) -> None:
    html = arledger.mark(value)
    others = [arledger.mark(other) for other in arledger.MARKS if other != value]
    assert "<svg" in html
    assert all(str(Text(html)) != str(Text(other)) for other in others)
    assert all(html.partition("<svg")[2] != other.partition("<svg")[2] for other in others)


def test_an_unknown_state_is_a_fault() -> None:
    with pytest.raises(KeyError):
        arledger.chip("half-open")


def test_badges_refuse_unknown_meanings_and_escape_their_text() -> None:
    assert "&lt;b&gt;" in arledger.badge("<b>", "caution")
    with pytest.raises(ValueError, match="loud"):
        arledger.badge("x", "loud")


def test_the_case_of_a_code_tells_whether_all_is_matched() -> None:
    assert "code-complete" in arledger.code("AB")
    assert "code-complete" not in arledger.code("ab")
    assert "code-complete" not in arledger.code("AR-ab")
    assert arledger.code("") == ""


def test_a_code_links_to_the_filtered_list_and_is_escaped() -> None:
    html = arledger.code('a&"<', "/invoices/?tab=open")
    assert 'href="/invoices/?tab=open&amp;match_code=a%26%22%3C"' in html
    assert "<</a>" not in html


def test_sorting_by_the_same_column_turns_round_and_starts_at_the_first_page() -> None:
    source = "{% autoescape off %}{% sort_url 'due' current %}{% endautoescape %}"
    path = "/?q=a&sort=due&cursor=xyz"
    assert rendered(source, path, current="due") == "?q=a&sort=-due"
    assert rendered(source, path, current="-due") == "?q=a&sort=due"
    assert rendered(source, path, current="number") == "?q=a&sort=due"


@pytest.mark.parametrize(
    ("path", "arguments", "left"),
    [
        ("/?state=open&state=paid&cursor=x", "'state' 'open'", "?state=paid"),
        ("/?state=open&state=paid&q=1", "'state'", "?q=1"),
        ("/?state=open", "'state'", ""),
        ("/?q=1", "'state'", "?q=1"),
    ],
)
def test_a_filter_is_taken_away_alone(path: str, arguments: str, left: str) -> None:
    assert rendered(f"{{% without {arguments} %}}", path) == left


def test_hidden_parameters_are_escaped() -> None:
    html = rendered("{% hidden_params 'f' 'tab' 'sort' %}", "/?tab=%22%3E%3Cscript%3E&sort=&other=1")
    assert html == '<input type="hidden" form="f" name="tab" value="&quot;&gt;&lt;script&gt;">'


@pytest.mark.parametrize(
    ("language", "marks"),
    [("en", {"group": ",", "decimal": "."}), ("fr", {"group": "\u202f", "decimal": ","})],
)
def test_scripts_learn_the_marks_of_the_language(language: str, marks: Mapping[str, str]) -> None:
    with translation.override(language):
        html = arledger.number_marks()
    assert html == f'data-group="{marks["group"]}" data-decimal="{marks["decimal"]}"'


def test_icons_are_silent() -> None:
    assert 'aria-hidden="true"' in arledger.icon("x", 14)
