"""The product's own Python files, read as text and as trees, for the guards beside this module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = [
    "arledger",
    "customers",
    "ledger",
    "reconciliation",
    "invoices",
    "credits",
    "payments",
    "refunds",
    "deposits",
    "checkout",
    "imports",
    "summaries",
]


@cache
def product() -> tuple[Path, ...]:
    """Every module of the product but its migrations, which are written by a command."""
    found = (file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    return tuple(sorted(file for file in found if "migrations" not in file.parts))


@cache
def everything() -> tuple[Path, ...]:
    """The product, its tests, tools and benchmarks."""
    others = (file for folder in ("tests", "tools", "benchmarks") for file in (ROOT / folder).rglob("*.py"))
    return (*product(), *sorted(others))


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """Every string of a module, f-strings as one with ``{}`` for what is filled in; docstrings left out."""
    skipped: set[int] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            skipped.update(id(part) for part in node.values)
            yield (
                node.lineno,
                "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values),
            )
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def import_everything() -> None:
    """Load every module of the product, so that all its classes exist."""
    for file in product():
        parts = file.relative_to(ROOT).with_suffix("").parts
        if parts[-1] not in {"__main__", "celery", "wsgi"}:
            import_module(".".join(parts).removesuffix(".__init__"))
