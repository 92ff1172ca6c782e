"""Files at the pages: the panel, attaching, opening, removing; hostile files and names; other people's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import set_script_prefix

from arledger.companies.models import Entity, Membership, MembershipEntity
from ledger import attachment_services as services
from ledger.attachment_selectors import KINDS
from ledger.models import Attachment, StagedFile
from tests import uploads
from tests.build import Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.uploads import file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures(at_the_time_of_the_books.__name__)]

Sent = Sequence[tuple[str, bytes]]
PDF: Sent = [("transfer.pdf", uploads.PDF)]


def send(clerk: Clerk, address: str, chosen: Sent, **fields: Any) -> Page:
    """Send files with a form and follow where it leads; the type a browser claims is never believed."""
    data = fields | {"files": [SimpleUploadedFile(name, content, "text/html") for name, content in chosen]}
    answer = clerk.client.post(address, data)
    return clerk.open(answer["Location"]) if answer.status_code == 303 else Page(clerk, address, answer)


def attach(clerk: Clerk, document: int, files: Sent = PDF, kind: str = "invoice", **fields: Any) -> Page:
    fields.setdefault("idempotency_key", f"key-{document}-{len(files)}")
    return send(clerk, f"{clerk.root}/files/{kind}s/{document}/", files, **fields)


def stored(b: Books) -> list[str]:
    return list(Attachment.objects.filter(company=b.company).order_by("pk").values_list("name", flat=True))


@pytest.mark.parametrize("kind", ["invoice", "payment"])
def test_a_file_is_attached_listed_and_opened(kind: str) -> None:
    with books() as b:
        document = b.invoice(100) if kind == "invoice" else b.receipt(100)
        clerk = Clerk(b)
        page = clerk.open(f"/{kind}s/{document}/")
        assert "No file is attached." in page.text
        form = next(form for form in page.forms if "/files/" in form.action)
        page = attach(clerk, document, PDF, kind, idempotency_key=form.fields["idempotency_key"])
        assert page.address == f"{clerk.root}/{kind}s/{document}/"
        for words in ("1 file is attached.", "transfer.pdf", "1 kB · Administrator", "attached transfer.pdf"):
            assert words in page.text
        answer = clerk.client.get(page.links["transfer.pdf"])
        assert answer.content == uploads.PDF
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == 'attachment; filename="transfer.pdf"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert {"no-store", "private"} <= {part.strip() for part in answer["Cache-Control"].split(",")}


def one_of(b: Books, kind: str) -> tuple[int, str]:
    """A posted document of a kind, and the address of its page."""
    if kind == "refund":
        b.configure(refunds_enabled=True)
    makers: dict[str, Any] = {
        "invoice": lambda: (b.invoice(100), "invoices"),
        "adjustment": lambda: (b.adjustment(-40), "credits/adjustments"),
        "advance": lambda: (b.advance(50), "credits/advances"),
        "payment": lambda: (b.receipt(100), "payments"),
        "refund": lambda: (b.refund(b.advance(50)), "refunds"),
        "deposit": lambda: (b.deposit(b.cash(7)), "deposits"),
    }
    key, path = makers[kind]()
    return key, f"/{path}/{key}/"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_document_has_its_files(kind: str) -> None:
    with books() as b:
        key, path = one_of(b, kind)
        clerk = Clerk(b)
        assert "No file is attached." in clerk.open(path).text
        page = attach(clerk, key, kind=kind)
        assert page.address == clerk.root + path
        assert clerk.client.get(page.links["transfer.pdf"]).content == uploads.PDF


def test_a_document_is_entered_with_its_files() -> None:
    with books() as b:
        clerk = Clerk(b)
        page = clerk.open(f"/credits/adjustments/new/?customer={b.customer}")
        form = next(form for form in page.forms if "lines-TOTAL_FORMS" in form.fields)
        fields = form.fields | {"lines-0-amount": "-10", "draft": "1"}
        again = send(clerk, page.address, [("one.pdf", uploads.PDF)], **fields | {"date": "", "files": ""})
        assert (again.status, "one.pdf" in again.text, stored(b)) == (422, True, [])
        form = next(form for form in again.forms if "lines-TOTAL_FORMS" in form.fields)
        fields = form.fields | {"date": "2026-03-15", "draft": "1", "files": ""}
        done = send(clerk, page.address, [("two.pdf", uploads.PDF)], **fields)
        assert (done.status, stored(b)) == (200, ["one.pdf", "two.pdf"])
        assert "one.pdf" in done.links


def test_sending_the_form_twice_attaches_once() -> None:
    with books() as b:
        document, clerk = b.invoice(100), Clerk(b)
        attach(clerk, document, idempotency_key="k")
        page = attach(clerk, document, idempotency_key="k")
        assert (page.status, stored(b)) == (200, ["transfer.pdf"])


def test_a_file_of_a_draft_is_deleted_of_a_posted_document_marked() -> None:
    with books() as b:
        clerk, draft, posted = Clerk(b), b.invoice(100, post=False), b.invoice(100)
        for document in (draft, posted):
            attach(clerk, document)
        removing = clerk.open(clerk.open(f"/invoices/{draft}/").links["Remove transfer.pdf"])
        assert "deleted from this draft for good" in removing.text
        assert "No file is attached." in removing.press("Remove file", "confirm").text
        removing = clerk.open(clerk.open(f"/invoices/{posted}/").links["Remove transfer.pdf"])
        again = removing.press("Remove file", "confirm")
        assert (again.status, "This field is required." in again.text) == (422, True)
        page = again.press("Remove file", "confirm", reason="wrong customer")
        assert "removed by Administrator" in page.text
        assert "wrong customer" in page.text
        assert "Remove transfer.pdf" not in page.links
        assert clerk.client.get(page.links["transfer.pdf"]).status_code == 200
        other = Clerk(b, "ar-clerk").open(f"/invoices/{posted}/")
        assert "transfer.pdf" in other.text
        assert "transfer.pdf" not in other.links


HOSTILE: dict[str, tuple[str, bytes, str]] = {
    "a page": ("page.pdf", uploads.PAGE, "page.pdf does not contain what its name says"),
    "nothing": ("empty.pdf", b"", "empty.pdf is empty"),
    "11 MB": ("large.pdf", uploads.PDF + b"\n" * (11 * 1024**2), "large.pdf is larger than 10 MB"),
    "a script": ("run.js", b"alert(1)", "run.js is not of a kind that can be attached"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_named_and_the_others_wait(what: str) -> None:
    name, content, said = HOSTILE[what]
    with books() as b:
        document, clerk = b.invoice(100), Clerk(b)
        page = attach(clerk, document, [("good.pdf", uploads.PDF), (name, content)])
        assert page.status == 422
        assert said in page.text
        assert stored(b) == []
        assert "good.pdf" in page.text
        form = next(form for form in page.forms if "idempotency_key" in form.fields)
        page = attach(clerk, document, PDF, idempotency_key=form.fields["idempotency_key"])
        assert (page.status, stored(b)) == (200, ["good.pdf", "transfer.pdf"])
        assert not StagedFile.objects.filter(company=b.company).exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/x.pdf", "x.pdf"),
        ("C:\\x\\y.pdf", "y.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("<b>&\"'.pdf", "<b>&\"'.pdf"),
    ],
)
def test_hostile_names_come_out_harmless(sent: str, kept: str) -> None:
    with books() as b:
        document = b.invoice(100)
        files = [file(sent)]
        services.attach(actor=b.actor, kind="invoice", document=document, files=files)
        page = Clerk(b).open(f"/invoices/{document}/")
        assert stored(b) == [kept]
        assert kept in page.links
        shown = page.clerk.client.get(page.links[kept])["Content-Disposition"]
        assert "\n" not in shown
        assert shown.startswith("attachment; filename")


def test_the_twenty_first_file_is_refused() -> None:
    with books() as b:
        document, clerk = b.invoice(100), Clerk(b)
        attach(clerk, document, [(f"{n}.pdf", uploads.PDF) for n in range(20)])
        page = attach(clerk, document)
        assert page.status == 422
        assert "A document carries 20 files at most; it would have 21." in page.text
        assert len(stored(b)) == 20


def test_no_file_chosen() -> None:
    with books() as b:
        document, clerk = b.invoice(100), Clerk(b)
        page = attach(clerk, document, [])
        assert (page.status, "Choose a file first." in page.text) == (422, True)


def test_whoever_only_reads_gets_no_form_and_is_refused() -> None:
    with books() as b:
        document = b.invoice(100)
        attach(Clerk(b), document)
        reader = Clerk(b, "auditor")
        page = reader.open(f"/invoices/{document}/")
        assert not [form for form in page.forms if "/files/" in form.action]
        assert "Remove transfer.pdf" not in page.links
        assert reader.client.get(page.links["transfer.pdf"]).status_code == 200
        assert attach(reader, document).status == 403
        assert attach(Clerk(b, "billing-clerk"), b.receipt(5), kind="payment").status == 403


def test_other_companies_and_entities_find_nothing() -> None:
    with books() as b:
        entity = Entity.objects.create(company=b.company, code="E1", name="One")
        other_entity = Entity.objects.create(company=b.company, code="E2", name="Two")
        document = b.invoice(100, entity_id=entity.pk)
        clerk = Clerk(b)
        address = attach(clerk, document).links["transfer.pdf"]
        limited = Clerk(b)
        member = Membership.objects.get(company=b.company, user=limited.user)
        MembershipEntity.objects.create(company=b.company, membership=member, entity=other_entity)
        payment = b.receipt(5)
        below = f"{clerk.root}/files/invoices/{document}/"
        assert clerk.client.get(address).status_code == 200
        assert (
            clerk.client.get(address.replace(f"invoices/{document}", f"payments/{payment}")).status_code
            == 404
        )
        for path in (address, f"{address}remove/", below):
            assert limited.client.get(path).status_code == 404
        assert attach(limited, document).status == 404
    with books() as other:
        set_script_prefix("/")
        foreign = Clerk(other)
        for path in (address, f"{address}remove/", below):
            assert foreign.client.get(path).status_code == 404
            assert foreign.client.get(path.replace(clerk.root, foreign.root)).status_code == 404
