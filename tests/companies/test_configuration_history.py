"""The configuration page tells who changed which setting when, newest first (SPEC 3, 17)."""

from __future__ import annotations

import pytest

from arledger.companies.entity_services import change_overrides
from arledger.companies.models import Entity
from tests.build import books
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def test_the_changes_stand_below_the_form_newest_first() -> None:
    with books() as other:
        other.configure(refunds_enabled=True)
    with books() as b:
        clerk = Clerk(b)
        before = clerk.open("/settings/").text.split("History")[-1]
        assert "refunds" not in before, "another company's changes are its own"
        b.invoice(10)
        b.configure(refunds_enabled=True)
        b.configure(refunds_enabled=False)
        entity = Entity.objects.create(company=b.company, code="NORTH", name="North")
        change_overrides(actor=b.actor, entity_id=entity.pk, changes={"refunds_enabled": True})
        page = clerk.open("/settings/")
        told = page.text.split("History")[-1]
        assert told.index("configured · entity") < told.index("yes → no") < told.index("no → yes")
        assert "entered" not in told, "only settings"
        assert "?action=configure" in page.links["Audit trail"]
        assert "configured" in clerk.open(page.links["Audit trail"]).text
