"""Two companies with a bit of everything, and plain SQL around the services as the two roles there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from arledger.api import delivery_services, webhook_services
from arledger.api.services import create as create_token
from arledger.companies.models import Entity, EntityConfiguration, Location, Membership, MembershipEntity
from arledger.core import export_services, idempotency, view_services
from arledger.core.export_sources import source_of
from arledger.core.models import ExportChunk
from imports import run_services, upload_services
from ledger import attachment_services as attachments
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from reconciliation.lettering_services import letter_the_past
from tests import uploads
from tests.build import TODAY, Books, books, money, person
from tests.databases import working_on


@dataclass(frozen=True)
class Facts:
    """The keys of one company's books.

    ``invoice`` (300) was paid 120 by ``receipt`` (line ``paid``), whose remainder of 80 (line ``rest``) was
    matched for 30 with ``second`` (100); a draft payment ``holder`` reserves 40 of ``second``. Of undeposited funds
    ``deposited`` (7) lies in ``deposit``, ``drafted`` (8) in ``drafted_deposit``, ``held`` (9) in none.
    """

    company: int
    customer: int
    other_customer: int
    entity: int
    invoice: int
    charge: int
    second: int
    second_charge: int
    receipt: int
    paid: int
    rest: int
    application: int
    draft: int
    draft_line: int
    holder: int
    stranger: int
    stranger_charge: int
    dollars: int
    dollar_credit: int
    inline_credit: int
    deposit: int
    deposited: int
    drafted_deposit: int
    drafted: int
    held: int


def letter_a_past(b: Books) -> None:
    """A match from before reconciliation was switched on, lettered since."""
    then = b.at(b.actor.at - timedelta(days=9))
    past = b.add_customer("Past")
    then.receipt(1, [then.invoice(1, customer=past)], customer=past)
    b.configure(reconciliation_enabled=True)
    letter_the_past(actor=b.actor, reason="so that there is one")


def keep_a_file_and_a_view(b: Books) -> None:
    row = export_services.start(
        actor=b.actor, source=source_of("invoices"), format="csv", query="", language="en", title="Invoices"
    )
    ExportChunk.objects.create(company_id=b.company.pk, export_id=row.pk, position=0, content=b"x")
    view_services.keep(actor=b.actor, place="invoices:list", name="Mine", query="tab=open")


def import_a_file(b: Books) -> None:
    """A file of customers that was checked: one of them is refused. And a code that its sequence went on after."""
    b.add_customer("Ahead", code="C00050")
    row = upload_services.upload(
        actor=b.actor, type="customers", name="a.csv", content=[b"name,term\nA,\nB,NOPE\n"], start=True
    )
    run_services.check(company_id=b.company.pk, key=row.pk, at=b.actor.at, beat=lambda: None)


def tell_of_an_event(b: Books) -> None:
    """A webhook, and one event on its way to it."""
    webhook_services.create(actor=b.actor, name="ERP", url="https://erp.example.com/hooks")
    b.add_customer("Told of")
    delivery_services.note_events(company_id=b.company.pk, at=b.actor.at)


def furnish() -> Facts:
    """A company with at least one row in every table of a company."""
    with books(reconciliation=False) as b:
        letter_a_past(b)
        keep_a_file_and_a_view(b)
        import_a_file(b)
        b.names["other"] = b.add_customer("Other")
        entity = Entity.objects.create(company=b.company, code="E1", name="Entity")
        EntityConfiguration.objects.create(company=b.company, entity=entity)
        Location.objects.create(company=b.company, code="L1", name="Location", entity=entity)
        member = Membership.objects.get(company=b.company, user=person(b))
        MembershipEntity.objects.create(company=b.company, membership=member, entity=entity)
        idempotency.claim(actor=replace(b.actor, user_id=member.user_id), endpoint="x", key="k", body="b")
        invoice, second = b.invoice(300), b.invoice(100)
        receipt = b.receipt(200, lines={b.line(invoice): 120})
        b.match((b.line(second), b.line(receipt, 2), 30))
        draft = b.invoice(10, 20, post=False)
        holder = b.receipt(40, lines={b.line(second): 40}, post=False)
        stranger = b.invoice(50, customer=b.names["other"])
        dollars = b.add_customer("Dollars", "USD")
        part = PartInput(customer_id=b.customer, amount=money(60))
        entered = PaymentInput(date=TODAY, method="cash", currency="USD", parts=[part])
        credit = payments.receive(actor=b.actor, payments=[entered])[0]
        for document in (invoice, draft):
            attachments.attach(actor=b.actor, kind="invoice", document=document, files=[uploads.file()])
        member_actor = replace(b.actor, user_id=member.user_id)
        create_token(actor=member_actor, name="Program")
        tell_of_an_event(b)
        attachments.stage(actor=member_actor, form="f", files=[uploads.file()])
        b.configure(auto_apply_inline_credits=False)
        inline = b.invoice(70, -15)
        return Facts(
            company=b.company.pk,
            customer=b.customer,
            other_customer=b.names["other"],
            entity=entity.pk,
            invoice=invoice,
            charge=b.line(invoice),
            second=second,
            second_charge=b.line(second),
            receipt=receipt,
            paid=b.line(receipt, 1),
            rest=b.line(receipt, 2),
            application=b.applications(invoice)[0],
            draft=draft,
            draft_line=b.line(draft),
            holder=holder,
            stranger=stranger,
            stranger_charge=b.line(stranger),
            dollars=dollars,
            dollar_credit=b.line(credit),
            inline_credit=b.line(inline, 2),
            deposited=(deposited := b.cash(7)),
            deposit=b.deposit(deposited),
            drafted=(drafted := b.cash(8)),
            drafted_deposit=b.deposit(drafted, post=False),
            held=b.cash(9),
        )


@pytest.fixture(scope="session")
def both(committed_database: str, django_db_blocker: DjangoDbBlocker) -> tuple[Facts, Facts]:
    """Our company's books and a foreign company's."""
    with working_on(committed_database, django_db_blocker):
        return furnish(), furnish()


@dataclass
class Person:
    """Somebody with a SQL prompt inside our company. Every refused statement leaves the transaction as it was."""

    role: str
    cursor: psycopg.Cursor[tuple[Any, ...]]
    ours: Facts
    theirs: Facts

    def run(self, statement: str, *values: object) -> int:
        self.cursor.execute(statement, values)
        return self.cursor.rowcount

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self.cursor.execute(statement, values).fetchall()

    def one(self, statement: str, *values: object) -> Any:
        return self.rows(statement, *values)[0][0]

    def refused(self, statement: str, *values: object, by: str | Sequence[str]) -> psycopg.Error:
        """Assert that the guards named ``by`` (constraints or error codes) refuse the statement.

        The application's role may lack the right to try at all; the owner of the tables has every right.
        """
        with pytest.raises(psycopg.Error) as caught, self.cursor.connection.transaction():
            self.run(statement, *values)
        error = caught.value
        names = {by} if isinstance(by, str) else set(by)
        if self.role == "app":
            names.add("42501")
        assert {error.diag.constraint_name, error.sqlstate} & names, f"refused otherwise: {error}"
        return error

    def apply(self, charge: int, credit: int, amount: object, **more: object) -> tuple[str, list[object]]:
        """The statement that inserts an application as the services would, with changes."""
        documents = dict(
            self.rows("SELECT id, document_id FROM ledger_line WHERE id IN (%s, %s)", charge, credit)
        )
        row: dict[str, object] = {
            "company_id": self.ours.company,
            "document_id": self.ours.receipt,
            "charge_line_id": charge,
            "credit_line_id": credit,
            "charge_document_id": documents.get(charge),
            "credit_document_id": documents.get(credit),
            "customer_id": self.ours.customer,
            "amount": amount,
            "date": TODAY,
            "recorded_at": "2026-03-15T12:00Z",
            "reason": "",
        } | more
        marks = ", ".join(["%s"] * len(row))
        return f"INSERT INTO ledger_application ({', '.join(row)}) VALUES ({marks})", list(row.values())


def sign_in(role: str, cursor: psycopg.Cursor[Any], both: tuple[Facts, Facts]) -> Person:
    ours, theirs = both
    cursor.execute("SELECT set_config('arledger.company', %s, false)", [str(ours.company)])
    return Person(role, cursor, ours, theirs)


@pytest.fixture
def app(both: tuple[Facts, Facts], committed: None, app_cursor: psycopg.Cursor[Any]) -> Person:
    """The application's role, in our company."""
    return sign_in("app", app_cursor, both)


@pytest.fixture
def owner(both: tuple[Facts, Facts], committed: None, owner_cursor: psycopg.Cursor[Any]) -> Person:
    """The owner of the tables, in our company."""
    return sign_in("owner", owner_cursor, both)


@pytest.fixture(params=["app", "owner"])
def someone(request: pytest.FixtureRequest, both: tuple[Facts, Facts], committed: None) -> Person:
    """First the application's role, then the owner of the tables: the triggers hold for both."""
    cursor = request.getfixturevalue(f"{request.param}_cursor")
    return sign_in(request.param, cursor, both)


__all__ = ["Books", "Facts", "Person"]
