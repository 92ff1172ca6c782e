"""What the client sends, when it tries again, and what it makes of answers; against a server that says anything."""

from __future__ import annotations

import hmac
import json
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from arledger_client import (
    Arledger,
    Broken,
    Changed,
    Conflict,
    Invalid,
    NotAllowed,
    NotReached,
    NotSignedIn,
    NotThere,
    Problem,
    Refused,
    SignatureWrong,
    TooMany,
    check,
    message,
)
from arledger_client.shapes import Term
from arledger_client.values import read, write, write_parameter

from tests.client.answering import Said, Server, answering

TERM = {
    "id": "trm_1",
    "code": "NET30",
    "name": "30 days",
    "active": True,
    "net_days": 30,
    "end_of_month": False,
    "discount_percent": "2.50",
    "discount_days": 0,
}


LEFT = "Only 6.00 are left."
NOON = "2026-03-15T12:00:00.000000Z"


def page(*codes: str, next: str | None = None) -> Said:
    return Said(body={"results": [TERM | {"code": code} for code in codes], "next": next, "previous": None})


def client(server: Server, waited: list[float] | None = None, **options: Any) -> Arledger:
    """That waits for nothing, and notes for how long it would have."""
    return Arledger(server.url, "arl_1_2_x", sleep=([] if waited is None else waited).append, **options)


def test_a_write_says_who_calls_and_counts_once() -> None:
    with answering(Said(201, TERM)) as server, client(server, language="fr") as books:
        made = books.terms.create(code="NET30", name="30 days", net_days=30, discount_percent=Decimal("2.5"))
        assert (made["discount_percent"], made["code"]) == (Decimal("2.50"), "NET30")
        books.terms.create(code="X", name="X", net_days=1, idempotency_key="mine", validate_only=True)
        books.invoices.delete("doc_1", if_match=3)
    first, second, third = server.calls
    assert (first.method, first.target) == ("POST", "/api/v1/terms")
    assert json.loads(first.body)["discount_percent"] == "2.5"
    assert first.headers["Authorization"] == "Bearer arl_1_2_x"
    assert first.headers["Accept-Language"] == "fr"
    assert len(first.headers["Idempotency-Key"]) == 32
    assert (second.target, second.headers["Idempotency-Key"]) == ("/api/v1/terms?validate_only=true", "mine")
    assert (third.method, third.headers["If-Match"]) == ("DELETE", '"3"')
    assert third.headers["Idempotency-Key"] != first.headers["Idempotency-Key"]
    assert server.connections == 1, "the connection is kept"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (Said(429, {"code": "too_many_requests"}, {"Retry-After": "7"}), 7.0),
        (Said(503, b"<html>", media="text/html"), 0.5),
        (Said(409, {"code": "idempotency_key_running"}, {"Retry-After": "2"}), 2.0),
        (Said(409, {"code": "busy"}, {"Retry-After": "600"}), 60.0),
        (Said(502, b""), 0.5),
    ],
)
def test_what_passes_is_waited_for_and_sent_again_with_the_same_key(said: Said, seconds: float) -> None:
    waited: list[float] = []
    with answering(said, Said(201, TERM)) as server, client(server, waited) as books:
        books.terms.create(code="NET30", name="30 days", net_days=30)
    assert waited == [seconds]
    first, second = server.calls
    assert (first.body, first.headers["Idempotency-Key"]) == (second.body, second.headers["Idempotency-Key"])


def test_a_broken_connection_is_tried_again_with_the_same_key_and_at_last_told() -> None:
    waited: list[float] = []
    with answering(Said(0), Said(0), Said(201, TERM)) as server, client(server, waited) as books:
        assert books.terms.create(code="NET30", name="30 days", net_days=30)["code"] == "NET30"
        assert len({call.headers["Idempotency-Key"] for call in server.calls}) == 1
    assert waited == [0.5, 1.0]
    with answering(Said(0)) as server, client(server, attempts=3) as books:
        with pytest.raises(NotReached) as raised:
            books.terms.create(code="NET30", name="30 days", net_days=30, idempotency_key="mine")
        assert (len(server.calls), raised.value.idempotency_key) == (3, "mine")
    nowhere = Arledger("http://127.0.0.1:9", "t", attempts=2, sleep=list[float]().append)
    with pytest.raises(NotReached):
        nowhere.terms.show("NET30")


def test_a_kept_connection_that_was_closed_meanwhile_is_opened_anew_without_waiting() -> None:
    waited: list[float] = []
    closing = Said(200, TERM, {"Connection": "close"})
    with answering(Said(200, TERM), Said(0), Said(200, TERM)) as server, client(server, waited) as books:
        books.terms.show("NET30")
        books.terms.show("NET30")
        assert (waited, server.connections) == ([], 2)
        server.answers[:] = [closing]
        books.terms.show("NET30")
        books.terms.show("NET30")
    assert waited == []


def test_each_thread_has_its_own_connection() -> None:
    with answering(Said(200, TERM)) as server, client(server) as books:

        def run() -> None:
            with books:
                assert books.terms.show("NET30")["id"] == "trm_1"

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (len(server.calls), server.connections) == (4, 4)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid),
        (401, NotSignedIn),
        (403, NotAllowed),
        (404, NotThere),
        (409, Conflict),
        (410, NotThere),
        (412, Changed),
        (415, Invalid),
        (418, Problem),
        (422, Refused),
        (500, Broken),
    ],
)
def test_a_refusal_is_an_exception_of_its_kind_and_not_tried_again(status: int, kind: type[Problem]) -> None:
    errors = [
        {
            "code": "too_much",
            "pointer": "/credits/0/amount",
            "detail": "Only 6.00 are left.",
            "values": {"available": "6.00"},
        }
    ]
    body = {"code": "too_much", "title": "No", "detail": "Only 6.00 are left.", "errors": errors}
    with answering(Said(status, body, media="application/problem+json")) as server, client(server) as books:
        with pytest.raises(kind) as raised:
            books.terms.show("NET30")
        assert len(server.calls) == 1
    problem = raised.value
    assert type(problem) is kind
    assert (problem.status, problem.code, problem.pointer) == (status, "too_much", "/credits/0/amount")
    assert (problem.values, problem.faults[0].detail) == ({"available": "6.00"}, LEFT)
    assert str(problem) == f"{status} too_much: {LEFT}"


def test_what_does_not_pass_is_told_after_the_last_attempt() -> None:
    waited: list[float] = []
    body = {"code": "too_many_requests", "errors": []}
    with (
        answering(Said(429, body, {"Retry-After": "1"})) as server,
        client(server, waited, attempts=3) as books,
    ):
        with pytest.raises(TooMany):
            books.terms.show("NET30")
        assert (len(server.calls), waited) == (3, [1.0, 1.0])
    with (
        answering(Said(503, b"<h1>Later</h1>", media="text/html")) as server,
        client(server, attempts=1) as books,
    ):
        with pytest.raises(Broken) as raised:
            books.terms.show("NET30")
        assert raised.value.code == "status_503"


def test_a_list_is_gone_through_by_its_cursor_each_time_anew() -> None:
    elsewhere = "https://behind.example.com/api/v1/terms?limit=2&active=true&cursor=abc%3D"
    answers = [page("A", "B", next=elsewhere), page("C")]
    with answering(*answers, *answers, page("A", next=elsewhere), page()) as server, client(server) as books:
        terms = books.terms.list(limit=2, active=True)
        assert [one["code"] for one in terms] == ["A", "B", "C"]
        assert [len(one) for one in terms.pages()] == [2, 1]
        first = terms.first()
        assert first is not None
        assert first["code"] == "A"
        assert books.terms.list().first() is None
    targets = [call.target for call in server.calls]
    assert targets[:2] == [
        "/api/v1/terms?limit=2&active=true",
        "/api/v1/terms?limit=2&active=true&cursor=abc%3D",
    ]
    assert len(targets) == 6


def test_the_feed_goes_on_after_the_last_event() -> None:
    def feed(*numbers: int) -> Said:
        rows = [
            {
                "id": f"evt_{n}",
                "type": "invoice.posted",
                "objects": [],
                "data": {},
                "created_at": "2026-03-15T12:00:00Z",
            }
            for n in numbers
        ]
        return Said(body={"results": rows, "next": "x"})

    with answering(feed(5, 6), feed(7)) as server, client(server) as books:
        found = list(books.events.after("evt_4", type="invoice.posted", limit=2))
    assert [one["id"] for one in found] == ["evt_5", "evt_6", "evt_7"]
    assert found[0]["created_at"] == datetime(2026, 3, 15, 12, tzinfo=UTC)
    assert [call.target for call in server.calls] == [
        "/api/v1/events?after=evt_4&type=invoice.posted&limit=2",
        "/api/v1/events?after=evt_6&type=invoice.posted&limit=2",
    ]


def test_addresses_hold_what_ids_and_codes_hold() -> None:
    with answering(Said(200, TERM)) as server, Arledger(f"{server.url}/books/", "t") as books:
        books.terms.show("a/b ü")
    assert server.calls[0].target == "/books/api/v1/terms/a%2Fb%20%C3%BC"
    with pytest.raises(ValueError, match="no address"):
        Arledger("books.example.com", "t").terms.show("x")


def test_a_token_is_not_shown_with_the_client() -> None:
    assert "arl_1" not in repr(Arledger("http://localhost", "arl_1_2_x").transport)


# Values -----------------------------------------------------------------------------------------------------------


def test_values_are_written_exactly_or_not_at_all() -> None:
    sent = {"amount": Decimal("1E+3"), "day": date(2026, 3, 15), "lines": ({"none": None},), "flag": True}
    assert write(sent) == {"amount": "1000", "day": "2026-03-15", "lines": [{"none": None}], "flag": True}
    assert write(datetime(2026, 3, 15, 12, tzinfo=UTC)) == "2026-03-15T12:00:00+00:00"
    assert [write_parameter(one) for one in (True, ["a", "b"], 3, "x")] == ["true", "a,b", "3", "x"]
    for wrong in (0.1, datetime(2026, 3, 15, 12), object()):  # noqa: DTZ001
        with pytest.raises(TypeError):
            write(wrong)


def test_what_an_answer_holds_beyond_its_shape_is_kept() -> None:
    found: Any = read(Term, TERM | {"new_member": "1.50"})
    assert (found["new_member"], found["discount_percent"]) == ("1.50", Decimal("2.5"))


# Signatures -------------------------------------------------------------------------------------------------------


def signed(body: bytes, *secrets: str, at: int = 1_000) -> str:
    made = [hmac.new(one.encode(), f"{at}.".encode() + body, sha256).hexdigest() for one in secrets]
    return ",".join([f"t={at}", *(f"v1={one}" for one in made)])


def test_a_message_is_believed_once_its_signature_is_right() -> None:
    told = {
        "id": "evt_1",
        "type": "invoice.posted",
        "objects": ["doc_1"],
        "data": {},
        "created_at": "2026-03-15T12:00:00.000000Z",
    }
    body = json.dumps(told).encode()
    found = message(body, signed(body, "new"), "new", now=1_100)
    assert (found["id"], found["created_at"].tzinfo) == ("evt_1", UTC)
    check(body, signed(body, "new", "old"), "old", now=1_000)
    check(body, signed(body, "new", "old"), ["other", "new"], now=1_000)
    for wrong, secret, now in (
        (signed(body, "new"), "old", 1_000),
        (signed(body + b" ", "new"), "new", 1_000),
        (signed(body, "new"), "new", 1_301),
        (signed(body, "new"), "new", 699),
        (signed(body, "new").replace("t=1000", "t=1001"), "new", 1_000),
        ("", "new", 1_000),
        ("t=1000", "new", 1_000),
        ("t=x,v1=00", "new", 1_000),
        ("t=1000,t=1000,v1=00", "new", 1_000),
        ("t=1000,v1=é", "new", 1_000),
    ):
        with pytest.raises(SignatureWrong):
            check(body, wrong, secret, now=now)
