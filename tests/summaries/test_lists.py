"""Lists of documents narrowed to a summary, and the way between a document's page and its summary's."""

from __future__ import annotations

from datetime import date

import pytest

from summaries import services
from summaries.models import Summary
from tests.build import Books, books
from tests.clerk import Clerk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def opened(b: Books, type: str, title: str) -> int:
    entered = services.SummaryInput(type=type, title=title, gl_date=date(2026, 3, 31))
    return services.add(actor=b.actor, entered=entered)


def test_a_list_narrowed_to_a_summary_shows_its_documents_alone() -> None:
    with books() as b:
        b.configure(summary_frequency={"invoices": "user"})
        march, april = opened(b, "invoices", "March"), opened(b, "invoices", "April")
        b.invoice(100, summary_id=march)
        b.invoice(200, summary_id=april)
        clerk = Clerk(b)
        shown = clerk.open(f"/summaries/{march}/")
        assert any(f"/invoices/?summary={march}" in link for link in shown.links.values())
        page = clerk.open(f"/invoices/?summary={march}")
        assert "INV-00001" in page.text
        assert "INV-00002" not in page.text
        assert "Summary March" in page.text
        for more in ("&tab=open", "&q=Acme", "&sort=total&date_from=2026-01-01", "&settlement=open"):
            narrowed = clerk.open(f"/invoices/?summary={april}{more}")
            assert "INV-00002" in narrowed.text, more
            assert "INV-00001" not in narrowed.text, more
        file = b"".join(clerk.client.get(f"{clerk.root}/invoices/export.csv?summary={march}")).decode()
        assert "INV-00001" in file
        assert "INV-00002" not in file


def test_only_summaries_of_the_lists_own_type_and_company() -> None:
    with books() as other:
        theirs = other.document(other.invoice(1)).summary_id
    with books() as b:
        b.configure(summary_frequency={"payments": "user"})
        of_payments = opened(b, "payments", "Till")
        clerk = Clerk(b)
        for wrong in (str(theirs), str(of_payments), "x", "9" * 30, "1%00", "-1"):
            page = clerk.open(f"/invoices/?summary={wrong}")
            assert page.status == 400, wrong
            assert "Choose a summary that this company has." in page.text


def test_every_list_of_documents_knows_its_summaries() -> None:
    lists = {
        "invoices": "/invoices/",
        "adjustments": "/credits/adjustments/",
        "advances": "/credits/advances/",
        "payments": "/payments/",
        "deposits": "/deposits/",
        "refunds": "/refunds/",
    }
    with books() as b:
        b.configure(refunds_enabled=True)
        b.configure(summary_frequency=dict.fromkeys(lists, "user"))
        clerk = Clerk(b)
        for type, path in lists.items():
            key = opened(b, type, f"Batch of {type}")
            page = clerk.open(f"{path}?summary={key}")
            assert page.status == 200, type
            assert f"Batch of {type}" in page.text
            links = clerk.open(f"/summaries/{key}/").links
            assert any(f"{path}?summary={key}" in link for link in links.values())


def test_a_document_names_its_summary_and_links_to_it() -> None:
    with books() as b:
        b.configure(summary_frequency={"invoices": "user"})
        march = opened(b, "invoices", "March & more")
        key = b.invoice(100, summary_id=march)
        receipt = b.receipt(40)
        clerk = Clerk(b)
        page = clerk.open(f"/invoices/{key}/")
        assert "March & more · Open" in page.text
        assert any(f"/summaries/{march}/" in link for link in page.links.values())
        services.close(actor=b.actor, ids=[march])
        assert "March & more · Closed" in clerk.open(f"/invoices/{key}/").text
        title = Summary.objects.get(pk=b.document(receipt).summary_id or 0).title
        assert title in clerk.open(f"/payments/{receipt}/").text
