"""Each computed state as a condition says the same about many documents as the figures say about one (DESIGN 4)."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Q

from arledger.core.errors import Refusal
from ledger.models import Document
from reconciliation.figures import document_figures
from reconciliation.marks import Mark, Settlement
from reconciliation.selectors import States, TextSearch, coded, totals
from tests.build import TODAY, Books, books

pytestmark = pytest.mark.django_db


def world(b: Books, seed: int) -> None:
    """Invoices, negative ones, receipts before and after today, drafts, un-applies now and later, reversals."""
    chance = random.Random(seed)
    made: list[int] = []
    for step in range(36):
        if step % 12 == 7:
            b.configure(auto_apply_inline_credits=chance.random() < 0.5)
        # What the books refuse does not matter here.
        with suppress(Refusal):
            happen(b, chance, made)


def happen(b: Books, chance: random.Random, made: list[int]) -> None:
    day = TODAY - timedelta(days=chance.randrange(60))
    match chance.randrange(8):
        case 0 | 1 | 2:
            amounts = [chance.choice([300, 100, 50, -20, -400, 0]) for _ in range(chance.randint(1, 3))]
            made.append(b.invoice(*amounts, on=day, post=chance.random() < 0.85))
        case 3 | 4 | 5 if made:
            chosen = chance.sample(made, min(len(made), 2))
            on = TODAY + timedelta(days=chance.choice([0, 0, 5, 40]))
            b.receipt(chance.choice([20, 150, 400]), chosen, on=on, post=chance.random() < 0.7)
        case 6 if made:
            b.reverse(chance.choice(made))
        case 7 if made:
            found = [application for key in made for application in b.applications(key)]
            if found:
                b.unapply(chance.choice(found), on=TODAY + timedelta(days=chance.choice([0, 30])))


def keys(b: Books, condition: Q) -> set[int]:
    rows = Document.objects.filter(condition, company=b.company, kind__in=["invoice", "payment"])
    return set(rows.values_list("pk", flat=True))


@pytest.mark.parametrize("few", [States.FEW, 0], ids=["named by keys", "asked row by row"])
@pytest.mark.parametrize("seed", range(4))
def test_conditions_agree_with_figures(seed: int, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(States, "FEW", few)
    with books() as b:
        world(b, seed)
        posted = Document.objects.filter(company=b.company, state="posted", kind__in=["invoice", "payment"])
        figures = document_figures(
            company_id=b.company.pk, ids=posted.values_list("pk", flat=True), day=TODAY
        )
        states = States(b.company.pk, TODAY)
        assert len({found.settlement for found in figures.values()}) >= 4, "the world holds enough"
        for settlement in Settlement:
            expected = {key for key, found in figures.items() if found.settlement == settlement}
            assert keys(b, states.settlement(settlement)) == expected, settlement
        for mark in Mark:
            expected = {key for key, found in figures.items() if found.mark == mark}
            assert keys(b, states.mark(mark)) == expected, mark
        due = dict(posted.values_list("pk", "due_date"))
        late = {k for k, f in figures.items() if f.open_charges and (due[k] or TODAY) < TODAY}
        assert keys(b, states.overdue()) == late


@pytest.mark.parametrize("seed", range(3))
def test_totals_agree_with_figures(seed: int) -> None:
    with books() as b:
        world(b, seed)
        rows = Document.objects.filter(company=b.company, kind="invoice")
        figures = document_figures(company_id=b.company.pk, ids=rows.values_list("pk", flat=True), day=TODAY)
        expected = (
            "EUR",
            rows.count(),
            sum((row.total for row in rows), Decimal(0)),
            sum((found.open_amount for found in figures.values()), Decimal(0)),
        )
        assert totals(b.company.pk, rows, TODAY) == [expected]
        assert totals(b.company.pk, rows.none(), TODAY) == []


def test_a_code_names_its_whole_group_while_it_is_in_force() -> None:
    with books() as b:
        first, second = b.invoice(100), b.invoice(50)
        receipt = b.receipt(150, [first, second])
        code = b.code(first)
        assert keys(b, coded(b.company.pk, code.upper())) == {first, receipt}
        assert keys(b, coded(b.company.pk, code.lower())) == {first, receipt}
        b.unapply(*b.applications(first))
        assert keys(b, coded(b.company.pk, code)) == set()


def test_text_finds_beginnings_first_and_insides_otherwise() -> None:
    with books() as b:
        other = b.add_customer("Café Crème")
        one = b.invoice(1, reference="PO 4711", description="Spring campaign")
        two = b.invoice(2, customer=other, reference="X-4711")
        three = b.invoice(3, description="Étude de marché 100%")

        def found(text: str) -> list[int]:
            return sorted(keys(b, TextSearch(b.actor, "invoice", text).condition & Q(kind="invoice")))

        assert found("INV-0000") == [one, two, three]
        assert found("inv-00002") == [two]
        assert found("2") == [two], "the digits of a number are enough"
        assert found("po 47") == [one]
        assert found("creme cafe") == [two], "customers by words, accents and case ignored"
        assert found("4711") == [one, two], "where nothing begins so, inside"
        assert found("marché étude") == [three]
        assert found("100%") == [three]
        assert found("%") == [three], "a percent sign is a percent sign"
        assert found("_") == []


def test_a_day_long_past_is_asked_like_today() -> None:
    with books() as b:
        invoice = b.invoice(100, on=date(2026, 1, 5))
        b.receipt(100, [invoice], on=date(2026, 2, 5))
        then = States(b.company.pk, date(2026, 1, 31))
        assert keys(b, then.settlement(Settlement.OPEN) & Q(kind="invoice")) == {invoice}
        assert keys(b, then.mark(Mark.COMPLETE_FUTURE) & Q(kind="invoice")) == {invoice}
