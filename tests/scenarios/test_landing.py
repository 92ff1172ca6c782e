"""Where a verb leads: to what came of it, or for whoever may not see that, to where he may be (SPEC 4)."""

from __future__ import annotations

import pytest

from arledger.companies.role_services import set_up_role
from ledger.models import Document
from tests.build import Books, books, person
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]

ENTER = ["invoices.add", "invoices.post", "customers.list"]


def clerk_with(b: Books, rights: list[str]) -> Clerk:
    person(b)  # somebody has to be left who may give rights
    set_up_role(actor=b.actor, code="few", name="Few", rights=rights)
    return Clerk(b, "few")


def enter(clerk: Clerk) -> Page:
    page = clerk.open("/invoices/new/")
    fields = next(form.fields for form in page.forms if "lines-TOTAL_FORMS" in form.fields)
    typed = {"customer": "C00001", "lines-0-description": "Work", "lines-0-amount": "300", "post": "1"}
    return clerk.send(page.address, fields | typed)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ([], "/invoices/new/"),
        (["invoices.list"], "/invoices/"),
        (["invoices.list", "invoices.view"], "/invoices/{key}/"),
    ],
)
def test_whoever_posts_and_may_not_view_is_told_where_he_may_be(more: list[str], path: str) -> None:
    with books() as b:
        clerk = clerk_with(b, [*ENTER, *more])
        page = enter(clerk)
        made = Document.objects.get(company=b.company)
        assert (page.status, page.address) == (200, clerk.root + path.format(key=made.pk))
        assert "INV-00001 is posted." in page.text


def test_posting_one_draft_leads_home_without_list_and_view() -> None:
    with books() as b:
        draft = b.invoice(100, post=False)
        clerk = clerk_with(b, ["invoices.post"])
        page = clerk.open(f"/invoices/{draft}/post/").press("Post invoice", form="confirm")
        assert (page.status, page.address) == (200, f"{clerk.root}/")
        assert "INV-00001 is posted." in page.text
