"""Tokens: who calls, for whom, with which rights; and everything that is no valid token (SPEC 15)."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.build import books
from tests.integrator import Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def scope() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('arledger.company', true)")
        return cursor.fetchone()[0] or ""


def test_a_token_opens_its_own_company_for_the_call_only() -> None:
    with books() as made:
        api = Integrator(made)
    assert scope() == ""
    answer = api.get("/nothing/here")
    assert (answer.status, answer["code"]) == (404, "not_found")
    assert scope() == ""
    assert answer.headers["Content-Type"] == "application/problem+json"
