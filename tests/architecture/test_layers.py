"""What import-linter cannot say: which kinds of module inside an app may know HTTP, Celery and the doors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = [package for package in PACKAGES if package != "arledger"]
INNER = ["arledger/core", "arledger/companies", "arledger/home"]
# Modules through which people and machines come in; everything else is models, selectors, services and pure
# parts.
DOORS = {
    "api",
    "urls",
    "pages",
    "admin",
    "tasks",
    "forms",
    "management",
    "middleware",
    "context",
    "templatetags",
    "http",
    "apps",
}
OUTSIDE = (
    "django.http",
    "django.shortcuts",
    "django.views",
    "django.urls",
    "celery",
    "arledger.celery",
    "arledger.core.http",
    "arledger.core.api",
    "rest_framework",
    "drf_spectacular",
)
# How the API writes ids and amounts, on plain values.
KNOWN_BY_ALL = ("arledger.core.api.ids", "arledger.core.api.encoding")


def modules() -> list[Path]:
    return sorted(file for folder in [*APPS, *INNER] for file in (ROOT / folder).rglob("*.py"))


def is_door(file: Path) -> bool:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return any(part.rpartition("_")[2] in DOORS or part.startswith("api_") for part in parts)


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_below(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize(
    "file", [f for f in modules() if not is_door(f)], ids=lambda f: str(f.relative_to(ROOT))
)
def test_the_inside_knows_no_door(file: Path) -> None:
    names = {one for one in imported(file) if not any(is_below(one, known) for known in KNOWN_BY_ALL)}
    assert not {name for name in names if any(is_below(name, package) for package in OUTSIDE)}
    ours = {name for name in names if name.split(".")[0] in {*APPS, "arledger"}}
    assert not {name for name in ours if DOORS & set(name.split(".")[1:])}


def test_the_guard_would_notice() -> None:
    """It looks at real modules and at real imports of them."""
    health = ROOT / "arledger/core/http/health.py"
    assert is_door(health)
    assert "django.http" in set(imported(health))
    assert len(modules()) > 40
