"""Verbs that take no body: what is sent along is nothing, or refused like any member that is not known (SPEC 15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from arledger.core.api.ids import PREFIXES, id_of
from arledger.core.api.openapi import document
from tests.api.billed import body, doc
from tests.build import Books, books
from tests.integrator import Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]

WRONG: list[tuple[Any, str, list[str]]] = [
    ({"colour": "red"}, "member_unknown", ["/colour"]),
    ({"date": "2026-03-15"}, "member_unknown", ["/date"]),
    ([], "type_wrong", []),
    (b"null", "type_wrong", []),
    (b'{"a":', "json_invalid", []),
    (b'{"a":1,"a":2}', "member_repeated", ["/a"]),
    (b"\xff", "json_encoding", []),
]


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


@pytest.fixture
def api(b: Books) -> Integrator:
    return Integrator(b)


@pytest.mark.parametrize(("sent", "code", "places"), WRONG)
def test_what_is_sent_in_vain_is_refused_and_nothing_done(
    b: Books, api: Integrator, sent: Any, code: str, places: list[str]
) -> None:
    draft = b.invoice(10, post=False)
    for options in ({}, {"key": "once"}):
        answer = api.post(f"/invoices/{doc(draft)}/post", sent, **options)
        assert (answer.status, answer.codes) == (400, [code])
        assert [place for place in answer.places if place] == places
    assert b.document(draft).state == "draft"


def test_other_media_are_refused(b: Books, api: Integrator) -> None:
    address = f"/invoices/{doc(b.invoice(10, post=False))}/post"
    answer = api.post(address, b"colour=red", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status, answer.codes) == (415, ["media_type_unsupported"])


@pytest.mark.parametrize("sent", [None, {}, b" \r\n", b"{ }"])
def test_nothing_is_fine_however_it_is_written(b: Books, api: Integrator, sent: Any) -> None:
    assert api.post(f"/invoices/{doc(b.invoice(10, post=False))}/post", sent).status == 200


def test_nothing_needs_no_media_type(b: Books, api: Integrator) -> None:
    address = f"/invoices/{doc(b.invoice(10, post=False))}/post"
    assert api.post(address, headers={"Content-Type": "text/plain"}).status == 200


def test_what_a_delete_carries_has_no_meaning(b: Books, api: Integrator) -> None:
    draft = api.post("/invoices", body(b, "10", action="draft"))
    assert api.call("DELETE", f"/invoices/{draft['id']}", {"colour": "red"}).status == 200


def test_each_verb_without_a_body_refuses_one(b: Books, api: Integrator) -> None:
    b.configure(refunds_enabled=True)
    verbs = [
        path.removeprefix("/api/v1")
        for path, calls in document()["paths"].items()
        if "post" in calls and "requestBody" not in calls["post"]
    ]
    assert len(verbs) > 12
    ids = [id_of(kind, api.user.pk if kind == "user" else 1) for kind in PREFIXES]
    for path in verbs:
        addresses = [path.format(key=one, delivery=id_of("delivery", 1)) for one in ids]
        answers = [api.post(address, {"colour": "red"}) for address in addresses]
        assert (400, ["member_unknown"]) in [(one.status, one.codes) for one in answers], path
