"""Match codes count a … z, aa … (SPEC 10)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.codes import CodesExhausted, NotACode, cased, code_text, letters, number

KNOWN = {1: "a", 2: "b", 26: "z", 27: "aa", 52: "az", 53: "ba", 702: "zz", 703: "aaa", 18278: "zzz"}


@pytest.mark.parametrize(("n", "code"), KNOWN.items())
def test_known_codes(n: int, code: str) -> None:
    assert letters(n) == code
    assert number(code) == n
    assert number(code.upper()) == n


@given(st.integers(1, 10**12))
def test_letters_and_number_are_inverse(n: int) -> None:
    assert number(letters(n)) == n


@given(st.integers(1, 10**9))
def test_codes_grow_in_length_then_alphabetically(n: int) -> None:
    here, after = letters(n), letters(n + 1)
    assert (len(here), here) < (len(after), after)


@pytest.mark.parametrize("n", [0, -1])
def test_codes_are_counted_from_one(n: int) -> None:
    with pytest.raises(ValueError, match="from 1"):
        letters(n)


@pytest.mark.parametrize("text", ["", "a1", "é", "a b", "\uff41", "a\n", "\u212a"])
def test_other_texts_are_no_codes(text: str) -> None:
    with pytest.raises(NotACode):
        number(text)


def test_prefix_and_suffix_are_stored_in_lower_case() -> None:
    assert code_text(28, prefix="AR-", suffix="/X") == "ar-ab/x"


def test_the_maximum_length_counts_every_character() -> None:
    assert code_text(26, prefix="p", max_length=2) == "pz"
    with pytest.raises(CodesExhausted) as refused:
        code_text(27, prefix="p", max_length=2)
    assert refused.value.values == {"match_code": "paa", "limit": 2}


def test_case_tells_whether_anything_is_open() -> None:
    assert cased("ar-ab", settled=True) == "AR-AB"
    assert cased("ar-ab", settled=False) == "ar-ab"
    assert cased("", settled=True) == ""
