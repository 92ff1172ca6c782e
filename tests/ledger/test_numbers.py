"""Numbers: drawn at posting, without gaps, never twice; numbers from elsewhere keep out of the way (SPEC 5)."""

from __future__ import annotations

import pytest
from django.db import transaction

from arledger.companies.models import NumberJump
from arledger.core.errors import Refusal
from invoices import services as invoices
from ledger.checks import check
from ledger.entering import DocumentInput, LineInput
from ledger.errors import NamedTwice, NumberTaken, PeriodClosed
from ledger.models import Document
from tests.build import TODAY, Books, books, money

pytestmark = pytest.mark.django_db


def numbers(b: Books) -> list[str | None]:
    return list(Document.objects.filter(company=b.company).order_by("pk").values_list("number", flat=True))


def entered(b: Books, number: str | None = None, amount: int = 10) -> DocumentInput:
    lines = [LineInput(amount=money(amount))]
    return DocumentInput(customer_id=b.customer, date=TODAY, lines=lines, number=number)


def test_a_draft_has_no_number_until_it_is_posted() -> None:
    with books() as b:
        first, second = b.invoice(10, post=False), b.invoice(10, post=False)
        assert numbers(b) == [None, None]
        assert invoices.post(actor=b.actor, ids=[second, first]) == ["INV-00001", "INV-00002"]
        assert numbers(b) == ["INV-00002", "INV-00001"]


def test_a_refused_posting_gives_its_number_back() -> None:
    with books() as b:
        b.invoice(10)
        b.configure(closed_through=TODAY)
        with pytest.raises(PeriodClosed):
            b.invoice(10)
        b.configure(closed_through=None)
        assert b.document(b.invoice(10)).number == "INV-00002"


def test_so_does_one_that_fails_after_it_was_drawn() -> None:
    with books() as b:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                _ = b.invoice(10) / 0
        assert b.document(b.invoice(10)).number == "INV-00001"


def test_one_of_a_list_that_is_refused_refuses_the_list() -> None:
    with books() as b:
        drafts = [b.invoice(10, post=False) for _ in range(3)]
        invoices.post(actor=b.actor, ids=drafts[1:2])
        with pytest.raises(Refusal):
            invoices.post(actor=b.actor, ids=drafts)
        assert invoices.post(actor=b.actor, ids=[drafts[0], drafts[2]]) == ["INV-00002", "INV-00003"]


def test_naming_a_draft_twice_loses_no_number() -> None:
    with books() as b:
        draft = b.invoice(10, post=False)
        with pytest.raises(NamedTwice):
            invoices.post(actor=b.actor, ids=[draft, draft])
        assert invoices.post(actor=b.actor, ids=[draft]) == ["INV-00001"]


@pytest.mark.parametrize("post", [False, True])
def test_a_number_from_elsewhere_is_used_once(post: bool) -> None:
    with books() as b:
        invoices.enter(actor=b.actor, invoices=[entered(b, "X-1")], post=True)
        with pytest.raises(NumberTaken) as refused:
            invoices.enter(actor=b.actor, invoices=[entered(b, "X-2"), entered(b, "X-1")], post=post)
        assert "X-1" in refused.value.values["number"]
        with pytest.raises(NumberTaken):
            invoices.enter(actor=b.actor, invoices=[entered(b, "X-3"), entered(b, "X-3")], post=post)
        assert numbers(b) == ["X-1"], "nothing of a refused list stays"


def test_the_same_number_of_another_kind_is_another_number() -> None:
    with books() as b:
        invoices.enter(actor=b.actor, invoices=[entered(b, "X-1")], post=True)
        assert b.document(b.receipt(10, number="X-1")).number == "X-1"
        with pytest.raises(NumberTaken):
            b.receipt(10, number="X-1")
        with pytest.raises(NumberTaken):
            b.receipt(10, number="X-1", post=False)


def test_a_number_like_the_sequences_own_takes_the_sequence_along() -> None:
    with books() as b:
        b.invoice(10)
        invoices.enter(actor=b.actor, invoices=[entered(b, "INV-00004")], post=True)
        b.invoice(10)
        assert numbers(b) == ["INV-00001", "INV-00004", "INV-00005"]
        jump = NumberJump.objects.get(company=b.company)
        assert (jump.first, jump.last, jump.number) == (2, 4, "INV-00004")
        assert check(b.company.pk) == [], "what was passed over is no gap"


def test_a_number_that_the_sequence_has_passed_moves_nothing() -> None:
    with books() as b:
        b.invoice(10)
        b.invoice(10)
        for number in ("INV-0003", "INV-00000", "INV-000009", "X-00009", "INV-00003B", "INV-" + "9" * 16):
            invoices.enter(actor=b.actor, invoices=[entered(b, number)], post=True)
        b.invoice(10)
        assert "INV-00003" in numbers(b)
        assert not NumberJump.objects.filter(company=b.company).exists()


def test_numbers_given_and_drawn_in_one_list_do_not_meet() -> None:
    with books() as b:
        given = [entered(b, "INV-00002"), entered(b, None), entered(b, None)]
        invoices.enter(actor=b.actor, invoices=given, post=True)
        assert numbers(b) == ["INV-00002", "INV-00003", "INV-00004"]
