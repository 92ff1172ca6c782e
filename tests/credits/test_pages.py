"""Adjustments and advances on their pages: lists, forms, one document, its verbs, writing off."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Entity, MembershipEntity
from credits.inputs import AdvanceInput
from credits.services import advances
from ledger.models import Document, Line
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
ADJUSTMENTS, ADVANCES = "/credits/adjustments/", "/credits/advances/"
ROW = re.compile(r'data-row-link href="[^"]*/(\d+)/"')


def sheet(page: Page) -> dict[str, str]:
    """The fields of the form that has lines."""
    return next(form.fields for form in page.forms if "lines-TOTAL_FORMS" in form.fields)


def submit(clerk: Clerk, page: Page, button: str, **fields: str) -> Page:
    return clerk.send(page.address, sheet(page) | fields | {button: "1"})


def only(b: Books, kind: str) -> Document:
    return Document.objects.get(company=b.company, kind=kind)


def amounts(key: int) -> list[Decimal]:
    return [line.amount for line in Line.objects.filter(document=key).order_by("position")]


def rows(clerk: Clerk, address: str) -> list[str]:
    """The documents a list shows, in its order."""
    known = ("ADJ-", "ADV-", "Draft ", "Advance of ")
    page = clerk.open(address)
    assert page.status == 200, page.text
    return [text for text, link in page.links.items() if text.startswith(known) and link[-2].isdigit()]


# The form ----------------------------------------------------------------------------------------------------


def test_a_credit_memo_is_entered_and_posted_at_once() -> None:
    with books() as b:
        clerk = Clerk(b)
        form = clerk.open(f"{ADJUSTMENTS}new/")
        assert "Negative amounts make a credit memo" in form.text
        lines = {"lines-0-description": "Goodwill", "lines-0-amount": "-300", "lines-1-amount": "50"}
        page = submit(clerk, form, "post", customer="C00001", reason="Broken on arrival", **lines)
        memo = only(b, "adjustment")
        assert (memo.state, memo.number, memo.total, memo.reason) == (
            "posted",
            "ADJ-00001",
            -250,
            "Broken on arrival",
        )
        assert b.open_lines(memo.pk) == [-300, 50], "nothing offsets the lines of an adjustment by itself"
        assert "ADJ-00001 is posted." in page.text
        assert "Broken on arrival" in page.text
        assert "Applied 0.00 Available 250.00" in page.text
        assert "Due Apr 14" not in page.text, "a credit memo is due on no day"
        assert "Due Apr 14, 2026" in clerk.open(f"{ADJUSTMENTS}{b.adjustment(5)}/").text


def test_an_advance_is_entered_as_money_received() -> None:
    with books() as b:
        clerk = Clerk(b)
        form = clerk.open(f"{ADVANCES}new/")
        lines = {"lines-0-description": "Deposit", "lines-0-amount": "120", "lines-1-amount": "80.50"}
        fields = {"customer": "C00001", "method": "cash", "bank_account": "undeposited", "reference": "R7"}
        page = submit(clerk, form, "post", **fields, **lines)
        advance = only(b, "advance")
        assert (advance.state, advance.number, advance.total) == ("posted", None, Decimal("-200.50"))
        assert (advance.method, advance.bank_account_id, advance.reference) == ("cash", None, "R7")
        assert amounts(advance.pk) == [-120, Decimal("-80.5")]
        assert "Advance of Mar 15, 2026 is posted." in page.text
        assert "Amount 200.50 EUR" in page.text
        assert "Undeposited funds" in page.text
        assert not {"Duplicate", "Receive payment", "Write off"} & set(page.links)


def test_the_bank_account_of_the_money_is_offered_first() -> None:
    with books() as b:
        clerk = Clerk(b)
        form = sheet(clerk.open(f"{ADVANCES}new/"))
        assert (form["bank_account"], form["method"]) == (str(b.bank), "check")
        foreign = b.add_customer("Overseas", "USD")
        assert sheet(clerk.open(f"{ADVANCES}new/?customer={foreign}"))["bank_account"] == "undeposited"


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost() -> None:
    with books() as b:
        clerk = Clerk(b)
        form = clerk.open(f"{ADVANCES}new/")
        page = submit(clerk, form, "post", customer="C00001", reference="kept", **{"lines-0-amount": "0"})
        assert page.status == 422
        assert "An advance is money received" in page.text
        assert "Line 1 · Amount received" in page.text
        assert sheet(page)["reference"] == "kept"
        page = submit(clerk, form, "post", customer="C00001", **{"lines-0-amount": "-5"})
        assert page.status == 422
        page = submit(
            clerk,
            form,
            "draft",
            customer="C00001",
            currency="USD",
            exchange_rate="0.9",
            **{"lines-0-amount": "5"},
        )
        assert "is kept in EUR; the document is in USD" in page.text
        page = submit(clerk, form, "draft", customer="C00001", bank_account="7x", **{"lines-0-amount": "5"})
        assert page.status == 422
        assert not Document.objects.filter(company=b.company).exists()


@pytest.mark.parametrize(("where", "kind"), [(ADJUSTMENTS, "adjustment"), (ADVANCES, "advance")])
def test_the_same_form_sent_twice_has_one_effect(where: str, kind: str) -> None:
    with books() as b:
        clerk = Clerk(b)
        form = clerk.open(f"{where}new/")
        sent = [submit(clerk, form, "post", customer="C00001", **{"lines-0-amount": "9"}) for _ in range(2)]
        assert sent[0].address == sent[1].address
        assert only(b, kind).state == "posted"
        changed = submit(clerk, form, "post", customer="C00001", **{"lines-0-amount": "8"})
        assert "sent and saved before" in changed.text


@pytest.mark.parametrize(("where", "kind"), [(ADJUSTMENTS, "adjustment"), (ADVANCES, "advance")])
def test_a_draft_is_changed_posted_and_never_changed_again(where: str, kind: str) -> None:
    with books() as b:
        clerk = Clerk(b)
        form = clerk.open(f"{where}new/")
        submit(clerk, form, "draft", customer="C00001", **{"lines-0-amount": "10"})
        draft = only(b, kind)
        page, stale = clerk.open(f"{where}{draft.pk}/edit/"), clerk.open(f"{where}{draft.pk}/edit/")
        assert sheet(page)["lines-0-amount"] == "10.00"
        submit(clerk, page, "draft", **{"lines-0-amount": "12"})
        assert abs(b.document(draft.pk).total) == 12
        refused = submit(clerk, stale, "post", **{"lines-0-amount": "13"})
        assert "changed this" in refused.text
        assert sheet(refused)["lines-0-amount"] == "13"
        page = submit(clerk, clerk.open(f"{where}{draft.pk}/edit/"), "post")
        assert b.document(draft.pk).state == "posted"
        assert f"{b.document(draft.pk)} is posted." in page.text
        assert clerk.open(f"{where}{draft.pk}/edit/").status == 409


# Verbs -------------------------------------------------------------------------------------------------------


def test_posting_asks_with_its_effect_and_a_second_click_changes_nothing() -> None:
    with books() as b:
        clerk = Clerk(b)
        memo, advance = b.adjustment(-40, post=False), b.advance(60, post=False)
        page = clerk.open(f"{ADJUSTMENTS}{memo}/post/")
        assert "Draws the next adjustment number" in page.text
        assert "C00001 Acme has 40.00 EUR more to his credit" in page.text
        first = page.press("Post adjustment", form="confirm")
        again = page.press("Post adjustment", form="confirm")
        assert "ADJ-00001 is posted." in first.text
        assert again.address == first.address
        page = clerk.open(f"{ADVANCES}{advance}/post/")
        assert "this one never gets a number" in page.text
        b.number_advances()
        page = clerk.open(f"{ADVANCES}{advance}/post/")
        assert "Draws the next advance number" in page.text
        assert "ADV-00001 is posted." in page.press("Post advance", form="confirm").text


def test_reversing_says_at_once_what_is_to_be_undone_first() -> None:
    with books() as b:
        clerk = Clerk(b)
        memo, advance, invoice = b.adjustment(-40), b.advance(60), b.invoice(100)
        b.match((b.line(invoice), b.line(memo), 10), (b.line(invoice), b.line(advance), 20))
        for where, key, name in (
            (ADJUSTMENTS, memo, "ADJ-00001"),
            (ADVANCES, advance, "Advance of Mar 15, 2026"),
        ):
            page = clerk.open(f"{where}{key}/reverse/")
            assert f"{name} is matched with INV-00001. Un-apply that first" in page.text
            assert not {"Reverse adjustment", "Reverse advance"} & set(page.form("confirm").buttons)
        b.unapply(*b.applications(memo), *b.applications(advance))
        page = clerk.open(f"{ADVANCES}{advance}/reverse/")
        assert "Makes a mirror document over −60.00 EUR; both are settled by each other" in page.text
        done = page.press("Reverse advance", form="confirm", reason="bounced", date="2026-03-16")
        assert "Advance of Mar 15, 2026 is reversed." in done.text
        assert "Reversed by Advance of Mar 16, 2026" in done.text
        mirror = clerk.open(done.links["Advance of Mar 16, 2026"])
        assert "Reversal of Advance of Mar 15, 2026" in mirror.text
        assert "Reverse" not in mirror.links


def test_deleting_and_duplicating() -> None:
    with books() as b:
        clerk = Clerk(b)
        memo, advance = b.adjustment(-40, post=False), b.advance(60, post=False)
        clerk.open(f"{ADJUSTMENTS}{memo}/duplicate/").press("Duplicate", form="confirm")
        assert sorted(d.total for d in Document.objects.filter(company=b.company, kind="adjustment")) == [
            -40,
            -40,
        ]
        for where, key in ((ADJUSTMENTS, memo), (ADVANCES, advance)):
            page = clerk.open(f"{where}{key}/delete/").press("Delete draft", form="confirm")
            assert "The draft is deleted." in page.text
            assert not Document.objects.filter(pk=key).exists()
        assert clerk.open(f"{ADVANCES}{advance}/duplicate/").status == 404


# One document ------------------------------------------------------------------------------------------------


def test_the_page_of_an_advance_shows_what_used_it_and_what_is_left() -> None:
    with books() as b:
        clerk = Clerk(b)
        advance, invoice = b.advance(200), b.invoice(150, 175)
        b.match((b.line(invoice), b.line(advance), 150), (b.line(invoice, 2), b.line(advance), 10))
        page = clerk.open(f"{ADVANCES}{advance}/")
        assert "Amount 200.00 EUR" in page.text
        assert "Applied 160.00 Available 40.00" in page.text
        assert "Partially applied" in page.text
        assert "INV-00001" in page.text
        assert b.code(advance) in page.text.split()
        other = clerk.open(f"/invoices/{invoice}/")
        assert "Advance of Mar 15, 2026" in other.links
        assert other.links["Advance of Mar 15, 2026"].endswith(f"{ADVANCES}{advance}/")
        past = clerk.open(f"{ADVANCES}{advance}/?as_at=2026-03-14")
        assert "Figures as at Mar 14, 2026" in past.text
        bins = clerk.open(f"/matching/{b.applications(advance)[0]}/unapply/")
        assert "Un-apply Advance of Mar 15, 2026 from INV-00001" in bins.text


def test_what_a_draft_payment_holds_of_a_debit_memo_is_named() -> None:
    with books() as b:
        memo = b.adjustment(90)
        draft = b.receipt(30, [memo], post=False)
        text = Clerk(b).open(f"{ADJUSTMENTS}{memo}/").text
        assert "30.00 selected by drafts" in text
        assert f"Payment draft {draft}" in text


def test_the_page_takes_a_constant_number_of_queries() -> None:
    with books() as b:
        one, many, invoice = b.advance(100), b.advance(100), b.invoice(*[10] * 9)
        b.match((b.line(invoice), b.line(one), 1))
        for position in range(1, 9):
            b.match((b.line(invoice, position), b.line(many), 5))
        clerk = Clerk(b)

        def asked(key: int) -> int:
            with CaptureQueriesContext(connection) as found:
                assert clerk.open(f"{ADVANCES}{key}/").status == 200
            return len(found)

        assert asked(many) <= asked(one) + 1


def test_foreign_and_other_kinds_documents_are_not_found() -> None:
    with books() as b:
        memo, advance = b.adjustment(-10), b.advance(10)
        clerk = Clerk(b)
        for path in ("", "edit/", "post/", "delete/", "reverse/"):
            assert clerk.open(f"{ADJUSTMENTS}{advance}/{path}").status == 404
            assert clerk.open(f"{ADVANCES}{memo}/{path}").status == 404
            assert clerk.open(f"{ADVANCES}{10**30}/{path}").status == 404
        assert clerk.open(f"{ADJUSTMENTS}write-off/{advance}/").status == 404
    with books() as other:
        clerk = Clerk(other)
        for path in ("", "edit/", "post/", "delete/", "reverse/", "duplicate/"):
            assert clerk.open(f"{ADJUSTMENTS}{memo}/{path}").status == 404
        assert clerk.open(f"{ADJUSTMENTS}write-off/{memo}/").status == 404


# Lists -------------------------------------------------------------------------------------------------------


def furnished(b: Books) -> dict[str, int]:
    other = b.add_customer("Boulangerie Œuvrard")
    made = {
        "credit": b.adjustment(-100, on=date(2026, 1, 2), reference="PO 77"),
        "used": b.adjustment(-50, on=date(2026, 1, 3)),
        "debit": b.adjustment(70, on=date(2026, 1, 4), customer=other, due_date=date(2026, 2, 1)),
        "draft": b.adjustment(-5, on=date(2026, 1, 5), post=False),
    }
    invoice = b.invoice(80, on=date(2026, 1, 2))
    b.match((b.line(invoice), b.line(made["used"]), 50))
    b.match((b.line(invoice), b.line(made["credit"]), 30))
    return made


CASES = {
    "": ["Draft adjustment", "ADJ-00003", "ADJ-00002", "ADJ-00001"],
    "?tab=drafts": ["Draft adjustment"],
    "?tab=available": ["ADJ-00001"],
    "?tab=open": ["ADJ-00003"],
    "?tab=settled": ["ADJ-00002"],
    "?settlement=partially_applied": ["ADJ-00001"],
    "?settlement=applied": ["ADJ-00002"],
    "?settlement=available": [],
    "?settlement=open": ["ADJ-00003"],
    "?mark=complete": ["ADJ-00002"],
    "?customer=C00002": ["ADJ-00003"],
    "?date_from=2026-01-03&date_to=2026-01-04": ["ADJ-00003", "ADJ-00002"],
    "?date_from=2026-01-03": ["Draft adjustment", "ADJ-00003", "ADJ-00002"],
    "?due_to=2026-02-01": ["ADJ-00003", "ADJ-00001"],
    "?q=PO+77": ["ADJ-00001"],
    "?q=adj-00002": ["ADJ-00002"],
    "?q=œuvrard": ["ADJ-00003"],
    "?sort=number": ["Draft adjustment", "ADJ-00001", "ADJ-00002", "ADJ-00003"],
    "?sort=-total": ["ADJ-00003", "Draft adjustment", "ADJ-00002", "ADJ-00001"],
}


def test_every_tab_filter_search_and_order_of_adjustments() -> None:
    with books() as b:
        furnished(b)
        clerk = Clerk(b)
        assert {query: rows(clerk, ADJUSTMENTS + query) for query in CASES} == CASES
        for wrong in ("?tab=x", "?sort=due", "?settlement=x", "?q=%00", "?cursor=x"):
            assert clerk.open(ADJUSTMENTS + wrong).status == 400


def test_advances_with_and_without_numbers_are_listed_sorted_and_found() -> None:
    with books() as b:
        plain = b.advance(30, on=date(2026, 1, 1), method="cash")
        b.number_advances()
        numbered = [b.advance(20 + n, on=date(2026, 1, 2 + n), reference=f"R{n}") for n in range(2)]
        b.configure(advance_sequence=None)
        later = b.advance(90, on=date(2026, 2, 1))
        b.advance(1, on=date(2026, 2, 2), post=False)
        b.reverse(later)
        b.match((b.line(b.invoice(20, on=date(2026, 1, 2))), b.line(numbered[0]), 20))
        clerk = Clerk(b)
        cases = {
            "": [
                "Advance of Mar 15, 2026",
                "Draft advance",
                "Advance of Feb 1, 2026",
                "ADV-00002",
                "ADV-00001",
                "Advance of Jan 1, 2026",
            ],
            "?tab=available": ["ADV-00002", "Advance of Jan 1, 2026"],
            "?tab=applied": ["Advance of Feb 1, 2026", "ADV-00001"],
            "?method=cash": ["Advance of Jan 1, 2026"],
            "?q=ADV": ["ADV-00002", "ADV-00001"],
            "?q=r1": ["ADV-00002"],
            "?tab=available&sort=amount": ["ADV-00002", "Advance of Jan 1, 2026"],
            "?date_to=2026-01-02": ["ADV-00001", "Advance of Jan 1, 2026"],
        }
        assert {query: rows(clerk, ADVANCES + query) for query in cases} == cases
        assert rows(clerk, f"{ADVANCES}?sort=number")[-2:] == ["ADV-00001", "ADV-00002"]
        found = list(csv.DictReader(io.StringIO(_exported(clerk, f"{ADVANCES}export.csv?tab=available"))))
        assert [(row["number"], row["amount"], row["available"], row["method"]) for row in found] == [
            ("ADV-00002", "21.00", "21.00", "transfer"),
            ("", "30.00", "30.00", "cash"),
        ]
        page = clerk.open(f"{ADVANCES}?tab=available&part=figures")
        assert "51.00" in page.text
        assert b.state(plain)[1] == "available"


def _exported(clerk: Clerk, address: str) -> str:
    answer: Any = clerk.client.get(clerk.root + address)
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_pages_of_unnumbered_advances_follow_each_other_by_number() -> None:
    with books() as b:
        many = [
            AdvanceInput(customer_id=b.customer, date=TODAY, method="cash", amount=Decimal(n))
            for n in range(1, 61)
        ]
        keys = advances.enter(actor=b.actor, advances=many, post=True)
        b.number_advances()
        keys.append(b.advance(7))
        clerk = Clerk(b)
        first = clerk.client.get(f"{clerk.root}{ADVANCES}?sort=number").content.decode()
        following = Page(clerk, ADVANCES, clerk.client.get(f"{clerk.root}{ADVANCES}?sort=number")).links[
            "Next"
        ]
        second = clerk.client.get(following).content.decode()
        shown = [found for text in (first, second) for found in ROW.findall(text)]
        assert shown == [str(key) for key in keys], (
            "those without a number first, each once, numbered ones last"
        )


@pytest.mark.parametrize("where", [ADJUSTMENTS, ADVANCES])
def test_a_list_takes_few_queries_whatever_it_shows(where: str) -> None:
    with books() as b:
        make = b.adjustment if where == ADJUSTMENTS else b.advance
        clerk = Clerk(b)

        def asked(query: str) -> int:
            with CaptureQueriesContext(connection) as found:
                assert clerk.open(where + query).status == 200
            return len(found)

        make(10)
        before = {query: asked(query) for query in ("", "?tab=available", "?q=acme", "?mark=none")}
        for amount in range(1, 9):
            make(amount, customer=b.add_customer(f"N{amount}"))
        after = {query: asked(query) for query in before}
        assert all(after[query] <= before[query] for query in before), (before, after)
        assert max(after.values()) <= 13, after


def test_the_export_of_adjustments_says_why_they_were_made() -> None:
    with books() as b:
        b.adjustment(-100, reason="=1+1")
        found = list(csv.DictReader(io.StringIO(_exported(Clerk(b), f"{ADJUSTMENTS}export.csv"))))
        assert found[0]["reason"].endswith("=1+1")
        assert (found[0]["total"], found[0]["open_amount"]) == ("-100.00", "-100.00")


@pytest.mark.parametrize("where", [ADJUSTMENTS, ADVANCES])
def test_many_drafts_are_posted_from_the_list(where: str) -> None:
    with books() as b:
        make = b.adjustment if where == ADJUSTMENTS else b.advance
        keys = [make(10, post=False), make(20, post=False)]
        closed = make(30, on=date(2025, 1, 1), post=False)
        b.configure(closed_through=date(2025, 12, 31))
        clerk = Clerk(b)
        fields = {"row": [str(key) for key in (*keys, closed)]}
        page = Page(clerk, where, clerk.client.post(f"{clerk.root}{where}post/", fields))
        assert "3 drafts get their numbers" in page.text
        page = Page(clerk, where, clerk.client.post(f"{clerk.root}{where}post/", fields | {"confirmed": "1"}))
        assert "The books are closed through" in page.text
        assert [b.document(key).state for key in (*keys, closed)] == ["posted", "posted", "draft"]
        assert all(str(b.document(key)) in page.links for key in keys)


# The customer's account and the search -----------------------------------------------------------------------


def test_the_account_of_a_customer_shows_all_of_it() -> None:
    with books() as b:
        memo, debit, advance = b.adjustment(-30), b.adjustment(70), b.advance(25)
        invoice = b.invoice(100)
        b.match((b.line(invoice), b.line(advance), 5))
        clerk = Clerk(b)
        page = clerk.open(f"/customers/{b.customer}/")
        # 100 + 70 − 30 − 25; the match moved nothing.
        assert "Balance 115.00 EUR" in page.text
        for text, key, where in (
            ("ADJ-00001", memo, ADJUSTMENTS),
            ("ADJ-00002", debit, ADJUSTMENTS),
            ("Advance of Mar 15, 2026", advance, ADVANCES),
        ):
            assert page.links[text].endswith(f"{where}{key}/")
        assert "Credits available 50.00 EUR" in page.text


def test_the_search_finds_them_by_number_and_the_home_counts_their_drafts() -> None:
    with books() as b:
        b.number_advances()
        memo, advance = b.adjustment(-30), b.advance(25)
        b.advance(1, post=False)
        clerk = Clerk(b)
        assert clerk.client.get(f"{clerk.root}/search/?q=adj-00001")["Location"].endswith(
            f"{ADJUSTMENTS}{memo}/"
        )
        assert clerk.client.get(f"{clerk.root}/search/?q=ADV-00001")["Location"].endswith(
            f"{ADVANCES}{advance}/"
        )
        assert "Draft advances 1" in clerk.open("/").text
        billing = Clerk(b, "billing-clerk")
        assert "ADV-00001" not in billing.open("/search/?q=ADV").text
        assert "Draft advances" not in billing.open("/").text


# Who may -----------------------------------------------------------------------------------------------------


def test_a_billing_clerk_has_adjustments_but_no_advances() -> None:
    with books() as b:
        memo, advance = b.adjustment(-30), b.advance(25)
        draft = b.adjustment(-1, post=False)
        clerk = Clerk(b, "billing-clerk")
        assert clerk.open(ADJUSTMENTS).status == 200
        assert clerk.open(f"{ADJUSTMENTS}{memo}/").status == 200
        assert "Post adjustment" in clerk.open(f"{ADJUSTMENTS}{draft}/").links
        for path in ("", "new/", f"{advance}/", f"{advance}/reverse/", "export.csv"):
            assert clerk.open(f"{ADVANCES}{path}").status == 403
        assert "Advances" not in clerk.open(ADJUSTMENTS).links


def test_a_reader_reads_and_changes_nothing() -> None:
    with books() as b:
        for where, posted, draft in (
            (ADJUSTMENTS, b.adjustment(30), b.adjustment(-1, post=False)),
            (ADVANCES, b.advance(25), b.advance(1, post=False)),
        ):
            clerk = Clerk(b, "auditor")
            assert clerk.open(where).status == 200
            for key in (posted, draft):
                page = clerk.open(f"{where}{key}/")
                assert page.status == 200
                assert not {"Reverse", "Edit", "Delete", "Duplicate", "Write off"} & set(page.links)
            for path in (
                "new/",
                "post/",
                f"{draft}/edit/",
                f"{draft}/post/",
                f"{draft}/delete/",
                f"{posted}/reverse/",
            ):
                assert clerk.open(f"{where}{path}").status == 403
            assert clerk.open(f"{ADJUSTMENTS}write-off/{posted}/").status == 403


def test_a_person_of_one_entity_sees_the_top_level_and_his_own() -> None:
    with books() as b:
        own = Entity.objects.create(company=b.company, code="NORD", name="Nord")
        other = Entity.objects.create(company=b.company, code="SUD", name="Sud")
        top, mine, foreign = b.advance(1), b.advance(2, entity_id=own.pk), b.advance(3, entity_id=other.pk)
        clerk = Clerk(b, "ar-clerk")
        membership = clerk.user.memberships.get()
        MembershipEntity.objects.create(company=b.company, membership=membership, entity=own)
        assert [clerk.open(f"{ADVANCES}{key}/").status for key in (top, mine, foreign)] == [200, 200, 404]
        assert len(rows(clerk, ADVANCES)) <= 2


# Writing off -------------------------------------------------------------------------------------------------


def test_a_remainder_is_written_off_from_the_page_of_the_invoice() -> None:
    with books() as b:
        invoice = b.invoice(100)
        b.receipt("99.60", [invoice])
        clerk = Clerk(b)
        page = clerk.open(f"/invoices/{invoice}/")
        assert "Write off" in page.links
        ask = clerk.open(page.links["Write off"])
        assert "0.40 EUR of INV-00001 is left." in ask.text
        assert "Makes a credit memo on account 654000" in ask.text
        assert ask.form("confirm").fields["amount"] == "0.40"
        refused = ask.press("Write off", form="confirm", amount="0.50", reason="tiny")
        assert "INV-00001 has 0.40 left; you entered 0.50" in refused.text
        assert refused.form("confirm").fields["reason"] == "tiny"
        done = ask.press("Write off", form="confirm", reason="tiny")
        again = ask.press("Write off", form="confirm", reason="tiny")
        assert "0.40 EUR of INV-00001 is written off." in done.text
        assert done.address == again.address
        assert b.state(invoice)[:2] == (0, "paid")
        assert "wrote off 0.40" in done.text
        memo = clerk.open(done.links["ADJ-00001"])
        assert "tiny" in memo.text
        assert "Write off" not in done.links


def test_a_debit_memo_is_written_off_up_to_the_limit() -> None:
    with books() as b:
        b.configure(write_off_limit=Decimal(5))
        memo = b.adjustment(12)
        clerk = Clerk(b)
        ask = clerk.open(clerk.open(f"{ADJUSTMENTS}{memo}/").links["Write off"])
        assert "Up to 5.00 EUR may be written off of one document." in ask.text
        assert ask.form("confirm").fields["amount"] == "5.00"
        refused = ask.press("Write off", form="confirm", amount="6", reason="x")
        assert refused.status == 422
        assert "Up to 5.00 EUR may be written off of one document; with what was" in refused.text
        assert "is written off" in ask.press("Write off", form="confirm", reason="x").text
        blocked = clerk.open(f"{ADJUSTMENTS}write-off/{memo}/")
        assert "Up to 5.00 EUR may be written off" in blocked.text
        assert "Write off" not in blocked.form("confirm").buttons
        assert b.open(memo) == 7


def test_writing_off_needs_its_own_right_and_something_left() -> None:
    with books() as b:
        invoice, draft, credit = b.invoice(10), b.invoice(5, post=False), b.adjustment(-5)
        clerk = Clerk(b, "auditor")
        assert "Write off" not in clerk.open(f"/invoices/{invoice}/").links
        clerk = Clerk(b)
        for key, said in ((draft, "This is a draft"), (credit, "Nothing is left of ADJ-00001")):
            page = clerk.open(f"{ADJUSTMENTS}write-off/{key}/")
            assert said in page.text
            assert "Write off" not in page.form("confirm").buttons
