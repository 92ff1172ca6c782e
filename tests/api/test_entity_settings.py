"""What an entity sets differently, over the API: the settings marked (E) in SPEC 3."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from arledger.companies.models import Entity, EntityConfiguration, NumberSequence
from arledger.core.models import AuditEvent
from tests.build import Books, books
from tests.integrator import Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
PATH = "/entities/NORTH/configuration"


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        Entity.objects.create(company=made.company, code="NORTH", name="North")
        NumberSequence.objects.create(company=made.company, code="N-INV", name="North", prefix="N-")
        yield made


def events(b: Books) -> int:
    return AuditEvent.objects.filter(company_id=b.company.pk, object_kind="entity").count()


def test_read_change_and_take_back(b: Books) -> None:
    api = Integrator(b)
    first = api.get(PATH)
    assert first.status == 200, first.text
    assert (first["entity_code"], first["invoice_sequence"], first["refunds_enabled"]) == (
        "NORTH",
        None,
        None,
    )
    done = api.patch(PATH, {"invoice_sequence": "N-INV", "refunds_enabled": True})
    assert (done.status, done["invoice_sequence"], done["refunds_enabled"]) == (200, "N-INV", True), done.text
    assert api.get(f"/entities/{first['entity']}/configuration")["invoice_sequence"] == "N-INV"
    entity = Entity.objects.get(company=b.company, code="NORTH")
    number = b.document(b.invoice(10, entity_id=entity.pk)).number
    assert str(number).startswith("N-")
    assert events(b) == 1
    back = api.patch(PATH, {"invoice_sequence": None})
    assert (back["invoice_sequence"], back["refunds_enabled"]) == (None, True)
    assert (events(b), api.patch(PATH, {}).status, events(b)) == (2, 200, 2)


def test_what_is_wrong_is_said_at_its_place(b: Books) -> None:
    api = Integrator(b)
    letters = NumberSequence.objects.filter(company=b.company, style="alpha").values_list("code", flat=True)
    for sent, place in (
        ({"invoice_sequence": "NONE"}, "/invoice_sequence"),
        ({"invoice_sequence": letters[0]}, "/invoice_sequence"),
        ({"refund_journal": "N-INV"}, "/refund_journal"),
        ({"closed_through": "31.01.2026"}, "/closed_through"),
        ({"refunds_enabled": "yes"}, "/refunds_enabled"),
    ):
        answer = api.patch(PATH, sent)
        assert answer.status in (400, 404, 422), (sent, answer.text)
        assert answer.places == [place]
    assert not EntityConfiguration.objects.filter(company=b.company).exists()
    assert api.get("/entities/SOUTH/configuration").status == 404


def test_the_right_of_the_configuration_is_needed(b: Books) -> None:
    with books() as other:
        assert Integrator(other).get(PATH).status == 404
    clerk = Integrator(b, "billing-clerk")
    assert clerk.patch(PATH, {"refunds_enabled": True}).status == 403


def test_an_entitys_books_are_closed_and_reopened_by_who_may(b: Books) -> None:
    api = Integrator(b)
    assert api.get(PATH)["closed_through"] is None
    assert api.patch(PATH, {"closed_through": "2026-02-28"})["closed_through"] == "2026-02-28"
    sent = {
        "customer": f"cus_{b.customer}",
        "date": "2026-02-10",
        "entity": "NORTH",
        "lines": [{"amount": "10"}],
    }
    assert api.post("/invoices", sent).codes == ["period_closed"]
    assert api.post("/invoices", sent | {"entity": None}).status == 201, "the company's are open"
    assert api.patch(PATH, {"closed_through": "2026-02-28"}).status == 200, "nothing changes"
    assert api.patch(PATH, {"closed_through": "2026-01-31"})["closed_through"] == "2026-01-31"
    assert api.post("/invoices", sent).status == 201
    assert api.patch(PATH, {"closed_through": None})["closed_through"] is None
    told = AuditEvent.objects.filter(company_id=b.company.pk, object_kind="period").order_by("sequence")
    assert [event.action for event in told] == ["close", "reopen", "reopen"]
    setter = Integrator(b, scopes=["configuration.view", "configuration.edit", "periods.close"])
    assert setter.patch(PATH, {"closed_through": "2026-02-28"}).status == 200
    refused = setter.patch(PATH, {"closed_through": None, "refunds_enabled": True})
    assert (refused.status, refused["code"]) == (403, "forbidden")
    assert setter.get(PATH)["refunds_enabled"] is None, "all or nothing"
