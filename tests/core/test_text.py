"""Texts are cleaned at the door, names sorted by key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arledger.core.errors import Required
from arledger.core.text import ForbiddenCharacter, TextTooLong, clean_text, sort_key


def test_only_what_surrounds_the_text_is_removed() -> None:
    assert clean_text(" \t\u00a0Société  Générale\u202f \r\n", 40) == "Société  Générale"
    assert clean_text("  ", 40) == ""


@pytest.mark.parametrize(
    ("text", "shown", "place"),
    [
        ("a\0b", "U+0000", 2),
        ("\x00", "U+0000", 1),
        ("a\nb", "U+000A", 2),
        ("a\tb", "U+0009", 2),
        ("ab\x7f", "U+007F", 3),
        ("\x85a", "U+0085", 1),
        ("\x1fa", "U+001F", 1),
        ("a\u2028b", "U+2028", 2),
        ("\ud83d", "U+D83D", 1),
    ],
)
def test_forbidden_characters_are_named_with_their_place(text: str, shown: str, place: int) -> None:
    with pytest.raises(ForbiddenCharacter) as refused:
        clean_text(text, 40, field="name")
    assert refused.value.values == {"character": shown, "place": place}
    assert refused.value.field == "name"


def test_paragraphs_keep_line_breaks_and_tabs() -> None:
    assert clean_text("a\r\n\tb\n\nc\n", 40, multiline=True) == "a\n\tb\n\nc"
    for text in ("a\rb", "a\0b", "a\x1bb", "\udc00"):
        with pytest.raises(ForbiddenCharacter):
            clean_text(text, 40, multiline=True)


def test_the_limit_counts_characters_after_cleaning() -> None:
    assert clean_text("  été  ", 3) == "été"
    assert clean_text("🧾" * 3, 3) == "🧾" * 3
    with pytest.raises(TextTooLong) as refused:
        clean_text("four", 3)
    assert refused.value.values == {"length": 4, "limit": 3}


def test_a_required_text_may_not_be_blank() -> None:
    with pytest.raises(Required):
        clean_text(" \u00a0", 3, required=True, field="name")


@given(st.text(), st.booleans())
def test_cleaning_twice_changes_nothing_and_the_result_can_be_stored(text: str, multiline: bool) -> None:
    try:
        cleaned = clean_text(text, 1000, multiline=multiline)
    except ForbiddenCharacter:
        return
    assert clean_text(cleaned, 1000, multiline=multiline) == cleaned
    assert "\0" not in cleaned
    cleaned.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Élan", "elan"),
        ("ŒUVRE", "oeuvre"),
        ("Straße", "strasse"),
        ("Ærø", "aero"),
        ("Łódź", "lodz"),
        ("İstanbul", "istanbul"),
        ("\ufb01nance", "finance"),
        ("A-12 b", "a-12 b"),
    ],
)
def test_keys(text: str, key: str) -> None:
    assert sort_key(text) == key


@given(st.text(max_size=20))
def test_the_key_of_a_key_is_the_key(text: str) -> None:
    assert sort_key(sort_key(text)) == sort_key(text)


def test_names_sort_as_people_expect() -> None:
    assert sorted(["Zoë", "élan", "Œuf", "Omega", "Eland"], key=sort_key) == [
        "élan",
        "Eland",
        "Œuf",
        "Omega",
        "Zoë",
    ]
