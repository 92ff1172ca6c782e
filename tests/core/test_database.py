"""The two aliases, the pool and what a connection may remember."""

from __future__ import annotations

import copy

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from pytest_django import DjangoDbBlocker

from arledger.core.database import database_settings

URL = "postgresql://web:p%40ss@/books?host=%2Frun%2Fpg&sslmode=disable"


def test_a_socket_url_is_understood() -> None:
    runtime = database_settings(URL, "", pool=False)["default"]
    assert (runtime["HOST"], runtime["NAME"], runtime["USER"], runtime["PASSWORD"]) == (
        "/run/pg",
        "books",
        "web",
        "p@ss",
    )
    assert runtime["OPTIONS"]["sslmode"] == "disable"


def test_only_the_runtime_becomes_the_application_role() -> None:
    aliases = database_settings(URL, "postgresql://owner@db/books", pool=False)
    assert "-c role=arledger_app" in aliases["default"]["OPTIONS"]["options"]
    assert "role" not in aliases["owner"]["OPTIONS"]["options"]
    assert aliases["owner"]["USER"] == "owner"


def test_without_an_owner_url_the_runtime_login_migrates() -> None:
    assert database_settings(URL, "", pool=False)["owner"]["USER"] == "web"


@pytest.mark.parametrize("how", ["RESET ROLE", "SET ROLE NONE; RESET ROLE", "DISCARD ALL"])
def test_resetting_leads_back_to_the_application_role(committed: None, how: str) -> None:
    with connection.cursor() as cursor:
        for statement in how.split("; "):
            cursor.execute(statement)
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("arledger_app",)


def test_a_lock_is_not_waited_for_long(committed: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("5s",)


def test_a_connection_from_the_pool_remembers_no_company(
    committed: None, django_db_blocker: DjangoDbBlocker
) -> None:
    alias = copy.deepcopy(connections.settings["default"])
    pooled = database_settings("postgresql:///any", "", pool=True)["default"]
    alias["OPTIONS"]["pool"] = pooled["OPTIONS"]["pool"] | {"max_size": 1}
    wrapper = DatabaseWrapper(alias, "default")
    try:
        with wrapper.cursor() as cursor:
            cursor.execute("SELECT set_config('arledger.company', '7', false), pg_backend_pid()")
            pid = cursor.fetchone()[1]
        wrapper.close()
        with wrapper.cursor() as cursor:
            cursor.execute("SELECT current_setting('arledger.company'), pg_backend_pid(), current_user")
            assert cursor.fetchone() == ("", pid, "arledger_app")
        wrapper.close()
    finally:
        wrapper.close_pool()


def test_no_connection_outlives_its_request_outside_the_pool() -> None:
    assert settings.DATABASES["default"]["CONN_MAX_AGE"] == 0
