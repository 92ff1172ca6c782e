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
        # Rows of others may stand between: a document comes where its last row is.
        ("A,,1\nB,,2\nA,,3\n", [([3], []), ([2, 4], [])]),
        (",k,1\nB,,2\n,,3\n,k,4\n,k,5\nB,,6\n", [([4], []), ([2, 5, 6], []), ([3, 7], [])]),
        ("A,k,1\nB,,2\n,k,3\nA,,4\n", [([3], []), ([2, 4, 5], [])]),
        # But a key that two documents claim is a fault of both.
        ("A,,1\n,k,2\nA,k,3\nA,,4\n", [([3], ["import_used_again"]), ([2, 4, 5], ["import_used_before"])]),
        ("A,k,1\nB,,2\nB,k,3\n", [([2], ["import_used_again"]), ([3, 4], ["import_used_before"])]),
        # A row that cannot be taken apart.
        ("A,,1\nA\nB,,3\n", [([2, 3], ["csv_cell_count"]), ([4], [])]),
        ("A,,1\nB,,2\nA\nB,,4\n", [([2, 4], ["csv_cell_count"]), ([3, 5], [])]),
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
        assert sorted(rows) == list(range(2, 14))


def test_long_files_are_remembered_on_disk_and_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "IN_MEMORY", 10)
    with Seen() as found:
        for n in (*range(1, 31), *range(31, 41)):
            found.note("number", f"é{n % 30}", n, n)
            found.note("number", f"é{n % 30}", n, n + 500)
        found.note("number", "é1", 77, 79)
        found.note("number", "a\0b", 78, 78)
        assert [found.where("number", f"é{n}") for n in range(30)] == [
            (30, 0) if n == 0 else (n, n + 30 if n <= 10 else 0) for n in range(30)
        ]
        assert (found.where("number", "a\0b"), found.where("key", "é1")) == ((78, 0), (0, 0))


def test_rows_that_stand_apart_come_back_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many documents at once, on disk too, with the faults that their rows had."""
    monkeypatch.setattr(seen, "IN_MEMORY", 10)
    documents = [f"é{n}" for n in range(40)]
    rows = [f"{name},,{turn}{name}" for turn in "abc" for name in documents]
    rows[90] += ",too many cells"
    table = read_table(("number,key,x\n" + "\n".join(rows)).encode())
    found = list(groups(table, table.header, ("number", "key"), several=True))
    assert [group.numbers for group in found] == [[n + 2, n + 42, n + 82] for n in range(40)]
    faulty = [group for group in found if group.faults]
    assert [(group.numbers, str(group.faults[0])) for group in faulty] == [
        ([12, 52, 92], str(next(row.fault for row in table if row.fault)))
    ]
    read = [[row.values.get("x") for row in group.rows] for group in found if not group.faults]
    assert read == [[f"{turn}é{n}" for turn in "abc"] for n in range(40) if n != 10]
