"""Entities, locations, accounts, banks, terms, sequences, journals and what entities do differently (SPEC 3)."""

from __future__ import annotations

from typing import Any, cast

import pytest
from django.test import Client

from arledger.companies import master_services as masters
from arledger.companies.entity_services import change_overrides, overrides_of
from arledger.companies.models import (
    Account,
    BankAccount,
    Configuration,
    Entity,
    EntityConfiguration,
    Journal,
    Location,
    NumberSequence,
    Term,
)
from arledger.companies.sequence_services import SequencesClash
from arledger.companies.services import NotNumeric, WrongAccountKind
from arledger.core.errors import Forbidden, NotFound, Refusal
from arledger.core.models import AuditEvent
from arledger.core.permissions import RIGHTS
from arledger.core.scope import company_scope
from tests.build import Books, books, person

pytestmark = pytest.mark.django_db

NEW: dict[str, dict[str, Any]] = {
    "entities": {},
    "locations": {},
    "accounts": {"kind": "revenue"},
    "banks": {"currency": "EUR"},
    "terms": {"net_days": "45", "discount_percent": "2,5", "discount_days": "8"},
    "sequences": {"style": "numeric", "front": "X-", "width": "4", "max_length": "12"},
    "journals": {},
}
MODELS = {
    "entities": Entity,
    "locations": Location,
    "accounts": Account,
    "banks": BankAccount,
    "terms": Term,
    "sequences": NumberSequence,
    "journals": Journal,
}


def address(b: Books, path: str) -> str:
    return f"/c/{b.company.code}/settings/{path}"


def bank_gl(b: Books) -> int:
    return Account.objects.get(company=b.company, kind="bank").pk


@pytest.mark.parametrize("kind", NEW)
def test_each_is_entered_shown_changed_and_made_inactive(client: Client, kind: str) -> None:
    with books() as b:
        client.force_login(person(b))
        values = NEW[kind] | {"code": "NEW", "name": "New one", "idempotency_key": "k-1"}
        if kind == "banks":
            values["account"] = bank_gl(b)
    answer = client.post(address(b, f"{kind}/new/"), values)
    assert (answer.status_code, answer["Location"]) == (303, address(b, f"{kind}/"))
    with company_scope(b.company.pk):
        made = MODELS[kind]._default_manager.get(company=b.company, code="NEW")
        assert made.active
        event = AuditEvent.objects.order_by("-sequence").filter(company_id=b.company.pk)[0]
        assert (event.action, event.object_ids) == ("add", [made.pk])
    listed = client.get(address(b, f"{kind}/")).content.decode()
    assert "New one" in listed
    assert address(b, f"{kind}/{made.pk}/") in listed
    form = client.get(address(b, f"{kind}/{made.pk}/"))
    assert form.status_code == 200
    changed = values | {"name": "Renamed", "idempotency_key": "k-2"}
    assert client.post(address(b, f"{kind}/{made.pk}/"), changed).status_code == 303
    with company_scope(b.company.pk):
        made.refresh_from_db()
        assert (made.name, made.active) == ("Renamed", False)
        event = AuditEvent.objects.order_by("-sequence").filter(company_id=b.company.pk)[0]
        assert event.before == {"name": "New one", "active": True}


@pytest.mark.parametrize("kind", NEW)
def test_a_reader_sees_the_list_and_no_form_and_another_company_nothing(client: Client, kind: str) -> None:
    with books() as other:
        pass
    with books() as b:
        client.force_login(person(b, role="auditor"))
        with company_scope(other.company.pk):
            foreign = MODELS[kind]._default_manager.filter(company=other.company).first()
        page = client.get(address(b, f"{kind}/"))
        assert page.status_code == 200
        assert "/new/" not in page.content.decode()
        assert client.get(address(b, f"{kind}/new/")).status_code == 403
        client.force_login(person(b))
        if foreign is not None:
            assert client.get(address(b, f"{kind}/{foreign.pk}/")).status_code == 404
            assert client.post(address(b, f"{kind}/{foreign.pk}/"), {"code": "X"}).status_code == 404


def refused(b: Books, master: masters.Master, values: dict[str, Any], key: int | None = None) -> str:
    with pytest.raises(Refusal) as raised:
        masters.set_up(actor=b.actor, master=master, values={"code": "N", "name": "N"} | values, key=key)
    return f"{raised.value.field} {raised.value.code}"


def test_what_is_wrong_is_said_beside_its_field() -> None:
    with books() as b:
        sales = Account.objects.filter(company=b.company, kind="revenue")[0]
        bank = BankAccount.objects.get(company=b.company)
        assert refused(b, masters.ENTITIES, {"code": " "}) == "code required"
        assert (
            refused(b, masters.GL_ACCOUNTS, {"code": sales.code.lower(), "kind": "tax"}) == "code code_taken"
        )
        assert refused(b, masters.GL_ACCOUNTS, {"kind": "other"}) == "kind required"
        kept = {"code": sales.code, "name": sales.name}
        assert refused(b, masters.GL_ACCOUNTS, kept | {"kind": "tax"}, sales.pk) == "kind field_fixed"
        assert refused(b, masters.GL_ACCOUNTS, kept | {"active": False}, sales.pk) == "active still_used"
        assert (
            refused(b, masters.GL_ACCOUNTS, {"active": False, "code": "B"}, bank_gl(b)) == "active still_used"
        )
        wrong = {"currency": "EUR", "account_id": sales.pk}
        assert refused(b, masters.BANK_ACCOUNTS, wrong) == "account account_not_bank"
        assert refused(b, masters.BANK_ACCOUNTS, {"currency": "USD"}, bank.pk) == "currency field_fixed"
        assert refused(b, masters.TERMS, {"net_days": -1}) == "net_days out_of_range"
        numbers = NumberSequence.objects.get(company=b.company, code="INV")
        same = {"code": numbers.code, "name": numbers.name}
        assert refused(b, masters.SEQUENCES, same | {"last_value": 9}, numbers.pk) == "last_value field_fixed"
        assert (
            refused(b, masters.SEQUENCES, same | {"max_length": 3}, numbers.pk) == "max_length out_of_range"
        )
        assert refused(b, masters.SEQUENCES, same | {"active": False}, numbers.pk) == "active still_used"
        assert refused(b, masters.JOURNALS, {}, 10**9) == "None not_found"
        clerk = b.limited_to(RIGHTS - {"configuration.edit"}).actor
        with pytest.raises(Forbidden):
            masters.set_up(actor=clerk, master=masters.ENTITIES, values={"code": "N", "name": "N"})


def test_the_letters_around_match_codes_stay_once_one_is_drawn() -> None:
    with books() as b:
        row = NumberSequence.objects.get(company=b.company, code="MATCH")
        values = {"code": "MATCH", "name": row.name}
        b.receipt(10, [b.invoice(10)])
        assert refused(b, masters.SEQUENCES, values | {"prefix": "X"}, row.pk) == "prefix match_codes_drawn"


def test_a_draw_after_a_change_goes_on_where_it_was() -> None:
    with books() as b:
        assert b.document(b.invoice(10)).number == "INV-00001"
        row = NumberSequence.objects.get(company=b.company, code="INV")
        masters.set_up(
            actor=b.actor, master=masters.SEQUENCES, values={"prefix": "F", "width": 3}, key=row.pk
        )
        assert b.document(b.invoice(10)).number == "F002"


def test_an_entity_does_differently_what_it_says(client: Client) -> None:
    with books() as b:
        entity = masters.set_up(actor=b.actor, master=masters.ENTITIES, values={"code": "N", "name": "North"})
        own = masters.set_up(
            actor=b.actor,
            master=masters.SEQUENCES,
            values={"code": "NINV", "name": "North", "prefix": "N-", "width": 3},
        )
        client.force_login(person(b))
        page = client.get(address(b, f"entities/{entity.pk}/differences/")).content.decode()
        assert "as the company: INV" in page
        sent = {"invoice_sequence": own.pk, "refunds_enabled": "on", "idempotency_key": "k"}
        assert client.post(address(b, f"entities/{entity.pk}/differences/"), sent).status_code == 303
        with company_scope(b.company.pk):
            row = overrides_of(b.actor, entity.pk)
            assert (row.invoice_sequence, row.refunds_enabled, row.payment_sequence) == (own, True, None)
            assert b.document(b.invoice(10, entity_id=entity.pk)).number == "N-001"
        assert "2 settings" in client.get(address(b, "entities/")).content.decode()
        letters = NumberSequence.objects.get(company=b.company, code="MATCH")
        with pytest.raises(NotNumeric):
            change_overrides(actor=b.actor, entity_id=entity.pk, changes={"invoice_sequence": letters})
        with pytest.raises(NotFound):
            change_overrides(actor=b.actor, entity_id=10**9, changes={})
        assert EntityConfiguration.objects.filter(company=b.company).count() == 1
        assert Configuration.objects.get(company=b.company).invoice_sequence_id != own.pk


def test_a_control_account_is_of_its_kind_and_a_documents_sequence_counts() -> None:
    with books() as b:
        revenue = Account.objects.filter(company=b.company, kind=Account.Kind.REVENUE).first()
        letters = NumberSequence.objects.get(company=b.company, code="MATCH")
        with pytest.raises(WrongAccountKind):
            b.configure(receivable_account=revenue)
        with pytest.raises(NotNumeric):
            b.configure(payment_sequence=letters)


def test_two_sequences_in_use_for_one_kind_never_write_the_same_numbers() -> None:
    with books() as b:
        entity = masters.set_up(actor=b.actor, master=masters.ENTITIES, values={"code": "N", "name": "North"})
        other = masters.set_up(actor=b.actor, master=masters.ENTITIES, values={"code": "S", "name": "South"})

        def sequence(code: str, prefix: str, **more: object) -> NumberSequence:
            values = {"code": code, "name": code, "prefix": prefix, "width": 3, **more}
            return cast(
                NumberSequence, masters.set_up(actor=b.actor, master=masters.SEQUENCES, values=values)
            )

        def choose(at: Any, **changes: object) -> None:
            change_overrides(actor=b.actor, entity_id=at.pk, changes=changes)

        alike, apart = sequence("NINV", "INV-"), sequence("SINV", "INV-", suffix="/S")
        with pytest.raises(SequencesClash) as refused:
            choose(entity, invoice_sequence=alike)
        assert refused.value.field == "invoice_sequence"
        assert "NINV" in str(refused.value)
        assert "INV would" in str(refused.value)
        choose(entity, payment_sequence=alike)  # nobody else numbers payments so
        with pytest.raises(SequencesClash):
            b.configure(payment_sequence=sequence("PAY2", "INV-"))
        choose(other, invoice_sequence=apart, payment_sequence=alike)  # sharing one is fine
        company = NumberSequence.objects.get(company=b.company, code="INV")
        choose(entity, invoice_sequence=company)
        for row, changes in ((apart, {"suffix": ""}), (company, {"suffix": "/S"})):
            with pytest.raises(SequencesClash) as refused:
                masters.set_up(actor=b.actor, master=masters.SEQUENCES, values=changes, key=row.pk)
            assert refused.value.field == "prefix"
        masters.set_up(actor=b.actor, master=masters.SEQUENCES, values={"prefix": "S-"}, key=apart.pk)
        choose(other, invoice_sequence=None)
        masters.set_up(actor=b.actor, master=masters.SEQUENCES, values={"prefix": "INV-"}, key=apart.pk)
        assert [b.document(b.invoice(10, entity_id=one.pk)).number for one in (entity, other)] == [
            "INV-00001",
            "INV-00002",
        ]


def test_what_clashes_since_long_hinders_no_other_setting(client: Client) -> None:
    with books() as b:
        entity = masters.set_up(actor=b.actor, master=masters.ENTITIES, values={"code": "N", "name": "North"})
        alike = NumberSequence.objects.create(
            company=b.company, code="OLD", name="Old", prefix="INV-", width=5
        )
        EntityConfiguration.objects.create(company=b.company, entity_id=entity.pk, invoice_sequence=alike)
        b.configure(separate_gl_date=True)
        change_overrides(
            actor=b.actor,
            entity_id=entity.pk,
            changes={"refunds_enabled": True, "invoice_sequence": alike},
        )
        masters.set_up(actor=b.actor, master=masters.SEQUENCES, values={"name": "Older"}, key=alike.pk)
        client.force_login(person(b))
        sent = {"invoice_sequence": "", "payment_sequence": alike.pk, "idempotency_key": "k"}
        assert client.post(address(b, f"entities/{entity.pk}/differences/"), sent).status_code == 303
        sent = {"invoice_sequence": alike.pk, "payment_sequence": alike.pk, "idempotency_key": "l"}
        page = client.post(address(b, f"entities/{entity.pk}/differences/"), sent)
        assert page.status_code == 422
        assert "would write the same numbers" in page.content.decode()
