"""A set of things of every kind that a body, a filter, a form or a file can name, under names that nobody else uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from arledger.companies import role_services as roles
from arledger.companies.models import (
    Account,
    BankAccount,
    Entity,
    Journal,
    Location,
    NumberSequence,
    Term,
)
from arledger.core.api.ids import id_of
from ledger.models import Document
from summaries import services as summaries
from summaries.models import Type
from summaries.services import SummaryInput
from tests.build import Books
from tests.permissions.furnished import Furnished

NOWHERE = 987_654_321
#: The kind of id by the kind of thing, where they differ.
IDS = {"charge": "document", "credit": "document", "receipt": "document", "letters": "sequence"}
IDS |= {
    "charge_line": "line",
    "credit_line": "line",
    "cash": "account",
    "unused": "bank_account",
    "site": "location",
}
#: Kinds that belong to an entity or to none; the others are of the company as a whole.
OF_ENTITY = {"entity", "customer", "location", "bank_account", "charge", "credit", "receipt", "summary"}


@dataclass
class Named:
    """The key and the code (number, title) of one thing of each kind; ``mark`` begins every code."""

    made: Furnished
    mark: str
    keys: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    summaries: dict[str, int] = field(default_factory=dict)

    def id(self, kind: str) -> str:
        return id_of(IDS.get(kind, kind), self.keys[kind])

    def texts(self, kind: str) -> dict[str, str]:
        """What a program may write for a thing of the kind, by what it is: id, code, line."""
        found = {"id": self.id(kind)} if kind in self.keys else {}
        if kind in self.codes:
            found["code"] = self.codes[kind]
        if f"{kind}_line" in self.keys:
            found["line"] = self.id(f"{kind}_line")
        return found

    @property
    def words(self) -> list[str]:
        """Every key, id and code there is."""
        ids = [self.id(kind) for kind in self.keys]
        return [*ids, *(str(key) for key in self.keys.values()), *self.codes.values()]

    def nowhere(self, kind: str) -> dict[str, str]:
        """The same of a thing that is nowhere, whose code would sort right after this one's."""
        return {
            what: f"{text}X" if what == "code" else f"{text.partition('_')[0]}_{NOWHERE}"
            for what, text in self.texts(kind).items()
        }


def name(made: Furnished, mark: str, *, entity: int | None = None) -> Named:
    """Add a thing of each kind to the books; those that belong to an entity to this one, if it is given.

    The company's scope is open. Summaries are made by people from here on.
    """
    found = Named(made, mark)
    _masters(found, entity)
    _documents(found, entity)
    _summaries(found, entity)
    return found


def _masters(found: Named, entity: int | None) -> None:
    made, mark = found.made, found.mark
    company = made.company
    owned: dict[str, Any] = {"company": company, "entity_id": entity}
    account = Account.objects.create(
        company=company, code=f"{mark}ACC", name=f"{mark} account", kind=Account.Kind.REVENUE
    )
    cash = Account.objects.create(
        company=company, code=f"{mark}CSH", name=f"{mark} cash", kind=Account.Kind.BANK
    )
    numbers, letters = (
        NumberSequence.objects.create(
            company=company, code=f"{mark}{code}", name=f"{mark} {style}", style=style, prefix=mark
        )
        for code, style in (("NUM", "numeric"), ("LET", "alpha"))
    )
    part = (
        Entity.objects.get(company=company, pk=entity)
        if entity
        else Entity.objects.create(company=company, code=f"{mark}ENT", name=f"{mark} entity")
    )
    rows: dict[str, Any] = {
        "entity": part,
        "account": account,
        "cash": cash,
        "location": Location.objects.create(code=f"{mark}LOC", name=f"{mark} location", **owned),
        "bank_account": BankAccount.objects.create(
            code=f"{mark}BNK", name=f"{mark} bank", currency="EUR", account=cash, **owned
        ),
        "unused": BankAccount.objects.create(
            company=company,
            code=f"{mark}UNU",
            name=f"{mark} unused",
            currency="EUR",
            account=cash,
            entity=part,
        ),
        "site": Location.objects.create(company=company, code=f"{mark}SIT", name=f"{mark} site", entity=part),
        "term": Term.objects.create(company=company, code=f"{mark}TRM", name=f"{mark} term"),
        "journal": Journal.objects.create(company=company, code=f"{mark}JRN", name=f"{mark} journal"),
        "sequence": numbers,
        "letters": letters,
        "role": roles.set_up_role(
            actor=made.books.actor, code=f"{mark}ROL", name=f"{mark} role", rights=["invoices.list"]
        ),
    }
    for kind, row in rows.items():
        found.keys[kind], found.codes[kind] = row.pk, row.code
    found.keys["user"] = made.member("auditor", f"{mark} member").user.pk
    found.codes["customer"] = f"{mark}CUS"
    found.keys["customer"] = made.books.add_customer(
        f"{made.secret} {mark} customer", code=f"{mark}CUS", entity_id=entity
    )


def _documents(found: Named, entity: int | None) -> None:
    """Open charges, credits and cash of the customer; matches under a code that begins with the mark."""
    b, mark = found.made.books, found.mark
    said: dict[str, Any] = {
        "customer": found.keys["customer"],
        "entity_id": entity,
        "description": f"{found.made.secret} {mark}",
    }

    def number(code: str) -> dict[str, Any]:
        return {**said, "number": f"{mark}{code}", "reference": f"{mark}REF"}

    found.keys["charge"] = b.invoice(100, 50, **number("INV"))
    found.keys["credit"] = b.adjustment(-60, **number("ADJ"))
    found.keys["receipt"] = b.receipt(30, leave=True, method="check", bank_account_id=None, **number("PAY"))
    found.keys["charge_line"], found.keys["credit_line"] = (
        b.line(found.keys[kind]) for kind in ("charge", "credit")
    )
    for kind in ("charge", "credit", "receipt"):
        found.codes[kind] = str(b.document(found.keys[kind]).number)
    _matched(b, found, number("OLD"))


def _matched(b: Books, found: Named, said: dict[str, Any]) -> None:
    """A payment of part of another invoice, which draws a code."""
    b.configure(match_sequence=NumberSequence.objects.get(company=b.company, pk=found.keys["letters"]))
    invoice = b.invoice(500, **said)
    b.receipt(20, [invoice], **{**said, "number": f"{found.mark}OLP"})
    found.codes["match"] = b.code(invoice)
    assert found.codes["match"].upper().startswith(found.mark)
    assert Document.objects.filter(company=b.company, number=f"{found.mark}OLD").exists()


def _summaries(found: Named, entity: int | None) -> None:
    b = found.made.books
    b.configure(summary_frequency=dict.fromkeys(Type.values, "user"))
    for kind in Type.values:
        found.summaries[kind] = summaries.add(
            actor=b.actor,
            entered=SummaryInput(
                type=kind, title=f"{found.mark} {kind}", gl_date=date(2026, 3, 15), entity_id=entity
            ),
        )
    found.keys["summary"], found.codes["summary"] = found.summaries["invoices"], f"{found.mark} invoices"
