"""703 small invoices, each paid by its own receipt: a … z, aa … zz, aaa, none skipped, none given twice (SPEC 10)."""

from __future__ import annotations

from itertools import product
from string import ascii_uppercase

import pytest

from invoices import services as invoices
from ledger.checks import check
from ledger.entering import DocumentInput, LineInput
from ledger.models import Application
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from reconciliation.figures import document_figures
from tests.build import TODAY, Books, books, money

pytestmark = pytest.mark.django_db
COUNT = 703
# As one would write them down: all of one letter, all of two, then the first of three.
IN_ORDER = ["".join(c) for n in (1, 2) for c in product(ascii_uppercase, repeat=n)] + ["AAA"]


def entered(b: Books, count: int) -> list[int]:
    one = DocumentInput(customer_id=b.customer, date=TODAY, lines=[LineInput(amount=money(2))])
    return invoices.enter(actor=b.actor, invoices=[one] * count, post=True)


def pay(b: Books, keys: list[int], each: int = 2) -> list[int]:
    """A receipt for each invoice, all in one call."""
    paid = [
        PaymentInput(
            date=TODAY,
            method="transfer",
            bank_account_id=b.bank,
            parts=[PartInput(customer_id=b.customer, amount=money(each), documents=(key,))],
        )
        for key in keys
    ]
    return payments.receive(actor=b.actor, payments=paid, post=True)


def codes(b: Books, keys: list[int]) -> list[str]:
    figures = document_figures(company_id=b.company.pk, ids=keys, day=TODAY)
    return [figures[key].match_code for key in keys]


def test_703_invoices_get_703_codes_in_order_and_none_again() -> None:
    assert len(IN_ORDER) == COUNT
    with books() as b:
        keys = entered(b, COUNT)
        # one call each where a letter is added, the rest in one call: the same verb
        for part in ([[key] for key in keys[:30]], [keys[30:690]], [[key] for key in keys[690:]]):
            for some in part:
                pay(b, some)
        assert codes(b, keys) == IN_ORDER
        assert Application.objects.filter(company=b.company).count() == COUNT, "one application each"

        again = [keys[0], keys[25], keys[26], keys[701], keys[702]]
        for key in again:
            b.unapply(*b.applications(key))
        assert codes(b, again) == [""] * 5
        for key in again:
            pay(b, [key], each=1)
        assert codes(b, again) == ["aab", "aac", "aad", "aae", "aaf"], "what was given up never comes back"
        kept = [key for key in keys if key not in again]
        assert codes(b, kept) == [c for key, c in zip(keys, IN_ORDER, strict=True) if key not in again]
        assert check(b.company.pk) == []


def test_what_was_paid_before_activation_keeps_none_and_takes_none_from_the_rest() -> None:
    with books(reconciliation=False) as b:
        keys = entered(b, 40)
        pay(b, keys[:10])
        pay(b, keys[10:20], each=1)
        b.configure(reconciliation_enabled=True)
        pay(b, keys[20:])
        assert codes(b, keys) == [""] * 20 + IN_ORDER[:20]
        pay(b, keys[10:20], each=1)
        assert codes(b, keys[:20]) == [""] * 10 + IN_ORDER[20:30]
        assert check(b.company.pk) == []
