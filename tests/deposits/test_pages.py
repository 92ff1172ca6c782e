"""Deposits on their pages, without scripts: choose, save, post, reverse, and who may see what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Role
from deposits import choosing
from deposits import services as deposits
from ledger.models import DepositItem, Document
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, Form, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def sheet(page: Page) -> Form:
    return next(form for form in page.forms if "chosen" in form.fields)


def send(page: Page, checked: list[int], /, **pressed: str) -> Page:
    """Check receipts on the page and press a button by its name and value."""
    fields: dict[str, Any] = {name: value for name, value in sheet(page).fields.items() if name != "receipt"}
    return page.clerk.send(page.address, fields | {"receipt": [str(key) for key in checked]} | pressed)


def numbers(clerk: Clerk, query: str = "") -> list[str]:
    links = clerk.open(f"/deposits/{query}").links
    return [text for text in links if text.startswith("DEP-") or text == "Draft deposit"]


def held(b: Books, deposit: int) -> list[int]:
    items = DepositItem.objects.filter(company=b.company, document=deposit)
    return sorted(items.values_list("receipt_id", flat=True))


def only(b: Books) -> Document:
    return Document.objects.get(company=b.company, kind="deposit")


def test_receipts_are_chosen_and_posted() -> None:
    with books() as b:
        first, second, third = b.cash(100, reference="CHQ 7"), b.cash(50), b.cash(8)
        clerk = Clerk(b)
        page = clerk.open(clerk.open("/deposits/").links["New deposit"])
        assert "158.00 EUR wait" in page.text
        assert page.links.keys() >= {"PAY-00001", "PAY-00002", "PAY-00003"}
        shown = send(page, [first, third], action="post", reference="SLIP 9")
        assert "DEP-00001 is posted: 108.00 EUR deposited." in shown.text
        assert "Amount 108.00 EUR Receipts 2" in shown.text
        assert "SLIP 9" in shown.text
        assert "CHQ 7" in shown.text
        assert held(b, only(b).pk) == [first, third]
        receipt = clerk.open(shown.links["PAY-00001"])
        assert "Deposit DEP-00001" in receipt.text
        assert clerk.open(receipt.links["DEP-00001"]).status == 200
        assert "Deposit DEP" not in clerk.open(f"/payments/{second}/").text


def test_an_advance_lies_in_a_deposit_too() -> None:
    with books() as b:
        advance = b.advance(30, bank_account_id=None)
        clerk = Clerk(b)
        shown = send(clerk.open("/deposits/new/"), [advance], action="post")
        assert "DEP-00001 is posted: 30.00 EUR deposited." in shown.text
        page = clerk.open(f"/credits/advances/{advance}/")
        assert clerk.open(page.links["DEP-00001"]).address == shown.address
        asked = clerk.open(f"/credits/advances/{advance}/reverse/")
        assert "lies in DEP-00001: reverse the deposit first." in asked.text


def test_the_search_of_the_frame_finds_a_deposit() -> None:
    with books() as b:
        b.deposit(b.cash(10))
        b.deposit(b.cash(20))
        clerk = Clerk(b)
        assert {"DEP-00001", "DEP-00002"} <= set(clerk.open("/search/?q=dep").links)
        key = Document.objects.get(company=b.company, number="DEP-00001").pk
        assert clerk.client.get(f"{clerk.root}/search/?q=DEP-00001")["Location"].endswith(f"/deposits/{key}/")


def test_the_form_keeps_what_is_chosen_on_other_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "PAGE_SIZE", 2)
    with books() as b:
        keys = [b.cash(amount, on=TODAY - timedelta(days=9 - n)) for n, amount in enumerate((1, 2, 4, 8, 16))]
        page = Clerk(b).open("/deposits/new/")
        assert "Page 1 of 3" in page.text
        page = send(page, [keys[0]], page="2")
        assert "Selected 1 · Deposit 1.00 EUR" in page.text
        page = send(page, [keys[2], keys[3]], page="1")
        assert "Selected 3 · Deposit 13.00 EUR" in page.text
        page = send(page, [keys[1]], page="3", reference="typed")
        assert "Selected 3 · Deposit 14.00 EUR" in page.text
        assert sheet(page).fields["reference"] == "typed"
        page = send(page, [], pick="all")
        assert "Selected 5 · Deposit 31.00 EUR" in page.text
        page = send(page, [keys[4]], pick="none")
        assert "Selected 0 · Deposit 0.00 EUR" in page.text
        page = send(page, [], pick="all")
        shown = send(page, keys[:2], action="draft")
        assert "The draft of 31.00 EUR is saved" in shown.text
        assert held(b, only(b).pk) == keys


def test_filter_order_and_select_what_fits() -> None:
    with books() as b:
        zoe = b.add_customer("Zoe")
        hers, mine, card = b.cash(5, customer=zoe), b.cash(6), b.cash(7, method="card")
        page = Clerk(b).open("/deposits/new/")
        page = send(page, [mine], q="zoe")
        assert set(page.links) & {"PAY-00001", "PAY-00002", "PAY-00003"} == {"PAY-00001"}
        page = send(page, [], pick="all")
        assert "Selected 2 · Deposit 11.00 EUR" in page.text
        page = send(page, [hers], q="", method="card")
        assert "7.00 EUR wait" in page.text
        assert "Selected 2 · Deposit 11.00 EUR" in page.text
        page = send(page, [card], method="", order="-amount")
        rows = [text for text in page.links if text.startswith("PAY-")]
        assert rows == ["PAY-00003", "PAY-00002", "PAY-00001"]
        page = send(page, [hers, mine, card], q="nobody of that name")
        assert "No receipt that waits fits the filter." in page.text


def test_a_draft_is_edited_posted_and_deleted() -> None:
    with books() as b:
        first, second = b.cash(100), b.cash(50)
        clerk = Clerk(b)
        shown = send(clerk.open("/deposits/new/"), [first], action="draft")
        assert "A draft moves no money." in shown.text
        page, elsewhere = clerk.open(shown.links["Edit"]), clerk.open(shown.links["Edit"])
        assert "Selected 1 · Deposit 100.00 EUR" in page.text
        shown = send(page, [first, second], action="draft")
        assert "Amount 150.00 EUR" in shown.text
        stale = send(elsewhere, [second], action="draft")
        assert stale.status == 422
        assert "changed this on" in stale.text
        posted = clerk.open(shown.links["Post deposit"]).press("Post deposit", form="confirm")
        assert "DEP-00001 is posted." in posted.text
        third = b.cash(1)
        shown = send(clerk.open("/deposits/new/"), [third], action="draft")
        asked = clerk.open(shown.links["Delete"])
        assert "1 receipt can be deposited again or reversed." in asked.text
        asked.press("Delete draft", form="confirm")
        assert only(b).number == "DEP-00001"


def test_a_deposit_is_reversed() -> None:
    with books() as b:
        receipt = b.cash(100)
        key = b.deposit(receipt)
        clerk = Clerk(b)
        blocked = clerk.open(f"/payments/{receipt}/reverse/")
        assert "PAY-00001 lies in DEP-00001: reverse the deposit first." in blocked.text
        asked = clerk.open(f"/deposits/{key}/reverse/")
        assert "100.00 EUR leaves 512000" in asked.text or "100.00 EUR leaves BANK Bank" in asked.text
        assert asked.press("Reverse deposit", form="confirm").status == 422
        shown = asked.press("Reverse deposit", form="confirm", reason="bounced")
        assert "DEP-00001 is reversed." in shown.text
        assert "Reversed by" in shown.text
        assert "Reverse" not in shown.links
        mirror = clerk.open(shown.links["DEP-00002"])
        assert "Amount −100.00 EUR" in mirror.text
        assert "PAY-00001" in mirror.links
        assert "Deposit DEP" not in clerk.open(f"/payments/{receipt}/").text


def test_what_somebody_deposited_meanwhile_is_refused_by_name() -> None:
    with books() as b:
        first, second = b.cash(100), b.cash(50)
        page = Clerk(b).open("/deposits/new/")
        b.deposit(first)
        refused = send(page, [first, second], action="post", reference="kept")
        assert refused.status == 422
        assert "PAY-00001 lies in DEP-00001 already." in refused.text
        assert sheet(refused).fields["reference"] == "kept"
        assert "Selected 1 · Deposit 50.00 EUR" in refused.text
        assert "Choose at least one receipt." in send(page, [], action="post").text


def test_a_form_sent_twice_has_one_effect() -> None:
    with books() as b:
        receipt = b.cash(100)
        page = Clerk(b).open("/deposits/new/")
        first, again = (send(page, [receipt], action="post") for _ in range(2))
        assert first.address == again.address
        assert Document.objects.filter(company=b.company, kind="deposit").count() == 1


def test_tabs_search_totals_and_export() -> None:
    with books() as b:
        zoe = b.add_customer("Zoe")
        posted = b.deposit(b.cash(100, reference="CHQ 7"), on=TODAY, reference="SLIP 1")
        gone = b.deposit(b.cash(40, customer=zoe, on=date(2026, 3, 1)), on=date(2026, 3, 2))
        deposits.reverse(actor=b.actor, ids=[gone], on=TODAY, reason="x")
        b.deposit(b.cash(5, on=date(2026, 3, 1)), on=date(2026, 3, 3), post=False)
        clerk = Clerk(b)
        assert numbers(clerk) == ["DEP-00003", "DEP-00001", "Draft deposit", "DEP-00002"]
        assert numbers(clerk, "?tab=drafts") == ["Draft deposit"]
        assert numbers(clerk, "?tab=posted") == ["DEP-00001"]
        assert set(numbers(clerk, "?tab=reversed")) == {"DEP-00002", "DEP-00003"}
        assert numbers(clerk, "?q=slip") == ["DEP-00001"]
        assert numbers(clerk, "?q=chq+7") == ["DEP-00001"]
        assert set(numbers(clerk, "?q=zoe")) == {"DEP-00002", "DEP-00003"}
        assert numbers(clerk, "?amount=100") == ["DEP-00001"]
        assert numbers(clerk, "?date_to=2026-03-02") == ["DEP-00002"]
        assert numbers(clerk, f"?account={b.bank}&sort=-amount")[0] == "DEP-00001"
        assert numbers(clerk, "?sort=number")[-1] == "DEP-00003"
        assert "EUR Deposited 100.00" in clerk.open("/deposits/").text
        assert clerk.open("/deposits/?account=cowrie").status == 400
        answer = clerk.client.get(f"{clerk.root}/deposits/export/?tab=posted")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
        assert lines[1:] == ["DEP-00001,posted,2026-03-15,2026-03-15,BANK,SLIP 1,,1,EUR,100.00"]
        assert posted


def test_pages_cost_the_same_for_few_and_many() -> None:
    with books() as b:
        receipts = [b.cash(1) for _ in range(3)]
        key = b.deposit(*receipts)
        b.deposit(b.cash(1))
        b.cash(1)
        clerk = Clerk(b)

        def asked(path: str) -> int:
            with CaptureQueriesContext(connection) as found:
                assert clerk.open(path).status == 200
            return len(found)

        paths = ("/deposits/", f"/deposits/{key}/", "/deposits/new/")
        few = [asked(path) for path in paths]
        assert max(few) <= 18, few
        for _ in range(10):
            b.deposit(b.cash(2), b.cash(3))
            b.cash(4)
        assert [asked(path) for path in paths] == few


@pytest.mark.parametrize("role", ["billing-clerk", "auditor"])
def test_nobody_sees_what_he_may_not_use(role: str) -> None:
    with books() as b:
        key, draft = b.deposit(b.cash(100)), b.deposit(b.cash(5), post=False)
        clerk = Clerk(b, role)
        reads = role == "auditor"
        listed = clerk.open("/deposits/")
        assert listed.status == (200 if reads else 403)
        assert "New deposit" not in listed.links
        assert "Quick deposit" not in listed.links
        assert clerk.open(f"/deposits/{key}/").status == (200 if reads else 403)
        assert not {"Reverse", "Edit", "Post deposit"} & set(clerk.open(f"/deposits/{draft}/").links)
        for path in ("new/", f"{draft}/edit/", f"{draft}/post/", f"{draft}/delete/", f"{key}/reverse/"):
            assert clerk.open(f"/deposits/{path}").status == 403
            assert clerk.send(f"{clerk.root}/deposits/{path}", {}).status == 403


def test_without_the_right_to_post_there_are_drafts_only() -> None:
    with books() as b:
        receipt = b.cash(100)
        rights = ["deposits.list", "deposits.view", "deposits.add"]
        Role.objects.create(company=b.company, code="cashier", name="Cashier", rights=rights)
        page = Clerk(b, "cashier").open("/deposits/new/")
        assert "Post deposit" not in sheet(page).buttons
        assert send(page, [receipt], action="post").status == 422
        assert "The draft of 100.00 EUR is saved" in send(page, [receipt], action="draft").text


def test_another_companys_deposits_are_not_there() -> None:
    with books() as theirs:
        receipt = theirs.cash(10)
        key = theirs.deposit(theirs.cash(5))
    with books() as b:
        clerk = Clerk(b)
        for path in ("", "edit/", "post/", "delete/", "reverse/"):
            assert clerk.open(f"/deposits/{key}/{path}").status == 404
        refused = send(clerk.open("/deposits/new/"), [receipt], action="post")
        assert refused.status == 422
        assert "Not found." in refused.text


def test_the_form_takes_anything() -> None:
    with books() as b:
        b.cash(100)
        clerk = Clerk(b)
        page = clerk.open("/deposits/new/")
        address = page.address
        for strange in (
            {"chosen": "x,,1e9,\0", "receipt": "9" * 30, "page": "-1", "order": "'", "method": "cowrie"},
            {"account": "0", "action": "post"},
            {"account": "x", "date": "soon", "rate": "NaN", "action": "draft"},
            {"q": "\0%_'", "pick": "every", "action": "erase"},
        ):
            assert clerk.send(address, strange).status in (200, 422)
        assert clerk.open("/deposits/new/?account=x&receipt=y&receipt=99999999999999999").status == 200
        assert clerk.open("/deposits/?q=%00&cursor=x").status in (200, 400)
