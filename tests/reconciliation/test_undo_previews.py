"""Undos of matches: what the preview shows is what happens (SPEC 11).

``make test`` tries forty; ``ARLEDGER_UNDO_RUNS=25`` tries a thousand, in some minutes.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.checks import check
from ledger.models import Application
from reconciliation.matching import InForce, Undo, in_force, unapply
from reconciliation.preview import application_of, preview_unapply, state
from reconciliation.undoing import in_force_of, preview_undo, undo
from tests.build import TODAY, Books, books

pytestmark = pytest.mark.django_db
RUNS = int(os.environ.get("ARLEDGER_UNDO_RUNS", "1"))
CASES_A_RUN = 40
CASES = settings(max_examples=RUNS, deadline=None, suppress_health_check=list(HealthCheck))


def some(chance: Random, most: int = 3) -> list[int]:
    return [chance.randint(1, 90) for _ in range(chance.randint(1, most))]


def day(chance: Random) -> date:
    return TODAY - timedelta(days=chance.randint(0, 20))


def populate(b: Books, chance: Random) -> list[int]:
    """A customer with matches of every making; the matching documents."""
    b.customer = b.add_customer()
    bills = [b.invoice(*some(chance), on=day(chance)) for _ in range(4)]
    memo = b.adjustment(*(-amount for amount in some(chance)), on=day(chance))
    money = b.advance(chance.randint(20, 200), on=day(chance))
    b.receipt(chance.randint(20, 200), bills[:2], on=day(chance))
    b.receipt(chance.randint(20, 200), auto=True, on=TODAY + timedelta(days=chance.randint(0, 9)))
    bills += [b.invoice(*some(chance), on=day(chance)) for _ in range(2)]
    return [b.use([credit], auto=True) for credit in (memo, money)]


def undoable(b: Books) -> list[InForce]:
    made = Application.objects.filter(company=b.company, customer=b.customer, reverses=None)
    keys = made.exclude(charge_document=F("credit_document")).order_by("pk").values_list("pk", flat=True)
    return [one for one in in_force(company_id=b.company.pk, ids=list(keys)) if one.left]


def compare_one(b: Books, chance: Random, one: InForce) -> None:
    part = chance.choice([None, Decimal(chance.randint(1, int(one.left)))])
    on = max(TODAY, one.date) + timedelta(days=chance.choice([0, 0, 3]))
    shown = preview_unapply(actor=b.actor, key=one.id, amount=part, on=on)
    assert shown.refusal is None
    unapply(actor=b.actor, undos=[Undo(one.id, part)], reason="because", on=on)
    found = state(company_id=b.company.pk, application=application_of(b.actor, one.id), day=on)
    assert shown.after == found
    taken = one.left if part is None else part
    assert shown.before.charge.line_open + taken == found.charge.line_open
    assert shown.before.credit.line_open + taken == found.credit.line_open
    assert shown.before.account.balance == found.account.balance


def test_undos_do_what_their_previews_show() -> None:
    with books() as b:

        @CASES
        @given(seed=st.integers(0, 2**32))
        def compare(seed: int) -> None:
            chance = Random(seed)
            populate(b, chance)
            found = undoable(b)
            for _case in range(CASES_A_RUN):
                with transaction.atomic():
                    compare_one(b, chance, chance.choice(found))
                    transaction.set_rollback(chance.random() < 0.8)
                found = undoable(b) or found
                if not undoable(b):
                    break

        compare()
        assert check(b.company.pk) == []


def test_undoing_a_whole_matching_document_does_what_its_preview_shows() -> None:
    with books() as b:
        for seed in range(8):
            for matching in populate(b, Random(seed)):
                shown = preview_undo(actor=b.actor, matching=matching)
                assert shown.refusal is None
                assert len(shown.applications) == len(in_force_of(actor=b.actor, matching=matching))
                undo(actor=b.actor, matching=matching, reason="because", on=shown.day)
                for change in shown.changes:
                    figures = b.figures(change.document, on=shown.day)
                    assert (figures.open_sides, figures.mark) == (change.after.open, change.after.mark)
                    if figures.match_code or figures.kind != "payment":
                        assert change.after.codes == ((figures.match_code,) if figures.match_code else ())
        assert check(b.company.pk) == []
