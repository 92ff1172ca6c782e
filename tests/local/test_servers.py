"""The servers that every other test stands on."""

from __future__ import annotations

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_a_rolled_back_test_runs_as_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, session_user, nullif(current_setting('arledger.company', true), '')"
        )
        assert cursor.fetchone() == ("arledger_app", "arledger_web", None)
    assert connection.in_atomic_block


def test_a_committed_test_has_a_database_of_its_own(committed: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        user, database = cursor.fetchone()
    assert user == "arledger_app"
    assert database.endswith("_committed")
    assert not connection.in_atomic_block


def test_the_owner_owns_and_the_application_may_not_create(
    owner_cursor: psycopg.Cursor[tuple[object, ...]], app_cursor: psycopg.Cursor[tuple[object, ...]]
) -> None:
    owner_cursor.execute("CREATE TABLE of_the_owner (id int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_cursor.execute("CREATE TABLE of_the_application (id int)")


def test_the_cache_is_reached() -> None:
    cache.set("a", 1, 10)
    assert cache.get("a") == 1
