"""Statements of account for many customers (SPEC 12)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from zipfile import ZipFile

import pypdf
import pytest

from arledger.core import jobs
from arledger.core.clock import now
from arledger.core.models import Export
from tests.build import Books, books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.exports.reading import body, pdf_text

__all__ = ["at_the_time_of_the_books"]


@pytest.fixture
def b(committed: None) -> Iterator[Books]:
    with books() as made:
        yield made


def made(clerk: Clerk, **choices: str) -> bytes:
    page = clerk.open("/reports/statements/")
    answer = clerk.client.post(f"{clerk.root}/reports/statements/", {"way": "open", **choices})
    assert (page.status, answer.status_code) == (200, 303)
    row = Export.objects.order_by("-pk")[0]
    assert jobs.run(row.job, clock=now)
    return body(clerk.client.get(f"{clerk.root}/exports/{row.pk}/file/"))


@pytest.mark.usefixtures("at_the_time_of_the_books")
def test_one_for_each_customer_with_a_balance_or_all_in_one(b: Books) -> None:
    invoice = b.invoice(100)
    other = b.add_customer("Other / Söhne", code="Z/1")
    b.invoice(250, customer=other)
    b.add_customer("Without anything")
    clerk = Clerk(b, "auditor")
    assert "2 statements would be made" in clerk.open("/reports/statements/?way=open&end=2026-03-15").text
    archive = ZipFile(io.BytesIO(made(clerk, end="2026-03-15", file="zip")))
    names = archive.namelist()
    assert len(names) == 2
    assert "statement-Z-1-2026-03-15.pdf" in names
    text = pdf_text(archive.read("statement-Z-1-2026-03-15.pdf"))
    assert "Other / Söhne" in text
    assert "250.00" in text
    whole = made(clerk, end="2026-03-15", file="pdf", everybody="on")
    assert len(pypdf.PdfReader(io.BytesIO(whole)).pages) == 3
    b.receipt(100, [invoice])
    alone = made(clerk, way="forward", end="2026-03-15", customer_to="Z", file="zip")
    assert len(ZipFile(io.BytesIO(alone)).namelist()) == 1
    assert clerk.client.post(f"{clerk.root}/reports/statements/", {"end": "nonsense"}).status_code == 422
    assert Clerk(b, "billing-clerk").open("/reports/statements/").status == 403
