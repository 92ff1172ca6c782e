"""A receipt equal to the customer's whole open balance is matched with all of it (SPEC 11, 15.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from arledger.companies.models import Entity
from ledger.checks import check
from ledger.errors import PeriodClosed
from payments import services
from payments.inputs import PartInput, PaymentInput
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
LATER = TODAY + timedelta(days=20)


def bare(b: Books, amount: object, *, customer: int = 0, **more: object) -> PaymentInput:
    part = PartInput(customer_id=customer or b.customer, amount=Decimal(str(amount)))
    given = {"date": TODAY, "method": "transfer", "bank_account_id": b.bank, "parts": [part]}
    return PaymentInput(**given | more)  # type: ignore[arg-type]


def test_it_settles_everything_credits_included() -> None:
    with books() as b:
        bills = [b.invoice(300, 100), b.invoice(50)]
        memo, money = b.adjustment(-20), b.advance(30)
        receipt = b.receipt(400)
        for document in (*bills, memo, money, receipt):
            assert b.figures(document).mark == "complete"
            assert b.open(document) == 0
        codes = [b.code(key) for key in bills]
        assert all(code.isupper() for code in codes)
        assert check(b.company.pk) == []
        b.reverse(receipt)
        assert [b.open(key) for key in (*bills, memo, money)] == [400, 50, -20, -30]


def test_any_other_amount_stays_an_overpayment() -> None:
    with books() as b:
        bill, memo = b.invoice(100), b.adjustment(-20)
        for amount in ("79.99", "100"):
            receipt = b.receipt(amount)
            assert b.open(receipt) == -Decimal(amount)
            b.reverse(receipt)
        assert [b.open(bill), b.open(memo)] == [100, -20]
        named = b.receipt(80, [bill])
        assert [b.open(named), b.open(bill), b.open(memo)] == [0, 20, -20], "who names what is paid decides"


def test_it_is_switched_off_or_left_on_purpose() -> None:
    with books() as b:
        bill = b.invoice(100)
        part = PartInput(customer_id=b.customer, amount=Decimal(100), leave=True)
        [left] = services.receive(actor=b.actor, payments=[bare(b, 100, parts=[part])])
        assert b.open(left) == -100
        b.reverse(left)
        b.configure(automatic_match_balance=False)
        assert b.open(b.receipt(100)) == -100
        assert b.open(bill) == 100


def test_only_what_the_account_holds_in_that_currency_and_by_that_day() -> None:
    with books() as b:
        today = b.invoice(60)
        b.invoice(500, currency="USD", exchange_rate=Decimal("0.9"))
        later = b.invoice(40, on=LATER)
        b.receipt(60)
        assert [b.open(today), b.open(later, on=LATER)] == [0, 40]
        again = b.invoice(10)
        post_dated = b.receipt(50, on=LATER)
        assert b.open(again) == 10
        assert [b.figures(key).mark for key in (again, later)] == ["complete_future"] * 2
        assert [b.open(key, on=LATER) for key in (again, later, post_dated)] == [0, 0, 0]


def test_what_a_draft_has_reserved_is_nobody_elses() -> None:
    with books() as b:
        bill = b.invoice(100)
        draft = b.receipt(30, [bill], post=False)
        assert b.open(b.receipt(100)) == -100
        services.delete(actor=b.actor, ids=[draft])
        assert b.open(bill) == 100


def test_a_draft_that_names_nothing_settles_when_it_is_posted() -> None:
    with books() as b:
        bill = b.invoice(100)
        draft = b.receipt(100, post=False)
        assert b.figures(bill).reserved == 0
        services.post(actor=b.actor, ids=[draft])
        assert [b.open(bill), b.open(draft)] == [0, 0]


def test_receipts_of_one_call_are_received_one_after_the_other() -> None:
    """Each sees what those before it left, as if each had been entered by itself."""
    with books() as b:
        bill, other = b.invoice(100), b.add_customer("Other")
        second = b.invoice(40, customer=other)
        entered = [bare(b, 30), bare(b, 40, customer=other), bare(b, 70), bare(b, 5)]
        keys = services.receive(actor=b.actor, payments=entered)
        assert [b.open(key) for key in keys] == [0, 0, 0, -5]
        assert [b.open(bill), b.open(second)] == [0, 0]
        assert [b.document(key).number for key in keys] == [f"PAY-0000{n}" for n in range(1, 5)]
        assert check(b.company.pk) == []


def test_a_refusal_still_names_the_row() -> None:
    with books() as b:
        b.invoice(100)
        b.configure(closed_through=TODAY - timedelta(days=1))
        early = TODAY - timedelta(days=2)
        with pytest.raises(PeriodClosed) as caught:
            services.receive(actor=b.actor, payments=[bare(b, 30), bare(b, 70), bare(b, 1, date=early)])
        assert caught.value.row == 2


def test_credits_kept_to_their_entity_do_not_settle_anothers_charges() -> None:
    with books() as b:
        paris = Entity.objects.create(company=b.company, code="P", name="Paris")
        b.configure(limit_credits_to_entity=True)
        bill, memo = b.invoice(100, entity_id=paris.pk), b.adjustment(-20)
        assert b.open(b.receipt(80)) == -80
        assert [b.open(bill), b.open(memo)] == [100, -20]


def test_who_sees_a_part_of_the_account_settles_nothing() -> None:
    with books() as b:
        paris = Entity.objects.create(company=b.company, code="P", name="Paris")
        lyon = Entity.objects.create(company=b.company, code="L", name="Lyon")
        b.invoice(100, entity_id=lyon.pk)
        b.invoice(50, entity_id=paris.pk)
        limited = replace(b, actor=replace(b.actor, entities=frozenset({paris.pk})))
        assert limited.open(limited.receipt(50, entity_id=paris.pk)) == -50


def test_the_page_shows_what_it_will_post() -> None:
    """An amount that is the balance takes the credits too, until somebody chooses something himself."""
    with books() as b:
        clerk = Clerk(b)
        bills, memo = [b.invoice(60, 20), b.invoice(50)], b.adjustment(-30)
        page = clerk.open(f"/payments/receive/?customer={b.customer}")
        shown = page.press("Spread", amount="100")
        assert shown.uses()[f"c{memo}"] == "30.00"
        assert [shown.uses()[f"d{key}"] for key in bills] == ["80.00", "50.00"]
        less = page.press("Spread", amount="99")
        assert f"c{memo}" not in less.uses()
        page.press("Post payment", amount="100")
        assert [b.figures(key).mark for key in (*bills, memo)] == ["complete"] * 3
        assert check(b.company.pk) == []
        b.configure(automatic_match_balance=False)
        again, other = b.invoice(50), b.adjustment(-20)
        page = clerk.open(f"/payments/receive/?customer={b.customer}")
        page.press("Post payment", amount="30")
        assert [b.open(key) for key in (again, other)] == [20, -20]
