"""Suggestions: what may be matched, with its reason; sums are exact and the work is bounded (SPEC 11)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from time import thread_time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from arledger.companies.models import Entity
from arledger.core.errors import Forbidden, NotFound
from ledger.checks import check
from reconciliation.suggesting import MOST_TOGETHER, Candidate, Suggestion, Sums, Why, suggest
from reconciliation.suggestions import Suggested, accept, suggestions
from tests.build import Books, books

DAY = date(2026, 3, 1)


def side(*amounts: object, first: int = 1, **texts: tuple[str, ...]) -> list[Candidate]:
    return [
        Candidate(
            document=first + place,
            name=f"D{first + place}",
            date=DAY + timedelta(days=place),
            amount=Decimal(str(amount)),
            **texts,
        )
        for place, amount in enumerate(amounts)
    ]


def told(found: list[Suggestion]) -> list[tuple[str, list[int], list[int], Decimal]]:
    return [
        (
            one.why.value,
            [charge.document for charge, _ in one.charges],
            [credit.document for credit, _ in one.credits],
            one.amount,
        )
        for one in found
    ]


def test_an_exact_amount_takes_the_first_of_those_alike() -> None:
    found = suggest(side(50, 120, 120), side(120, 7, first=10))
    assert told(found) == [("exact", [2], [10], Decimal(120))]


def test_exact_combinations_on_either_side() -> None:
    assert told(suggest(side(10, 21, 33, 50), side(64, first=10))) == [
        ("combination", [1, 2, 3], [10], Decimal(64))
    ]
    assert told(suggest(side(100), side(30, "20.5", "49.5", first=10))) == [
        ("combination", [1], [10, 11, 12], Decimal(100))
    ]
    assert told(suggest(side(1, 2, 4, 8, 16), side(31, first=10)))[0][0] == "everything"


def test_a_reference_in_the_text_comes_first_and_goes_as_far_as_it_can() -> None:
    charges = [
        *side(100, keys=("INV-00012",)),
        *side(40, first=2, keys=("INV-00013", "PO 4711/B")),
        *side(60, first=3, keys=("INV-00014",)),
    ]
    for text, documents, amount in (
        ("payment of inv 00012 thanks", [1], 60),
        ("facture n°00014", [3], 60),
        ("po4711b and INV-00014", [2, 3], 60),
        ("INV-000121", [3], 60),
        ("nothing of use", [3], 60),
    ):
        found = suggest(charges, side(60, first=10, texts=(text,)))
        assert [(one.document) for one, _ in found[0].charges] == documents, text
        assert found[0].amount == amount
        referred = text not in ("INV-000121", "nothing of use")
        assert found[0].why == (Why.REFERENCE if referred else Why.EXACT), text
    twice = [*side(100, keys=("A-1000",)), *side(70, first=2, keys=("B-1000",))]
    found = suggest(twice, side(5, first=10, texts=("1000",)))
    assert found == [], "what names two names none"


AMOUNTS = st.lists(st.integers(1, 5_000).map(lambda cents: Decimal(cents) / 100), max_size=14)


@given(AMOUNTS, AMOUNTS)
def test_every_suggestion_is_exact_and_none_takes_what_another_has(
    charges: list[Decimal], credits: list[Decimal]
) -> None:
    found = suggest(side(*charges), side(*credits, first=100))
    documents = [one.document for s in found for one, _ in (*s.charges, *s.credits)]
    assert len(documents) == len(set(documents))
    for one in found:
        assert one.amount == sum(part for _, part in one.credits) > 0
        assert one.exact, "amounts alone are only suggested when everything is settled"
        if one.why is Why.COMBINATION:
            assert sorted((len(one.charges), len(one.credits)))[0] == 1
            assert max(len(one.charges), len(one.credits)) <= MOST_TOGETHER
    lonely = {c.amount for c in side(*charges) if c.document not in documents}
    assert not lonely & {c.amount for c in side(*credits, first=100) if c.document not in documents}


@given(
    st.lists(st.integers(1, 10**6).map(Decimal), min_size=4, max_size=30),
    st.integers(2, MOST_TOGETHER),
    st.randoms(use_true_random=False),
)
def test_a_combination_that_exists_is_found(amounts: list[Decimal], size: int, chance: object) -> None:
    chosen = chance.sample(range(len(amounts)), size)  # type: ignore[attr-defined]
    target = sum((amounts[index] for index in chosen), Decimal(0))
    found = Sums(amounts).making(target)
    assert found is not None
    assert sum(amounts[index] for index in found) == target
    assert len(set(found)) == len(found) <= size


@pytest.mark.parametrize("step", [0, 1, 7])
def test_a_thousand_open_items_on_both_sides_are_quick(step: int) -> None:
    """No suggestion at all costs most; so do a thousand equal amounts. Unbounded, it would take days."""
    charges = side(*(1000 + 2 * step * n for n in range(1000)), keys=("INV-1",))
    credits = side(
        *(Decimal("0.01") + 999 + 2 * step * n for n in range(1000)), first=10_000, texts=("x y z",)
    )
    before = thread_time()
    suggest(charges, credits)
    assert thread_time() - before < 30


def only(b: Books) -> Suggested:
    found = suggestions(actor=b.actor, customer=b.customer)
    assert len(found) == 1
    return found[0]


@pytest.mark.django_db
def test_accepting_is_the_normal_match() -> None:
    with books() as b:
        bills = [b.invoice(60, 15), b.invoice(25)]
        money = b.receipt(100, leave=True)
        one = only(b)
        numbers = [b.document(key).number for key in (*bills, money)]
        assert one.reason == f"{numbers[0]}, {numbers[1]} together are exactly {numbers[2]}."
        made = accept(actor=b.actor, matches=one.matches, reason=one.reason)
        assert b.document(made).kind == "matching"
        assert [b.figures(key).mark for key in (*bills, money)] == ["complete"] * 3
        assert suggestions(actor=b.actor, customer=b.customer) == []
        assert check(b.company.pk) == []


@pytest.mark.django_db
def test_what_the_money_says_it_is_for() -> None:
    with books() as b:
        b.invoice(80)
        meant = b.invoice(500)
        number = b.document(meant).number
        b.receipt(80, leave=True, description=f"transfer, {str(number).replace('-', ' ')}")
        one = only(b)
        assert one.suggestion.why is Why.REFERENCE
        assert one.reason == f"The reference of PAY-00001 names {number}."
        assert [(pair.charge, pair.amount) for pair in one.pairs] == [(b.line(meant), Decimal(80))]


@pytest.mark.django_db
def test_reserved_and_hidden_amounts_and_other_currencies_stay_out() -> None:
    with books() as b:
        paris = Entity.objects.create(company=b.company, code="P", name="Paris")
        bill = b.invoice(100)
        b.receipt(40, [bill], post=False)
        b.adjustment(-100)
        b.adjustment(-60)
        assert [one.suggestion.amount for one in suggestions(actor=b.actor, customer=b.customer)] == [60]
        b.configure(limit_credits_to_entity=True)
        b.invoice(777, entity_id=paris.pk)
        b.adjustment(-777)
        assert [one.suggestion.amount for one in suggestions(actor=b.actor, customer=b.customer)] == [60]
        b.invoice(9, currency="USD", exchange_rate=Decimal("0.9"))
        b.adjustment(-9, currency="USD", exchange_rate=Decimal("0.9"))
        found = suggestions(actor=b.actor, customer=b.customer)
        assert [(one.currency, one.suggestion.amount) for one in found] == [
            ("EUR", Decimal(60)),
            ("USD", Decimal(9)),
        ]
        assert suggestions(actor=b.actor, customer=b.customer, currency="USD") == found[1:]
        with pytest.raises(NotFound):
            suggestions(actor=b.actor, customer=10**15)
        with pytest.raises(Forbidden):
            suggestions(actor=b.limited_to(["customers.view"]).actor, customer=b.customer)


@pytest.mark.django_db
def test_it_takes_the_same_statements_whatever_the_account_holds() -> None:
    with books() as b:
        counted = []
        for _round in range(2):
            for amount in (10, 20, 30):
                b.invoice(amount)
                b.adjustment(-amount)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                found = suggestions(actor=b.actor, customer=b.customer)
            counted.append(len(queries))
        assert len(found) == 6
        assert counted[0] == counted[1] <= 7
