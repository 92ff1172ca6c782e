"""Writing off a small remainder of an invoice or a debit memo (SPEC 6, 15.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from arledger.companies.models import Account, Entity, Location
from arledger.core.errors import Forbidden, NotFound, Refusal
from arledger.core.models import AuditEvent
from arledger.core.money import TooManyDecimals
from credits.errors import WriteOffOfDraft, WriteOffTooEarly, WriteOffTooLarge
from credits.services.writing_off import write_off
from invoices import services as invoices
from ledger.checks import check
from ledger.entering import DocumentInput, LineInput
from ledger.errors import PeriodClosed
from ledger.models import Document, JournalEntry, Line
from reconciliation.errors import AmountNotPositive, NotEnoughLeft, NothingLeft, ReasonMissing
from tests.build import TODAY, Amount, Books, books, money

pytestmark = pytest.mark.django_db


def off(b: Books, charge: int, amount: Amount, on: date = TODAY, reason: str = "too small") -> int:
    return write_off(actor=b.actor, charge=charge, amount=money(amount), on=on, reason=reason)


def test_a_remainder_goes_to_the_write_off_account_and_the_invoice_is_paid() -> None:
    with books() as b:
        invoice = b.invoice(100, 50)
        b.receipt("149.70", [invoice])
        memo = off(b, invoice, "0.30")
        assert b.state(invoice)[:3] == (0, "paid", "complete")
        assert b.state(memo)[:2] == (0, "applied")
        document = b.document(memo)
        assert (document.kind, document.number, document.total) == (
            "adjustment",
            "ADJ-00001",
            Decimal("-0.3"),
        )
        assert (document.reference, document.reason) == ("INV-00001", "too small")
        codes = dict(Account.objects.filter(company=b.company).values_list("pk", "kind"))
        rows = JournalEntry.objects.filter(company_id=b.company.pk, document=memo)
        assert {codes[row.account_id]: row.base_amount for row in rows} == {
            "receivable": Decimal("-0.3"),
            "write_off": Decimal("0.3"),
        }
        assert check(b.company.pk) == []


def test_it_settles_the_open_lines_in_their_order_each_with_a_line_of_its_own() -> None:
    with books() as b:
        place = Location.objects.create(company=b.company, code="P", name="Place")
        lines = [
            LineInput(amount=Decimal(3), description="One", location_id=place.pk),
            LineInput(amount=Decimal(4), description="Two"),
            LineInput(amount=Decimal(5), description="Three"),
        ]
        entered = DocumentInput(customer_id=b.customer, date=TODAY, lines=lines)
        invoice = invoices.enter(actor=b.actor, invoices=[entered], post=True)[0]
        memo = off(b, invoice, 5)
        assert b.open_lines(invoice) == [0, 2, 5]
        made = Line.objects.filter(document=memo).order_by("position")
        assert [(line.amount, line.description, line.location_id) for line in made] == [
            (-3, "One", place.pk),
            (-2, "Two", None),
        ]


def test_a_debit_memo_is_written_off_alike() -> None:
    with books() as b:
        memo = b.adjustment(12)
        off(b, memo, 12)
        assert b.state(memo)[:2] == (0, "paid")
        assert (b.code(memo), check(b.company.pk)) == ("A", [])


def test_the_memo_has_the_charges_currency_rate_and_entity() -> None:
    with books() as b:
        entity = Entity.objects.create(company=b.company, code="NORD", name="Nord")
        invoice = b.invoice(10, currency="USD", exchange_rate=Decimal("0.9"), entity_id=entity.pk)
        memo = b.document(off(b, invoice, 10))
        assert (memo.currency, memo.exchange_rate, memo.entity_id) == ("USD", Decimal("0.9"), entity.pk)
        assert b.open(invoice) == 0
        assert check(b.company.pk) == []


def test_reversing_the_memo_takes_the_write_off_back_in_one_step() -> None:
    with books() as b:
        invoice = b.invoice(100)
        memo = off(b, invoice, 1)
        b.reverse(memo)
        assert [b.open(invoice), b.open(memo)] == [100, 0]
        assert b.state(invoice)[1:] == ("open", "none", "")
        off(b, invoice, 100)
        assert b.open(invoice) == 0
        assert check(b.company.pk) == []


@pytest.mark.parametrize(
    ("amount", "on", "reason", "refusal", "field"),
    [
        (0, TODAY, "x", AmountNotPositive, "amount"),
        (-1, TODAY, "x", AmountNotPositive, "amount"),
        ("0.001", TODAY, "x", TooManyDecimals, "amount"),
        (11, TODAY, "x", NotEnoughLeft, "amount"),
        (1, date(2026, 3, 14), "x", WriteOffTooEarly, "date"),
        (1, TODAY, " ", ReasonMissing, "reason"),
    ],
)
def test_what_is_no_write_off_is_refused(
    amount: Amount, on: date, reason: str, refusal: type[Refusal], field: str
) -> None:
    with books() as b:
        invoice = b.invoice(10)
        with pytest.raises(refusal) as refused:
            off(b, invoice, amount, on, reason)
        assert refused.value.field == field
        assert b.open(invoice) == 10
        assert not Document.objects.filter(company=b.company, kind="adjustment").exists()


def test_what_a_draft_has_reserved_is_not_written_off() -> None:
    with books() as b:
        invoice = b.invoice(10)
        b.receipt(4, [invoice], post=False)
        with pytest.raises(NotEnoughLeft) as refused:
            off(b, invoice, 7)
        assert refused.value.values["available"] == 6
        off(b, invoice, 6)
        assert b.open(invoice) == 4


def test_drafts_credits_settled_and_other_documents_are_refused() -> None:
    with books() as b:
        draft, credit, settled = b.invoice(10, post=False), b.adjustment(-10), b.invoice(10)
        b.receipt(10, [settled])
        advance = b.advance(5)
        reversed_ = b.invoice(7)
        mirror = b.reverse(reversed_)
        for key, refusal in (
            (draft, WriteOffOfDraft),
            (credit, NothingLeft),
            (settled, NothingLeft),
            (reversed_, NothingLeft),
            (mirror, NothingLeft),
            (advance, NotFound),
            (10**9, NotFound),
        ):
            with pytest.raises(refusal):
                off(b, key, 1)


def test_not_in_closed_books_and_not_while_the_amount_was_in_use() -> None:
    with books() as b:
        invoice = b.invoice(10, on=date(2026, 3, 1))
        receipt = b.receipt(10, [invoice], on=date(2026, 3, 2))
        b.unapply(*b.applications(receipt), on=date(2026, 3, 10))
        with pytest.raises(WriteOffTooEarly) as refused:
            off(b, invoice, 1, on=date(2026, 3, 5))
        assert refused.value.values["earliest"] == date(2026, 3, 10)
        b.configure(closed_through=date(2026, 3, 12))
        with pytest.raises(PeriodClosed):
            off(b, invoice, 1, on=date(2026, 3, 12))
        off(b, invoice, 1, on=date(2026, 3, 13))
        assert b.open(invoice) == 9


def test_the_limit_is_in_base_currency_and_not_got_round_in_small_steps() -> None:
    with books() as b:
        b.configure(write_off_limit=Decimal(5))
        invoice, dollars = b.invoice(10), b.invoice(10, currency="USD", exchange_rate=Decimal(2))
        with pytest.raises(WriteOffTooLarge) as refused:
            off(b, invoice, "5.01")
        assert (refused.value.values["limit"], refused.value.values["written"]) == (5, Decimal("5.01"))
        memo = off(b, invoice, 3)
        with pytest.raises(WriteOffTooLarge):
            off(b, invoice, "2.01")
        b.reverse(memo)
        off(b, invoice, 5)
        with pytest.raises(WriteOffTooLarge):
            off(b, dollars, 3)
        off(b, dollars, "2.5")
        assert b.open(dollars) == Decimal("7.5")
        b.configure(write_off_limit=None)
        off(b, dollars, "7.5")
        assert check(b.company.pk) == []


def test_it_needs_a_right_of_its_own_and_nothing_else() -> None:
    with books() as b:
        invoice = b.invoice(10)
        with pytest.raises(Forbidden) as refused:
            off(b.limited_to(b.actor.rights - {"adjustments.write_off"}), invoice, 1)
        assert refused.value.values["right"] == "adjustments.write_off"
        off(b.limited_to({"adjustments.write_off"}), invoice, 1)
        assert b.open(invoice) == 9


def test_another_entitys_charge_is_not_found() -> None:
    with books() as b:
        own = Entity.objects.create(company=b.company, code="NORD", name="Nord")
        other = Entity.objects.create(company=b.company, code="SUD", name="Sud")
        invoice = b.invoice(10, entity_id=other.pk)
        with pytest.raises(NotFound):
            off(replace(b, actor=replace(b.actor, entities=frozenset({own.pk}))), invoice, 1)


def test_the_trail_says_who_wrote_what_off_and_why() -> None:
    with books() as b:
        invoice = b.invoice(10)
        memo = off(b, invoice, 1)
        event = AuditEvent.objects.filter(company_id=b.company.pk, action="write_off").get()
        assert event.object_ids == [memo, invoice]
        assert event.after is not None
        assert event.after["reason"] == "too small"
        assert Decimal(event.after["amount"]) == 1
