"""Checkout: an invoice posted together with its receipts (SPEC 6, 11, W15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arledger.core.errors import Forbidden, Refusal, Refusals
from checkout.errors import NoReceipts, NoSuchItem
from checkout.instalments import Instalment, spread
from checkout.receipt_forms import instalments
from checkout.services import RIGHTS, CheckoutResult, ReceiptInput, checkout
from ledger.checks import check
from ledger.entering import DocumentInput, LineInput
from ledger.errors import PeriodClosed
from ledger.models import Document
from tests.build import TODAY, Books, books

pytestmark = pytest.mark.django_db
LATER = [TODAY + timedelta(days=30 * n) for n in range(6)]
ONLY_CHECKOUT = {"automatic_match_balance": False}


def bill(b: Books, *amounts: object, **more: Any) -> DocumentInput:
    lines = [LineInput(amount=Decimal(str(amount))) for amount in amounts]
    return DocumentInput(**{"customer_id": b.customer, "date": TODAY, "lines": lines} | more)  # type: ignore[arg-type]


def paid(b: Books, amount: object, on: date = TODAY, **more: Any) -> ReceiptInput:
    given = {"amount": Decimal(str(amount)), "date": on, "method": "transfer", "bank_account_id": b.bank}
    return ReceiptInput(**given | more)  # type: ignore[arg-type]


def sold(b: Books, invoice: DocumentInput, *receipts: ReceiptInput) -> CheckoutResult:
    return checkout(actor=b.actor, invoice=invoice, payments=receipts)


def written(b: Books) -> int:
    return Document.objects.filter(company=b.company).count()


def test_w15_instalments_complete_an_invoice_in_the_future() -> None:
    with books() as b:
        made = sold(b, bill(b, 120), *(paid(b, 40, day) for day in LATER[:3]))
        assert b.state(made.invoice) == (80, "partially_paid", "complete_future", "a")
        assert [b.open(made.invoice, on=day) for day in LATER[:3]] == [80, 40, 0]
        assert b.state(made.invoice, on=LATER[2]) == (0, "paid", "complete", "A")
        missing = sold(b, bill(b, 120), *(paid(b, 40, day) for day in LATER[:2]))
        assert b.state(missing.invoice)[0] == 80
        assert b.figures(missing.invoice).mark == "partial"
        assert b.figures(missing.invoice, on=LATER[5]).mark == "partial"
        assert check(b.company.pk) == []


def test_each_instalment_pays_its_own_item() -> None:
    with books() as b:
        made = sold(b, bill(b, 50, 30, 50), paid(b, 50, LATER[2]), paid(b, 30, LATER[1]), paid(b, 50))
        assert b.open_lines(made.invoice) == [0, 30, 50]
        assert b.open_lines(made.invoice, on=LATER[1]) == [0, 0, 50]
        assert b.open_lines(made.invoice, on=LATER[2]) == [0, 0, 0]
        assert [b.document(key).amount for key in made.payments] == [50, 30, 50]


def test_else_they_flow_down_the_items_by_date() -> None:
    with books() as b:
        made = sold(b, bill(b, 100, 50, 60), paid(b, 90, LATER[1]), paid(b, 120))
        assert b.open_lines(made.invoice) == [0, 30, 60]
        assert b.open_lines(made.invoice, on=LATER[1]) == [0, 0, 0]


def test_somebody_may_say_what_each_receipt_pays() -> None:
    with books() as b:
        first = paid(b, 40, allocations={2: Decimal(40)})
        made = sold(b, bill(b, 60, 60), first, paid(b, 80, LATER[1]))
        assert b.open_lines(made.invoice) == [60, 20]
        assert b.figures(made.invoice).mark == "complete_future"
        b.configure(automatic_match_checkout=False, automatic_match_instalments=False)
        said = sold(b, bill(b, 60, 60), paid(b, 70, allocations={2: Decimal(60)}))
        assert b.open_lines(said.invoice) == [60, 0]
        assert b.open(said.payments[0]) == -10, "what was not said stays an overpayment"


def test_inline_credits_are_matched_too_when_it_is_paid_in_full() -> None:
    for inline in (True, False):
        with books() as b:
            b.configure(auto_apply_inline_credits=inline)
            made = sold(b, bill(b, 300, 100, -20), paid(b, 200), paid(b, 180, LATER[1]))
            assert b.state(made.invoice)[:3] == (180, "partially_paid", "complete_future")
            assert b.open_lines(made.invoice, on=LATER[1]) == [0, 0, 0]
            assert check(b.company.pk) == []
            less = sold(b, bill(b, 300, 100, -20), paid(b, 200))
            assert b.open_lines(less.invoice)[2] == (0 if inline else -20)


def test_what_is_more_than_the_invoice_is_an_overpayment() -> None:
    with books() as b:
        older = b.invoice(500)
        made = sold(b, bill(b, 100), paid(b, 70), paid(b, 50))
        assert b.open(made.invoice) == 0
        assert [b.open(key) for key in made.payments] == [0, -20]
        assert b.open(older) == 500


@pytest.mark.parametrize(
    ("off", "at_once", "instalments"),
    [("automatic_match_checkout", 100, 0), ("automatic_match_instalments", 0, 100)],
)
def test_each_case_can_be_switched_off(off: str, at_once: int, instalments: int) -> None:
    with books() as b:
        b.configure(**{off: False})
        one = sold(b, bill(b, 100), paid(b, 60), paid(b, 40))
        assert b.open(one.invoice) == at_once
        several = sold(b, bill(b, 100), paid(b, 60, LATER[1]), paid(b, 40, LATER[2]))
        assert b.open(several.invoice, on=LATER[2]) == instalments
        for made, left in ((one, at_once), (several, instalments)):
            assert sum(b.open(key, on=LATER[2]) for key in made.payments) == -left


def test_switched_off_it_is_not_matched_by_the_balance_either() -> None:
    with books() as b:
        b.configure(automatic_match_checkout=False)
        made = sold(b, bill(b, 100), paid(b, 100))
        assert b.figures(made.invoice).mark == "none"


def test_a_draft_is_changed_and_posted() -> None:
    with books() as b:
        draft = b.invoice(10, post=False)
        version = b.document(draft).version
        made = checkout(
            actor=b.actor, invoice=bill(b, 100), payments=[paid(b, 100)], draft=draft, version=version
        )
        assert made.invoice == draft
        assert b.document(draft).total == 100
        assert b.open(draft) == 0


def test_a_refusal_says_which_receipt() -> None:
    with books() as b:
        before = written(b)
        for wrong, code, place in (
            ([paid(b, 10), paid(b, 0)], "nothing_received", "payments.1.amount"),
            ([paid(b, 10), paid(b, "NaN")], "amount_not_a_number", "payments.1.amount"),
            ([paid(b, 10), paid(b, 5, method="cowrie")], "method_unknown", "payments.1.method"),
            ([paid(b, 10), paid(b, 5, allocations={1: Decimal(6)})], "", "payments.1.amount"),
            ([paid(b, 10), paid(b, 200, allocations={1: Decimal(200)})], "", "payments.1.allocations"),
        ):
            with pytest.raises(Refusal) as caught:
                sold(b, bill(b, 100), *wrong)
            assert caught.value.field == place
            assert caught.value.row is None
            assert not code or caught.value.code.startswith(code.split("_not")[0])
        with pytest.raises(NoReceipts):
            sold(b, bill(b, 100))
        with pytest.raises(NoSuchItem):
            sold(b, bill(b, 100), paid(b, 10, allocations={2: Decimal(10)}))
        with pytest.raises(Refusals) as both:
            sold(b, bill(b, 100), paid(b, 0), paid(b, -1))
        assert [error.field for error in both.value.errors] == ["payments.0.amount", "payments.1.amount"]
        b.configure(closed_through=TODAY)
        with pytest.raises(PeriodClosed):
            sold(b, bill(b, 5), paid(b, 5))
        assert written(b) == before


@pytest.mark.parametrize("right", RIGHTS)
def test_it_needs_the_rights_of_both(right: str) -> None:
    with books() as b:
        actor = replace(b.actor, rights=b.actor.rights - {right})
        with pytest.raises(Forbidden):
            checkout(actor=actor, invoice=bill(b, 5), payments=[paid(b, 5)])
        assert written(b) == 0


AMOUNTS = st.integers(1, 60).map(Decimal)


@given(st.lists(AMOUNTS, min_size=1, max_size=6), st.lists(st.tuples(AMOUNTS, st.integers(0, 5)), max_size=6))
def test_what_receipts_pay_never_exceeds_either_side(
    lines: list[Decimal], receipts: list[tuple[Decimal, int]]
) -> None:
    opens = dict(enumerate(lines, start=1))
    entered = [Instalment(amount, LATER[day]) for amount, day in receipts]
    found = spread(opens, entered)
    per_line = {key: sum((one.get(key, Decimal(0)) for one in found), Decimal(0)) for key in opens}
    assert all(0 <= per_line[key] <= opens[key] for key in opens)
    assert all(sum(one.values()) <= entered[at].amount for at, one in enumerate(found))
    together = min(sum(lines), sum(amount for amount, _day in receipts))
    assert sum(per_line.values()) == together, "as much is paid as there is on both sides"


@given(st.integers(1, 10**7), st.integers(1, 60), st.dates(date(2000, 1, 1), date(2090, 12, 31)))
def test_instalments_add_up_month_by_month(cents: int, count: int, first: date) -> None:
    total = Decimal(cents) / 100
    found = instalments(total, count, first, "EUR")
    assert sum(amount for amount, _ in found) == total
    assert len(found) == count
    assert found[0][1] == first
    months = [day.year * 12 + day.month for _, day in found]
    assert months == list(range(months[0], months[0] + count))
    assert all(day.day <= first.day for _, day in found)


def test_the_last_day_of_a_month_stays_one() -> None:
    found = instalments(Decimal(100), 3, date(2026, 1, 31), "EUR")
    assert found == [
        (Decimal("33.33"), date(2026, 1, 31)),
        (Decimal("33.33"), date(2026, 2, 28)),
        (Decimal("33.34"), date(2026, 3, 31)),
    ]
