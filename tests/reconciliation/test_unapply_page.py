"""Un-applying one match with a preview: what is shown is what happens."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.models import Application, Document
from reconciliation.matching import Undo, unapply
from reconciliation.preview import application_of, preview_unapply, state
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.examples import examples

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def matched(b: Books) -> int:
    """The key of the application of a receipt of 80 to an invoice of 100."""
    b.receipt(80, [b.invoice(100)])
    return Application.objects.get(company=b.company).pk


def test_a_preview_writes_nothing() -> None:
    with books() as b:
        key = matched(b)
        before = (Document.objects.count(), Application.objects.count())
        shown = preview_unapply(actor=b.actor, key=key)
        assert shown.after is not None
        assert [shown.before.charge.open, shown.after.charge.open] == [20, 100]
        assert (Document.objects.count(), Application.objects.count()) == before


CASES = settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
some_amounts = st.lists(st.integers(1, 300), min_size=1, max_size=3)


def test_the_preview_is_the_result() -> None:
    with books() as b:

        @CASES
        @given(
            invoices=some_amounts,
            receipts=some_amounts,
            which=st.integers(0, 20),
            share=st.none() | st.integers(1, 2).map(Decimal),
            days=st.integers(0, 9),
        )
        def compare(
            invoices: list[int], receipts: list[int], which: int, share: Decimal | None, days: int
        ) -> None:
            b.customer = b.add_customer()
            for amount in invoices:
                b.invoice(amount)
            for amount in receipts:
                b.receipt(amount, auto=True)
            found = list(Application.objects.filter(company=b.company, customer=b.customer).order_by("pk"))
            chosen = found[which % len(found)]
            part = None if share is None else min(share, chosen.amount)
            on = TODAY + timedelta(days)
            shown = preview_unapply(actor=b.actor, key=chosen.pk, amount=part, on=on)
            unapply(actor=b.actor, undos=[Undo(chosen.pk, part)], reason="because", on=on)
            application = application_of(b.actor, chosen.pk)
            assert shown.after == state(company_id=b.company.pk, application=application, day=on)

        compare()


def test_a_part_of_it_and_a_date() -> None:
    with books() as b:
        key = matched(b)
        page = Clerk(b).open(f"/matching/{key}/unapply/?amount=30&date=2026-03-20")
        assert "Open amount 20.00 EUR 50.00 EUR" in page.text
        assert "As at Mar 20, 2026" in page.text
        page.press("Un-apply", form="confirm", reason="agreed")
        assert application_of(b.actor, key).left == 50


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            {"amount": "81"},
            "80.00 of this match is in force; you asked to un-apply 81.00. Use 80.00 at most.",
        ),
        ({"amount": "0"}, "Enter an amount greater than 0."),
        ({"amount": "8,5,1"}, "can be read in more than one way"),
        ({"date": "2026-03-01"}, "A match takes effect on Mar 15, 2026 at the earliest"),
        ({"reason": "  "}, "This field is required."),
    ],
)
def test_what_is_refused_is_said_and_kept(typed: dict[str, str], sentence: str) -> None:
    with books() as b:
        key = matched(b)
        page = Clerk(b).open(f"/matching/{key}/unapply/")
        page = page.press("Un-apply", form="confirm", **({"reason": "agreed"} | typed))
        assert page.status == 422
        assert sentence in page.text
        assert {name: page.form("confirm").fields[name] for name in typed} == typed
        assert application_of(b.actor, key).left == 80


def test_a_match_undone_before_says_so() -> None:
    with books() as b:
        key = matched(b)
        unapply(actor=b.actor, undos=[Undo(key)], reason="because")
        assert "This match was un-applied already." in Clerk(b).open(f"/matching/{key}/unapply/").text


def test_the_way_back_stays_inside_the_company() -> None:
    with books() as b:
        key = matched(b)
        clerk = Clerk(b)
        inside = f"{clerk.root}/payments/?tab=unapplied"
        page = clerk.open(f"/matching/{key}/unapply/?next={inside}")
        assert page.form("confirm").fields["next"] == inside
        for outside in (
            "https://elsewhere.example/",
            "//elsewhere.example/",
            "/accounts/logout/",
            "/c/other/",
        ):
            page = clerk.open(f"/matching/{key}/unapply/?next={outside}")
            assert outside not in page.form("confirm").fields["next"], outside


def test_only_with_the_right_and_in_the_own_company() -> None:
    with books() as other:
        theirs = matched(other)
    with books() as b:
        key = matched(b)
        assert Clerk(b, "auditor").open(f"/matching/{key}/unapply/").status == 403
        assert Clerk(b).open(f"/matching/{theirs}/unapply/").status == 404
