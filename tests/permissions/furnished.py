"""A company with one object of every kind that an address can name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from arledger.api import webhook_services as webhooks
from arledger.api.models import ApiToken
from arledger.companies import role_services as roles
from arledger.companies.models import (
    Account,
    BankAccount,
    Company,
    Entity,
    Journal,
    Location,
    Membership,
    MembershipEntity,
    NumberSequence,
    Role,
    Term,
)
from arledger.core import export_services
from arledger.core.export_sources import source_of
from arledger.core.models import SavedView
from arledger.core.scope import company_scope
from ledger import attachment_services
from ledger.attachment_selectors import KINDS
from summaries import services as summaries
from summaries.models import Summary
from summaries.services import SummaryInput
from tests.build import Books, books
from tests.imports.uploads import Desk
from tests.integrator import Integrator
from tests.permissions.matrix import rights_of
from tests.uploads import file

CUSTOMERS = "code,name,currency\nC-1,One,EUR\n,,\n"


@dataclass
class Furnished:
    """The books, the keys of what stands in them by its name in the table, and a word that all its names hold."""

    books: Books
    secret: str
    keys: dict[str, int] = field(default_factory=dict)
    people: dict[str, Integrator] = field(default_factory=dict)

    @property
    def company(self) -> Company:
        return self.books.company

    def member(self, role: str, name: str = "") -> Integrator:
        """A person with a role and a token, made once."""
        with company_scope(self.company.pk):
            return self.people.setdefault(name or role, Integrator(self.books, role, scopes=rights_of(role)))

    def limit(self, member: Integrator, entity: int) -> None:
        """Let somebody see one entity and what belongs to none."""
        with company_scope(self.company.pk):
            membership = Membership.objects.get(company=self.company, user=member.user)
            MembershipEntity.objects.create(company=self.company, membership=membership, entity_id=entity)


@contextmanager
def furnished(secret: str, entity: str = "") -> Iterator[Furnished]:
    """A company whose documents belong to an entity of this code, if one is given; its scope is closed at the end."""
    with books() as b:
        made = Furnished(b, secret)
        owner = made.member("administrator")
        _masters(made, owner, entity or "E1", limited=bool(entity))
        _documents(made, made.keys["entity"] if entity else None)
        _files(made)
        _mechanics(made, owner)
    yield made


def _masters(made: Furnished, owner: Integrator, entity: str, *, limited: bool) -> None:
    b, company = made.books, made.company
    b.configure(refunds_enabled=True, summary_frequency={"deposits": "user"})
    made.keys |= {
        "entity": Entity.objects.create(company=company, code=entity, name=f"{made.secret} entity").pk,
        "location": Location.objects.create(company=company, code="L1", name=f"{made.secret} location").pk,
        "bank": b.bank,
        "user": made.member("auditor", "colleague").user.pk,
        "member": Membership.objects.get(company=company, user=made.member("auditor", "colleague").user).pk,
        "token": ApiToken.objects.get(company=company, membership__user=owner.user).pk,
    }
    owned: dict[str, Any] = {"entity_id": made.keys["entity"]} if limited else {}
    made.keys["customer"] = b.add_customer(f"{made.secret} customer", **owned)
    own = roles.set_up_role(actor=b.actor, code="own", name=f"{made.secret} role", rights=["invoices.list"])
    made.keys["role"] = own.pk
    for name, model in {
        "account": Account,
        "term": Term,
        "sequence": NumberSequence,
        "journal": Journal,
    }.items():
        row = model.objects.filter(company=company).order_by("pk").first()  # type: ignore[attr-defined]
        made.keys[name] = row.pk
        type(row).objects.filter(company=company, pk=row.pk).update(name=f"{made.secret} {name}")
    assert Role.objects.filter(company=company, pk=own.pk).exists()
    assert BankAccount.objects.filter(company=company, pk=b.bank).exists()


def _documents(made: Furnished, entity: int | None) -> None:
    b = made.books
    said: dict[str, Any] = {"description": f"{made.secret} text", "entity_id": entity}
    b.customer = made.keys["customer"]
    keys = made.keys
    keys["invoice"] = b.invoice(300, 100, **said)
    keys["draft"] = b.invoice(50, post=False, **said)
    keys["open"] = b.invoice(70, **said)
    keys["payment"] = b.receipt(400, [keys["invoice"]], **said)
    keys["application"] = b.applications(keys["invoice"])[0]
    keys["payment_draft"] = b.receipt(10, post=False, leave=True, **said)
    keys["adjustment"] = b.adjustment(-40, **said)
    keys["adjustment_draft"] = b.adjustment(-30, post=False, **said)
    keys["advance"] = b.advance(75, **said)
    keys["advance_draft"] = b.advance(20, post=False, **said)
    keys["refund"] = b.refund({keys["advance"]: 5}, **said)
    keys["refund_draft"] = b.refund({keys["advance"]: 5}, post=False, **said)
    keys["matching"] = b.match((b.line(keys["open"]), b.line(keys["adjustment"]), 10))
    said["summary_id"] = keys["summary"] = summaries.add(
        actor=b.actor,
        entered=SummaryInput(
            type="deposits",
            title=f"{made.secret} summary",
            gl_date=date(2026, 3, 31),
            entity_id=entity,
        ),
    )
    keys["deposit"] = b.deposit(b.cash(11, leave=True, entity_id=entity), **said)
    keys["deposit_draft"] = b.deposit(b.cash(12, leave=True, entity_id=entity), post=False, **said)
    assert Summary.objects.filter(company=made.company, pk=keys["summary"]).exists()


def _files(made: Furnished) -> None:
    for kind in KINDS:
        key = made.keys[str(kind)]
        stored = attachment_services.attach(
            actor=made.books.actor, kind=str(kind), document=key, files=[file(f"{made.secret}.pdf")]
        )
        made.keys[f"{kind}_file"] = stored[0]


def _mechanics(made: Furnished, owner: Integrator) -> None:
    b, at = made.books, made.books.actor.at
    made.keys["import"] = Desk(b).upload("customers", CUSTOMERS, name=f"{made.secret}.csv").pk
    export = export_services.start(
        actor=replace(b.actor, user_id=owner.user.pk),
        source=source_of("invoices"),
        format="csv",
        query="",
        language="en",
        title=f"{made.secret} export",
    )
    made.keys["export"] = export.pk
    view = SavedView.objects.create(
        company_id=made.company.pk,
        owner=owner.user.pk,
        place="invoices:list",
        name=f"{made.secret} view",
        query="tab=open",
        changed_at=at,
    )
    made.keys["view"] = view.pk
    hook = webhooks.create(
        actor=b.actor, name=f"{made.secret} webhook", url="https://93.184.216.34/in"
    ).row.pk
    made.keys |= {"webhook": hook, "delivery": webhooks.try_out(actor=b.actor, key=hook).pk}
