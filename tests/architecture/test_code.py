"""How the code is written: sizes, imports, refusals, the clock (DESIGN 4)."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from arledger.core.errors import Refusal
from tests.architecture.sources import (
    ROOT,
    everything,
    functions,
    import_everything,
    name,
    product,
    texts,
    tree,
)

FILE_LINES = 400
FUNCTION_LINES = 70
# Where the wall clock may be read: the one module that hands it out, and the runtime that keeps processes.
CLOCKS = ("arledger/core/clock.py", "arledger/local/")
CLOCK_CALLS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "timezone": {"now", "localdate", "localtime"},
    "time": {"time", "time_ns", "monotonic", "localtime", "gmtime"},
}
DATABASE_CLOCK = re.compile(
    r"\b(now\(\)|current_(date|time|timestamp)\b|clock_timestamp|statement_timestamp)", re.I
)


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def test_no_file_is_long() -> None:
    long = {name(file): len(file.read_text().splitlines()) for file in everything()}
    assert {file: lines for file, lines in long.items() if lines > FILE_LINES} == {}


def test_no_function_is_long() -> None:
    assert [
        f"{name(file)} {node.name}"
        for file in everything()
        for node in functions(file)
        if length(node) > FUNCTION_LINES
    ] == []


def test_functions_are_short_as_a_rule() -> None:
    lengths = sorted(length(node) for file in product() for node in functions(file))
    assert lengths[len(lengths) // 2] <= 12


def test_nothing_is_imported_inside_a_function() -> None:
    assert [
        f"{name(file)} {node.name}"
        for file in everything()
        for node in functions(file)
        if any(isinstance(part, ast.Import | ast.ImportFrom) for part in ast.walk(node))
    ] == []


def catches_all(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", "") in {"Exception", "BaseException"} for kind in kinds)


def test_nobody_catches_every_exception() -> None:
    assert [
        f"{name(file)}:{node.lineno}"
        for file in everything()
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ExceptHandler) and catches_all(node)
    ] == []


def clock_reads(file: Path) -> Iterator[str]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Attribute):
            owner = (
                node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            )
            if node.attr in CLOCK_CALLS.get(owner, ()):
                yield f"{name(file)}:{node.lineno} {owner}.{node.attr}"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield f"{name(file)}:{node.lineno} from time"
    for line, text in texts(file):
        if DATABASE_CLOCK.search(text):
            yield f"{name(file)}:{line} {text[:60]}"


def test_nobody_reads_a_clock() -> None:
    """Instants are passed in; the database's clock is a clock too."""
    assert [
        read for file in product() if not name(file).startswith(CLOCKS) for read in clock_reads(file)
    ] == []


def test_the_clock_guard_would_notice() -> None:
    assert list(clock_reads(ROOT / "arledger/core/clock.py"))
    assert list(clock_reads(ROOT / "arledger/local/postgres.py"))


def refusals(above: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    yield above
    for below in above.__subclasses__():
        yield from refusals(below)


@pytest.fixture(scope="module")
def every_refusal() -> list[type[Refusal]]:
    import_everything()
    ours = {refusal for refusal in refusals() if not refusal.__module__.startswith("tests")}
    return sorted(ours, key=lambda refusal: (refusal.__module__, refusal.__name__))


def test_each_refusal_has_a_code_of_its_own(every_refusal: list[type[Refusal]]) -> None:
    assert len(every_refusal) > 60
    named = Counter(refusal.code for refusal in every_refusal)
    assert {
        code: [r.__qualname__ for r in every_refusal if r.code == code] for code in named if named[code] > 1
    } == {}


def test_each_refusal_says_its_own_sentence(every_refusal: list[type[Refusal]]) -> None:
    for refusal in every_refusal:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", refusal.code), refusal
        # What the installation lacks for a moment is no fault of the caller.
        assert 400 <= refusal.status < 500 or (refusal.code, refusal.status) == ("unavailable", 503), refusal
        assert str(refusal.sentence).rstrip().endswith((".", "!", ")s")), refusal


def test_joins_do_not_tell_the_planner_the_company() -> None:
    """What it knows of one company may be out of date; then it joins row by row (docs/adr/0067)."""
    known = re.compile(r"\bcompany_id = (?:%|\{\})")
    found = [
        f"{name(file)}:{line}"
        for file in product()
        for line, text in texts(file)
        if "JOIN" in text and known.search(text)
    ]
    assert found == []
