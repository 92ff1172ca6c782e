"""The workbench on an account of more charges and credits than a page draws."""

from __future__ import annotations

import pytest

from tests.build import books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.long_accounts import LIMIT, MOST_FIXED, many, opens, small_pages

__all__ = ["at_the_time_of_the_books", "small_pages"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books", "small_pages")]


def test_both_sides_are_found_filled_and_matched() -> None:
    with books() as b:
        count = LIMIT + MOST_FIXED + 50
        bills, memo = many(b, count, 10), b.adjustment(-1_195)
        clerk = Clerk(b)
        page = clerk.open("/matching/workbench/?customer=Acme")
        assert sum(name.startswith("use-d") for name in page.form().fields) == LIMIT
        assert f"{count - LIMIT} more documents are not shown." in page.text
        page = page.press("", find=b.document(bills[-1]).number or "")
        assert list(page.form().fields).count(f"use-d{bills[-1]}") == 1
        assert f"use-c{memo}" not in page.form().fields
        page = page.press("", find="").press("Work out", **{f"use_c{memo}": "1195"})
        page = page.press("Make both sides the same =")
        assert (
            "50 more documents have amounts fixed by you and are not shown: 495.00 EUR together." in page.text
        )
        assert "Both sides are the same: this can be matched." in page.text
        page = page.press("Work out").press("Show more")
        assert "Both sides are the same: this can be matched." in page.text
        page.press("Match")
        assert opens(b, bills) == [0] * (count - 1) + [5]
        assert b.open(memo) == 0
