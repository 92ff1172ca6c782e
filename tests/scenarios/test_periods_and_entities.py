"""Closed periods refuse and name the first open day; a person limited to entities sees no other (SPEC 3, 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from arledger.companies.models import Entity, EntityConfiguration, NumberSequence
from arledger.core.errors import NotFound, Refusal
from customers.models import Customer
from invoices import services as invoices
from ledger.errors import PeriodClosed
from ledger.models import Document
from payments import services as payments
from tests.build import Books, books

pytestmark = pytest.mark.django_db
CLOSED, FIRST = date(2026, 2, 28), date(2026, 3, 1)


def closed(b: Books) -> None:
    b.configure(closed_through=CLOSED)


def test_nothing_is_posted_into_a_closed_period() -> None:
    with books() as b:
        closed(b)
        for verb in (b.invoice, b.receipt):
            with pytest.raises(PeriodClosed) as refused:
                verb(100, on=CLOSED)
            assert refused.value.values == {"closed_through": CLOSED, "first_open": FIRST}
            verb(100, on=FIRST)
        assert Document.objects.filter(company=b.company).count() == 2, "nothing of the refused ones stays"


def test_a_draft_waits_but_does_not_post() -> None:
    with books() as b:
        draft = b.invoice(100, on=CLOSED, post=False)
        closed(b)
        with pytest.raises(PeriodClosed):
            invoices.post(actor=b.actor, ids=[draft])
        b.configure(closed_through=date(2026, 1, 31))
        assert invoices.post(actor=b.actor, ids=[draft]) == ["INV-00001"]


def test_the_posting_date_rules_where_it_is_separate() -> None:
    with books() as b:
        b.configure(separate_gl_date=True)
        closed(b)
        invoice = b.invoice(100, on=date(2026, 2, 10), gl_date=FIRST)
        assert b.document(invoice).gl_date == FIRST
        with pytest.raises(PeriodClosed):
            b.invoice(100, on=FIRST, gl_date=CLOSED)


def test_no_match_takes_effect_in_a_closed_period() -> None:
    with books() as b:
        old, late = b.invoice(100, on=date(2026, 2, 1)), b.invoice(100, on=FIRST)
        credit = b.receipt(150, on=date(2026, 2, 2))
        closed(b)
        with pytest.raises(PeriodClosed):
            b.match((b.line(old), b.line(credit), 10))
        with pytest.raises(PeriodClosed):  # each match has a day of its own
            b.match((b.line(late), b.line(credit), 10), (b.line(old), b.line(credit), 10))
        assert b.open(old, date(2026, 2, 28)) == 100
        b.match((b.line(old), b.line(credit), 10), on=FIRST)
        assert [b.open(old, CLOSED), b.open(old, FIRST)] == [100, 90]


def test_nothing_is_unapplied_in_a_closed_period() -> None:
    with books() as b:
        invoice = b.invoice(100, on=date(2026, 2, 1))
        b.receipt(100, [invoice], on=date(2026, 2, 2))
        closed(b)
        application = b.applications(invoice)[0]
        with pytest.raises(PeriodClosed):
            b.unapply(application, on=CLOSED)
        b.unapply(application)
        assert [b.open(invoice, CLOSED), b.open(invoice)] == [0, 100]


def entity(b: Books, code: str, **more: object) -> int:
    made = Entity.objects.create(company=b.company, code=code, name=code)
    EntityConfiguration.objects.create(company=b.company, entity=made, **more)
    return made.pk


def limited(b: Books, *entities: int) -> Books:
    return replace(b, actor=replace(b.actor, entities=frozenset(entities)))


def test_an_entity_closes_earlier_than_its_company() -> None:
    with books() as b:
        own = entity(b, "E1", closed_through=CLOSED)
        with pytest.raises(PeriodClosed):
            b.invoice(100, on=CLOSED, entity_id=own)
        b.invoice(100, on=CLOSED)


def test_a_match_obeys_the_periods_of_both_documents_entities() -> None:
    with books() as b:
        own = entity(b, "E1")
        invoice = b.invoice(100, on=CLOSED, entity_id=own)
        credit = b.receipt(100, on=CLOSED, leave=True)
        EntityConfiguration.objects.filter(company=b.company).update(closed_through=CLOSED)
        with pytest.raises(PeriodClosed):
            b.match((b.line(invoice), b.line(credit), 1))
        b.match((b.line(invoice), b.line(credit), 1), on=FIRST)
        application = b.applications(invoice)[0]
        EntityConfiguration.objects.filter(company=b.company).update(closed_through=date(2026, 3, 20))
        with pytest.raises(PeriodClosed):
            b.unapply(application)


def test_an_entity_has_numbers_of_its_own() -> None:
    with books() as b:
        sequence = NumberSequence.objects.create(
            company=b.company, code="E1INV", name="E1", prefix="E1-", width=3
        )
        own = entity(b, "E1", invoice_sequence=sequence)
        keys = [b.invoice(1, entity_id=own), b.invoice(1), b.invoice(1, entity_id=own)]
        assert [b.document(key).number for key in keys] == ["E1-001", "INV-00001", "E1-002"]


def test_another_entitys_documents_do_not_exist_for_a_limited_person() -> None:
    with books() as b:
        mine, theirs = entity(b, "E1"), entity(b, "E2")
        person = limited(b, mine)
        hidden = b.invoice(100, entity_id=theirs)
        draft = b.invoice(100, entity_id=theirs, post=False)
        receipt = b.receipt(100, [hidden], entity_id=theirs)
        loose = b.receipt(30, entity_id=theirs)
        visible, top = b.invoice(100, entity_id=mine), b.invoice(100)
        verbs: list[Callable[[], object]] = [
            lambda: person.invoice(10, entity_id=theirs),
            lambda: invoices.post(actor=person.actor, ids=[draft]),
            lambda: invoices.delete(actor=person.actor, ids=[draft]),
            lambda: person.reverse(hidden),
            lambda: person.reverse(receipt),
            lambda: person.unapply(b.applications(hidden)[0]),
            lambda: person.match((b.line(visible), b.line(loose), 5)),
            lambda: person.receipt(10, entity_id=theirs),
        ]
        for refused in verbs:
            with pytest.raises(Refusal) as caught:
                refused()
            assert isinstance(caught.value, NotFound) or caught.value.code in {
                "reference_unknown",
                "entity_unknown",
            }
        person.match((b.line(visible), b.line(person.receipt(10), 1), 5))
        person.receipt(20, [top, visible])
        assert [b.open(d) for d in (top, visible)] == [80, 95]


def test_nor_do_their_charges_when_money_is_received() -> None:
    with books() as b:
        mine, theirs = entity(b, "E1"), entity(b, "E2")
        person = limited(b, mine)
        hidden, visible = b.invoice(100, entity_id=theirs), b.invoice(100, entity_id=mine)
        with pytest.raises(Refusal):
            person.receipt(10, [hidden])
        person.receipt(150, auto=True)
        assert [b.open(d) for d in (hidden, visible)] == [100, 0]


def test_a_limited_person_receives_for_an_entity_of_his() -> None:
    with books() as b:
        mine = entity(b, "E1")
        receipt = limited(b, mine).receipt(10, entity_id=mine)
        assert b.document(receipt).entity_id == mine


def test_an_entity_the_company_does_not_have_is_refused() -> None:
    with books() as b:
        for verb in (b.invoice, b.receipt):
            with pytest.raises(Refusal):
                verb(10, entity_id=10**9)


def test_a_limited_person_deletes_and_posts_his_own_drafts() -> None:
    with books() as b:
        person = limited(b, entity(b, "E1"))
        posted, deleted = person.receipt(10, post=False), person.receipt(10, post=False)
        payments.post(actor=person.actor, ids=[posted])
        payments.delete(actor=person.actor, ids=[deleted])


def own_sequence(b: Books, code: str) -> NumberSequence:
    return NumberSequence.objects.create(company=b.company, code=code, name=code, prefix=f"{code}-", width=3)


def test_each_kind_is_numbered_by_its_entity_where_that_wants_it() -> None:
    with books() as b:
        kinds = ("customer", "invoice", "adjustment", "advance", "payment", "refund", "deposit", "matching")
        own = entity(b, "E1", **{f"{kind}_sequence": own_sequence(b, f"E{kind}") for kind in kinds})
        b.configure(refunds_enabled=True)
        for of, advances in ((own, "Eadvance-001"), (None, None)):
            who = b.add_customer(f"Of {of}", entity_id=of)
            invoice = b.invoice(100, entity_id=of, customer=who)
            memo, more = (b.adjustment(-10, entity_id=of, customer=who) for _ in range(2))
            documents = {
                "invoice": invoice,
                "adjustment": memo,
                "payment": b.cash(5, leave=True, entity_id=of, customer=who),
                "refund": b.refund({more: 1}, entity_id=of, customer=who),
                "matching": b.match((b.line(invoice), b.line(memo), 1)),
            }
            documents["deposit"] = b.deposit(documents["payment"], entity_id=of)
            prefixes = {
                kind: str(b.document(key).number).rpartition("-")[0] for kind, key in documents.items()
            }
            assert all((prefix == f"E{kind}") == bool(of) for kind, prefix in prefixes.items()), prefixes
            assert b.document(b.advance(1, entity_id=of, customer=who)).number == advances
            assert Customer.objects.get(pk=who).code.startswith("Ecustomer-") == bool(of)
