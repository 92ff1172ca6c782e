"""The client's shapes and calls are what the OpenAPI document says, and nothing of it is missing."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, NotRequired, get_origin, get_type_hints

import pytest
import yaml
from arledger_client import Arledger, shapes
from arledger_client.calls import Calls

from tools.client import LEFT_OUT, PACKAGE, calls_of, generated, main
from tools.openapi import FILE


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(FILE.read_text(), Loader=yaml.CSafeLoader)
    return found


def test_what_is_committed_is_what_the_document_says(document: dict[str, Any]) -> None:
    for name, text in generated(document).items():
        assert (PACKAGE / name).read_text() == text, "run: python -m tools.client --update"


def test_a_client_that_differs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    assert main(["--check"]) == 0
    monkeypatch.setattr("tools.client.PACKAGE", tmp_path)
    assert main(["--check"]) == 1
    assert "tools.client --update" in capsys.readouterr().err
    assert main(["--update"]) == 0
    assert main(["--check"]) == 0


def test_every_call_of_the_document_has_a_method(document: dict[str, Any]) -> None:
    calls = list(calls_of(document))
    said = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert {(call.method, f"/api/v1{call.path}") for call in calls} == said - LEFT_OUT
    books = Arledger("http://localhost", "t")
    for call in calls:
        assert callable(getattr(getattr(books, call.resource.replace("-", "_")), call.name)), call.path
    assert len({(call.resource, call.name) for call in calls}) == len(calls)
    assert callable(books.imports.upload)
    assert isinstance(books, Calls)


def test_the_types_are_those_of_the_document(document: dict[str, Any]) -> None:
    for name in document["components"]["schemas"]:
        if not name.endswith("Page"):
            assert get_type_hints(getattr(shapes, name)) is not None, name
    body = get_type_hints(shapes.LineBody, include_extras=True)
    assert [name for name, hint in body.items() if get_origin(hint) is not NotRequired] == ["amount"]
    hints = {name: str(hint) for name, hint in get_type_hints(shapes.Invoice).items()}
    assert hints["open_amount"] == "<class 'decimal.Decimal'>"
    assert hints["due_date"] == "datetime.date | None"
    assert hints["lines"] == "list[arledger_client.shapes.Line]"


def test_the_client_stands_on_python_alone() -> None:
    imported = {
        (node.module or "").partition(".")[0]
        if isinstance(node, ast.ImportFrom)
        else name.name.partition(".")[0]
        for file in PACKAGE.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert not imported & {"django", "requests", "httpx", "urllib3", "arledger"}
    project = (PACKAGE.parent / "pyproject.toml").read_text()
    assert re.search(r"^dependencies = \[\]$", project, re.MULTILINE)
    assert (PACKAGE / "py.typed").exists()
