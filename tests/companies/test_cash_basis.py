"""Tax on a cash basis: the company's setting says what a line with a tax is when nobody says otherwise (SPEC 3, 9)."""

from __future__ import annotations

from typing import Any

import pytest

from arledger.core.models import AuditEvent
from arledger.core.scope import company_scope
from ledger.models import Document, Line
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.imports.uploads import Desk
from tests.integrator import Integrator

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
FIELD = 'name="lines-0-cash_basis_tax"'


def marked(b: Books) -> list[bool]:
    """Of the newest document's lines, in order."""
    with company_scope(b.company.pk):
        newest = Document.objects.filter(company=b.company).latest("pk")
        return list(
            Line.objects.filter(document=newest).order_by("position").values_list("cash_basis_tax", flat=True)
        )


def memo(*lines: dict[str, Any]) -> dict[str, Any]:
    return {
        "customer": "C00001",
        "date": TODAY.isoformat(),
        "lines": [{"description": "Back", "account": "706000", "amount": "-10.00", **line} for line in lines],
    }


LINES: tuple[dict[str, Any], ...] = (
    {},
    {"tax_code": "V20"},
    {"tax_amount": "-2.00"},
    {"tax_code": "V20", "cash_basis_tax": False},
    {"cash_basis_tax": True},
    {"tax_code": "V20", "cash_basis_tax": None},
)


@pytest.mark.parametrize(
    ("on", "expected"),
    [(False, [False, False, False, False, True, False]), (True, [False, True, True, False, True, True])],
)
def test_the_line_s_word_counts_and_without_one_the_setting_for_lines_with_a_tax(
    on: bool, expected: list[bool]
) -> None:
    with books() as b:
        api = Integrator(b)
    assert api.patch("/configuration", {"cash_basis_tax": on})["cash_basis_tax"] is on
    made = api.post("/adjustments", memo(*LINES))
    assert made.status == 201, made.text
    assert marked(b) == expected == [line["cash_basis_tax"] for line in made["lines"]]


def test_a_credit_with_such_a_line_is_not_refundable_and_the_setting_leaves_posted_ones_alone() -> None:
    with books() as b:
        api = Integrator(b)
    api.patch("/configuration", {"refunds_enabled": True})
    before = api.post("/adjustments", memo({"tax_code": "V20"}))
    api.patch("/configuration", {"cash_basis_tax": True})
    after = api.post("/adjustments", memo({"tax_code": "V20"}))
    api.patch("/configuration", {"cash_basis_tax": False})
    credits = {row["number"]: row["refundable"] for row in api.get("/credits?customer=C00001")["results"]}
    assert credits == {before["number"]: True, after["number"]: False}
    with company_scope(b.company.pk):
        told = AuditEvent.objects.filter(action="configure", after__has_key="cash_basis_tax")
        assert [(event.before, event.after) for event in told.order_by("sequence")] == [
            ({"cash_basis_tax": False}, {"cash_basis_tax": True}),
            ({"cash_basis_tax": True}, {"cash_basis_tax": False}),
        ]


def test_files_say_yes_no_or_nothing() -> None:
    with books() as b:
        b.add_customer("Acme Ltd", code="ACME")
        b.configure(cash_basis_tax=True)
        desk = Desk(b)
        row = desk.upload(
            "invoices",
            "number,customer,date,due_date,amount,tax_code,cash_basis_tax\n"
            "I1,ACME,2026-01-10,2026-02-10,10,V20,\nI1,,,,20,,\nI1,,,,30,V20,no\nI1,,,,40,,yes\n",
        )
        assert desk.faults(row) == []
        assert desk.commit(row).state == "committed"
        assert marked(b) == [True, False, False, True]


def sheet(page: Page) -> dict[str, str]:
    return next(form.fields for form in page.forms if "lines-TOTAL_FORMS" in form.fields)


def test_the_form_asks_only_where_the_company_captures_taxes_that_way() -> None:
    with books() as b:
        clerk = Clerk(b)
        head = {"customer": "C00001", "draft": "1"}
        line = {"lines-0-description": "Work", "lines-0-amount": "10", "lines-0-tax_code": "V20"}
        page = clerk.open("/invoices/new/")
        assert "lines-0-cash_basis_tax" not in sheet(page)
        clerk.send(page.address, sheet(page) | head | line)
        assert marked(b) == [False]

        b.configure(cash_basis_tax=True)
        page = clerk.open("/invoices/new/")
        assert sheet(page)["lines-0-cash_basis_tax"] == ""
        clerk.send(page.address, sheet(page) | head | line)
        assert marked(b) == [True]
        page = clerk.open("/invoices/new/")
        clerk.send(page.address, sheet(page) | head | line | {"lines-0-cash_basis_tax": "no"})
        assert marked(b) == [False]


def test_a_mark_from_elsewhere_stands_on_the_form_of_a_draft_and_is_kept() -> None:
    with books() as b:
        api = Integrator(b)
        api.post("/adjustments", memo({"cash_basis_tax": True}, {}) | {"action": "draft"})
        key = Document.objects.filter(company=b.company).latest("pk").pk
        clerk = Clerk(b)
        page = clerk.open(f"/credits/adjustments/{key}/edit/")
        assert sheet(page)["lines-0-cash_basis_tax"] == "yes"
        assert "lines-1-cash_basis_tax" not in sheet(page)
        clerk.send(page.address, sheet(page) | {"reference": "kept", "draft": "1"})
        assert Document.objects.get(company=b.company, pk=key).reference == "kept"
        assert marked(b) == [True, False]
