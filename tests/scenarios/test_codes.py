"""Match codes over time: letters in order, activation in the middle, the end of the sequence (SPEC 10)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from arledger.companies.models import NumberSequence
from ledger.models import Application, Document
from reconciliation.codes import CodesExhausted
from tests.build import Books, books, match_sequence

pytestmark = pytest.mark.django_db
THIRTY = [*"abcdefghijklmnopqrstuvwxyz", "aa", "ab", "ac", "ad"]


def settled(b: Books) -> str:
    """The code of one more invoice that is paid at once."""
    invoice = b.invoice(10)
    b.receipt(10, [invoice])
    return b.code(invoice)


def test_thirty_heads_get_thirty_codes_in_order() -> None:
    with books() as b:
        assert [settled(b) for _ in range(30)] == [code.upper() for code in THIRTY]


def test_thirty_heads_of_one_receipt_too() -> None:
    with books() as b:
        charged = [b.invoice(10) for _ in range(30)]
        b.receipt(295, charged)
        assert [b.code(invoice) for invoice in charged] == [*(code.upper() for code in THIRTY[:29]), "ad"]


def test_a_code_is_drawn_by_the_first_match_not_at_creation() -> None:
    with books() as b:
        first, second = b.invoice(10), b.invoice(10)
        b.receipt(5, [second])
        b.receipt(5, [first])
        b.receipt(5, [second])
        assert [b.code(i) for i in (first, second)] == ["b", "A"]


def test_prefix_and_suffix_are_part_of_it() -> None:
    with books() as b:
        sequence = match_sequence(b)
        NumberSequence.objects.filter(pk=sequence.pk).update(prefix="Fr", suffix="x")
        assert settled(b) == "FRAX"


@pytest.mark.parametrize(("limit", "drawn"), [(1, 26), (2, 702)])
def test_beyond_the_longest_code_nothing_is_matched(limit: int, drawn: int) -> None:
    with books() as b:
        sequence = match_sequence(b)
        NumberSequence.objects.filter(pk=sequence.pk).update(max_length=limit, last_value=drawn - 1)
        assert settled(b) == ("Z" if limit == 1 else "ZZ")
        first, credit = b.invoice(10), b.receipt(50)
        before = (Document.objects.filter(company=b.company).count(), Application.objects.count())
        verbs: list[Callable[[], object]] = [
            lambda: b.receipt(10, [first]),
            lambda: b.match((b.line(first), b.line(credit), 1)),
            lambda: b.reverse(credit),
        ]
        for refused in verbs:
            with pytest.raises(CodesExhausted) as caught:
                refused()
            assert caught.value.values["limit"] == limit
        assert (Document.objects.filter(company=b.company).count(), Application.objects.count()) == before
        assert [b.open(first), b.open(credit)] == [10, -50]
        assert b.document(b.receipt(1)).number == "PAY-00003", "no number was lost either"
        sequence.refresh_from_db()
        assert sequence.last_value == drawn


def test_nothing_matched_before_activation_gets_a_code() -> None:
    with books(reconciliation=False) as b:
        early, both, late = b.invoice(100), b.invoice(100), b.invoice(100)
        first = b.receipt(150, [early, both])
        assert [b.code(i) for i in (early, both)] == ["", ""]
        b.configure(reconciliation_enabled=True)
        assert b.company.pk
        assert [b.code(i) for i in (early, both)] == ["", ""]

        second = b.receipt(150, [both, late])
        assert [b.code(i) for i in (early, both, late)] == ["", "A", "B"]
        assert b.line_codes(first) == ["", ""], "what was matched earlier shows none"
        assert b.line_codes(second) == ["A", "B"]


def test_what_was_matched_before_and_again_after_activation() -> None:
    with books(reconciliation=False) as b:
        invoice = b.invoice(100)
        b.receipt(100, [invoice])
        b.configure(reconciliation_enabled=True)
        b.unapply(b.applications(invoice)[0])
        assert b.state(invoice) == (100, "open", "none", "")
        b.receipt(100, [invoice])
        assert b.code(invoice) == "A"


def test_the_code_of_what_keeps_a_match_from_before() -> None:
    """The match that drew the code is undone; the head keeps one that never had any."""
    with books(reconciliation=False) as b:
        invoice = b.invoice(100)
        b.receipt(60, [invoice])
        b.configure(reconciliation_enabled=True)
        b.receipt(40, [invoice])
        assert b.code(invoice) == "A"
        b.unapply(b.applications(invoice)[1])
        assert b.state(invoice) == (40, "partially_paid", "partial", "")
        b.receipt(40, [invoice])
        assert b.code(invoice) == "B", "the lost one is never used again"
