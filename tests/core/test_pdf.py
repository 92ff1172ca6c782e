"""Documents on paper: texts are texts, the same gives the same, long tables go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from arledger.core.pdf import CannotRender, Column, Sheet, paper_of, render
from tests.paper import Paper, read

AT = datetime(2026, 3, 15, 12, 0, 0, 123456, tzinfo=UTC)
SHEET = Sheet(
    language="en",
    paper="a4",
    company="Company",
    title="Invoice INV-1",
    party_label="Bill to",
    party="Acme\nStreet 1",
    facts=[("Date", "Mar 15, 2026")],
    columns=[
        Column(label="Line"),
        Column(label="Description", wide=True),
        Column(label="Amount", figure=True),
    ],
    rows=[["1", "Work", "300.00"]],
    totals=[("Total", "300.00 EUR", True)],
    footer="Company · INV-1",
)
MARKUP = "#set page(fill: red) $x^2$ @ref *b* _i_ `c` \\ \"q\" 's' <l> // c /* d */ ~ -- = h [x] {y} #panic()"


def paper(**changes: object) -> Paper:
    return read(render(replace(SHEET, **changes), at=AT))  # type: ignore[arg-type]


def test_a_page_says_what_the_sheet_says() -> None:
    found = paper()
    for words in (
        "Company",
        "Invoice INV-1",
        "Acme",
        "Street 1",
        "Mar 15, 2026",
        "Work",
        "300.00 EUR",
        "1 / 1",
    ):
        assert words in found.text
    assert (found.title, found.language, found.pages, found.width) == ("Invoice INV-1", "en", 1, 595)
    assert paper(paper="us-letter", language="fr").width == 612
    assert paper(language="fr").language == "fr"


@pytest.mark.parametrize("name", ["company", "title", "party_label", "party", "footer"])
def test_markup_comes_out_as_typed(name: str) -> None:
    assert paper(**{name: MARKUP}).says(MARKUP)


def test_markup_in_tables_comes_out_as_typed() -> None:
    found = paper(
        facts=[(MARKUP + "1", MARKUP + "2")],
        rows=[["1", MARKUP + "3", "0.00"]],
        totals=[(MARKUP + "4", "0.00", False)],
        notices=[MARKUP + "5"],
        notes=[MARKUP + "6"],
    )
    for number in "123456":
        assert found.says(MARKUP + number), number


def test_the_same_document_gives_the_same_bytes() -> None:
    assert render(SHEET, at=AT) == render(SHEET, at=AT)
    assert render(SHEET, at=AT) != render(replace(SHEET, title="Invoice INV-2"), at=AT)


def test_a_long_table_goes_on_with_its_head() -> None:
    found = paper(rows=[[str(n), "Work", "1.00"] for n in range(1, 151)])
    assert found.pages == 4
    assert found.text.count("Description") == 4
    assert "4 / 4" in found.text
    assert "150" in found.text


def test_a_long_word_breaks_and_stays_itself() -> None:
    word = "x" * 500
    found = paper(rows=[["1", word, "1.00"]], company=word)
    assert word in "".join(found.text.split())
    assert found.pages == 1


def test_an_empty_sheet_is_a_page() -> None:
    assert paper(rows=[], facts=[], totals=[], party="", company="").pages == 1


def test_the_stamp_is_a_word_of_the_page() -> None:
    assert "DRAFT" in paper(stamp="Draft").text


def test_thin_spaces_and_other_scripts() -> None:
    found = paper(
        rows=[["1", "Ελλάς Київ Łódź", "1\u202f234\u202f567,89"]], totals=[("Total", "\u22121\u00a0€", True)]
    )
    assert "1\u202f234\u202f567,89" in found.text
    assert "\u22121\u00a0€" in found.text
    assert found.says("Ελλάς Київ Łódź")
    assert paper(party="漢字 עברית \u0007 😀").pages == 1


def test_a_fault_of_ours_has_its_own_name() -> None:
    with pytest.raises(CannotRender):
        render(replace(SHEET, paper="quarto"), at=AT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Paris", "a4"),
        ("America/New_York", "us-letter"),
        ("America/Toronto", "us-letter"),
        ("America/Sao_Paulo", "a4"),
        ("UTC", "a4"),
        ("no/where", "a4"),
    ],
)
def test_the_paper_people_have(zone: str, expected: str) -> None:
    assert paper_of(zone) == expected
