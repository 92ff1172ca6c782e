"""Credits limited to the entity that owns them: refused in one place, whatever applies the credit (SPEC 3)."""

from __future__ import annotations

import pytest

from arledger.companies.models import Entity
from reconciliation.errors import CreditOfOtherEntity
from tests.build import Books, books

pytestmark = pytest.mark.django_db


def entity(b: Books, code: str) -> int:
    return Entity.objects.create(company=b.company, code=code, name=code).pk


def test_a_credit_stays_in_its_entity_once_the_company_says_so() -> None:
    with books() as b:
        own, other = entity(b, "E1"), entity(b, "E2")
        memo, top = b.adjustment(-100, entity_id=own), b.adjustment(-100)
        foreign, mine = b.invoice(50, entity_id=other), b.invoice(50, entity_id=own)
        b.match((b.line(foreign), b.line(memo), 10))
        b.configure(limit_credits_to_entity=True)
        for credit in (memo, top):
            with pytest.raises(CreditOfOtherEntity) as refused:
                b.match((b.line(foreign), b.line(credit), 10))
            names = str(b.document(credit)), str(b.document(foreign))
            assert (refused.value.values["credit"], refused.value.values["charge"]) == names
        b.match((b.line(mine), b.line(memo), 10))
        assert [b.open(d) for d in (foreign, mine, memo)] == [40, 40, -80]


def test_money_just_received_is_free_and_what_is_left_of_it_is_not() -> None:
    with books() as b:
        own, other = entity(b, "E1"), entity(b, "E2")
        b.configure(limit_credits_to_entity=True)
        charge = b.invoice(50, entity_id=other)
        receipt = b.receipt(30, entity_id=own, lines={b.line(charge): 20})
        assert b.open(charge) == 30
        with pytest.raises(CreditOfOtherEntity):
            b.match((b.line(charge), b.line(receipt, 2), 5))


def test_a_reversal_is_no_application_of_a_credit() -> None:
    with books() as b:
        own, other = entity(b, "E1"), entity(b, "E2")
        charge = b.invoice(50, entity_id=other)
        receipt = b.receipt(50, [charge], entity_id=own)
        b.configure(limit_credits_to_entity=True)
        b.reverse(receipt)
        b.reverse(charge)
        assert [b.open(d) for d in (charge, receipt)] == [0, 0]
