"""Who sees what was imported: an auditor everything, others what they may see anyway; neither brings it in (SPEC 4)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from arledger.companies.models import Entity, Membership, MembershipEntity
from imports.models import Import
from tests.build import Books, books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.imports.uploads import Desk
from tests.integrator import Integrator

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
CUSTOMERS = "code,name\nNEW,New one\nOTHER,\n"


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


@pytest.fixture
def row(b: Books) -> Import:
    """An import that waits to be committed."""
    return Desk(b).upload("customers", CUSTOMERS, name="theirs.csv", mode="good")


def test_pages_show_the_history_and_offer_nothing(b: Books, row: Import) -> None:
    clerk = Clerk(b, "auditor")
    history = clerk.open("/imports/")
    assert "theirs.csv" in history.text
    assert "New import" not in history.text
    page = clerk.open(f"/imports/{row.pk}/")
    assert page.status == 200
    assert "theirs.csv" in page.text
    assert not {"Check every row", "Import 1 customer", "Cancel import"} & {
        button for form in page.forms for button in form.buttons
    }
    assert "required" in clerk.open(f"/imports/{row.pk}/errors/").text
    file = clerk.client.get(f"{clerk.root}/imports/{row.pk}/failed/")
    assert b"OTHER" in b"".join(file)
    assert clerk.open("/imports/new/").status == 403
    for verb in ("check", "commit", "cancel"):
        assert clerk.send(f"/c/{b.company.code}/imports/{row.pk}/{verb}/", {"mode": "good"}).status == 403
    assert Desk(b).again(row).state == "checked"


def test_calls_read_and_do_nothing(b: Books, row: Import) -> None:
    api = Integrator(b, "auditor")
    assert [one["file_name"] for one in api.get("/imports")["results"]] == ["theirs.csv"]
    address = f"/imports/{Integrator(b).get('/imports')['results'][0]['id']}"
    assert (api.get(address)["rows_failed"], api.get(f"{address}/errors")["results"][0]["row"]) == (1, 3)
    assert "OTHER" in api.get(f"{address}/failed.csv").text
    for verb in ("commit", "cancel"):
        assert api.post(f"{address}/{verb}").status == 403
    sent = encode_multipart(
        BOUNDARY, {"type": "customers", "file": SimpleUploadedFile("mine.csv", CUSTOMERS.encode())}
    )
    answer = api.call("POST", "/imports", sent, headers={"Content-Type": MULTIPART_CONTENT})
    assert (answer.status, answer.codes) == (403, ["forbidden"])
    assert list(Import.objects.filter(company=b.company).values_list("pk", "state")) == [(row.pk, "checked")]


def test_an_auditor_of_an_entity_sees_nothing_of_others(b: Books, row: Import) -> None:
    entity = Entity.objects.create(company=b.company, code="N", name="North")
    clerk = Clerk(b, "auditor")
    member = Membership.objects.get(company=b.company, user=clerk.user)
    MembershipEntity.objects.create(company=b.company, membership=member, entity=entity)
    assert "theirs.csv" not in clerk.open("/imports/").text
    assert clerk.open(f"/imports/{row.pk}/").status == 404


def test_files_of_others_show_what_one_may_see_anyway(b: Books, row: Import) -> None:
    receipts = Desk(b).upload(
        "payments", "customer,date,method,amount\nACME,2026-03-15,cash,1\n", name="receipts.csv"
    )
    clerk, api = Clerk(b, "billing-clerk"), Integrator(b, "billing-clerk")
    assert clerk.open("/payments/").status == 403
    assert clerk.open(f"/imports/{row.pk}/").status == 200
    assert clerk.open(f"/imports/{receipts.pk}/").status == 404
    history = clerk.open("/imports/").text
    assert ("theirs.csv" in history, "receipts.csv" in history) == (True, False)
    assert [one["file_name"] for one in api.get("/imports")["results"]] == ["theirs.csv"]
    assert len(Integrator(b).get("/imports")["results"]) == 2
    Import.objects.filter(pk=receipts.pk).update(by_user=clerk.user.pk)
    assert clerk.open(f"/imports/{receipts.pk}/").status == 200
