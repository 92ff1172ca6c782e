"""The refund voucher on paper, and files taken along when a refund is entered (SPEC 9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ledger.models import Attachment, Document, StagedFile
from refunds import services
from tests import uploads
from tests.build import TODAY, Books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.paper import Paper, read
from tests.refunds.helping import refunding

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures(at_the_time_of_the_books.__name__)]


@pytest.fixture
def b() -> Iterator[Books]:
    with refunding() as made:
        made.number_advances()
        yield made


def voucher(clerk: Clerk, key: int) -> Paper:
    answer = clerk.client.get(f"{clerk.root}/refunds/{key}/voucher.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return read(answer.content)


def test_it_says_what_was_given_back_to_whom_and_by_whom(b: Books) -> None:
    advance, memo = b.advance(100), b.adjustment(-40)
    clerk = Clerk(b)
    key = b.refund(
        {advance: 15, memo: 5}, post=False, reference="VIR-7", pay_to="Acme\nIBAN FR76", description="Paid"
    )
    clerk.open(f"/refunds/{key}/post/").press("Post refund", "confirm")
    found = voucher(clerk, key)
    assert found.title == "Refund REF-00001"
    for words in (
        b.company.name,
        "Acme IBAN FR76",
        "Mar 15, 2026",
        "VIR-7",
        "BANK",
        "ADV-00001 Advance Mar 15, 2026 a 15.00",
        "ADJ-00001 Adjustment Mar 15, 2026 b 5.00",
        "Refunded 20.00 EUR",
        "Posted by Administrator, Mar 15, 2026",
        "Paid",
    ):
        assert found.says(words), words
    assert not found.says("Voided")


def test_its_page_links_to_it(b: Books) -> None:
    clerk, key = Clerk(b), b.refund(b.advance(100))
    answer = clerk.client.get(clerk.open(f"/refunds/{key}/").links["Voucher"])
    assert answer["Content-Disposition"] == 'attachment; filename="REF-00001.pdf"'


def test_a_draft_is_marked_and_a_voided_one_says_when_and_why(b: Books) -> None:
    clerk, advance = Clerk(b), b.advance(100)
    draft, key = b.refund({advance: 10}, post=False), b.refund({advance: 20})
    found = voucher(clerk, draft)
    assert "DRAFT" in found.text
    assert found.says("To refund 10.00 EUR")
    mirror = services.void(
        actor=b.actor, ids=[key], on=TODAY + timedelta(days=1), reason="paid twice #1 *x*"
    )[0]
    found = voucher(clerk, key)
    assert "VOIDED" in found.text
    assert found.says("Voided on Mar 16, 2026 by REF-00002, because: paid twice #1 *x*")
    assert found.says("ADV-00001")
    assert voucher(clerk, mirror).says("This voids REF-00001, because: paid twice #1 *x*")


def test_in_french_with_thin_spaces_and_names_as_typed(b: Books) -> None:
    name = "ACME #1 $100$ @home *x* _y_ \\z \"q\" 'r'"
    customer = b.add_customer(name)
    key = b.refund(b.advance("1234567.89", customer=customer), customer=customer)
    found = voucher(Clerk(b, language="fr"), key)
    assert found.language == "fr"
    assert found.says(name)
    assert "1\u202f234\u202f567,89 EUR" in found.text
    assert "15 mars 2026" in found.text


def test_only_for_those_who_may_see_refunds(b: Books) -> None:
    key = b.refund(b.advance(100))
    clerk, billing = Clerk(b), Clerk(b, "billing-clerk")
    address = f"{clerk.root}/refunds/{key}/voucher.pdf"
    assert billing.client.get(address).status_code == 403
    with refunding() as other:
        foreign = Clerk(other)
        assert foreign.client.get(address).status_code == 404
        assert foreign.client.get(address.replace(clerk.root, foreign.root)).status_code == 404


def test_nothing_while_refunds_are_switched_off(b: Books) -> None:
    key = b.refund(b.advance(100))
    b.configure(refunds_enabled=False)
    clerk = Clerk(b)
    assert clerk.client.get(f"{clerk.root}/refunds/{key}/voucher.pdf").status_code == 404
    assert clerk.client.get(f"{clerk.root}/files/refunds/{key}/").status_code == 404


# Files on the form ---------------------------------------------------------------------------------------------


def send(page: Page, button: str, files: Sequence[tuple[str, bytes]], **typed: str) -> Page:
    """Press a button of the refund page with files chosen, as a browser without scripts does."""
    form = page.form()
    name, value = form.buttons[button]
    fields: dict[str, Any] = form.fields | typed
    fields["files"] = [SimpleUploadedFile(name, content) for name, content in files]
    answer = page.clerk.client.post(page.address, fields | {name: value})
    if answer.status_code == 303:
        return page.clerk.open(answer["Location"])
    return Page(page.clerk, page.address, answer)


def attached(b: Books) -> list[tuple[int, str]]:
    found = Attachment.objects.filter(company=b.company).order_by("pk")
    return list(found.values_list("document_id", "name"))


def opened(b: Books) -> Page:
    advance = b.advance(100)
    return Clerk(b).open(f"/refunds/new/?customer={b.customer}&document={advance}")


def test_a_refund_is_entered_with_its_proof(b: Books) -> None:
    page = send(opened(b), "Post refund", [("transfer.pdf", uploads.PDF)], reference="VIR-1")
    assert page.status == 200
    assert "transfer.pdf" in page.links
    refund = Document.objects.get(company=b.company, kind="refund")
    assert attached(b) == [(refund.pk, "transfer.pdf")]


def test_nothing_chosen_is_lost_when_the_form_comes_back(b: Books) -> None:
    page = send(opened(b), "Post refund", [("one.pdf", uploads.PDF), ("two.pdf", uploads.PDF)], date="")
    assert page.status == 422
    assert "one.pdf" in page.text
    assert attached(b) == []
    again = send(page, "Post refund", [("bad.pdf", uploads.PAGE)], date=TODAY.isoformat())
    assert again.status == 422
    assert "bad.pdf does not contain what its name says" in again.text
    assert not Document.objects.filter(company=b.company, kind="refund").exists()
    two = StagedFile.objects.get(company=b.company, name="two.pdf").pk
    done = send(again, "Post refund", [("three.pdf", uploads.PDF)], drop_file=str(two))
    assert (done.status, "Draft" in done.text) == (200, False)
    assert [name for _, name in attached(b)] == ["one.pdf", "three.pdf"]
    assert not StagedFile.objects.filter(company=b.company).exists()


def test_a_draft_takes_more_files_when_it_is_edited(b: Books) -> None:
    page = send(opened(b), "Save draft", [("one.pdf", uploads.PDF)], reference="VIR-1")
    page = send(page.clerk.open(page.links["Edit"]), "Post refund", [("two.pdf", uploads.PDF)])
    assert page.status == 200
    assert [name for _, name in attached(b)] == ["one.pdf", "two.pdf"]
