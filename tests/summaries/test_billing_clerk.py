"""A billing clerk's files go into open summaries, and open or close none (SPEC 4, 13, 14)."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from ledger.models import Document
from summaries import services
from tests.build import books
from tests.clerk import at_the_time_of_the_books
from tests.imports.uploads import work
from tests.integrator import Answer, Integrator

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
TEXT = "number,customer,date,due_date,amount,summary\nI1,ACME,2026-03-10,2026-04-10,10,March\n"


def upload(api: Integrator, text: str, *, type: str = "invoices") -> Answer:
    """The import, checked."""
    body = encode_multipart(BOUNDARY, {"type": type, "file": SimpleUploadedFile("f.csv", text.encode())})
    sent = api.call("POST", "/imports", body, headers={"Content-Type": MULTIPART_CONTENT})
    if sent.status != 202:
        return sent
    work()
    return api.get(f"/imports/{sent['id']}")


def test_a_file_goes_into_the_open_summary_it_names_and_into_no_closed_one() -> None:
    with books() as b:
        b.configure(summary_frequency={"invoices": "user"})
        b.add_customer("Acme Ltd", code="ACME")
        march = services.SummaryInput(type="invoices", title="March", gl_date=date(2026, 3, 31))
        key = services.add(actor=b.actor, entered=march)
        billing = Integrator(b, "billing-clerk")
        made = upload(billing, TEXT)
        assert made["rows_ok"] == 1, made.text
        assert billing.post(f"/imports/{made['id']}/commit").status == 202
        work()
        document = Document.objects.get(company=b.company, number="I1")
        assert (document.summary_id, document.gl_date) == (key, date(2026, 3, 31))
        services.close(actor=b.actor, ids=[key])
        refused = upload(billing, TEXT.replace("I1", "I2"))
        assert [(error["column"], error["code"]) for error in refused["errors"]] == [
            ("summary", "summary_closed")
        ]
        unknown = upload(billing, TEXT.replace("I1", "I3").replace("March", "April"))
        assert [error["code"] for error in unknown["errors"]] == ["import_code_unknown"]
        assert billing.post(f"/summaries/sum_{key}/open").status == 403
        assert upload(billing, "number\nP1\n", type="payments").status == 403
