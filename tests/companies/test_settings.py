"""Configure Accounts Receivable and the lists of what is set up (SPEC 3, 4, 17)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from arledger.companies.entity_services import change_overrides
from arledger.companies.forms import SETTINGS
from arledger.companies.models import Account, Configuration, Entity, NumberSequence
from arledger.core.models import AuditEvent
from arledger.core.scope import company_scope
from tests.build import Books, books, person

pytestmark = pytest.mark.django_db

LISTS = ["accounts", "banks", "terms", "sequences", "roles", "people", "audit"]


def address(made: Books, path: str = "") -> str:
    return f"/c/{made.company.code}/settings/{path}"


def filled(made: Books, **changes: object) -> dict[str, Any]:
    """The form as a browser would send it, with some fields changed."""
    with company_scope(made.company.pk):
        row = Configuration.objects.get(company=made.company)
    values: dict[str, Any] = {"version": row.version, "idempotency_key": "k-1"}
    for name in SETTINGS:
        key = f"{name}_id" if name.endswith(("_account", "_sequence", "_journal")) else name
        value = changes.get(name, getattr(row, key))
        if value is True:
            values[name] = "on"
        elif value not in (False, None):
            values[name] = str(value)
    return values | {name: value for name, value in changes.items() if name not in SETTINGS}


def send(client: Client, made: Books, **changes: object) -> Any:
    return client.post(address(made), filled(made, **changes))


def row_of(made: Books) -> Configuration:
    with company_scope(made.company.pk):
        return Configuration.objects.get(company=made.company)


def test_the_form_shows_every_setting_of_the_model(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
    page = client.get(address(b)).content.decode()
    kept_apart = {"id", "company", "version", "reconciliation_enabled_at"}
    wanted = {field.name for field in Configuration._meta.get_fields()} - kept_apart
    assert wanted == set(SETTINGS)
    assert all(f'name="{name}"' in page for name in wanted)


def test_saving_changes_audits_and_answers_a_double_click_the_same(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
    body = filled(b, auto_apply_inline_credits=False, closed_through="2025-12-31")
    first, second = client.post(address(b), body), client.post(address(b), body)
    assert (first.status_code, first["Location"]) == (303, address(b))
    assert (second.status_code, second["Location"]) == (303, address(b))
    row = row_of(b)
    assert row.auto_apply_inline_credits is False
    assert str(row.closed_through) == "2025-12-31"
    assert row.version == body["version"] + 1
    with company_scope(b.company.pk):
        event = AuditEvent.objects.filter(company_id=b.company.pk, action="configure").latest("sequence")
    assert event.before == {"auto_apply_inline_credits": True, "closed_through": None}
    assert event.after == {"auto_apply_inline_credits": False, "closed_through": "2025-12-31"}


def test_somebody_elses_change_is_named_and_nothing_typed_is_lost(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
    body = filled(b, closed_through="2025-11-30")
    with company_scope(b.company.pk):
        b.configure(separate_gl_date=True)
    answer = client.post(address(b), body)
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Arledger changed this on" in page
    assert 'value="2025-11-30"' in page
    assert row_of(b).closed_through is None


def test_switching_reconciliation_on_asks_first(client: Client) -> None:
    with books(reconciliation=False) as b:
        client.force_login(person(b))
    asked = send(client, b, reconciliation_enabled=True)
    assert asked.status_code == 200
    assert "cannot be switched off again" in asked.content.decode()
    assert 'name="confirmed"' in asked.content.decode()
    assert not row_of(b).reconciliation_enabled
    assert send(client, b, reconciliation_enabled=True, confirmed="1").status_code == 303
    row = row_of(b)
    assert row.reconciliation_enabled
    assert row.reconciliation_enabled_at is not None


def test_own_rules_beside_automatic_inline_credits_ask_first_and_say_why(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
    asked = send(client, b, own_rules_and_events=True)
    assert asked.status_code == 200
    assert "one for each inline credit" in asked.content.decode()
    assert not row_of(b).own_rules_and_events
    assert send(client, b, own_rules_and_events=True, confirmed="1").status_code == 303
    assert row_of(b).own_rules_and_events
    more = send(client, b, limit_credits_to_entity=True, idempotency_key="k-2")
    assert more.status_code == 303, "asked once, not each time"
    off = send(client, b, auto_apply_inline_credits=False, idempotency_key="k-3")
    assert off.status_code == 303
    assert send(client, b, auto_apply_inline_credits=True, idempotency_key="k-4").status_code == 200


def test_several_consequences_are_confirmed_together(client: Client) -> None:
    with books(reconciliation=False) as b:
        client.force_login(person(b))
    page = send(client, b, reconciliation_enabled=True, own_rules_and_events=True).content.decode()
    assert "Save these settings?" in page
    assert "cannot be switched off again" in page
    assert "one for each inline credit" in page


def test_it_stays_on(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
    answer = send(client, b, reconciliation_enabled=False)
    assert answer.status_code == 422
    assert "cannot be switched off" in answer.content.decode()
    assert row_of(b).reconciliation_enabled


def test_the_discount_account_is_one_of_the_chart_and_may_be_another_of_its_kind(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
        accounts = Account.objects.filter(company=b.company)
        template, wrong = accounts.get(kind="discount"), accounts.get(kind="write_off")
        other = Account.objects.create(company=b.company, code="709700", name="Rebates", kind="discount")
    assert row_of(b).discount_account_id == template.pk
    assert send(client, b, discount_account=wrong.pk).status_code in (400, 422)
    assert send(client, b, discount_account=other.pk, idempotency_key="k-2").status_code == 303
    with company_scope(b.company.pk):
        event = AuditEvent.objects.filter(company_id=b.company.pk, action="configure").latest("sequence")
    assert (event.before, event.after) == ({"discount_account": "665000"}, {"discount_account": "709700"})


def test_what_entities_do_differently_stands_on_the_companys_screen(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
        entity = Entity.objects.create(company=b.company, code="N", name="North")
        Entity.objects.create(company=b.company, code="S", name="South")
        sequence = NumberSequence.objects.get(company=b.company, code="ADJ")
        assert 'id="differences"' not in client.get(address(b)).content.decode()
        change_overrides(
            actor=b.actor,
            entity_id=entity.pk,
            changes={"refunds_enabled": True, "invoice_sequence": sequence},
        )
        page = client.get(address(b)).content.decode()
        part = page[page.index('id="differences"') : page.index('id="history"')]
    assert f"{address(b)}entities/{entity.pk}/differences/" in part
    assert "Record customer refunds: yes" in part
    assert "Invoices: ADJ" in part
    assert "South" not in part


def test_choices_are_the_companys_own_and_of_the_right_kind(client: Client) -> None:
    with books() as other:
        foreign = Account.objects.get(company=other.company, kind="receivable").pk
    with books() as b:
        client.force_login(person(b))
        bank = Account.objects.get(company=b.company, kind="bank").pk
        letters = NumberSequence.objects.get(company=b.company, code="MATCH").pk
    for wrong in (
        {"receivable_account": foreign},
        {"receivable_account": bank},
        {"invoice_sequence": letters},
    ):
        answer = send(client, b, **wrong)
        assert answer.status_code == 422
        assert "errorlist" in answer.content.decode()


def test_looking_is_not_changing(client: Client) -> None:
    with books() as b:
        client.force_login(person(b, "auditor"))
    page = client.get(address(b)).content.decode()
    assert "disabled" in page
    assert "data-primary" not in page
    assert send(client, b, auto_apply_inline_credits=False).status_code == 403
    assert row_of(b).auto_apply_inline_credits


@pytest.mark.parametrize("path", ["", *(f"{name}/" for name in LISTS)])
def test_a_clerk_sees_none_of_it(client: Client, path: str) -> None:
    with books() as b:
        client.force_login(person(b, "ar-clerk"))
    assert client.get(address(b, path)).status_code == 403


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("accounts", "411000"),
        ("banks", "512000 Bank"),
        ("terms", "NET30EOM"),
        ("sequences", "INV-00002"),
        ("roles", "Billing clerk"),
        ("people", "@example.com"),
        ("audit", "posted · invoice"),
    ],
)
def test_the_lists_show_what_is_set_up(client: Client, path: str, text: str) -> None:
    with books() as b:
        b.invoice(100)
        client.force_login(person(b))
    answer = client.get(address(b, f"{path}/"))
    assert answer.status_code == 200
    assert text in answer.content.decode()


def test_the_next_match_code_is_shown_in_letters(client: Client) -> None:
    with books() as b:
        for amount in (1, 2):
            b.receipt(amount, [b.invoice(amount)])
        client.force_login(person(b))
    page = client.get(address(b, "sequences/")).content.decode()
    assert ">c<" in page
    assert ">PAY-00003<" in page


def test_switching_refunds_off_says_what_its_drafts_keep(client: Client) -> None:
    with books() as b:
        b.configure(refunds_enabled=True)
        client.force_login(person(b))
        apart = Entity.objects.create(company=b.company, code="N", name="North")
        change_overrides(actor=b.actor, entity_id=apart.pk, changes={"refunds_enabled": True})
        for amount in (100, 30):
            b.refund({b.adjustment(-amount): amount - 10}, post=False)
        b.refund({b.adjustment(-9, entity_id=apart.pk): 9}, entity_id=apart.pk, post=False)
    page = send(client, b, refunds_enabled=False).content.decode()
    assert "2 draft refunds keep 110.00 EUR" in page
    assert row_of(b).refunds_enabled
    assert "draft refund" not in send(client, b, separate_gl_date=True).content.decode()
    assert send(client, b, refunds_enabled=False, confirmed="1", idempotency_key="k-2").status_code == 303
    assert not row_of(b).refunds_enabled
