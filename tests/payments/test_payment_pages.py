"""The list of payments, the page of one, and reversing it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.core.http import counting
from reconciliation.mirrors import TakenBack
from reconciliation.selectors import States, TextSearch
from tests.build import Books, books
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def numbers(clerk: Clerk, query: str = "") -> list[str]:
    """What the list shows, in its order."""
    links = clerk.open(f"/payments/{query}").links
    return [text for text in links if text.startswith("PAY-") or text == "Draft payment"]


def furnished(b: Books) -> dict[str, int]:
    invoice = b.invoice(500)
    paid = b.receipt(100, [invoice], on=date(2026, 3, 1), reference="CHQ 77")
    left = b.receipt(40, on=date(2026, 3, 2))
    later = b.receipt(30, [invoice], on=date(2026, 5, 1))
    gone = b.receipt(20, [invoice], on=date(2026, 3, 3))
    draft = b.receipt(10, [invoice], on=date(2026, 3, 4), post=False)
    return {"invoice": invoice, "paid": paid, "left": left, "later": later, "gone": gone, "draft": draft}


@pytest.mark.parametrize("few", [1_000, 0], ids=["few are open", "many are open"])
def test_tabs_filters_and_search(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(States, "FEW", few)
    monkeypatch.setattr(TakenBack, "FEW", few)
    monkeypatch.setattr(TextSearch, "MANY", few)
    with books() as b:
        keys = furnished(b)
        clerk = Clerk(b)
        clerk.open(f"/payments/{keys['gone']}/reverse/").press(
            "Reverse payment", form="confirm", reason="bounced"
        )
        assert numbers(clerk) == [
            "PAY-00003",
            "PAY-00005",
            "Draft payment",
            "PAY-00004",
            "PAY-00002",
            "PAY-00001",
        ]
        assert numbers(clerk, "?tab=drafts") == ["Draft payment"]
        assert numbers(clerk, "?tab=unapplied") == ["PAY-00002"]
        assert numbers(clerk, "?tab=post-dated") == ["PAY-00003"]
        assert numbers(clerk, "?tab=reversed") == ["PAY-00005", "PAY-00004"]
        assert numbers(clerk, "?q=chq") == ["PAY-00001"]
        assert numbers(clerk, "?amount=40") == ["PAY-00002"]
        assert numbers(clerk, "?date_from=2026-03-02&date_to=2026-03-03") == ["PAY-00004", "PAY-00002"]
        assert numbers(clerk, "?method=cash") == []
        assert numbers(clerk, "?account=undeposited") == []
        assert numbers(clerk, "?customer=acme&sort=number")[-1] == "PAY-00005"
        by_amount = ["PAY-00002", "PAY-00001"]
        assert numbers(clerk, "?amount=&date_to=2026-03-02&sort=amount") == by_amount
        assert numbers(clerk, "?date_to=2026-03-02&sort=-amount") == by_amount[::-1]
        code = b.code(keys["invoice"])
        assert set(numbers(clerk, f"?match_code={code.upper()}")) == {"PAY-00001", "PAY-00003"}
        assert numbers(clerk, "?mark=complete_future") == ["PAY-00003"]
        page = clerk.open("/payments/")
        assert "EUR Received 170.00 Unapplied 40.00" in page.text
        assert clerk.open("/payments/?method=cowrie").status == 400


@pytest.mark.parametrize("many", [1_000, 0], ids=["few fit", "many fit"])
def test_the_filter_by_customer_finds_receipts_others_gave_for_him(
    many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TextSearch, "MANY", many)
    with books() as b:
        other = b.add_customer("Birch")
        b.receipt(100, leave=True)
        b.receipt(60, customer=other, payer_id=b.customer, leave=True)
        b.receipt(50, customer=other, leave=True)
        clerk = Clerk(b)
        assert numbers(clerk, "?customer=birch") == ["PAY-00003", "PAY-00002"]
        assert "Acme also for other customers" in clerk.open("/payments/?customer=birch").text
        assert numbers(clerk, "?customer=acme") == ["PAY-00002", "PAY-00001"]
        assert "also for other" not in clerk.open("/payments/?customer=acme").text
        assert numbers(clerk, "?customer=birch&tab=unapplied") == ["PAY-00003", "PAY-00002"]


ASKED = (
    "",
    "?tab=drafts",
    "?tab=unapplied",
    "?tab=post-dated",
    "?tab=reversed",
    "?method=cash&account=undeposited",
    "?customer=acme&mark=none&sort=amount&tab=unapplied",
    "?amount=40",
    "?q=pay&mark=partial",
    "?q=nothing+like+it",
)


@pytest.mark.parametrize("few", [1_000, 0], ids=["few are open", "many are open"])
def test_the_list_costs_the_same_for_few_and_many(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """DESIGN 6: sign-in and the frame of the page included."""
    monkeypatch.setattr(States, "FEW", few)
    monkeypatch.setattr(TakenBack, "FEW", few)
    monkeypatch.setattr(counting, "COUNT_LIMIT", few)
    with books() as b:
        furnished(b)
        clerk = Clerk(b)

        def asked(query: str) -> int:
            with CaptureQueriesContext(connection) as found:
                assert clerk.open(f"/payments/{query}").status == 200
            return len(found)

        for _ in range(2):
            for query in ASKED:
                # By customer one more: what others gave for him.
                assert asked(query) <= 10 + ("customer=" in query), query
            for _ in range(20):
                b.receipt(5)


def test_the_export_holds_what_is_filtered() -> None:
    with books() as b:
        furnished(b)
        clerk = Clerk(b)
        answer = clerk.client.get(f"{clerk.root}/payments/export/?tab=unapplied")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
        assert len(lines) == 2
        assert lines[1].endswith("EUR,40.00,40.00,none")


def test_the_page_of_a_payment_as_of_an_earlier_day() -> None:
    with books() as b:
        keys = furnished(b)
        clerk = Clerk(b)
        page = clerk.open(f"/payments/{keys['paid']}/")
        assert "Received 100.00 EUR Applied 100.00 Available 0.00" in page.text
        assert "CHQ 77" in page.text
        before = clerk.open(f"/payments/{keys['paid']}/?as_at=2026-03-10")
        assert "Applied 0.00 Available 100.00" in before.text, "the invoice is dated later"
        assert "Figures as at Mar 10, 2026" in before.text
        assert clerk.open(f"/payments/{keys['paid']}/?as_at=soon").status == 400


def test_a_post_dated_payment_says_so() -> None:
    with books() as b:
        keys = furnished(b)
        assert "it counts from May 1, 2026" in Clerk(b).open(f"/payments/{keys['later']}/").text


def test_reversing_says_what_it_gives_back() -> None:
    with books() as b:
        invoice = b.invoice(300)
        key = b.receipt(350, [invoice])
        clerk = Clerk(b)
        asked = clerk.open(f"/payments/{key}/reverse/")
        assert "Gives back 300.00 EUR to INV-00001" in asked.text
        assert "Takes away 50.00 EUR that is still available" in asked.text
        assert asked.press("Reverse payment", form="confirm").status == 422
        shown = asked.press("Reverse payment", form="confirm", reason="bounced")
        assert b.open(invoice) == 300
        assert "Reversed by" in shown.text
        assert "bounced" in shown.text
        assert "Reverse" not in shown.links
        assert "Reversal of" in clerk.open(shown.links["PAY-00002"]).text


def test_a_reversal_that_would_be_refused_says_why_at_once() -> None:
    with books() as b:
        key = b.receipt(100)
        invoice = b.invoice(60)
        b.match((b.line(invoice), b.line(key), 60))
        asked = Clerk(b).open(f"/payments/{key}/reverse/")
        assert "PAY-00001 is matched with INV-00001. Un-apply that first, then reverse." in asked.text
        assert "Reverse payment" not in asked.form("confirm").buttons


def test_the_timeline_tells_who_did_what() -> None:
    with books() as b:
        invoice = b.invoice(300)
        clerk = Clerk(b)
        page = clerk.open(f"/payments/receive/?document={invoice}").press("Spread", amount="100")
        page = page.press("Post payment")
        page = clerk.open(page.links["Un-apply INV-00001"])
        page = page.press("Un-apply", form="confirm", amount="30", reason="agreed by phone")
        assert "Administrator un-applied 30.00 agreed by phone" in page.text
        assert "Administrator posted it" in page.text
        assert b.open(invoice) == 230


def test_a_payment_shows_the_credits_it_used_and_what_reversing_it_gives_back() -> None:
    with books() as b:
        invoice, memo = b.invoice(100), b.adjustment(-60)
        draft = b.receipt(0, [invoice], credits=[memo], post=False)
        clerk = Clerk(b)
        page = clerk.open(f"/payments/{draft}/")
        assert "Received 0.00 EUR Credits 60.00 To apply 60.00 Overpayment 0.00" in page.text
        assert "Credits used Credit Amount EUR ADJ-00001 60.00" in page.text
        posting = clerk.open(f"/payments/{draft}/post/")
        assert "Uses 60.00 EUR of ADJ-00001 Pays 60.00 EUR of INV-00001" in posting.text
        deleting = clerk.open(f"/payments/{draft}/delete/")
        assert "Frees 60.00 EUR of INV-00001 Frees 60.00 EUR of ADJ-00001" in deleting.text
        posting.press("Post payment", form="confirm")
        page = clerk.open(f"/payments/{draft}/")
        assert "It received nothing: only credits are used." in page.text
        assert "Credits used Credit Applied to Amount EUR ADJ-00001 INV-00001 60.00" in page.text
        reversing = clerk.open(f"/payments/{draft}/reverse/")
        assert "Gives back 60.00 EUR to INV-00001 Gives back 60.00 EUR to ADJ-00001" in reversing.text
        reversing.press("Reverse payment", form="confirm", reason="wrong")
        assert [b.open(d) for d in (invoice, memo)] == [100, -60]
        assert clerk.open("/payments/").status == 200
