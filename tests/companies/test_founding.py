"""An operator founds a company on a page, its administrator chooses a password and finds what to do (docs/adr/0053)."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.test import Client

from arledger.companies.models import Account, Company, Membership, User
from arledger.companies.roles import SHIPPED
from arledger.core.models import AuditEvent
from arledger.core.scope import company_scope
from tests.build import books, person
from tests.clerk import Clerk

pytestmark = pytest.mark.django_db
ADDRESS = "/accounts/companies/new/"
BODY = {
    "name": "Fromagerie du Lac",
    "code": "lac",
    "language": "fr",
    "base_currency": "CHF",
    "time_zone": "Europe/Zurich",
    "email": "Camille@lac.example",
    "person": "Camille",
}
WORDS = "correct-horse-battery-9"


def operator(capsys: pytest.CaptureFixture[str]) -> Client:
    """On an empty installation: a shell makes the first operator, who chooses a password and signs in."""
    call_command("create_operator", "boss@example.com", name="Boss")
    found = re.search(r"/accounts/password/[^/\s]+/", capsys.readouterr().out)
    assert found
    client = Client()
    assert client.post(found[0], {"password": WORDS}).status_code == 302
    signed_in = client.post("/accounts/login/", {"login": "boss@example.com", "password": WORDS}, follow=True)
    assert ADDRESS in signed_in.content.decode()
    return client


def test_from_an_empty_installation_to_the_first_page(capsys: pytest.CaptureFixture[str]) -> None:
    boss = operator(capsys)
    answer = boss.post(ADDRESS, BODY)
    assert answer.status_code == 303, answer.content.decode()
    told = boss.get(answer["Location"]).content.decode()
    link = re.search(r"/accounts/welcome/[^/\"]+/", told)
    assert link
    assert "/accounts/welcome/" not in boss.get(answer["Location"]).content.decode()
    company = Company.objects.get(code="lac")
    assert (company.name, company.base_currency, company.time_zone) == (BODY["name"], "CHF", "Europe/Zurich")
    assert boss.get("/c/lac/").status_code == 404
    camille = Client()
    assert camille.post(link[0], {"password": WORDS}).status_code == 302
    camille.force_login(User.objects.get(email="camille@lac.example"))
    home = camille.get("/c/lac/").content.decode()
    assert 'id="steps"' in home
    with company_scope(company.pk):
        assert Membership.objects.get().role.code == "administrator"
        assert Account.objects.get(code="411000").name == "Comptes clients"
        events = AuditEvent.objects.order_by("sequence").values_list("action", "actor")
        assert list(events) == [("found", "Boss"), ("invite", "Boss")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "é!"}, "up to 20 letters"),
        ({"code": "LAC2"}, "exists already"),
        ({"time_zone": "Mars/Base"}, "Select a valid choice"),
        ({"email": "nobody"}, "valid email address"),
        ({"name": " "}, "required"),
        ({"person": ""}, "required"),
    ],
)
def test_what_is_refused_founds_nothing(
    capsys: pytest.CaptureFixture[str], changes: dict[str, str], words: str
) -> None:
    boss = operator(capsys)
    with books(code="lac2"):
        pass
    before = Company.objects.count()
    answer = boss.post(ADDRESS, BODY | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Fromagerie du Lac" in answer.content.decode() or "name" in changes
    assert (Company.objects.count(), User.objects.filter(email="camille@lac.example").count()) == (before, 0)


@pytest.mark.parametrize("role", [role.code for role in SHIPPED])
def test_no_role_founds_companies(role: str) -> None:
    with books() as b:
        clerk = Clerk(b, role)
    for answer in (clerk.client.get(ADDRESS), clerk.client.post(ADDRESS, BODY)):
        assert answer.status_code == 404
    assert ADDRESS not in clerk.client.get(f"/c/{b.company.code}/").content.decode()
    assert Client().get(ADDRESS).status_code == 302


def test_the_list_of_what_to_set_up_shrinks_and_goes_with_the_first_document() -> None:
    with books(reconciliation=False) as b:
        clerk, boss = Clerk(b, "ar-clerk"), Clerk(b)
    assert "Set the company up" in boss.open("/").text
    assert "Set the company up" not in clerk.open("/").text
    with company_scope(b.company.pk):
        b.invoice(10)
    assert "Set the company up" not in boss.open("/").text


def test_an_operator_who_is_the_administrator_goes_straight_in() -> None:
    with books() as b:
        boss = person(b)
    User.objects.filter(pk=boss.pk).update(is_operator=True)
    client = Client()
    client.force_login(boss)
    answer = client.post(ADDRESS, BODY | {"email": boss.email, "person": ""})
    told = client.get(answer["Location"]).content.decode()
    assert 'href="/c/lac/"' in told
    assert client.get("/c/lac/").status_code == 200
