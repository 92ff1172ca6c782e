"""The audit trail on its page: filtered, verified, exported (SPEC 17)."""

from __future__ import annotations

import csv
import html
import io
import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from arledger.companies.models import Configuration
from arledger.companies.trail import changes, what
from arledger.core.models import AuditEvent
from arledger.core.scope import company_scope
from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from payments.services import drafted, edit
from tests.build import Books, books, money, person

pytestmark = pytest.mark.django_db


def address(b: Books, query: str = "") -> str:
    return f"/c/{b.company.code}/settings/audit/{query}"


def rows(page: str) -> int:
    return page.count('data-label="What"')


def test_it_is_read_page_by_page_newest_first(client: Client) -> None:
    with books() as b:
        for _ in range(55):
            b.invoice(1, post=False)
        client.force_login(person(b))
    answer = client.get(address(b))
    assert rows(answer.content.decode()) == 50
    older = client.get(address(b, f"?cursor={answer.context['listing'].next}")).content.decode()
    assert "founded · company" in older
    assert client.get(address(b, "?cursor=x")).status_code == 400


def test_it_is_filtered_by_person_action_object_and_day(client: Client) -> None:
    with books() as b:
        boss = person(b)
        invoice = b.invoice(100)
        b.configure(limit_credits_to_entity=True)
        client.force_login(boss)
    day = b.actor.today.isoformat()
    for query, expected in (
        ("?action=post", 1),
        ("?thing=invoice&action=post", 1),
        (f"?thing=document&key={invoice}", 1),
        ("?thing=payment", 0),
        (f"?person={boss.pk}", 0),
        (f"?date_from={day}&date_to={day}&action=configure", 2),
        ("?date_to=2000-01-01", 0),
        ("?q=nobody", 0),
    ):
        answer = client.get(address(b, query))
        assert answer.status_code == 200, query
        assert rows(answer.content.decode()) == expected, query
    assert client.get(address(b, "?action=nonsense")).status_code == 400
    page = client.get(address(b, "?action=configure")).content.decode()
    assert "Limit credits to the entity that owns them: no → yes" in page


def test_amounts_and_days_stand_as_the_reader_writes_them(client: Client) -> None:
    with books() as b:
        changed = b.document(b.invoice(1_234, "0.5", post=False))
        client.force_login(person(b, language="fr"))
        invoices.edit(
            actor=b.actor,
            key=changed.pk,
            entered=DocumentInput(
                customer_id=b.customer, date=date(2026, 4, 1), lines=[LineInput(amount=money(2))]
            ),
            version=changed.version,
        )
        draft = b.document(b.receipt(10, post=False))
        entered = drafted(company_id=b.company.pk, documents=[draft])[0]
        edit(actor=b.actor, key=draft.pk, entered=entered, version=draft.version)
    page = html.unescape(client.get(address(b)).content.decode()).replace("\u202f", " ").replace("\xa0", " ")
    assert "15 mars 2026 → 1 avr. 2026; Total: 1 234,50 → 2,00" in page
    assert "10,00 → 10,00" not in page, "what is as it was is no change"


def test_the_chain_is_verified_on_demand(client: Client) -> None:
    with books() as b:
        b.invoice(100)
        client.force_login(person(b))
        whole = client.get(address(b, "?verify=1")).content.decode()
        events = AuditEvent.objects.filter(company_id=b.company.pk).count()
        head = bytes(AuditEvent.objects.filter(company_id=b.company.pk).latest("sequence").hash).hex()
    assert f"The chain is whole: {events} events, head {head}." in whole
    assert "The chain is whole" not in client.get(address(b)).content.decode()


def test_it_is_exported_with_its_hashes_and_formula_safe(client: Client) -> None:
    with books() as b:
        b.add_customer(name="=1+1")
        client.force_login(person(b))
    answer: Any = client.get(address(b, "export/?action=add"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    with company_scope(b.company.pk):
        events = AuditEvent.objects.filter(company_id=b.company.pk, action="add").order_by("-sequence")
        assert [row["hash"] for row in found] == [bytes(event.hash).hex() for event in events]
    assert not any(cell.startswith("=") for row in found for cell in row.values())


def test_the_file_holds_before_and_after_for_programs_too(client: Client) -> None:
    with books() as b:
        client.force_login(person(b, language="fr"))
        b.configure(limit_credits_to_entity=True)
    answer: Any = client.get(address(b, "export/?action=configure"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(text)))
    assert json.loads(row["before"]) == {"limit_credits_to_entity": False}
    assert json.loads(row["after"]) == {"limit_credits_to_entity": True}
    assert "oui" in row["changes"]


def test_another_company_is_not_in_it(client: Client) -> None:
    with books() as other:
        other.invoice(1)
    with books() as b:
        client.force_login(person(b))
        count = AuditEvent.objects.filter(company_id=b.company.pk).count()
        assert Configuration.objects.filter(company=b.company).exists()
    assert rows(client.get(address(b)).content.decode()) == count


def test_imports_and_exports_are_told_in_words(client: Client) -> None:
    told = {
        ("upload", "import"): "uploaded · import",
        ("commit", "import"): "started · import",
        ("import", "import"): "finished · import",
        ("cancel", "import"): "cancelled · import",
        ("exports.start", "export"): "exported · export",
        ("letter_the_past", "configuration"): "lettered the past · configuration",
    }
    for (action, kind), words in told.items():
        assert what(AuditEvent(action=action, object_kind=kind)) == words
    event = AuditEvent(action="upload", object_kind="import", after={"file": "march.csv"})
    assert changes(event, {}) == "File: march.csv"
    with books() as b:
        client.force_login(person(b))
        page = client.get(address(b, "?action=upload&thing=import"))
    assert "lettered the past" in page.content.decode()
