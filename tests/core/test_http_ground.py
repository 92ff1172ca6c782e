"""Health checks, the client's address and what is logged of a failure."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
import structlog
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from pytest_django import Settings

from arledger.celery import app, send_request_id
from arledger.core.http.proxies import ClientAddressMiddleware
from arledger.core.logging import configure
from arledger.urls import urlpatterns


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_a_healthy_installation_says_so_without_signing_in(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_readiness_names_what_does_not_answer(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "database": True, "redis": False}


@pytest.mark.django_db
def test_liveness_does_not_depend_on_the_servers(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "invented, 203.0.113.9", "203.0.113.9"),
        (2, "invented, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    settings: Settings, proxies: int, header: str, expected: str
) -> None:
    settings.PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=header)

    def address(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.META["REMOTE_ADDR"])

    assert ClientAddressMiddleware(address)(request).content.decode() == expected


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the product writes to standard error, with its own configuration of logging."""
    stream = io.StringIO()
    before = logging.getLogger().handlers[:]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        configure(django_settings.LOGGING)
    yield stream
    logging.getLogger().handlers[:] = before


def test_a_fault_is_logged_with_its_traceback_and_request(logged: io.StringIO) -> None:
    client = Client(raise_request_exception=False)
    urls = type(sys)("urls_of_a_broken_page")
    urls.urlpatterns = [path("broken", broken), *urlpatterns]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urls):
        assert client.get("/broken").status_code == 500
    events = [json.loads(line) for line in logged.getvalue().splitlines()]
    (event,) = [event for event in events if event["logger"] == "django.request"]
    assert event["level"] == "error"
    assert event["request_id"]
    assert "ZeroDivisionError" in event["exception"]


def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def test_the_request_id_travels_into_the_task() -> None:
    seen: list[object] = []

    @app.task(name="test.request_id")
    def look() -> None:
        seen.append(structlog.contextvars.get_contextvars().get("request_id"))

    with structlog.contextvars.bound_contextvars(request_id="r-17"):
        headers: dict[str, str] = {}
        send_request_id(headers=headers)
    look.apply(headers=headers)
    assert seen == ["r-17"]
    assert "request_id" not in structlog.contextvars.get_contextvars()
    del app.tasks["test.request_id"]


def test_the_addresses_import_no_django() -> None:
    program = "import arledger.local.addresses, sys; sys.exit('django' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
