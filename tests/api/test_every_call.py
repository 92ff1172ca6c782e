"""Every call of the OpenAPI document, with what Schemathesis makes of it: as clerk, as reader, and as nobody.

No 5xx, no answer that the document does not promise, nothing done for whoever may not; with real names and ids put
in half of the time, so that calls get as far as the books.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import requests
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from arledger.core.api.ids import id_of
from arledger.core.api.openapi import document
from arledger.core.scope import company_scope
from tests.build import Books, books
from tests.integrator import Answer, Integrator
from tests.permissions.matrix import rights_of

pytestmark = [pytest.mark.long, pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def strict(found: dict[str, Any]) -> dict[str, Any]:
    """The document without the second shape of lists: nothing made up names ``fields`` that there are."""
    for calls in found["paths"].values():
        for answer in calls.get("get", {}).get("responses", {}).values():
            for content in answer.get("content", {}).values():
                content["schema"] = content["schema"].get("anyOf", [content["schema"]])[0]
    return found


SCHEMA = schemathesis.openapi.from_dict(strict(document()))
OPERATIONS: list[APIOperation] = [
    found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)
]
CHECKS: list[Any] = [status_code_conformance, content_type_conformance, response_schema_conformance]
PUBLIC = ("/api/v1/problems", "/api/v1/problems/{code}", "/api/v1/openapi.json")
LIGHT = settings(
    phases=[Phase.generate],
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def name(operation: APIOperation) -> str:
    return f"{operation.method.upper()} {operation.path}"


@cache
def strategy(place: int, mode: GenerationMode) -> Any:
    return OPERATIONS[place].as_strategy(generation_mode=mode)


def furnished() -> Books:
    """Books with a document of several kinds; inside them a caller can be made."""
    with books() as found:
        found.configure(refunds_enabled=True)
        invoice = found.invoice(300, 100, -20)
        found.receipt(120, [invoice])
        found.names |= {"invoice": invoice, "draft": found.invoice(50, post=False)}
        found.names |= {"adjustment": found.adjustment(-40), "advance": found.advance(75)}
    return found


def caller(made: Books, role: str) -> Integrator:
    with company_scope(made.company.pk):
        return Integrator(made, role, scopes=rights_of(role))


def known(made: Books) -> dict[str, list[Any]]:
    """What members and addresses may name in these books."""
    documents = [id_of("document", key) for key in made.names.values()]
    return {
        "key": [*documents, id_of("customer", made.customer), "BANK", "NET30"],
        "customer": [id_of("customer", made.customer)],
        "bank_account": ["BANK"],
        "term": ["NET30"],
        "date": ["2026-03-15", "2026-03-20"],
        "due_date": ["2026-04-15"],
        "currency": [made.company.base_currency],
        "amount": ["10.00", "300", "0.01"],
        "charge": documents,
        "credit": documents,
        "documents": [documents],
        "receipts": [documents],
    }


def put_in(part: Any, names: dict[str, list[Any]], dice: random.Random) -> Any:
    """The same with what the books know in half of the places."""
    if isinstance(part, dict):
        return {
            member: dice.choice(names[member])
            if member in names and not isinstance(value, dict) and dice.random() < 0.6
            else put_in(value, names, dice)
            for member, value in part.items()
        }
    return [put_in(one, names, dice) for one in part] if isinstance(part, list) else part


def send(api: Integrator, case: Case, names: dict[str, list[Any]], dice: random.Random) -> Answer:
    path = case.path
    for member, value in put_in(dict(case.path_parameters or {}), names, dice).items():
        path = path.replace(f"{{{member}}}", quote(str(value), safe=""))
    query = put_in(dict(case.query or {}), names, dice)
    body = None
    if case.body is not None and type(case.body).__name__ != "NotSet":
        value = put_in(case.body, names, dice)
        body = value if isinstance(value, bytes) else json.dumps(value).encode("utf-8", "surrogatepass")
    headers = {key: value for key, value in dict(case.headers or {}).items() if plain(value)}
    headers.pop("Authorization", None)  # made up; the caller has his own
    if case.media_type:
        headers["Content-Type"] = case.media_type
    address = f"{path}?{urlencode(query, doseq=True)}" if query else path
    return api.call(case.method, address, body, headers=headers)


def plain(value: Any) -> bool:
    """What a server lets through as a header at all."""
    return isinstance(value, str) and value.isascii() and value.isprintable()


def as_received(answer: Answer, case: Case) -> Response:
    return Response(
        status_code=answer.status,
        headers={name: [value] for name, value in answer.headers.items()},
        content=answer.text.encode(),
        request=requests.Request(case.method, f"http://testserver{case.path}").prepare(),
        elapsed=0.0,
        verify=False,
    )


def try_out(api: Integrator, place: int, mode: GenerationMode, examples: int) -> list[int]:
    """Some calls of one operation, whose answers are what the document promises; their statuses."""
    dice, names, statuses = random.Random(place), known(api.books), list[int]()

    @settings(LIGHT, max_examples=examples)
    @given(strategy(place, mode))
    def run(case: Case) -> None:
        answer = send(api, case, names, dice)
        statuses.append(answer.status)
        assert answer.status < 500, answer.text
        case.validate_response(as_received(answer, case), checks=CHECKS)

    with suppress(Unsatisfiable):  # nothing wrong can be sent to a call without parameters
        run()
    return statuses


def faults(tried: Callable[[int], None]) -> dict[str, str]:
    """What went wrong in trying each operation, by its name. Whatever one writes, the next does not see."""
    found = {}
    for place, operation in enumerate(OPERATIONS):
        sid = transaction.savepoint()
        try:
            tried(place)
        except (AssertionError, FailureGroup, Failure) as fault:
            found[name(operation)] = str(fault)[:2_000]
        transaction.savepoint_rollback(sid)
    return found


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_answers_are_what_the_document_promises(mode: GenerationMode) -> None:
    right = mode == GenerationMode.POSITIVE
    api = caller(furnished(), "administrator" if right else "ar-clerk")
    seen = Counter[int]()
    assert faults(lambda place: seen.update(try_out(api, place, mode, 2 if right else 1))) == {}
    if right:
        assert seen[200] > 20
    else:
        assert seen[400] > 10


def test_a_reader_changes_nothing() -> None:
    api = caller(furnished(), "auditor")
    for operation in OPERATIONS:
        answer = api.call(operation.method.upper(), plain_path(operation), {})
        if operation.method.upper() == "GET" or name(operation) in READS:
            assert answer.status in (200, 400, 403, 404), name(operation)
        else:
            assert (answer.status, answer["code"]) == (403, "forbidden"), name(operation)


def test_nobody_gets_anywhere() -> None:
    api = caller(furnished(), "administrator")
    for operation in OPERATIONS:
        if operation.path not in PUBLIC:
            answer = api.call(operation.method.upper(), plain_path(operation), {}, token="")
            assert (answer.status, answer["code"]) == (401, "unauthenticated"), name(operation)


def plain_path(operation: APIOperation) -> str:
    return operation.path.replace("{", "").replace("}", "")


# What a reader may do besides reading.
READS = {
    "POST /api/v1/matching/suggest",
    "POST /api/v1/tokens",  # for himself, with no more than his own rights
    "DELETE /api/v1/tokens/{key}",  # his own
    "POST /api/v1/exports",
    "POST /api/v1/exports/{key}/cancel",
}
