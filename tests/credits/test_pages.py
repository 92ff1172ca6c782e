"""Adjustments and advances on their pages: the form, one document, the verbs on it, who may what."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Entity, MembershipEntity
from ledger.models import Document, Line
from tests.build import Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
ADJUSTMENTS, ADVANCES = "/credits/adjustments/", "/credits/advances/"


def sheet(page: Page) -> dict[str, str]:
    """The fields of the form that has lines."""
    return next(form.fields for form in page.forms if "lines-TOTAL_FORMS" in form.fields)


def submit(clerk: Clerk, page: Page, button: str, **fields: str) -> Page:
    return clerk.send(page.address, sheet(page) | fields | {button: "1"})


def only(b: Books, kind: str) -> Document:
    return Document.objects.get(company=b.company, kind=kind)


def amounts(key: int) -> list[Decimal]:
    return [line.amount for line in Line.objects.filter(document=key).order_by("position")]


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


def test_a_debit_memos_due_date_is_told_before_it_is_saved() -> None:
    with books() as b:
        clerk = Clerk(b)
        due = f"{ADJUSTMENTS}due/?date=2026-01-31&customer=C00001"
        assert "Mar 2, 2026" in clerk.client.get(clerk.root + due).content.decode()


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
        page = Clerk(b).open(f"{ADJUSTMENTS}{memo}/")
        assert "30.00 selected by drafts" in page.text
        assert page.links["Payment of Mar 15, 2026"].endswith(f"/payments/{draft}/")


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
        seen = [link for link in clerk.open(ADVANCES).links.values() if link[-2].isdigit()]
        assert len([link for link in seen if "/advances/" in link]) == 1, "both are called alike"
        assert not any(link.endswith(f"/{foreign}/") for link in seen)
