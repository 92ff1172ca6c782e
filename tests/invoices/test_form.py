"""Entering and changing invoices through the form: drafts, posting, errors beside their fields, nothing typed lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ledger.models import Document, Line
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]

W1 = {
    "lines-0-description": "Workshop",
    "lines-0-amount": "300",
    "lines-1-description": "Travel",
    "lines-1-amount": "100.00",
    "lines-2-description": "Loyalty credit",
    "lines-2-amount": "-20",
}


def invoices(b: Books) -> list[Document]:
    return list(Document.objects.filter(company=b.company, kind="invoice").order_by("pk"))


def sheet(page: Page) -> dict[str, str]:
    """The fields of the invoice's form, which has lines."""
    return next(form.fields for form in page.forms if "lines-TOTAL_FORMS" in form.fields)


def submit(clerk: Clerk, page: Page, button: str, **fields: str) -> Page:
    return clerk.send(page.address, sheet(page) | fields | {button: "1"})


def amounts(key: int) -> list[Decimal]:
    return [line.amount for line in Line.objects.filter(document=key).order_by("position")]


def test_w1_entered_and_posted_on_the_page() -> None:
    with books() as b:
        clerk = Clerk(b)
        form = clerk.open("/invoices/new/")
        page = submit(clerk, form, "post", customer="c00001", reference="PO 9", **W1)
        (invoice,) = invoices(b)
        assert (invoice.state, invoice.total, invoice.number) == ("posted", 380, "INV-00001")
        assert (invoice.due_date, invoice.reference) == (date(2026, 4, 14), "PO 9")
        assert amounts(invoice.pk) == [300, 100, -20]
        assert b.open_lines(invoice.pk) == [280, 100, 0]
        assert "INV-00001 is posted." in page.text
        assert "380.00" in page.text


def test_a_french_clerk_types_french_amounts_and_sees_them_again() -> None:
    with books() as b:
        clerk = Clerk(b, language="fr")
        form = clerk.open("/invoices/new/")
        lines = {"lines-0-description": "Atelier", "lines-0-amount": "1 234,50"}
        submit(clerk, form, "draft", customer="C00001", **lines)
        (draft,) = invoices(b)
        assert (draft.state, draft.total, draft.number) == ("draft", Decimal("1234.50"), None)
        assert sheet(clerk.open(f"/invoices/{draft.pk}/edit/"))["lines-0-amount"] == "1234,50"


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost() -> None:
    with books() as b:
        clerk = Clerk(b)
        form = clerk.open("/invoices/new/")
        page = submit(
            clerk,
            form,
            "post",
            **W1
            | {
                "customer": "nobody",
                "date": "2026-02-30",
                "reference": "kept",
                "lines-1-amount": "1,00",
                "lines-2-service_start": "2026-05-01",
            },
        )
        assert page.status == 422
        assert "There is no customer “nobody”" in page.text
        assert "2026-02-30” is not a day of the calendar" in page.text
        assert "Line 2 · Amount" in page.text
        fields = sheet(page)
        assert (fields["reference"], fields["lines-1-amount"], fields["lines-0-description"]) == (
            "kept",
            "1,00",
            "Workshop",
        )
        assert fields["lines-2-service_start"] == "2026-05-01"
        assert invoices(b) == []


def test_a_refusal_of_the_service_names_the_line_as_the_page_shows_it() -> None:
    with books() as b:
        clerk = Clerk(b)
        form = clerk.open("/invoices/new/")
        lines = {
            "lines-0-amount": "5",
            "lines-0-DELETE": "on",
            "lines-2-amount": "10",
            "lines-2-service_start": "2026-05-02",
            "lines-2-service_end": "2026-05-01",
        }
        page = submit(clerk, form, "draft", customer="C00001", **lines)
        assert page.status == 422
        assert "Line 3 · Service to" in page.text
        assert "before it starts on" in page.text
        page = submit(clerk, form, "draft", customer="C00001", due_date="2026-01-01", **W1)
        assert "lies before the document’s date" in page.text
        b.configure(closed_through=TODAY)
        page = submit(clerk, form, "post", customer="C00001", **W1)
        assert "The books are closed through" in page.text
        assert sheet(page)["lines-0-amount"] == "300"
        assert invoices(b) == []


def test_without_lines_or_with_too_many_decimals_nothing_is_written() -> None:
    with books("JPY") as b:
        clerk = Clerk(b)
        form = clerk.open("/invoices/new/")
        assert "Enter at least one line" in submit(clerk, form, "draft", customer="C00001").text
        page = submit(clerk, form, "draft", customer="C00001", **{"lines-0-amount": "1.5"})
        assert "more decimals than JPY allows" in page.text
        for wrong in ("NaN", "1e3", "1_000", "٣"):
            page = submit(clerk, form, "draft", customer="C00001", **{"lines-0-amount": wrong})
            assert page.status == 422
        assert invoices(b) == []


def test_the_same_form_sent_twice_has_one_effect() -> None:
    with books() as b:
        clerk = Clerk(b)
        form = clerk.open("/invoices/new/")
        first = submit(clerk, form, "post", customer="C00001", **W1)
        second = submit(clerk, form, "post", customer="C00001", **W1)
        assert len(invoices(b)) == 1
        assert (first.address, second.status) == (second.address, 200)
        changed = submit(clerk, form, "post", customer="C00001", **W1 | {"lines-0-amount": "301"})
        assert changed.status == 422
        assert "sent and saved before" in changed.text
        assert sheet(changed)["lines-0-amount"] == "301"
        assert len(invoices(b)) == 1


def test_editing_keeps_everything_and_a_stale_form_says_who_was_faster() -> None:
    with books() as b:
        key = b.invoice(300, 100, -20, post=False, reference="PO 1", due=date(2026, 3, 20))
        clerk, other = Clerk(b), Clerk(b, "ar-clerk")
        form, stale = clerk.open(f"/invoices/{key}/edit/"), other.open(f"/invoices/{key}/edit/")
        before = {
            name: getattr(b.document(key), name) for name in ("customer_id", "due_date", "reference", "total")
        }
        submit(clerk, form, "draft")
        after = {name: getattr(b.document(key), name) for name in before}
        assert after == before
        assert amounts(key) == [300, 100, -20]
        assert "380.00 →" not in clerk.open(f"/invoices/{key}/").text, "the total did not change"
        submit(
            clerk,
            clerk.open(f"/invoices/{key}/edit/"),
            "draft",
            **{"lines-1-amount": "150", "lines-2-DELETE": "on"},
        )
        assert amounts(key) == [300, 150]
        assert "380.00 → 450.00" in clerk.open(f"/invoices/{key}/").text
        page = submit(other, stale, "post", reference="mine")
        assert page.status == 422
        assert f"{clerk.user.name} changed this" in page.text
        assert sheet(page)["reference"] == "mine"
        assert page.text.count("Saved now: “PO 1”.") == page.text.count("Saved now") == 2
        assert b.document(key).state == "draft"


def test_a_draft_is_changed_and_posted_in_one_step() -> None:
    with books() as b:
        key = b.invoice(300, post=False)
        clerk = Clerk(b)
        page = submit(clerk, clerk.open(f"/invoices/{key}/edit/"), "post", **{"lines-1-amount": "50"})
        assert (b.document(key).state, b.document(key).total) == ("posted", 350)
        assert f"{b.document(key).number} is posted" in page.text
        assert clerk.open(f"/invoices/{key}/edit/").status == 409, "a posted invoice never changes"


def test_lines_keep_the_order_in_which_the_page_showed_them() -> None:
    with books() as b:
        clerk = Clerk(b)
        form = dict(sheet(clerk.open("/invoices/new/")))
        form["customer"] = "C00001"
        head = {name: value for name, value in form.items() if not name.startswith("lines-")}
        management = {name: value for name, value in form.items() if "FORMS" in name}
        shown = {"lines-0-amount": "1", "lines-0-account": form["lines-0-account"]}
        copied = {"lines-3-amount": "2", "lines-3-account": form["lines-0-account"]}
        blank = {"lines-2-amount": "", "lines-2-account": form["lines-0-account"]}
        below = {"lines-1-amount": "3", "lines-1-account": form["lines-0-account"]}
        clerk.send(
            f"{clerk.root}/invoices/new/",
            head | management | {"lines-TOTAL_FORMS": "4"} | shown | copied | below | blank | {"draft": "1"},
        )
        (draft,) = invoices(b)
        assert amounts(draft.pk) == [1, 2, 3]


def test_only_who_may_post_is_offered_to_and_can() -> None:
    with books() as b:
        role_without_post = Clerk(b, "auditor")
        assert role_without_post.open("/invoices/new/").status == 403
        key = b.invoice(10, post=False)
        for path in ("edit/", "post/", "delete/", "reverse/", "duplicate/"):
            assert role_without_post.open(f"/invoices/{key}/{path}").status == 403
        role = Clerk(b, "billing-clerk")
        membership = role.user.memberships.select_related("role").get()
        membership.role.rights = [right for right in membership.role.rights if right != "invoices.post"]
        membership.role.save()
        form = role.open("/invoices/new/")
        assert "Post invoice" not in form.text
        page = submit(role, form, "post", customer="C00001", **W1)
        assert page.status == 422
        assert "invoices.post" in page.text
        assert len(invoices(b)) == 1


def test_the_customer_of_the_address_starts_the_form() -> None:
    with books() as b:
        other = b.add_customer("Café")
        clerk = Clerk(b)
        page = clerk.open(f"/invoices/new/?customer={other}")
        assert sheet(page)["customer"] == b.document(b.invoice(1, customer=other)).customer.code
        assert "Café" in page.text
        for wrong in ("²", "9" * 40, "-1", "x", "%00"):
            assert clerk.open(f"/invoices/new/?customer={wrong}").status == 200


def test_the_due_date_is_told_before_it_is_saved() -> None:
    with books() as b:
        clerk = Clerk(b)
        answer = clerk.client.get(f"{clerk.root}/invoices/due/?date=2026-01-31&term={b.term('NET30')}")
        assert "Mar 2, 2026" in answer.content.decode()
        answer = clerk.client.get(f"{clerk.root}/invoices/due/?date=2026-01-31&customer=C00001")
        assert "Mar 2, 2026" in answer.content.decode()
        for wrong in ("", "?date=x", "?date=2026-01-31&term=²", "?date=2026-01-31&customer=%00"):
            assert (
                "as the term says" in clerk.client.get(f"{clerk.root}/invoices/due/{wrong}").content.decode()
            )


def test_another_currency_has_its_rate_and_decimals() -> None:
    with books() as b:
        clerk = Clerk(b)
        form = clerk.open("/invoices/new/")
        lines = {"lines-0-amount": "100"}
        submit(clerk, form, "draft", customer="C00001", currency="USD", exchange_rate="0,9", **lines)
        (draft,) = invoices(b)
        assert (draft.currency, draft.exchange_rate) == ("USD", Decimal("0.9"))
        form = clerk.open("/invoices/new/")
        page = submit(clerk, form, "draft", customer="C00001", currency="USD", exchange_rate="x", **lines)
        assert "is not an exchange rate" in page.text
        page = submit(clerk, form, "draft", customer="C00001", currency="XXQ", **lines)
        assert page.status == 422


def test_reversing_is_offered_where_the_company_has_it_on() -> None:
    with books() as b:
        clerk, invoice = Clerk(b), b.invoice(100)
        verb = f"{clerk.root}/invoices/{invoice}/reverse/"
        assert verb in clerk.open(f"/invoices/{invoice}/").links.values()
        b.configure(reverse_unpaid_invoices=False)
        assert verb not in clerk.open(f"/invoices/{invoice}/").links.values()
