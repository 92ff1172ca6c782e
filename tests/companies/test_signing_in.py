"""A second factor, the list of one's sessions, throttling, and the password again for what weighs most (SPEC 4)."""

from __future__ import annotations

import re

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from arledger.companies.models import Configuration, User
from arledger.core.scope import company_scope
from tests.build import AT, Books, books, person
from tests.companies.test_settings import address, filled

pytestmark = pytest.mark.django_db
PASSWORD = "secret-1234"


@pytest.fixture(autouse=True)
def nobody_tried_before() -> None:
    cache.clear()


def sign_in(client: Client, user: User, password: str = PASSWORD) -> str:
    answer = client.post("/accounts/login/", {"login": user.email, "password": password})
    return answer.headers.get("Location", "")


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


@time_machine.travel(AT, tick=False)  # a code counts for half a minute, which may just be over
def test_a_second_factor_is_asked_for_once_it_is_on(client: Client) -> None:
    with books() as b:
        user = person(b)
    assert sign_in(client, user) == "/"
    asked = client.get("/accounts/2fa/totp/activate/").headers["Location"]
    assert client.get(asked).status_code == 200
    assert client.post(asked, {"password": "wrong"}).status_code == 200
    assert client.post(asked, {"password": PASSWORD}).headers["Location"] == "/accounts/2fa/totp/activate/"
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert secret is not None
    assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    on = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret[1])})
    assert on.headers["Location"].endswith("/recovery-codes/")
    recovery = re.findall(
        r"<code>([^<]+)</code>", client.get("/accounts/2fa/recovery-codes/").content.decode()
    )
    assert len(recovery) == 10
    client.post("/accounts/logout/")
    assert sign_in(client, user) == "/accounts/2fa/authenticate/"
    assert client.get(f"/c/{b.company.code}/").status_code == 302, "half signed in is not signed in"
    assert client.get("/accounts/2fa/authenticate/").status_code == 200
    assert client.post("/accounts/2fa/authenticate/", {"code": "123"}).status_code == 200
    assert client.post("/accounts/2fa/authenticate/", {"code": recovery[0]}).status_code == 302
    assert client.get(f"/c/{b.company.code}/").status_code == 200
    assert "Switch off" in client.get("/accounts/2fa/").content.decode()
    client.post("/accounts/logout/")
    sign_in(client, user)
    again = client.post("/accounts/2fa/authenticate/", {"code": recovery[0]})
    assert again.status_code == 200, "a recovery code works once"


def test_a_person_sees_his_sessions_and_ends_the_others(client: Client) -> None:
    with books() as b:
        user = person(b)
    elsewhere = Client(headers={"user-agent": "Elsewhere/1.0"})
    sign_in(elsewhere, user)
    sign_in(client, user)
    page = client.get("/accounts/sessions/").content.decode()
    assert "Elsewhere/1.0" in page
    assert client.post("/accounts/sessions/").status_code == 302
    assert elsewhere.get(f"/c/{b.company.code}/").status_code == 302
    assert client.get(f"/c/{b.company.code}/").status_code == 200


def test_guessing_passwords_is_slowed_down(client: Client) -> None:
    with books() as b:
        user = person(b)
    for _ in range(5):
        sign_in(client, user, "wrong")
    assert sign_in(client, user) == "", "even the right one has to wait"
    cache.clear()
    assert sign_in(client, user) == "/"


def limit_of(b: Books) -> bool:
    with company_scope(b.company.pk):
        return Configuration.objects.get(company=b.company).limit_credits_to_entity


def test_what_weighs_most_asks_for_the_password_again(client: Client, settings: Settings) -> None:
    settings.CONFIRM_AFTER_SECONDS = 1800
    with books() as b:
        user = person(b)
    client.force_login(user)
    sent = filled(b, limit_credits_to_entity=True)
    asked = client.post(address(b), sent)
    assert asked.status_code == 200
    page = asked.content.decode()
    assert 'name="limit_credits_to_entity" value="on"' in page
    assert not limit_of(b)
    wrong = client.post(address(b), sent | {"password_again": "nonsense"})
    assert wrong.status_code == 422
    assert "nonsense" not in wrong.content.decode()
    assert not limit_of(b)
    assert client.post(address(b), sent | {"password_again": PASSWORD}).status_code == 303
    assert limit_of(b)
    more = filled(b, limit_credits_to_entity=False, idempotency_key="k-2")
    assert client.post(address(b), more).status_code == 303, "not again so soon"
    assert client.get(address(b)).status_code == 200


def test_who_just_signed_in_is_not_asked(client: Client, settings: Settings) -> None:
    settings.CONFIRM_AFTER_SECONDS = 1800
    with books() as b:
        user = person(b)
    sign_in(client, user)
    assert client.post(address(b), filled(b, limit_credits_to_entity=True)).status_code == 303
