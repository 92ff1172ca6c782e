"""Files of documents: attached, removed, staged for a form and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from arledger.companies.models import Entity
from arledger.core import audit, jobs
from arledger.core.actor import Actor
from arledger.core.errors import Forbidden, NotFound, Refusal, Required
from arledger.core.models import AuditEvent
from invoices import services as invoices
from ledger import attachment_services as services
from ledger.attachment_selectors import attachment, listed, staged
from ledger.attachment_services import AlreadyRemoved, TooManyFiles
from ledger.models import Attachment, StagedFile
from ledger.tasks import STAGED_FOR, expire_files
from tests import uploads
from tests.build import AT, Books, books, person
from tests.uploads import file

pytestmark = pytest.mark.django_db


def attach(b: Books, document: int, *names: str, **more: Any) -> list[int]:
    files = [file(name) for name in names]
    asked: dict[str, Any] = {"actor": b.actor, "kind": "invoice", "document": document, "files": files}
    return services.attach(**asked | more)


def names(b: Books, document: int, *, removed: bool = False) -> list[str]:
    found = listed(company_id=b.company.pk, document=document)
    return [one.file.name for one in found if (one.file.removed_at is not None) == removed]


def somebody(b: Books, *rights: str) -> Actor:
    return replace(b.actor, user_id=person(b).pk, rights=frozenset(rights))


def last_event(b: Books) -> AuditEvent:
    found = AuditEvent.objects.filter(company_id=b.company.pk).order_by("-sequence").first()
    assert found
    return found


@pytest.mark.parametrize("post", [True, False])
def test_a_document_carries_files(post: bool) -> None:
    with books() as b:
        document = b.invoice(100, post=post)
        first, second = attach(b, document, "one.pdf", "two.pdf")
        assert names(b, document) == ["one.pdf", "two.pdf"]
        found = attachment(b.actor, "invoice", document, second)
        assert bytes(found.content) == uploads.PDF
        assert (found.size, found.content_type) == (len(uploads.PDF), "application/pdf")
        event = last_event(b)
        assert (event.action, event.object_ids) == ("attach", [document])
        digest = bytes(found.sha256).hex()
        assert (event.after or {})["files"][1] == {
            "key": second,
            "name": "two.pdf",
            "size": found.size,
            "sha256": digest,
        }
        assert first < second
        assert audit.verify(b.company.pk).intact


def test_a_draft_gives_files_up_for_good() -> None:
    with books() as b:
        document = b.invoice(100, post=False)
        first, _ = attach(b, document, "one.pdf", "two.pdf")
        assert services.remove(actor=b.actor, kind="invoice", document=document, key=first) == "one.pdf"
        assert names(b, document) == ["two.pdf"]
        assert not Attachment.objects.filter(pk=first).exists()
        assert (last_event(b).before or {})["files"][0]["name"] == "one.pdf"
        invoices.delete(actor=b.actor, ids=[document])
        assert not Attachment.objects.filter(company=b.company).exists()


def test_a_posted_document_keeps_on_record_what_was_removed() -> None:
    with books() as b:
        document = b.invoice(100)
        first, _ = attach(b, document, "one.pdf", "two.pdf")
        with pytest.raises(Required):
            services.remove(actor=b.actor, kind="invoice", document=document, key=first, reason="  ")
        reader = replace(somebody(b, "invoices.view", "invoices.add"), at=AT + timedelta(hours=1))
        services.remove(actor=reader, kind="invoice", document=document, key=first, reason="wrong customer")
        assert names(b, document) == ["two.pdf"]
        assert names(b, document, removed=True) == ["one.pdf"]
        gone = listed(company_id=b.company.pk, document=document)[0]
        assert (gone.removed_by, gone.file.removed_reason) == ("Administrator", "wrong customer")
        assert gone.file.removed_at == AT + timedelta(hours=1)
        event = last_event(b)
        assert (event.action, (event.after or {})["reason"]) == ("remove_file", "wrong customer")
        with pytest.raises(AlreadyRemoved):
            services.remove(actor=b.actor, kind="invoice", document=document, key=first, reason="again")
        with pytest.raises(NotFound):
            attachment(reader, "invoice", document, first)
        assert bytes(attachment(b.actor, "invoice", document, first).content) == uploads.PDF


def test_posting_a_draft_keeps_its_files() -> None:
    with books() as b:
        document = b.invoice(100, post=False)
        attach(b, document, "one.pdf")
        invoices.post(actor=b.actor, ids=[document])
        assert names(b, document) == ["one.pdf"]


def test_who_may_enter_or_change_documents_may_attach() -> None:
    with books() as b:
        document = b.invoice(100)
        for right in ("invoices.add", "invoices.edit"):
            attach(b, document, f"{right}.pdf", actor=somebody(b, right))
        for rights in ([], ["invoices.view", "invoices.post", "payments.add"]):
            with pytest.raises(Forbidden):
                attach(b, document, "one.pdf", actor=somebody(b, *rights))
        key = Attachment.objects.filter(company=b.company).values_list("pk", flat=True)[0]
        with pytest.raises(Forbidden):
            services.remove(
                actor=somebody(b, "invoices.view"), kind="invoice", document=document, key=key, reason="x"
            )


def test_what_one_may_not_see_takes_no_files() -> None:
    with books() as b:
        theirs = Entity.objects.create(company=b.company, code="E1", name="One")
        ours = Entity.objects.create(company=b.company, code="E2", name="Two")
        document = b.invoice(100, entity_id=theirs.pk)
        key = attach(b, document, "one.pdf")[0]
        limited = replace(somebody(b, "invoices.add", "invoices.view"), entities=frozenset({ours.pk}))
        refused: Sequence[Any] = [
            lambda: attach(b, document, "two.pdf", actor=limited),
            lambda: attachment(limited, "invoice", document, key),
            lambda: services.remove(actor=limited, kind="invoice", document=document, key=key, reason="x"),
            lambda: attachment(b.actor, "payment", document, key),
            lambda: attachment(b.actor, "invoice", b.invoice(5), key),
        ]
        for verb in refused:
            with pytest.raises(NotFound):
                verb()
        assert attachment(replace(limited, entities=frozenset({theirs.pk})), "invoice", document, key)
        with books() as other, pytest.raises(NotFound):
            attachment(other.actor, "invoice", document, key)


def test_the_twenty_first_file_is_refused_with_all_that_came_along() -> None:
    with books() as b:
        document = b.invoice(100, post=False)
        attach(b, document, *(f"{n}.pdf" for n in range(19)))
        with pytest.raises(TooManyFiles) as caught:
            attach(b, document, "a.pdf", "b.pdf")
        assert "20 files at most; it would have 21" in str(caught.value)
        assert len(names(b, document)) == 19
        key = attach(b, document, "a.pdf")[0]
        services.remove(actor=b.actor, kind="invoice", document=document, key=key)
        attach(b, document, "b.pdf")


def test_staged_files_wait_for_their_person_and_form() -> None:
    with books() as b:
        clerk, other = somebody(b, "invoices.add"), somebody(b, "invoices.add")
        services.stage(actor=clerk, form="f1", files=[file("one.pdf"), file("two.pdf")])
        services.stage(actor=clerk, form="f2", files=[file("elsewhere.pdf")])
        services.stage(actor=other, form="f1", files=[file("anothers.pdf")])
        two = staged(clerk, "f1")[1].pk
        services.stage(actor=clerk, form="f1", files=[file("three.pdf")], dropped=[two])
        services.stage(actor=other, form="f1", files=[], dropped=[staged(clerk, "f1")[0].pk])
        document = b.invoice(100)
        attach(b, document, "now.pdf", actor=clerk, form="f1")
        assert names(b, document) == ["one.pdf", "three.pdf", "now.pdf"]
        assert sorted(row.name for row in StagedFile.objects.filter(company=b.company)) == [
            "anothers.pdf",
            "elsewhere.pdf",
        ]
        assert not staged(replace(clerk, user_id=None), "f1")


def test_a_refused_attaching_leaves_the_staged_files() -> None:
    with books() as b:
        clerk = somebody(b, "invoices.add")
        document = b.invoice(100)
        attach(b, document, *(f"{n}.pdf" for n in range(20)))
        services.stage(actor=clerk, form="f1", files=[file("one.pdf")])
        with pytest.raises(Refusal), transaction.atomic():
            attach(b, document, actor=clerk, form="f1")
        assert [row.name for row in staged(clerk, "f1")] == ["one.pdf"]
        with pytest.raises(TooManyFiles):
            services.stage(actor=clerk, form="f1", files=[file(f"{n}.pdf") for n in range(20)])


def test_each_night_forgets_what_no_form_came_back_for() -> None:
    with books() as b:
        clerk = somebody(b, "invoices.add")
        services.stage(actor=clerk, form="old", files=[file("old.pdf")])
        services.stage(actor=replace(clerk, at=AT + timedelta(hours=2)), form="new", files=[file("new.pdf")])
        job = jobs.enqueue("ledger.expire_files", at=AT)
        claim = jobs.claim_job(job.pk, clock=lambda: AT + STAGED_FOR + timedelta(hours=1))
        assert claim
        assert expire_files(claim) == {"files": 1}
        assert [row.name for row in StagedFile.objects.filter(company=b.company)] == ["new.pdf"]
