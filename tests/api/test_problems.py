"""What goes wrong is a problem document, whatever it is and wherever it happens (SPEC 15, RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path

from arledger.core.api import limits
from arledger.core.api.problems import TITLES, catalogue
from arledger.core.api.views import ApiRequest, ApiView
from arledger.urls import urlpatterns as every_address
from tests.architecture.sources import import_everything
from tests.build import books
from tests.integrator import Answer, Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


class Broken(ApiView):
    rights = {"GET": ""}

    def get(self, request: ApiRequest) -> HttpResponse:
        raise ZeroDivisionError("a secret")


urlpatterns = [path("api/v1/broken", Broken.as_view()), path("", include(every_address))]


def is_a_problem(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer["status"], answer["code"]) == (status, status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.body) >= {"type", "title", "status", "detail", "code", "errors"}
    assert answer["type"] == f"/api/v1/problems/{code}"


def test_each_way_to_fail_before_a_view_is_a_problem() -> None:
    with books() as made:
        api = Integrator(made)
    is_a_problem(api.get("/accounts", token=""), 401, "unauthenticated")
    is_a_problem(api.get("/nowhere"), 404, "not_found")
    is_a_problem(api.get("/accounts/"), 404, "not_found")
    is_a_problem(api.get("/accounts/nowhere"), 404, "not_found")
    is_a_problem(api.get("/nowhere", token=""), 401, "unauthenticated")
    for method in ("DELETE", "PUT", "OPTIONS", "TRACE", "BREW"):
        refused = api.call(method, "/accounts")
        is_a_problem(refused, 405, "method_not_allowed")
        assert refused.headers["Allow"] == "GET, HEAD, POST"
    is_a_problem(api.get("/accounts", headers={"Accept": "text/csv"}), 406, "not_acceptable")
    is_a_problem(
        api.post("/accounts", b"a=1", headers={"Content-Type": "text/plain"}), 415, "media_type_unsupported"
    )
    latin = {"Content-Type": "application/json; charset=latin-1"}
    is_a_problem(api.post("/accounts", b"{}", headers=latin), 415, "media_type_unsupported")
    is_a_problem(api.post("/accounts", b"{"), 400, "json_invalid")
    is_a_problem(api.post("/accounts", b"[]"), 400, "type_wrong")
    is_a_problem(api.get("/accounts", headers={"Host": "elsewhere.example"}), 400, "request_invalid")
    assert api.call("HEAD", "/accounts").status == 200


def test_a_body_beyond_the_limit_is_too_large() -> None:
    with books() as made:
        api = Integrator(made)
    large = b'{"code": "' + b"x" * django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'
    is_a_problem(api.post("/accounts", large), 413, "body_too_large")
    is_a_problem(api.post("/accounts", large, key="k"), 413, "body_too_large")


def test_a_fault_says_nothing_of_itself() -> None:
    with books() as made:
        api = Integrator(made, tell_faults=False)
    with override_settings(ROOT_URLCONF=__name__):
        fault = api.get("/broken")
    is_a_problem(fault, 500, "unexpected")
    assert "secret" not in fault.text
    assert "ZeroDivision" not in fault.text
    assert fault["request_id"] == fault.headers["X-Request-Id"]


def test_problems_speak_the_language_asked_for_else_the_persons_own() -> None:
    with books() as made:
        english, french = Integrator(made), Integrator(made, language="fr")
    for api, header, language in (
        (english, None, "en"),
        (french, None, "fr"),
        (english, "fr-CA, en;q=0.5", "fr"),
        (french, "en", "en"),
        (french, "de, *;q=0.1", "fr"),
        (french, "\x80;;q=,", "fr"),
    ):
        refused = api.post("/accounts", {}, headers={"Accept-Language": header} if header else None)
        assert refused.headers["Content-Language"] == language, header
        expected = {"en": "This field is required.", "fr": "Ce champ est obligatoire."}[language]
        assert {error["detail"] for error in refused["errors"]} == {expected}
        assert refused.places == ["/code", "/name", "/kind"]
        assert refused["code"] == "required"


def test_several_errors_share_a_code_or_say_invalid() -> None:
    with books() as made:
        api = Integrator(made)
    mixed = api.post("/accounts", {"code": 5, "colour": 1, "kind": "bank"})
    is_a_problem(mixed, 400, "invalid")
    assert list(zip(mixed.codes, mixed.places, strict=True)) == [
        ("type_wrong", "/code"),
        ("member_unknown", "/colour"),
        ("required", "/name"),
    ]


def test_the_catalogue_lists_every_code_there_is() -> None:
    import_everything()
    with books() as made:
        api = Integrator(made)
    answer = api.get("/problems", token="")
    assert answer.status == 200
    codes = [entry["code"] for entry in answer["results"]]
    assert codes == sorted(set(codes))
    assert {"no_lines", "period_closed", "idempotency_key_reused", "unexpected"} <= set(codes)
    assert {entry.status for entry in catalogue()} <= set(TITLES)
    one = api.get("/problems/amount_decimals", token="")
    assert one.body in answer["results"]
    assert one["values"] == ["currency", "decimals", "text"]
    is_a_problem(api.get("/problems/nothing", token=""), 404, "not_found")


@pytest.fixture
def few_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # A Valkey that is slow, on a busy machine, would be left alone for as long as the clock of the tests stands.
    monkeypatch.setattr(limits, "TIMEOUT", 60)
    limits._server.cache_clear()
    with override_settings(API_CALLS_PER_MINUTE=3):
        yield
    limits._server.cache_clear()


@pytest.mark.usefixtures("few_calls")
def test_calls_are_counted_by_the_minute_and_token() -> None:
    with books() as made:
        api, other = Integrator(made), Integrator(made)
    # AT is the first second of a minute.
    left = []
    for _ in range(3):
        answer = api.get("/accounts")
        assert answer.status == 200
        left.append(answer.headers["RateLimit-Remaining"])
    assert left == ["2", "1", "0"]
    refused = api.get("/accounts")
    is_a_problem(refused, 429, "too_many_requests")
    assert refused.headers["RateLimit-Limit"] == "3"
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert 1 <= int(refused.headers["Retry-After"]) == int(refused.headers["RateLimit-Reset"]) <= 60
    assert other.get("/accounts").status == 200


@pytest.mark.usefixtures("few_calls")
def test_without_valkey_calls_go_on_uncounted(settings: Any) -> None:
    with books() as made:
        api = Integrator(made)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for _ in range(6):
        answer = api.get("/accounts")
        assert answer.status == 200
        assert "RateLimit-Limit" not in answer.headers
    assert limits._server(settings.REDIS_URL).silent_until is not None
