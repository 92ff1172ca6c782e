"""Adjustments: credit memos and debit memos through their services (SPEC 5, 7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from arledger.companies.models import Account
from arledger.companies.selectors import settings_of
from arledger.core.errors import Forbidden, NotFound, Refusal, Refusals, Stale
from credits.services import adjustments
from customers.models import Customer
from ledger.checks import check
from ledger.entering import DocumentInput, LineInput
from ledger.errors import (
    AlreadyReversed,
    CustomerInactive,
    DueBeforeDate,
    NoLines,
    NotADraft,
    NotPosted,
    PeriodClosed,
    ReversalTooEarly,
    StillApplied,
    StillReserved,
    UnknownAccount,
)
from ledger.models import Document, JournalEntry
from reconciliation.errors import ReasonMissing
from tests.build import TODAY, Books, books

pytestmark = pytest.mark.django_db


def journal(b: Books, document: int) -> dict[str, Decimal]:
    """{account code: debit +, credit −} of a document."""
    codes = dict(Account.objects.filter(company=b.company).values_list("pk", "code"))
    found: dict[str, Decimal] = {}
    for entry in JournalEntry.objects.filter(company_id=b.company.pk, document=document):
        found[codes[entry.account_id]] = found.get(codes[entry.account_id], Decimal(0)) + entry.base_amount
    return {code: amount for code, amount in found.items() if amount}


def entered(b: Books, *amounts: int, **more: object) -> DocumentInput:
    lines = [LineInput(amount=Decimal(amount)) for amount in amounts]
    return DocumentInput(**{"customer_id": b.customer, "date": TODAY, "lines": lines, **more})  # type: ignore[arg-type]


def test_a_credit_memo_speaks_the_credit_words_and_a_debit_memo_those_of_charges() -> None:
    with books() as b:
        credit, debit = b.adjustment(-1000), b.adjustment(300, 100)
        assert b.state(credit) == (-1000, "available", "none", "")
        assert b.state(debit) == (400, "open", "none", "")
        assert [b.document(key).number for key in (credit, debit)] == ["ADJ-00001", "ADJ-00002"]
        b.match((b.line(debit), b.line(credit), 300))
        assert b.state(credit)[:3] == (-700, "partially_applied", "partial")
        assert b.state(debit)[:3] == (100, "partially_paid", "partial")
        b.match((b.line(debit, 2), b.line(credit), 100))
        assert b.state(debit)[:3] == (0, "paid", "complete")
        # One application of a credit shows in two groups, each with its own code (SPEC 10).
        assert (b.code(debit), b.code(credit)) == ("A", "b")
        assert check(b.company.pk) == []


def test_its_lines_are_booked_on_revenue_unless_they_say_otherwise() -> None:
    with books() as b:
        other = Account.objects.get(company=b.company, kind="write_off")
        lines = [LineInput(amount=Decimal(-100)), LineInput(amount=Decimal(-5), account_id=other.pk)]
        key = adjustments.enter(actor=b.actor, adjustments=[entered(b, lines=lines)], post=True)[0]
        revenue = settings_of(b.company.pk).row.revenue_account.code
        assert journal(b, key) == {"411000": -105, revenue: 100, other.code: 5}
        assert check(b.company.pk) == []


def test_mixed_signs_stay_side_by_side_whatever_the_setting_says() -> None:
    with books() as b:
        b.configure(auto_apply_inline_credits=True)
        key = b.adjustment(-100, 30)
        assert b.open_lines(key) == [-100, 30]
        assert b.state(key)[:2] == (-70, "available")


def test_a_debit_memo_is_paid_like_an_invoice() -> None:
    with books() as b:
        memo, invoice = b.adjustment(120, due_date=date(2026, 3, 20)), b.invoice(100)
        b.receipt(150, [memo, invoice])
        assert [b.open(memo), b.open(invoice)] == [0, 70]
        assert b.state(memo)[1] == "paid"


def test_the_reason_is_kept_and_copied() -> None:
    with books() as b:
        key = b.adjustment(-10, reason="  broken ", post=False)
        assert b.document(key).reason == "broken"
        copy = adjustments.duplicate(actor=b.actor, key=key)
        assert (b.document(copy).reason, b.document(copy).state) == ("broken", "draft")


def test_several_are_posted_in_one_call_and_the_faulty_ones_named() -> None:
    with books() as b:
        keys = adjustments.enter(actor=b.actor, adjustments=[entered(b, -n) for n in (1, 2, 3)])
        assert adjustments.post(actor=b.actor, ids=keys) == ["ADJ-00001", "ADJ-00002", "ADJ-00003"]
        wrong = [entered(b, -1), entered(b), entered(b, -1, due_date=date(2026, 1, 1))]
        with pytest.raises(Refusals) as refused:
            adjustments.enter(actor=b.actor, adjustments=wrong)
        assert [(type(error), error.row) for error in refused.value.errors] == [
            (NoLines, 1),
            (DueBeforeDate, 2),
        ]


def close(b: Books) -> None:
    b.configure(closed_through=TODAY)


def leave(b: Books) -> None:
    Customer.objects.filter(pk=b.customer, company=b.company).update(active=False)


def nothing(b: Books) -> None:
    """The books as they are."""


@pytest.mark.parametrize(
    ("values", "prepare", "refusal"),
    [
        ({"customer_id": 10**9}, nothing, NotFound),
        ({"lines": ()}, nothing, NoLines),
        ({"lines": [LineInput(amount=Decimal(1), account_id=10**9)]}, nothing, UnknownAccount),
        ({}, close, PeriodClosed),
        ({}, leave, CustomerInactive),
    ],
)
def test_what_cannot_be_posted_is_refused_and_nothing_stays(
    values: dict[str, object], prepare: Callable[[Books], None], refusal: type[Refusal]
) -> None:
    with books() as b:
        prepare(b)
        with pytest.raises(refusal):
            adjustments.enter(actor=b.actor, adjustments=[entered(b, -1, **values)], post=True)
        assert not Document.objects.filter(company=b.company).exists()


def test_drafts_change_and_go_and_posted_ones_stay() -> None:
    with books() as b:
        draft = b.adjustment(-10, post=False)
        adjustments.edit(actor=b.actor, key=draft, entered=entered(b, -12, 4), version=1)
        assert b.document(draft).total == -8
        with pytest.raises(Stale):
            adjustments.edit(actor=b.actor, key=draft, entered=entered(b, -1), version=1)
        adjustments.post(actor=b.actor, ids=[draft])
        for verb in (
            lambda: adjustments.post(actor=b.actor, ids=[draft]),
            lambda: adjustments.delete(actor=b.actor, ids=[draft]),
            lambda: adjustments.edit(actor=b.actor, key=draft, entered=entered(b, -1), version=3),
        ):
            with pytest.raises(NotADraft) as refused:
                verb()
            assert "ADJ-00001" in str(refused.value)
        gone = b.adjustment(-1, post=False)
        adjustments.delete(actor=b.actor, ids=[gone])
        assert not Document.objects.filter(pk=gone).exists()


def test_another_kinds_document_is_not_found() -> None:
    with books() as b:
        invoice = b.invoice(10, post=False)
        for verb in (
            lambda: adjustments.post(actor=b.actor, ids=[invoice]),
            lambda: adjustments.delete(actor=b.actor, ids=[invoice]),
            lambda: adjustments.duplicate(actor=b.actor, key=invoice),
            lambda: adjustments.edit(actor=b.actor, key=invoice, entered=entered(b, -1), version=1),
        ):
            with pytest.raises(NotFound):
                verb()


def test_one_that_was_applied_since_says_what_to_undo_before_it_is_reversed() -> None:
    with books() as b:
        memo, first, second = b.adjustment(-100), b.invoice(30), b.invoice(40)
        b.match((b.line(first), b.line(memo), 30), (b.line(second), b.line(memo), 40))
        with pytest.raises(StillApplied) as refused:
            b.reverse(memo)
        assert "ADJ-00001 is matched with INV-00001, INV-00002" in str(refused.value)
        b.unapply(*b.applications(memo))
        mirror = b.reverse(memo)
        assert b.open(memo) == b.open(mirror) == 0
        assert b.figures(memo).state == "reversed"
        assert [b.open(first), b.open(second)] == [30, 40]
        with pytest.raises(AlreadyReversed):
            b.reverse(memo)
        assert check(b.company.pk) == []


def test_one_that_a_draft_holds_is_not_reversed() -> None:
    with books() as b:
        memo = b.adjustment(100)
        b.receipt(40, [memo], post=False)
        with pytest.raises(StillReserved) as refused:
            b.reverse(memo)
        assert "ADJ-00001" in str(refused.value)


def test_reversing_needs_a_reason_a_posted_document_and_a_day_in_order() -> None:
    with books() as b:
        memo, draft = b.adjustment(-100), b.adjustment(-1, post=False)
        with pytest.raises(ReasonMissing):
            adjustments.reverse(actor=b.actor, ids=[memo], on=TODAY, reason="  ")
        with pytest.raises(ReversalTooEarly):
            b.reverse(memo, on=date(2026, 3, 14))
        with pytest.raises(NotPosted):
            b.reverse(draft)
        close(b)
        with pytest.raises(PeriodClosed):
            b.reverse(memo)
        assert b.open(memo) == -100


@pytest.mark.parametrize(
    ("right", "verb"),
    [
        ("add", lambda b, key: adjustments.enter(actor=b.actor, adjustments=[entered(b, -1)])),
        ("post", lambda b, key: adjustments.enter(actor=b.actor, adjustments=[entered(b, -1)], post=True)),
        ("post", lambda b, key: adjustments.post(actor=b.actor, ids=[key])),
        ("edit", lambda b, key: adjustments.edit(actor=b.actor, key=key, entered=entered(b, -1), version=1)),
        ("delete", lambda b, key: adjustments.delete(actor=b.actor, ids=[key])),
        ("reverse", lambda b, key: adjustments.reverse(actor=b.actor, ids=[key], on=TODAY, reason="x")),
        ("add", lambda b, key: adjustments.duplicate(actor=b.actor, key=key)),
    ],
)
def test_each_verb_needs_its_right(right: str, verb: Callable[[Books, int], object]) -> None:
    with books() as b:
        key = b.adjustment(-10, post=False)
        with pytest.raises(Forbidden) as refused:
            verb(b.limited_to(b.actor.rights - {f"adjustments.{right}"}), key)
        assert refused.value.values["right"] == f"adjustments.{right}"


def test_the_database_lets_no_adjustment_carry_a_bank_account() -> None:
    with books() as b:
        draft = b.adjustment(-10, post=False)
        with pytest.raises(Exception, match="money_kinds"):
            connection.cursor().execute(
                "UPDATE ledger_document SET bank_account_id = %s WHERE company_id = %s AND id = %s",
                [b.bank, b.company.pk, draft],
            )
