"""Ageing buckets (SPEC 12, 15.2, W12)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.buckets import BucketsInvalid, bucket, bucket_labels, parse_edges

EDGES = st.lists(st.integers(1, 999), min_size=1, max_size=8, unique=True).map(sorted)


def test_default_labels() -> None:
    assert bucket_labels() == ["current", "1-30", "31-60", "61-90", "91-120", "121+"]
    assert bucket_labels((15,)) == ["current", "1-15", "16+"]


def test_w12_35_days_late() -> None:
    assert bucket((date(2026, 4, 4) - date(2026, 2, 28)).days) == "31-60"


def test_the_last_bucket_has_no_end() -> None:
    assert [bucket(days) for days in (120, 121, 9999)] == ["91-120", "121+", "121+"]


@pytest.mark.parametrize(
    ("days", "label"),
    {-5: "current", 0: "current", 1: "1-30", 30: "1-30", 31: "31-60", 60: "31-60", 61: "61-90"}.items(),
)
def test_the_days_at_the_edges(days: int, label: str) -> None:
    assert bucket(days) == label


@given(EDGES, st.integers(-100, 1200))
def test_every_day_falls_into_the_bucket_whose_label_covers_it(edges: list[int], days: int) -> None:
    label = bucket(days, edges)
    assert label in bucket_labels(edges)
    if label == "current":
        assert days <= 0
    elif label.endswith("+"):
        assert days >= int(label[:-1])
    else:
        first, last = (int(part) for part in label.split("-"))
        assert first <= days <= last


@given(EDGES)
def test_edges_survive_writing_and_reading(edges: list[int]) -> None:
    assert parse_edges(",".join(str(edge) for edge in edges)) == tuple(edges)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30,",
        "30,30",
        "60,30",
        "0,30",
        "-30",
        "a",
        "3_0",
        "٣",
        "30, 60",
        "99999",
        "1,2,3,4,5,6,7,8,9,10,11,12,13",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(BucketsInvalid) as refused:
        parse_edges(text, field="buckets")
    assert refused.value.field == "buckets"


def test_edges_that_do_not_ascend_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="ascend"):
        bucket_labels((30, 30))
    with pytest.raises(ValueError, match="ascend"):
        bucket(3, (0, 30))
