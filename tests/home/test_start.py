"""Signing in, choosing a company, the frame around every page, the language."""

from __future__ import annotations

import re

import pytest
from django.test import Client, RequestFactory

from arledger.companies.models import User
from arledger.companies.services import add_member, add_user
from arledger.core.http.errors import server_error
from tests.build import books, person

pytestmark = pytest.mark.django_db


def test_signing_in_with_one_company_leads_straight_into_it(client: Client) -> None:
    with books() as b:
        user = person(b)
    answer = client.post("/accounts/login/", {"login": user.email, "password": "secret-1234"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/c/{b.company.code}/"
    assert b.company.name in answer.content.decode()


def test_a_wrong_password_shows_the_form_again(client: Client) -> None:
    with books() as b:
        user = person(b)
    answer = client.post("/accounts/login/", {"login": user.email, "password": "wrong"})
    assert answer.status_code == 200
    assert "note-bad" in answer.content.decode()


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/password/", "/accounts/email/"])
def test_there_is_no_other_way_in(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_link_for_a_password_that_nobody_gave_out_opens_nothing(client: Client) -> None:
    assert client.get("/accounts/password/reset/").status_code == 410


def test_an_anonymous_visitor_is_sent_to_sign_in_and_back(client: Client) -> None:
    answer = client.get("/c/whatever/")
    assert (answer.status_code, answer["Location"]) == (302, "/c/whatever/accounts/login/?next=/c/whatever/")


def test_several_companies_are_offered_and_switched(client: Client) -> None:
    with books() as first:
        user = person(first)
    with books() as second:
        add_member(actor=second.actor, user=user, role_code="auditor")
    client.force_login(user)
    page = client.get("/").content.decode()
    assert f'href="/c/{first.company.code}/"' in page
    assert f'href="/c/{second.company.code}/"' in page
    inside = client.get(f"/c/{first.company.code}/").content.decode()
    assert second.company.name in inside, "the switch of the top bar offers the other one"
    answer = client.post(f"/c/{first.company.code}/companies/switch/", {"company": str(second.company.pk)})
    assert (answer.status_code, answer["Location"]) == (303, f"/c/{second.company.code}/")


def test_somebody_elses_company_does_not_exist(client: Client) -> None:
    with books() as own:
        user = person(own)
    with books() as foreign:
        pass
    client.force_login(user)
    assert client.get(f"/c/{foreign.company.code}/").status_code == 404
    assert client.get("/c/there-is-none/").status_code == 404
    assert foreign.company.name not in client.get(f"/c/{own.company.code}/").content.decode()
    answer = client.post(f"/c/{own.company.code}/companies/switch/", {"company": str(foreign.company.pk)})
    assert answer.status_code == 404


def test_a_person_without_a_company_is_told_so(client: Client) -> None:
    client.force_login(add_user(email="nobody@example.com", password="secret-1234", name="Nobody"))
    answer = client.get("/")
    assert answer.status_code == 200
    assert "No company yet" in answer.content.decode()


def test_the_language_stays_with_the_person(client: Client) -> None:
    with books() as b:
        user = person(b)
    client.force_login(user)
    address = f"/c/{b.company.code}/"
    answer = client.post(address + "accounts/language/", {"language": "fr", "next": address})
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert User.objects.get(pk=user.pk).language == "fr"
    assert 'lang="fr"' in client.get(address).content.decode()
    client.post(address + "accounts/language/", {"language": "xx"})
    assert User.objects.get(pk=user.pk).language == "fr"


def menu(client: Client, address: str) -> list[str]:
    page = client.get(address).content.decode()
    return re.findall(r'class="rail-link" href="[^"]*" title="([^"]*)"', page)


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        ("administrator", set()),
        ("ar-clerk", {"Settings"}),
        ("billing-clerk", {"Settings", "Payments", "Deposits", "Reconciliation"}),
    ],
)
def test_the_menu_shows_what_the_role_may_use(client: Client, role: str, hidden: set[str]) -> None:
    with books() as b:
        user = person(b, role)
        everything = person(b)
    client.force_login(everything)
    all_of_it = menu(client, f"/c/{b.company.code}/")
    client.force_login(user)
    assert set(menu(client, f"/c/{b.company.code}/")) == set(all_of_it) - hidden


def test_signing_out_ends_the_session(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
    address = f"/c/{b.company.code}/"
    answer = client.post(address + "accounts/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert client.get(address).status_code == 302


def test_what_is_not_there_answers_with_a_page_of_ours(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
    answer = client.get(f"/c/{b.company.code}/no-such-page/")
    assert answer.status_code == 404
    assert "plain-card" in answer.content.decode()


def test_a_fault_of_ours_has_a_page_that_needs_nothing() -> None:
    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Nothing was written" in answer.content.decode()


def test_the_menu_marks_where_one_is(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
    page = client.get(f"/c/{b.company.code}/settings/terms/").content.decode()
    marked = re.findall(r'class="rail-link" href="([^"]*)"[^>]*aria-current="page"', page)
    inside = f"/c/{b.company.code}/settings"
    assert marked == [f"{inside}/", f"{inside}/terms/"]
