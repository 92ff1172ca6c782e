"""The built-in checker: silent about sound books, and naming whatever was changed behind the books' back (SPEC 17)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from arledger.core import jobs
from arledger.core.clock import now
from arledger.core.models import Job
from arledger.core.scope import company_scope
from invoices import services as invoices
from ledger.checks import JOB, check
from ledger.models import Application
from payments import services as payments
from reconciliation.applying import Match
from reconciliation.matching import Undo, match, unapply
from tests.build import TODAY, Books, books

Cursor = psycopg.Cursor[Any]


def history(b: Books) -> dict[str, int]:
    """Books with something of everything."""
    first, second, third = b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)
    receipt = b.receipt(500, [first, second, third])
    over = b.receipt(50, on=TODAY - timedelta(days=1))
    credit = b.invoice(-80)
    match(actor=b.actor, matches=[Match(b.line(third), b.line(over), Decimal(30))])
    match(actor=b.actor, matches=[Match(b.line(third, 2), b.line(credit), Decimal(25))])
    undone = Application.objects.get(company=b.company, document=receipt, charge_document=second)
    unapply(actor=b.actor, undos=[Undo(undone.pk, Decimal(60))], reason="wrong one")
    reversed_ = b.invoice(40, -10)
    invoices.reverse(actor=b.actor, ids=[reversed_], on=TODAY, reason="mistake")
    bounced = b.receipt(10, [b.invoice(10)])
    payments.reverse(actor=b.actor, ids=[bounced], on=TODAY, reason="bounced")
    b.invoice(5, post=False)
    b.receipt(7, [first := b.invoice(7)], post=False)
    b.receipt(12, [b.invoice(20)], on=TODAY + timedelta(days=30))
    dollars = b.invoice(100, currency="USD", exchange_rate=Decimal("0.9"))
    b.configure(auto_apply_inline_credits=False)
    b.invoice(60, -15)
    return {"third": third, "receipt": receipt, "over": over, "drafted": first, "dollars": dollars}


@pytest.mark.django_db
def test_sound_books_have_nothing_to_say() -> None:
    with books() as b:
        history(b)
        assert [str(finding) for finding in check(b.company.pk)] == []
    with books(reconciliation=False) as b:
        history(b)
        assert check(b.company.pk) == []


Break = Callable[..., None]


@pytest.fixture
def made(committed: None) -> Iterator[Books]:
    with books() as b:
        yield b


@pytest.fixture
def behind(made: Books, owner_cursor: Cursor) -> Break:
    """Run a statement as the owner of the tables, with the guards of ``table`` out of the way."""

    def run(table: str, statement: str, *parameters: object) -> None:
        owner_cursor.execute("SELECT set_config('arledger.company', %s, true)", [str(made.company.pk)])
        owner_cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner_cursor.execute(statement, parameters)
        assert owner_cursor.rowcount > 0
        owner_cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        owner_cursor.connection.commit()

    return run


def told(b: Books) -> list[tuple[str, str]]:
    return [(finding.rule, str(finding)) for finding in check(b.company.pk)]


def test_an_open_amount_that_nothing_moved(made: Books, behind: Break) -> None:
    invoice = made.invoice(300, 100)
    behind(
        "ledger_line",
        "UPDATE ledger_line SET applied_amount = 40 WHERE document_id = %s AND position = 2",
        invoice,
    )
    assert told(made) == [
        (
            "open_amount",
            "INV-00001, line 2: 40.00 counts as applied, its applications add up to 0.00.",
        ),
        (
            "control_account",
            "C00001, account 411000, EUR: the journal says 400.00, the open amounts add up to 360.00.",
        ),
    ]


def test_an_application_that_moved_nothing(made: Books, behind: Break) -> None:
    made.receipt(100, [made.invoice(100)])
    behind("ledger_application", "UPDATE ledger_application SET amount = 70")
    assert [rule for rule, _ in told(made)] == ["open_amount", "open_amount"]


def test_a_reservation_nobody_holds(made: Books, behind: Break) -> None:
    invoice = made.invoice(300)
    behind("ledger_line", "UPDATE ledger_line SET reserved_amount = 10 WHERE document_id = %s", invoice)
    assert told(made) == [
        ("reserved_amount", "INV-00001, line 1: 10.00 counts as reserved, the drafts reserve 0.00.")
    ]


def test_a_total_that_is_not_its_lines(made: Books, behind: Break) -> None:
    payment = made.receipt(100)
    behind("ledger_document", "UPDATE ledger_document SET total = -90 WHERE id = %s", payment)
    assert told(made) == [
        ("total", "PAY-00001: its total is −90.00, its lines add up to −100.00."),
        ("received", "PAY-00001: 100.00 was received, its lines account for 90.00."),
    ]


def test_two_customers_matched(made: Books, behind: Break) -> None:
    made.receipt(100, [made.invoice(100)])
    other = made.invoice(100, customer=made.add_customer("Other"))
    behind(
        "ledger_application",
        "UPDATE ledger_application SET charge_line_id = %s, charge_document_id = %s",
        made.line(other),
        other,
    )
    assert "application_sides" in [rule for rule, _ in told(made)]


def test_more_undone_than_done(made: Books, behind: Break) -> None:
    receipt = made.receipt(100, [made.invoice(100)])
    application = Application.objects.get(company=made.company, document=receipt)
    unapply(actor=made.actor, undos=[Undo(application.pk)], reason="x")
    behind("ledger_application", "UPDATE ledger_application SET amount = -130 WHERE reverses_id IS NOT NULL")
    assert ("undone", "PAY-00001: 130.00 of its match was un-applied, only 100.00 was applied.") in told(made)


def test_a_number_that_was_drawn_and_lost(made: Books, behind: Break) -> None:
    made.invoice(1)
    lost = made.invoice(2)
    made.invoice(3)
    behind("ledger_line", "DELETE FROM ledger_line WHERE document_id = %s", lost)
    behind("ledger_document", "DELETE FROM ledger_document WHERE id = %s", lost)
    assert told(made) == [
        ("number_missing", "Number INV-00002 of sequence INV was drawn, and no document has it.")
    ]


def test_a_number_that_was_never_drawn(made: Books, behind: Break) -> None:
    made.invoice(1)
    behind(
        "companies_numbersequence", "UPDATE companies_numbersequence SET last_value = 0 WHERE code = 'INV'"
    )
    assert told(made) == [
        ("number_not_drawn", "INV-00001 has value 1 of sequence INV, which has drawn 0 so far.")
    ]


def test_documents_without_a_number_are_named_by_their_keys(made: Books, behind: Break) -> None:
    invoice, first, second = made.invoice(100), made.advance(20), made.advance(30)
    made.match((made.line(invoice), made.line(first), 20), (made.line(invoice), made.line(second), 30))
    behind("ledger_application", "UPDATE ledger_application SET credit_code = 'zz'")
    shared = f"Match code zz is used by more than one group: advance {first}, advance {second}."
    assert ("code_shared", shared) in told(made)
    behind("ledger_line", "UPDATE ledger_line SET amount = -31 WHERE document_id = %s", second)
    assert any(f"advance {second}: its total is" in said for _, said in told(made))


def test_codes_shared_reused_skipped_and_invented(made: Books, behind: Break) -> None:
    first, second = made.invoice(100), made.invoice(100)
    made.receipt(100, [first])
    made.receipt(40, [second])
    made.receipt(60, [second])
    behind(
        "ledger_application",
        "UPDATE ledger_application SET charge_code = 'a' WHERE charge_document_id = %s AND amount = 60",
        second,
    )
    found = told(made)
    assert ("code_shared", "Match code a is used by more than one group: INV-00001, INV-00002.") in found
    assert ("codes_of_one_group", "INV-00002 has several match codes at once: a, b.") in found
    behind("ledger_application", "UPDATE ledger_application SET charge_code = 'q' WHERE amount = 60")
    assert ("code_not_drawn", "Match code q is in use, and the AR match sequence never drew it.") in told(
        made
    )
    behind("ledger_application", "UPDATE ledger_application SET charge_code = 'b' WHERE amount = 60")
    assert told(made) == []
    behind(
        "companies_numbersequence", "UPDATE companies_numbersequence SET last_value = 3 WHERE code = 'MATCH'"
    )
    assert told(made) == [("code_unused", "Match code c was drawn, and nothing was ever matched under it.")]


def test_a_code_given_up_and_used_again(made: Books, behind: Break) -> None:
    invoice = made.invoice(100)
    receipt = made.receipt(100, [invoice])
    application = Application.objects.get(company=made.company, document=receipt)
    unapply(actor=made.actor, undos=[Undo(application.pk)], reason="x")
    again = made.receipt(30, [invoice])
    assert told(made) == []
    behind(
        "ledger_application", "UPDATE ledger_application SET charge_code = 'a' WHERE document_id = %s", again
    )
    assert ("code_reused", "INV-00001: match code a was given up and used again.") in told(made)


def test_a_code_from_before_reconciliation(made: Books, behind: Break) -> None:
    made.receipt(100, [made.invoice(100)])
    behind(
        "companies_configuration",
        "UPDATE companies_configuration SET reconciliation_enabled_at = reconciliation_enabled_at + interval '1 day'",
    )
    assert [rule for rule, _ in told(made)] == ["code_too_early"]


def test_the_audit_trail(made: Books, behind: Break) -> None:
    made.invoice(100)
    behind("core_auditevent", "UPDATE core_auditevent SET actor = 'nobody' WHERE sequence = 2")
    assert told(made) == [
        ("audit_broken", "The audit trail is broken at event 2: it was changed, or events are missing.")
    ]
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_audit", company=made.company.code, stderr=io.StringIO())


def test_the_commands_tell_and_end_with_1(made: Books, behind: Break) -> None:
    out, err = io.StringIO(), io.StringIO()
    made.invoice(100)
    call_command("check_ledger", company=made.company.code, stdout=out)
    assert out.getvalue() == f"{made.company.code}: nothing differs.\n"
    call_command("verify_audit", company=made.company.code, stdout=out)
    assert "intact, head " in out.getvalue()
    behind("ledger_line", "UPDATE ledger_line SET reserved_amount = 1")
    with pytest.raises(CommandError, match="1 differences"):
        call_command("check_ledger", company=made.company.code, stderr=err, stdout=io.StringIO())
    assert "INV-00001, line 1" in err.getvalue()
    with pytest.raises(CommandError, match="no company"):
        call_command("check_ledger", company="there-is-none")


def test_the_nightly_job(made: Books, behind: Break) -> None:
    import_module("ledger.tasks")

    def result() -> Job:
        job = jobs.enqueue(JOB, company_id=made.company.pk, at=now())
        assert jobs.run(job.pk, clock=now)
        return Job.objects.get(pk=job.pk)

    made.invoice(100)
    good = result()
    assert (good.state, good.result) == (Job.State.DONE, {"companies": 1})
    behind("ledger_line", "UPDATE ledger_line SET reserved_amount = 1")
    bad = result()
    assert bad.state == Job.State.FAILED
    assert "INV-00001, line 1" in bad.error


@pytest.mark.django_db
def test_one_companys_books_only() -> None:
    with books() as other:
        history(other)
    with books() as b:
        b.invoice(100)
        with company_scope(b.company.pk):
            assert check(b.company.pk) == []


@pytest.mark.django_db
def test_a_date_of_the_past_changes_nothing() -> None:
    with books() as b:
        invoice = b.invoice(100, on=date(2026, 1, 1))
        b.receipt(100, [invoice], on=date(2026, 12, 31))
        assert check(b.company.pk) == []
