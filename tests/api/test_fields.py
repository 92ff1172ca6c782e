"""``?fields=``: no member is promised that was not asked for; what the document names can be asked for (SPEC 15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from arledger.core.api.openapi import document
from tests.build import Books, books
from tests.integrator import Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]

DOCUMENT = document()
# Given once, when it is made; said by writes alone.
NEVER_LISTED = {"token", "secret", "notices"}


def lists() -> list[str]:
    """The addresses of the lists whose members can be chosen."""
    return [
        path
        for path, calls in DOCUMENT["paths"].items()
        if "fields" in {one["name"] for one in calls.get("get", {}).get("parameters", ())}
    ]


def shapes(path: str) -> list[dict[str, Any]]:
    """The full page and the chosen one."""
    answered = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return [DOCUMENT["components"]["schemas"][one["$ref"].rpartition("/")[2]] for one in answered["anyOf"]]


def fits(value: Any, schema: dict[str, Any]) -> bool:
    return bool(jsonschema_rs.Draft202012Validator({**DOCUMENT, **schema}).is_valid(value))


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        made.configure(refunds_enabled=True)
        yield made


def test_a_chosen_page_keeps_its_promise_and_the_full_one_promises_more(b: Books) -> None:
    b.receipt(500, [b.invoice(300, 100, -20)])
    b.refund({b.adjustment(-40): 10})
    b.advance(75)
    api = Integrator(b)
    plain = [path for path in lists() if "{" not in path]
    assert len(plain) > 20
    filled = 0
    for path in plain:
        full, chosen = shapes(path)
        members = list(chosen["properties"]["results"]["items"]["properties"])
        answer = api.get(f"{path}?limit=2")
        assert fits(answer.body, full), path
        names = [name for name in members if name not in NEVER_LISTED]
        answer = api.get(f"{path}?limit=2&fields={','.join(names)}")
        assert answer.status == 200, (path, answer.text)
        for name in names[:2]:
            answer = api.get(f"{path}?limit=2&fields={name}")
            assert {key for row in answer["results"] for key in row} <= {name}
            assert fits(answer.body, chosen), path
        if answer["results"]:
            filled += 1
            assert not fits(answer.body, full), path
            answer.body["results"][0][names[1]] = {"not": ["its", "type"]}
            assert not fits(answer.body, chosen), path
    assert filled > 12


def test_an_unknown_member_is_refused_where_there_is_no_row_either(b: Books) -> None:
    api = Integrator(b)
    for path in lists():
        if "{" not in path:
            answer = api.get(f"{path}?fields=id,colour")
            assert (answer.status, answer.codes) == (400, ["field_unknown"]), path
