"""The OpenAPI document is what the calls say, and it is served (SPEC 15)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.test import Client

from arledger.core.api.fields import Input
from arledger.core.api.openapi import as_yaml
from tools.openapi import FILE

# What is sent is a question, and writes nothing.
READING = {"/api/v1/matching/suggest"}


@pytest.fixture(scope="module")
def generated() -> tuple[str, list[str]]:
    return as_yaml()


@pytest.fixture(scope="module")
def document(generated: tuple[str, list[str]]) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(generated[0], Loader=yaml.CSafeLoader)
    return found


def test_the_committed_document_is_the_generated_one(generated: tuple[str, list[str]]) -> None:
    text, complaints = generated
    assert complaints == []
    assert FILE.read_text() == text, "run: python -m tools.openapi --update"


def test_every_call_is_described(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    calls = [
        (path, method, call) for path, found in document["paths"].items() for method, call in found.items()
    ]
    assert len(calls) > 60
    assert len({call["operationId"] for _path, _method, call in calls}) == len(calls)
    for path, method, call in calls:
        place = f"{method} {path}"
        assert call["tags"], place
        assert call["summary"], place
        assert {"400", "401"} <= set(call["responses"]), place
        names = {parameter["name"] for parameter in call.get("parameters", ())}
        if method in ("post", "patch", "delete") and path not in READING:
            assert {"409", "422", "415"} <= set(call["responses"]), place
            assert {"Idempotency-Key", "validate_only"} <= names, place


def test_bodies_take_no_member_that_is_not_named(document: dict[str, Any]) -> None:
    shapes = document["components"]["schemas"]
    inputs = {name: shape for name, shape in shapes.items() if name.endswith("Input")}
    assert len(inputs) > 10
    assert {name for name, shape in inputs.items() if shape.get("additionalProperties") is not False} == set()


def test_every_reference_in_it_leads_somewhere(document: dict[str, Any]) -> None:
    def references(part: Any) -> set[str]:
        if isinstance(part, dict):
            own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
            return own.union(*(references(one) for one in part.values()))
        return set().union(*(references(one) for one in part)) if isinstance(part, list) else set()

    for reference in references(document):
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
        assert target, reference


@pytest.mark.django_db
def test_it_is_served_to_anybody(document: dict[str, Any]) -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert json.loads(answer.content) == document
    assert Client().get("/api/v1/docs").status_code == 200


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    """Bulk bodies are many of what the plain calls show."""
    bare = [
        f"{method} {path}"
        for path, calls in document["paths"].items()
        for method, call in calls.items()
        if not path.endswith("/bulk")
        for body in call.get("requestBody", {}).get("content", {}).items()
        if body[0] == "application/json" and not body[1].get("examples")
    ]
    assert bare == []


def test_examples_can_be_sent() -> None:
    shapes = [one for one in every_input(Input) if one.example]
    assert len(shapes) > 10
    for shape in shapes:
        shape.read(dict(shape.example), partial=True)


def every_input(shape: type[Input]) -> Iterator[type[Input]]:
    for below in shape.__subclasses__():
        yield below
        yield from every_input(below)
