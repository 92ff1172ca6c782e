"""The worked examples of SPEC 18 as files, where their documents have one; what no file does (un-applying, voiding,
oldest first, checkout) is done as a person does. W1, W3 to W5, W7 and W14 as files: tests/imports/test_kinds.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from ledger.models import Application
from reconciliation.ageing import ageing
from reconciliation.oldest_first_services import match_oldest_first
from refunds.services import void
from tests.build import books
from tests.imports.test_kinds import (
    ADVANCES,
    INVOICES,
    MEMOS,
    ON,
    PAYMENTS,
    REFUNDS,
    found,
    good,
    invoices,
    left,
    lines,
)
from tests.imports.uploads import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Iterator[Desk]:
    with books() as made:
        made.configure(refunds_enabled=True)
        made.customer = made.add_customer("Acme Ltd", code="ACME")
        yield Desk(made)


def code(desk: Desk, number: str, kind: str = "invoice", on: date = ON) -> str:
    return desk.made.code(found(desk.made, number, kind), on=on)


def pay(desk: Desk, number: str, day: str, amount: str, *rows: str) -> None:
    """A receipt; ``rows``: the cells from the invoice on, such as ``A,50``."""
    head, *rest = (f"{row}{',' * (4 - row.count(','))}" for row in rows or ("",))
    text = f"{number},ACME,{day},{amount},transfer,BANK,{head}\n"
    good(desk, "payments", PAYMENTS + text + "".join(f"{number},,,,,,{row}\n" for row in rest))


def test_w2_codes_turn_upper_and_what_is_more_touches_no_invoice(desk: Desk) -> None:
    invoices(desk, ("A", ["300"]), ("B", ["160"]), ("C", ["300", "100", "-20"]))
    pay(desk, "P1", "2026-03-01", "500.00", "A", "B", "C")
    assert lines(desk, "C") == [240, 100, 0]
    assert [code(desk, number) for number in "ABC"] == ["A", "B", "c"]
    pay(desk, "P2", "2026-03-02", "340.00", "C")
    assert [code(desk, number) for number in "ABC"] == ["A", "B", "C"]
    before = Application.objects.filter(company=desk.made.company).count()
    pay(desk, "P3", "2026-03-03", "0.01")
    assert Application.objects.filter(company=desk.made.company).count() == before
    assert left(desk, "P3", "payment") == Decimal("-0.01")


def test_w6_the_rest_pays_a_later_invoice_and_is_never_refunded(desk: Desk) -> None:
    invoices(desk, ("A", ["10", "-25", "40", "-5", "-30"]), ("B", ["4"]))
    assert lines(desk, "A") == [0, 0, 0, 0, -10]
    pay(desk, "P", "2026-03-01", "0", "B,,invoice,A,4")
    assert left(desk, "B") == 0
    assert lines(desk, "A") == [0, 0, 0, 0, -6]
    row = desk.upload("refunds", REFUNDS + "R,ACME,2026-03-02,BANK,invoice,A,,6,,\n")
    assert desk.places(row) == [(2, "credit", "refund_beside_charges")]


def test_w8_available_and_codes_of_an_advance(desk: Desk) -> None:
    good(desk, "advances", ADVANCES + "ADV,ACME,2026-01-02,transfer,BANK,200\n")
    assert left(desk, "ADV", "advance") == -200
    assert code(desk, "ADV", "advance") == ""
    good(desk, "refunds", REFUNDS + "R,ACME,2026-03-01,BANK,advance,ADV,,80,,\n")
    assert left(desk, "ADV", "advance") == -120
    assert code(desk, "ADV", "advance") == "a"
    refund = found(desk.made, "R", "refund")
    assert desk.made.line_codes(refund, on=ON) == ["a"]
    void(actor=desk.made.actor, ids=[refund], on=date(2026, 3, 15), reason="wrong")
    later = date(2026, 3, 15)
    advance = found(desk.made, "ADV", "advance")
    assert desk.made.open(advance, on=later) == -200
    assert desk.made.code(advance, on=later) == ""


def test_w9_unapplying_the_first_of_two(desk: Desk) -> None:
    invoices(desk, ("A", ["100"]), ("B", ["100"]))
    pay(desk, "P", "2026-03-01", "200", "A", "B")
    assert [code(desk, number) for number in "AB"] == ["A", "B"]
    desk.made.unapply(*desk.made.applications(found(desk.made, "A")))
    today = date(2026, 3, 15)
    states = [desk.made.state(found(desk.made, number), on=today) for number in "AB"]
    assert [(amount, letters) for amount, _settlement, _mark, letters in states] == [(100, ""), (0, "B")]
    assert desk.made.open(found(desk.made, "P", "payment"), on=today) == -100


def test_w10_unapplying_one_of_two_receipts(desk: Desk) -> None:
    invoices(desk, ("A", ["100"]), ("B", ["100"]))
    for number in ("P1", "P2"):
        pay(desk, number, "2026-03-01", "100", "A,50", "B,50")
    assert [left(desk, number) for number in "AB"] == [0, 0]
    second = found(desk.made, "P2", "payment")
    of_first = set(desk.made.applications(found(desk.made, "A")))
    desk.made.unapply(*(of_first & set(desk.made.applications(second))))
    today = date(2026, 3, 15)
    opens = [desk.made.open(found(desk.made, number), on=today) for number in "AB"]
    assert opens == [50, 0]
    assert desk.made.open(second, on=today) == -50


def test_w11_oldest_first(desk: Desk) -> None:
    rows = "A,ACME,2026-03-01,2026-03-31,600\nB,ACME,2026-03-03,2026-03-31,700\n"
    good(desk, "invoices", INVOICES + rows)
    memos = (("C1", "02", 100), ("C2", "04", 700), ("C3", "05", 500))
    rows = "".join(f"{number},ACME,2026-03-{day},-{amount},\n" for number, day, amount in memos)
    good(desk, "adjustments", MEMOS + rows)
    match_oldest_first(actor=desk.made.actor, customers=[desk.made.customer], on=date(2026, 3, 10))
    made = Application.objects.filter(company=desk.made.company).order_by("pk")
    pairs = made.values_list("charge_document__number", "credit_document__number", "amount")
    assert list(pairs) == [("A", "C1", 100), ("A", "C2", 500), ("B", "C2", 200), ("B", "C3", 500)]
    assert [left(desk, number) for number in "AB"] == [0, 0]


def test_w12_ageing_after_three_receipts(desk: Desk) -> None:
    good(desk, "invoices", INVOICES + "A,ACME,2026-01-29,2026-02-28,10000\n")
    for number, day, amount in (
        ("P1", "2026-02-10", "1500"),
        ("P2", "2026-03-05", "1000"),
        ("P3", "2026-04-01", "2000"),
    ):
        pay(desk, number, day, amount, "A")
    aged = ageing(company_id=desk.made.company.pk, day=date(2026, 4, 4))
    told = dict(zip(aged.labels, aged.totals[0].buckets, strict=True))
    assert {label: amount for label, amount in told.items() if amount} == {"31-60": 5_500}


@pytest.mark.parametrize("first", ["invoices", "receipt keyed in first as an overpayment"])
def test_w13_the_year_end(desk: Desk, first: str) -> None:
    if first == "invoices":
        good(desk, "invoices", INVOICES + "A,ACME,2025-12-30,2026-01-29,100\n")
        pay(desk, "P", "2026-01-01", "100", "A")
    else:
        pay(desk, "P", "2026-01-01", "100")
        good(desk, "invoices", INVOICES + "A,ACME,2025-12-30,2026-01-29,100\n")
        pay(desk, "Q", "2026-01-01", "0", "A,,payment,P,100")
    invoice = found(desk.made, "A")
    assert [desk.made.open(invoice, on=day) for day in (date(2025, 12, 31), date(2026, 1, 1))] == [100, 0]


@pytest.mark.parametrize(
    ("dates", "mark"), [(("04-15", "05-15"), "complete_future"), (("04-15",), "partial")]
)
def test_w15_receipts_of_days_to_come(desk: Desk, dates: tuple[str, ...], mark: str) -> None:
    """What a checkout does in one call, from two files."""
    good(desk, "invoices", INVOICES + "A,ACME,2026-03-15,2026-05-15,120\n")
    for place, day in enumerate(("03-15", *dates)):
        pay(desk, f"P{place}", f"2026-{day}", "40", "A")
    opened, _settlement, shown, _code = desk.made.state(found(desk.made, "A"), on=date(2026, 3, 15))
    assert (opened, shown) == (80, mark)
