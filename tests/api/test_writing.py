"""Writes: one effect per key, rehearsals that leave no trace, conditions (SPEC 15)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from arledger.api.services import expire_keys
from arledger.companies.models import Account
from arledger.core.scope import company_scope
from arledger.core.sql import execute, fetch_all
from tests.build import AT, Books, books
from tests.concurrency.racing import race
from tests.integrator import Answer, Integrator

pytestmark = pytest.mark.usefixtures("at_the_time_of_the_books")
BODY = {"code": "700900", "name": "Other revenue", "kind": "revenue"}


def accounts(made: Books) -> list[str]:
    with company_scope(made.company.pk):
        found = Account.objects.filter(company=made.company, code=BODY["code"])
        return list(found.values_list("name", flat=True))


def rows_of_all_tables() -> dict[str, int]:
    """How many rows each table has, of every company."""
    names = fetch_all(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    readable = [name for (name,) in names if name not in ("auth_group", "auth_group_permissions")]
    parts = [f"SELECT '{name}', count(*) FROM {name}" for name in readable]
    return dict(fetch_all(" UNION ALL ".join(parts)))


@pytest.mark.django_db
def test_the_same_key_and_body_answer_the_same_and_act_once() -> None:
    with books() as made:
        api = Integrator(made)
    first = api.post("/accounts", BODY, key="k-1")
    again = api.post("/accounts", BODY, key="k-1")
    assert first.status == again.status == 201
    assert first.text == again.text
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(accounts(made)) == 1
    assert api.post("/accounts", BODY).codes == ["code_taken"]


@pytest.mark.django_db
def test_a_replay_keeps_status_body_and_etag_of_a_change() -> None:
    with books() as made:
        api = Integrator(made)
    first = api.patch("/configuration", {"refunds_enabled": True}, key="k")
    api.patch("/configuration", {"refunds_enabled": False})
    again = api.patch("/configuration", {"refunds_enabled": True}, key="k")
    assert (again.status, again.text, again.headers["ETag"]) == (200, first.text, first.headers["ETag"])
    assert api.get("/configuration")["refunds_enabled"] is False


@pytest.mark.django_db
def test_another_body_or_query_with_the_key_is_refused() -> None:
    with books() as made:
        api = Integrator(made)
    assert api.post("/accounts", BODY, key="k").status == 201
    other = api.post("/accounts", BODY | {"name": "X"}, key="k")
    assert (other.status, other["code"]) == (422, "idempotency_key_reused")
    assert api.post("/accounts?validate_only=false", BODY, key="k")["code"] == "idempotency_key_reused"


@pytest.mark.django_db
def test_a_key_belongs_to_a_person_a_company_an_address_and_a_method() -> None:
    with books() as made:
        api, colleague = Integrator(made), Integrator(made)
        other_token = Integrator.again(api)
    with books() as other:
        elsewhere = Integrator(other)
    assert api.post("/accounts", BODY, key="k").status == 201
    assert colleague.post("/accounts", BODY, key="k").codes == ["code_taken"]
    assert elsewhere.post("/accounts", BODY, key="k").status == 201
    assert api.post("/journals", {"code": "J", "name": "J"}, key="k").status == 201
    assert api.patch(f"/accounts/{BODY['code']}", {"name": "Y"}, key="k")["name"] == "Y"
    assert other_token.post("/accounts", BODY, key="k").headers["Idempotent-Replayed"] == "true"


@pytest.mark.django_db
def test_what_was_refused_leaves_the_key_free() -> None:
    """Nothing was written, so the same call is judged anew: what stood in its way may be gone."""
    with books() as made:
        api = Integrator(made)
    wrong = BODY | {"kind": "colour"}
    assert api.post("/accounts", wrong, key="k").status == 400
    assert api.post("/journals/J/nothing", wrong, key="k").status == 404
    assert api.post("/accounts", BODY, key="k").status == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256, "\t", "a\x7f"])
def test_keys_are_visible_ascii(key: str) -> None:
    with books() as made:
        api = Integrator(made)
    refused = api.post("/accounts", BODY, headers={"Idempotency-Key": key})
    assert (refused.status, refused.codes, refused.places) == (
        400,
        ["idempotency_key_invalid"],
        ["Idempotency-Key"],
    )
    rehearsed = api.post("/accounts?validate_only=true", BODY, headers={"Idempotency-Key": key})
    assert rehearsed.codes == ["idempotency_key_invalid"]
    assert accounts(made) == []
    assert api.post("/accounts", BODY, key="x" * 255).status == 201


@pytest.mark.django_db
def test_a_key_is_forgotten_after_a_week() -> None:
    with books() as made:
        api = Integrator(made)
    api.post("/accounts", BODY, key="k")
    with company_scope(made.company.pk):
        assert expire_keys(company_id=made.company.pk, at=AT) == 0
        execute("UPDATE core_idempotencykey SET created_at = created_at - interval '9 days'")
        execute("UPDATE core_idempotencykey SET created_at = %s::timestamptz - interval '9 days'", [AT])
        assert expire_keys(company_id=made.company.pk, at=AT) == 1
    assert api.post("/accounts", BODY, key="k").codes == ["code_taken"]


@pytest.mark.django_db
def test_a_rehearsal_answers_the_effects_and_leaves_no_trace() -> None:
    with books() as made:
        api = Integrator(made)
        api.get("/accounts")
        before = rows_of_all_tables()
        sequences = fetch_all("SELECT code, last_value FROM companies_numbersequence ORDER BY 1")
        customer = made.customer
    invoice = {
        "customer": f"cus_{customer}",
        "date": "2026-03-15",
        "due_date": "2026-04-15",
        "lines": [{"description": "Work", "amount": "300.00"}],
    }
    for path, body in (("/accounts", BODY), ("/invoices", invoice)):
        rehearsed = api.post(f"{path}?validate_only=true", body, key="k")
        assert (rehearsed.status, rehearsed["validate_only"]) == (200, True), rehearsed.text
        assert "Idempotent-Replayed" not in rehearsed.headers
    assert rehearsed["total"] == "300.00"
    wrong = api.post("/accounts?validate_only=true", BODY | {"kind": "colour"})
    assert (wrong.status, wrong.codes) == (400, ["choice_unknown"])
    assert api.post("/accounts?validate_only=yes", BODY).places == ["validate_only"]
    assert api.post("/accounts?dry_run=true", BODY).codes == ["parameter_unknown"]
    with company_scope(made.company.pk):
        assert rows_of_all_tables() == before
        assert fetch_all("SELECT code, last_value FROM companies_numbersequence ORDER BY 1") == sequences
    assert api.post("/accounts", BODY, key="k").status == 201


def test_fifty_at_once_with_one_key_have_one_effect_and_one_answer(committed: None) -> None:
    with books() as made:
        api = Integrator(made)
    answers = together(made, 50, lambda: api.post("/accounts", BODY, key="once"))
    assert {(answer.status, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 49
    assert len(accounts(made)) == 1


def test_a_key_whose_first_call_still_runs_answers_409(committed: None) -> None:
    with books() as made:
        api = Integrator(made)
    key: list[int | str] = [made.company.pk, api.user.pk, "api POST /api/v1/accounts", "slow"]
    with company_scope(made.company.pk):
        claimed, finish = threading.Event(), threading.Event()

        def hold() -> None:
            with company_scope(made.company.pk), connection.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute(
                    "INSERT INTO core_idempotencykey (company_id, user_id, endpoint, key, fingerprint)"
                    " VALUES (%s, %s, %s, %s, 'x')",
                    key,
                )
                claimed.set()
                finish.wait(60)
                cursor.execute("ROLLBACK")
            connection.close()

        holder = threading.Thread(target=hold)
        holder.start()
        assert claimed.wait(60)
        try:
            running = api.post("/accounts", BODY, key="slow")
        finally:
            finish.set()
            holder.join()
    assert (running.status, running["code"]) == (409, "idempotency_key_running")
    assert int(running.headers["Retry-After"]) > 0
    assert api.post("/accounts", BODY, key="slow").status == 201


def together(made: Books, count: int, call: Callable[[], Answer]) -> list[Answer]:
    """``count`` threads make the call at the same moment, each on a connection of its own."""
    return [answer for answer in race(made, [call] * count).results if isinstance(answer, Answer)]
