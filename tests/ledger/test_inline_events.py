"""One event for each inline application, after the posting's own, for companies with rules of their own (SPEC 6)."""

from __future__ import annotations

import pytest

from arledger.core.api.ids import id_of
from arledger.core.models import OutboxEvent
from tests.build import Books, books

pytestmark = pytest.mark.django_db


def events(b: Books) -> list[OutboxEvent]:
    return list(
        OutboxEvent.objects.filter(company_id=b.company.pk).exclude(kind="customer.added").order_by("pk")
    )


def test_each_inline_application_is_told_in_its_order() -> None:
    with books() as b:
        b.configure(own_rules_and_events=True)
        invoice = b.invoice(300, 100, -320, -30)
        posted, *inline = events(b)
        assert (posted.kind, posted.object_ids) == ("invoice.posted", [invoice])
        assert [event.kind for event in inline] == ["application.posted"] * 3
        assert [event.payload["amount"] for event in inline] == ["300.00", "20.00", "30.00"]
        line = [id_of("line", b.line(invoice, position)) for position in (1, 2, 3, 4)]
        sides = [(event.payload["charge_line"], event.payload["credit_line"]) for event in inline]
        assert sides == [(line[0], line[2]), (line[1], line[2]), (line[1], line[3])]
        assert {event.payload["document"] for event in inline} == {id_of("document", invoice)}
        assert sorted(event.object_ids[0] for event in inline) == [event.object_ids[0] for event in inline]


def test_nothing_more_is_told_of_others() -> None:
    with books() as b:
        b.invoice(300, 100, -20)
        assert [event.kind for event in events(b)] == ["invoice.posted"]
    with books() as b:
        b.configure(own_rules_and_events=True, auto_apply_inline_credits=False)
        b.invoice(300, 100, -20)
        b.receipt(100, [b.invoice(100)])
        kinds = [event.kind for event in events(b)]
        assert "application.posted" not in kinds
