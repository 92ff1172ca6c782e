"""The questions a clerk is asked, answered on screen: W9, W10, W12, W13 in the reports, and where everything went."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tests.build import Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
MARCH = "start=2026-03-01&end=2026-03-31"


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def report(clerk: Clerk, choices: str = MARCH) -> str:
    """The rows of the reconciliation report, from the opening balance on."""
    text = clerk.open(f"/reports/reconciliation/?{choices}&customers=active").text
    return text[text.index("Opening balance") :] if "Opening balance" in text else ""


def undo(page: Page, number: str) -> Page:
    """Press the bin beside the match with a document, and confirm."""
    asked = page.clerk.open(page.links[f"Un-apply {number}"])
    return asked.press("Un-apply", form="confirm", reason="by mistake")


def test_w9_the_report_after_un_applying_the_first(b: Books) -> None:
    first, second = b.invoice(100), b.invoice(100)
    receipt = b.receipt(200, [first, second])
    clerk = Clerk(b)
    undo(clerk.open(f"/payments/{receipt}/"), "INV-00001")
    rows = report(clerk)
    assert "INV-00001 Invoice Mar 15, 2026 Mar 15, 2026 100.00 100.00 100.00" in rows, "without a code"
    assert "INV-00002 Invoice Mar 15, 2026 Mar 15, 2026 100.00 B 100.00" in rows
    assert "PAY-00001 Payment Mar 15, 2026 Mar 15, 2026 −100.00 B 100.00" in rows
    assert "PAY-00001 Payment Mar 15, 2026 Mar 15, 2026 −100.00 100.00" in rows
    assert "INV-00001" not in report(clerk, f"{MARCH}&matches=full")
    assert "INV-00002" not in report(clerk, f"{MARCH}&matches=unmatched")


def test_w10_the_report_after_un_applying_one_of_two_receipts(b: Books) -> None:
    first, second = b.invoice(100), b.invoice(100)
    b.receipt(100, per_document={first: 50, second: 50})
    later = b.receipt(100, per_document={first: 50, second: 50})
    clerk = Clerk(b)
    undo(clerk.open(f"/payments/{later}/"), "INV-00001")
    rows = report(clerk)
    assert "INV-00001 Invoice Mar 15, 2026 Mar 15, 2026 100.00 a 100.00" in rows
    assert rows.count("−50.00 B 50.00") == 2
    assert rows.count("−50.00 a 50.00") == 1
    assert "PAY-00002 Payment Mar 15, 2026 Mar 15, 2026 −50.00 50.00" in rows, (
        "50 of receipt 2 are available, in no group"
    )
    aged = clerk.open("/reports/ageing/").text
    assert "−50.00" in aged
    proof = clerk.open("/reports/proof/").text
    assert "All agree" in proof or "Nothing is open" in proof


def test_w12_the_ageing_page_and_its_file(b: Books) -> None:
    invoice = b.invoice(10_000, on=date(2026, 1, 29), due=date(2026, 2, 28))
    for amount, on in ((1_500, date(2026, 2, 10)), (1_000, date(2026, 3, 5)), (2_000, date(2026, 4, 1))):
        b.receipt(amount, [invoice], on=on)
    clerk = Clerk(b)
    text = clerk.open("/reports/ageing/?as_of=2026-04-04").text
    assert "5,500.00" in text
    answer = clerk.client.get(f"{clerk.root}/reports/ageing.csv?as_of=2026-04-04")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    header, row = body.decode("utf-8-sig").splitlines()[:2]
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    assert {label: cells[label] for label in ("current", "1-30", "31-60", "61-90", "total")} == {
        "current": "0.00",
        "1-30": "0.00",
        "31-60": "5500.00",
        "61-90": "0.00",
        "total": "5500.00",
    }


def test_w13_open_at_the_year_end_in_the_report_whenever_it_was_keyed_in(b: Books) -> None:
    invoice = b.invoice(100, on=date(2025, 12, 30))
    b.receipt(100, [invoice], on=date(2026, 1, 1))
    clerk = Clerk(b)
    december = report(clerk, "start=2025-12-01&end=2025-12-31")
    assert "INV-00001 Invoice Dec 30, 2025 Dec 30, 2025 100.00 a 100.00 100.00" in december
    assert "PAY-00001" not in december
    january = report(clerk, "start=2026-01-01&end=2026-01-01")
    assert january.startswith("Opening balance 100.00")
    assert "PAY-00001 Payment Jan 1, 2026 Jan 1, 2026 −100.00 A 100.00 0.00" in january
    later = report(clerk, "start=2025-12-01&end=2025-12-31&as_at=2026-01-01")
    assert "100.00 A 100.00" in later, "as at January 1 the same row is settled"


@pytest.fixture
def matched(b: Books) -> Books:
    """300 paid 100 by a receipt and 150 by a credit of 250; something else unmatched."""
    names = b.names
    names["paid"], names["invoice"] = b.invoice(100), b.invoice(300)
    names["receipt"] = b.receipt(200, [names["paid"], names["invoice"]])
    names["credit"] = b.adjustment(-250)
    b.match((b.line(names["invoice"]), b.line(names["credit"]), 150))
    names["open"] = b.invoice(11)
    return b


def test_which_credits_and_payments_settled_this_invoice(matched: Books) -> None:
    page = Clerk(matched).open(f"/invoices/{matched.names['invoice']}/")
    assert "PAY-00001 Mar 15, 2026 100.00 b" in page.text
    assert "ADJ-00001 Mar 15, 2026 150.00 b c" in page.text
    assert page.links["PAY-00001"].endswith(f"/payments/{matched.names['receipt']}/")
    assert page.links["ADJ-00001"].endswith(f"/credits/adjustments/{matched.names['credit']}/")


def test_where_did_this_credit_go(matched: Books) -> None:
    page = Clerk(matched).open(f"/credits/adjustments/{matched.names['credit']}/")
    assert "INV-00002 Mar 15, 2026 150.00 b c" in page.text
    assert "Available 100.00" in page.text


def test_what_shares_a_code_is_one_click_from_every_page_that_shows_it(matched: Books) -> None:
    clerk = Clerk(matched)
    pages = (
        f"/invoices/{matched.names['invoice']}/",
        f"/payments/{matched.names['receipt']}/",
        f"/customers/{matched.customer}/",
    )
    for address in pages:
        rows = clerk.open(clerk.open(address).links["b"]).text
        rows = rows[rows.index("Opening balance") :]
        for number in ("INV-00002", "PAY-00001", "ADJ-00001"):
            assert number in rows, (address, number)
        assert "INV-00001" not in rows
        assert "INV-00003" not in rows
        assert "50.00" in rows
    billing = Clerk(matched, "billing-clerk").open(pages[0]).links["b"]
    assert billing.endswith("/invoices/?match_code=b"), "who may not run the report gets the list"


def test_what_is_unmatched_or_partly_matched(matched: Books) -> None:
    clerk = Clerk(matched)
    rows = report(clerk, f"{MARCH}&matches=unmatched&matches=partial")
    for number in ("INV-00002", "INV-00003", "ADJ-00001"):
        assert number in rows
    assert "INV-00001" not in rows
    assert "INV-00003" in report(clerk, f"{MARCH}&matches=unmatched")
    assert "INV-00002" not in report(clerk, f"{MARCH}&matches=unmatched")
    credits = clerk.open("/matching/unreconciled/").text
    assert "ADJ-00001 Adjustment Acme Mar 15, 2026 250.00 100.00" in credits
