"""A document without a number is named by what it is and its day, wherever people read of it."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from ledger.models import Application
from reconciliation.errors import MatchOfReversal, NotEnoughLeft, OtherCustomer
from reconciliation.figures import entries
from reconciliation.preview import preview_unapply
from tests.build import TODAY, books

pytestmark = pytest.mark.django_db
NAME = "Advance of Mar 15, 2026"


def test_matches_name_both_documents_and_who_made_them() -> None:
    with books() as b:
        advance, invoice = b.advance(200), b.invoice(150)
        b.match((b.line(invoice), b.line(advance), 150))
        seen = entries(company_id=b.company.pk, ids=[invoice, advance], day=TODAY)
        assert [(entry.other_number, entry.maker_number[:4]) for entry in seen] == [
            (NAME, "MAT-"),
            ("INV-00001", "MAT-"),
        ]
        with override("fr"):
            seen = entries(company_id=b.company.pk, ids=[invoice], day=TODAY)
            assert seen[0].other_number.endswith("15 mars 2026")
        shown = preview_unapply(actor=b.actor, key=b.applications(advance)[0])
        assert (shown.before.credit.number, shown.before.charge.number) == (NAME, "INV-00001")


def test_the_match_with_a_reversal_is_not_undone_by_hand() -> None:
    with books() as b:
        advance = b.advance(200)
        mirror = b.reverse(advance, on=date(2026, 3, 16))
        (tie,) = b.applications(advance)
        assert b.applications(mirror) == [tie]
        with pytest.raises(MatchOfReversal) as refused:
            b.unapply(tie)
        assert NAME in str(refused.value)
        shown = preview_unapply(actor=b.actor, key=tie)
        assert isinstance(shown.refusal, MatchOfReversal)
        assert Application.objects.filter(company=b.company).count() == 1


def test_refusals_of_matching_name_it() -> None:
    with books() as b:
        other = b.add_customer("Other")
        advance, invoice = b.advance(20), b.invoice(150)
        foreign = b.invoice(150, customer=other)
        with pytest.raises(NotEnoughLeft) as refused:
            b.match((b.line(invoice), b.line(advance), 21))
        assert f"{NAME} has 20.00 left" in str(refused.value)
        with pytest.raises(OtherCustomer) as crossing:
            b.match((b.line(foreign), b.line(advance), 5))
        assert NAME in str(crossing.value)
        assert "None" not in str(crossing.value)
