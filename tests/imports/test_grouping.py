"""Which rows make a document, told by its number or its key (SPEC 14)."""

from __future__ import annotations

import csv
import io
import random

import pytest

from arledger.core.csvfile import read_table
from imports import seen
from imports.readers import Group, groups
from imports.seen import Seen


def made(text: str, *, several: bool = True) -> list[tuple[list[int], list[str]]]:
    """The rows of each document, and the codes of its faults."""
    table = read_table(("number,key,x\n" + text).encode())
    found: list[Group] = list(groups(table, table.header, ("number", "key"), several=several))
    return [(group.numbers, [fault.code for fault in group.faults]) for group in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A,,1\nA,,2\nB,,3\n", [([2, 3], []), ([4], [])]),
        (",k,1\n,k,2\n,l,3\n", [([2, 3], []), ([4], [])]),
        (",,1\n,,2\n", [([2], []), ([3], [])]),
        # A number and a key: the next row may name either of them.
        ("A,k,1\n,k,2\nA,,3\n", [([2, 3, 4], [])]),
        # Two numbers are two documents, whatever their key: no key holds two documents together.
        ("A,k,1\nB,k,2\n", [([2], ["import_used_again"]), ([3], ["import_used_before"])]),
        (",k,1\nA,k,2\n", [([2], ["import_used_again"]), ([3], ["import_used_before"])]),
        # What comes back later may have been meant as a row of the first one.
        ("A,,1\nB,,2\nA,,3\n", [([2], ["import_used_again"]), ([3], []), ([4], ["import_used_before"])]),
        (
            "A,,1\n,k,2\nA,k,3\nA,,4\n",
            [
                ([2], ["import_used_again"]),
                ([3], ["import_used_again"]),
                ([4, 5], ["import_used_before"] * 2),
            ],
        ),
        # A row that cannot be taken apart.
        ("A,,1\nA\nB,,3\n", [([2, 3], ["csv_cell_count"]), ([4], [])]),
    ],
)
def test_rows_that_belong_together(text: str, expected: list[tuple[list[int], list[str]]]) -> None:
    assert made(text) == expected


def test_each_row_alone_where_documents_have_one() -> None:
    assert made("A,,1\nA,,2\n", several=False) == [([2], []), ([3], ["import_used_before"])]


def test_no_row_is_lost_and_none_comes_twice() -> None:
    chance = random.Random(7)
    for _round in range(200):
        stream = io.StringIO()
        csv.writer(stream).writerows(
            [chance.choice(["", "A", "B"]), chance.choice(["", "k", "l"]), n] for n in range(12)
        )
        rows = [number for numbers, _faults in made(stream.getvalue()) for number in numbers]
        assert rows == list(range(2, 14))


def test_long_files_are_remembered_on_disk_and_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "IN_MEMORY", 10)
    with Seen() as found:
        for n in (*range(1, 31), *range(31, 41)):
            found.note("number", f"é{n % 30}", n)
        found.note("number", "é1", 77)
        found.note("number", "a\0b", 78)
        assert [found.where("number", f"é{n}") for n in range(30)] == [
            (30, 0) if n == 0 else (n, n + 30 if n <= 10 else 0) for n in range(30)
        ]
        assert (found.where("number", "a\0b"), found.where("key", "é1")) == ((78, 0), (0, 0))
