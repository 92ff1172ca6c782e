"""Files taken along when a payment is received: attached with it, or kept while the form comes back."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ledger.models import Attachment, StagedFile
from tests import uploads
from tests.build import Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures(at_the_time_of_the_books.__name__)]


def send(page: Page, button: str, *names: str, content: bytes = uploads.PDF, **typed: str) -> Page:
    """Press a button of the receive page with files chosen."""
    form = page.form()
    name, value = form.buttons[button]
    fields: dict[str, Any] = form.fields | typed | ({name: value} if name else {})
    fields["files"] = [SimpleUploadedFile(file, content) for file in names]
    answer = page.clerk.client.post(page.address, fields)
    if answer.status_code == 303:
        return page.clerk.open(answer["Location"])
    return Page(page.clerk, page.address, answer)


def attached(b: Books) -> list[str]:
    return list(Attachment.objects.filter(company=b.company).order_by("pk").values_list("name", flat=True))


@pytest.mark.parametrize("button", ["Post payment", "Save draft"])
def test_a_receipt_is_entered_with_its_remittance_advice(button: str) -> None:
    with books() as b:
        b.invoice(100)
        page = Clerk(b).open(f"/payments/receive/?customer={b.customer}")
        page = send(page, button, "advice.pdf", amount="100")
        assert "advice.pdf" in page.links
        assert attached(b) == ["advice.pdf"]


def test_files_stay_through_spreading_and_errors() -> None:
    """Without scripts every button sends the whole form."""
    with books() as b:
        b.invoice(100)
        page = Clerk(b).open(f"/payments/receive/?customer={b.customer}")
        page = send(page, "Spread", "one.pdf", amount="100")
        assert page.status == 200
        assert "one.pdf" in page.text
        page = send(page, "Post payment", "two.pdf", date="")
        assert (page.status, "two.pdf" in page.text) == (422, True)
        page = send(page, "Post payment", "page.pdf", content=uploads.PAGE, date="2026-03-15")
        assert page.status == 422
        assert "page.pdf does not contain what its name says" in page.text
        page = send(page, "Post payment", "two.pdf")
        assert page.status == 200
        assert attached(b) == ["one.pdf", "two.pdf"]
        assert not StagedFile.objects.filter(company=b.company).exists()
