"""Tax receipts: what was paid on eligible items, by customer and service year."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from reconciliation.tax_receipts import items, query_of, tax_receipts, totals
from tests.build import TODAY, Books, books
from tests.clerk import Clerk
from tests.paper import read

pytestmark = pytest.mark.django_db


def camp(b: Books, *lines: LineInput, on: date = TODAY, customer: int | None = None) -> int:
    entered = DocumentInput(customer_id=customer or b.customer, date=on, lines=list(lines))
    return invoices.enter(actor=b.actor, invoices=[entered], post=True)[0]


def week(amount: int, start: date | None = None, end: date | None = None, eligible: bool = True) -> LineInput:
    return LineInput(
        amount=Decimal(amount),
        description="Camp",
        tax_receipt_eligible=eligible,
        service_start=start,
        service_end=end or start,
    )


def paid(b: Books, year: int, as_of: date = TODAY, **more: Any) -> list[tuple[int, int, int]]:
    """(customer, items, paid)."""
    asked = query_of(b.actor, year=year, as_of=as_of, **more)
    found = tax_receipts(query=asked)
    single = items(query=asked, customers=[one.customer.pk for one in found])
    assert sum(one.paid for one in single) == sum(totals(found).values())
    assert len(single) == sum(one.items for one in found)
    return [(one.customer.pk, one.items, int(one.paid)) for one in found]


def test_only_matched_money_on_eligible_items_counts() -> None:
    with books() as b:
        invoice = camp(b, week(100, date(2026, 7, 1)), week(50, date(2026, 7, 8), eligible=False))
        assert paid(b, 2026) == []
        b.receipt(120, [invoice])
        b.receipt(500)
        assert paid(b, 2026) == [(b.customer, 1, 100)], "not the 20 on the other item, not the 500 unmatched"
        credited = camp(b, week(80, date(2026, 8, 1)))
        b.match((b.line(credited), b.line(b.adjustment(-80)), 80))
        assert paid(b, 2026) == [(b.customer, 1, 100)], "a credit memo is no payment"


def test_the_service_date_decides_the_year() -> None:
    with books() as b:
        across = week(100, date(2025, 12, 29), date(2026, 1, 2))
        invoice = camp(b, across, week(40, date(2026, 1, 5)), week(7), on=date(2025, 11, 1))
        b.receipt(147, [invoice], on=date(2026, 2, 1))
        assert paid(b, 2025) == [(b.customer, 2, 107)], (
            "the week began in 2025; undated: by the invoice's date"
        )
        assert paid(b, 2026) == [(b.customer, 1, 40)]
        assert paid(b, 2025, as_of=date(2025, 12, 31)) == [], "paid in February"


def test_un_applied_money_no_longer_counts_and_post_dated_counts_from_its_day() -> None:
    with books() as b:
        invoice = camp(b, week(100, date(2026, 7, 1)), on=date(2026, 1, 1))
        b.receipt(60, [invoice], on=date(2026, 1, 5))
        b.receipt(30, [invoice], on=date(2026, 6, 1))
        assert paid(b, 2026) == [(b.customer, 1, 60)]
        assert paid(b, 2026, as_of=date(2026, 6, 1)) == [(b.customer, 1, 90)]
        b.unapply(b.applications(invoice)[0])
        assert paid(b, 2026) == []
        assert paid(b, 2026, as_of=date(2026, 3, 1)) == [(b.customer, 1, 60)]
        b.receipt(25, [invoice])
        assert paid(b, 2026, as_of=date(2026, 12, 31)) == [(b.customer, 1, 55)]


def test_a_reversed_receipt_gives_no_tax_receipt() -> None:
    with books() as b:
        invoice = camp(b, week(100, date(2026, 7, 1)))
        receipt = b.receipt(100, [invoice])
        b.reverse(receipt)
        assert paid(b, 2026) == []


def test_of_some_customers_and_as_known_on() -> None:
    with books() as b:
        other = b.add_customer("Other")
        then, now = b.at(datetime(2026, 3, 1, tzinfo=UTC)), b.at(datetime(2026, 3, 9, tzinfo=UTC))
        mine, his = camp(then, week(10, TODAY)), camp(then, week(20, TODAY), customer=other)
        then.receipt(10, [mine])
        now.receipt(20, [his], customer=other)
        found = tax_receipts(query=query_of(b.actor, year=2026, as_of=TODAY))
        codes = [one.customer.code for one in found]
        assert paid(b, 2026) == [(b.customer, 1, 10), (other, 1, 20)]
        assert paid(b, 2026, customer_from=codes[1]) == [(other, 1, 20)]
        assert paid(b, 2026, customer_to=codes[0]) == [(b.customer, 1, 10)]
        assert paid(b, 2026, known_on=datetime(2026, 3, 5, tzinfo=UTC)) == [(b.customer, 1, 10)]


def test_the_page_the_file_and_the_paper() -> None:
    with books() as b:
        invoice = camp(b, week(100, date(2026, 7, 1), date(2026, 7, 5)), week(50, date(2026, 7, 8)))
        b.receipt(120, [invoice])
        clerk = Clerk(b)
        page = clerk.open("/reports/tax-receipts/?year=2026&as_of=2026-03-15")
        assert "120.00 EUR" in page.text
        assert "1 tax receipt" in page.text
        answer = clerk.client.get(f"{clerk.root}/reports/tax-receipts.csv?year=2026&as_of=2026-03-15")
        assert (
            answer.content.decode("utf-8-sig")
            .splitlines()[1]
            .endswith("EUR,2026,INV-00001,Camp,2026-07-01,2026-07-05,100.00,100.00")
        )
        address = next(link for link in page.links.values() if "receipt.pdf" in link)
        paper = read(clerk.client.get(address).content)
        assert paper.says("Tax receipt for 2026")
        assert paper.says("120.00 EUR")
        assert clerk.client.get(address.replace("2026&", "2020&")).status_code == 404
        assert "Nothing was paid" in clerk.open("/reports/tax-receipts/?year=2020").text
        assert Clerk(b, "billing-clerk").open("/reports/tax-receipts/").status == 403
