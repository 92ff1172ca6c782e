"""The entity chosen in the top bar: kept per company, within what the person may see, and what it narrows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client

from arledger.companies.models import Entity, Membership, MembershipEntity
from arledger.companies.services import add_member
from arledger.core.export_services import WITHIN
from arledger.core.models import Export
from arledger.core.scope import company_scope
from ledger.models import Document
from tests.build import Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def entity(b: Books, code: str, name: str = "", **more: object) -> int:
    return Entity.objects.create(company=b.company, code=code, name=name or f"Part {code}", **more).pk


def limit(b: Books, clerk: Clerk, *entities: int) -> None:
    member = Membership.objects.get(company=b.company, user=clerk.user)
    for key in entities:
        MembershipEntity.objects.create(company=b.company, membership=member, entity_id=key)


def choose(clerk: Clerk, key: int | str, then: str = "") -> Any:
    fields = {"entity": str(key), "next": then and clerk.root + then}
    return clerk.client.post(f"{clerk.root}/companies/switch/", fields)


def entities_offered(page: Page) -> list[str]:
    """The buttons of the switch, by their words."""
    own = [form for form in page.forms if form.action.endswith("/companies/switch/")]
    return [words for form in own for words, (name, _value) in form.buttons.items() if name == "entity"]


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def test_a_company_without_entities_has_no_switch(b: Books) -> None:
    page = Clerk(b).open("/")
    assert page.status == 200
    assert entities_offered(page) == []
    assert "All entities" not in page.text


def test_what_one_chooses_is_shown_and_kept_from_page_to_page(b: Books) -> None:
    first, second = entity(b, "E1", "Lyon"), entity(b, "E2", "Nice")
    b.invoice(100, entity_id=first, reference="of-lyon")
    b.invoice(200, entity_id=second, reference="of-nice")
    b.invoice(400, reference="of-none")
    clerk = Clerk(b)
    page = clerk.open("/invoices/?sort=-number")
    assert entities_offered(page) == ["All entities", "Lyon E1", "Nice E2"]
    answer = choose(clerk, first, "/invoices/?sort=-number&cursor=x&entity=3&q=00")
    assert answer.status_code == 303
    assert answer["Location"] == f"{clerk.root}/invoices/?sort=-number&q=00"
    for path in ("/invoices/", "/payments/", "/customers/", "/reports/ageing/", "/"):
        page = clerk.open(path)
        assert "Entity: Lyon" in page.text, path
    file: Any = clerk.client.get(f"{clerk.root}/invoices/export.csv")
    rows = b"".join(file.streaming_content).decode()
    assert [name in rows for name in ("of-lyon", "of-nice", "of-none")] == [True, False, True]
    assert "500.00" in clerk.open("/reports/ageing/").text
    choose(clerk, "")
    page = clerk.open("/reports/ageing/")
    assert "Entity: All entities" in page.text
    assert "700.00" in page.text


def test_nobody_works_in_an_entity_that_he_may_not_see(b: Books) -> None:
    mine, other, closed = entity(b, "E1"), entity(b, "E2"), entity(b, "E3", active=False)
    clerk = Clerk(b)
    limit(b, clerk, mine, closed)
    assert entities_offered(clerk.open("/")) == ["All entities", "Part E1 E1"]
    for wrong in (other, closed, 10**9, "x", "-1", "1e3"):
        assert choose(clerk, wrong).status_code == 404, wrong
    assert "Entity: All entities" in clerk.open("/").text
    hidden = b.invoice(100, entity_id=other)
    assert clerk.open(f"/invoices/{hidden}/").status == 404
    choose(clerk, mine)
    assert clerk.open(f"/invoices/{hidden}/").status == 404


def test_the_choice_goes_when_the_entity_or_the_right_to_it_does(b: Books) -> None:
    one, two = entity(b, "E1"), entity(b, "E2")
    clerk = Clerk(b)
    choose(clerk, one)
    assert "Entity: Part E1" in clerk.open("/").text
    Entity.objects.filter(pk=one).update(active=False)
    assert "Entity: All entities" in clerk.open("/").text
    Entity.objects.filter(pk=one).update(active=True)
    assert "Entity: All entities" in clerk.open("/").text, "it does not come back by itself"
    choose(clerk, one)
    limit(b, clerk, two)
    page = clerk.open("/")
    assert page.status == 200
    assert entities_offered(page) == ["All entities", "Part E2 E2"]
    assert "Entity: All entities" in page.text


def test_each_company_has_its_own_choice(b: Books) -> None:
    one = entity(b, "E1")
    clerk = Clerk(b)
    with books() as other:
        theirs = entity(other, "T1", "Theirs")
        with company_scope(other.company.pk):
            add_member(actor=other.actor, user=clerk.user, role_code="administrator")
        root = f"/c/{other.company.code}"
        choose(clerk, one)
        answer = clerk.client.post(f"{root}/companies/switch/", {"entity": str(one)})
        assert answer.status_code == 404, "an entity of another company"
        assert "Entity: All entities" in clerk.open(f"{root}/").text
        clerk.client.post(f"{root}/companies/switch/", {"entity": str(theirs)})
        assert "Entity: Theirs" in clerk.open(f"{root}/").text
        assert "Entity: Part E1" in clerk.open("/").text
        answer = clerk.client.post(f"{clerk.root}/companies/switch/", {"company": str(other.company.pk)})
        assert answer["Location"] == f"{root}/"
        assert "Entity: Theirs" in clerk.open(f"{root}/").text


def test_one_never_comes_back_to_another_site_or_company(b: Books) -> None:
    one = entity(b, "E1")
    clerk = Clerk(b)
    for wrong in ("", "https://evil.example/c/", "//evil.example", "/c/other/", f"{clerk.root}x/", "/\\evil"):
        answer = clerk.client.post(f"{clerk.root}/companies/switch/", {"entity": str(one), "next": wrong})
        assert answer["Location"] == f"{clerk.root}/", wrong


def test_outside_a_company_there_is_nothing_to_choose(b: Books) -> None:
    one = entity(b, "E1")
    clerk = Clerk(b)
    assert clerk.client.post("/companies/switch/", {"entity": str(one)}).status_code == 404
    assert Client().post(f"{clerk.root}/companies/switch/", {"entity": str(one)}).status_code == 302


def test_new_documents_are_of_the_entity_and_may_still_be_of_none(b: Books) -> None:
    one = entity(b, "E1")
    b.configure(refunds_enabled=True)
    clerk = Clerk(b)
    pages = {
        "/invoices/new/": "document",
        "/credits/adjustments/new/": "document",
        "/credits/advances/new/": "document",
        "/payments/receive/": "work",
        "/refunds/new/": "work",
    }
    for path in pages:
        assert any("entity" in f.fields and f.fields["entity"] == "" for f in clerk.open(path).forms), path
    choose(clerk, one)
    for path in (*pages, "/deposits/new/", "/quick-deposit/", "/checkout/"):
        found = [f.fields["entity"] for f in clerk.open(path).forms if "entity" in f.fields]
        assert found == [str(one)], path
    clerk.open(f"/payments/receive/?customer={b.customer}").press("Post payment", amount="12.00", leave="1")
    payment = Document.objects.get(company=b.company, kind="payment")
    assert (payment.entity_id, payment.total) == (one, Decimal(-12))
    again = clerk.open(f"/payments/receive/?customer={b.customer}")
    again.press("Post payment", amount="13.00", leave="1", entity="")
    assert Document.objects.get(company=b.company, kind="payment", total=-13).entity_id is None


def test_a_document_of_another_entity_says_why_it_is_not_there(b: Books) -> None:
    one, two = entity(b, "E1", "Lyon"), entity(b, "E2")
    hidden = b.invoice(100, entity_id=two)
    clerk = Clerk(b)
    choose(clerk, one)
    page = clerk.open(f"/invoices/{hidden}/")
    assert page.status == 404
    assert "You work in “Lyon” only" in page.text
    form = next(form for form in page.forms if "All entities" in form.buttons)
    assert form.fields["next"] == f"{clerk.root}/invoices/{hidden}/"
    back = clerk.send(form.action, form.fields | {"entity": ""})
    assert back.status == 200
    assert clerk.open(f"/invoices/{hidden}/").status == 200


@pytest.mark.parametrize("path", ["/reports/proof/", "/reports/journal/"])
def test_what_is_of_whole_books_leads_back_to_all_entities(b: Books, path: str) -> None:
    clerk = Clerk(b)
    choose(clerk, entity(b, "E1", "Lyon"))
    page = clerk.open(path)
    assert page.status in (400, 403)
    assert "choose “All entities”" in page.text
    form = next(form for form in page.forms if list(form.buttons) == ["All entities"])
    assert clerk.send(form.action, form.fields | {"entity": ""}).status == 200


def test_settings_and_imports_stay_those_of_the_company(b: Books) -> None:
    one = entity(b, "E1", "Lyon")
    entity(b, "E2", "Nice")
    clerk = Clerk(b)
    choose(clerk, one)
    page = clerk.open("/settings/entities/")
    assert "Lyon" in page.text
    assert "Nice" in page.text
    assert "Entity: Lyon" in page.text
    assert clerk.open("/imports/").status == 200


def test_a_file_made_later_holds_what_one_saw(b: Books) -> None:
    one = entity(b, "E1")
    clerk = Clerk(b)
    choose(clerk, one)
    fields = {"way": "open", "file": "zip", "everybody": "on", WITHIN: str(one + 1)}
    answer = clerk.client.post(f"{clerk.root}/reports/statements/", fields)
    assert answer.status_code == 303
    row = Export.objects.get(company_id=b.company.pk)
    assert parse_qs(row.query)[WITHIN] == [str(one)]
