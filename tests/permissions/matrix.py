"""The permission matrix (SPEC 4): what each page and each call needs, and which rights each shipped role has.

Written out by hand, independently of the doors and of ``arledger/companies/roles.py``: what changes there has to
be changed here too, on purpose. A route without a row fails ``test_matrix``.

The tables stand beside this file, in ``pages.txt`` and ``calls.txt``.

Needs: ``a+b`` is both, ``a|b`` either; ``member`` any member of the company, ``signed-in`` anybody with a sign-in,
``anybody`` no token. ``CHECKOUT`` are the rights to enter and to post invoices and payments, ``IMPORTER`` those to
import some kind of file. ``.`` is a method that is not answered, or a POST that the page reads like a GET; ``same``
in the second column is what stands in the first. The last column names the objects of ``furnished`` that stand in
the address, in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

# Verbs per object, as SPEC 4 lists them, by role.
ROLES = {
    "administrator": """
        customers: list view add edit delete
        invoices: list view add edit delete post reverse
        adjustments: list view add edit delete post reverse write_off
        advances: list view add delete post reverse
        payments: list view add post reverse
        refunds: list view add post void
        deposits: list view add post reverse
        matching: apply unapply
        reconciliation: run
        ageing: run
        ledger: run
        statements: run
        payments_by_item: run
        summaries: list view add edit delete open close override
        periods: close reopen
        imports: run
        configuration: view edit
        roles: view edit
        audit: view
    """,
    # Sees the configuration, the people and their roles, and changes none of them.
    "ar-manager": """
        customers: list view add edit delete
        invoices: list view add edit delete post reverse
        adjustments: list view add edit delete post reverse write_off
        advances: list view add delete post reverse
        payments: list view add post reverse
        refunds: list view add post void
        deposits: list view add post reverse
        matching: apply unapply
        reconciliation: run
        ageing: run
        ledger: run
        statements: run
        payments_by_item: run
        summaries: list view add edit delete open close override
        periods: close reopen
        imports: run
        configuration: view
        roles: view
        audit: view
    """,
    # Everything but posting refunds, closing summaries or books, and configuration.
    "ar-clerk": """
        customers: list view add edit delete
        invoices: list view add edit delete post reverse
        adjustments: list view add edit delete post reverse write_off
        advances: list view add delete post reverse
        payments: list view add post reverse
        refunds: list view add void
        deposits: list view add post reverse
        matching: apply unapply
        reconciliation: run
        ageing: run
        ledger: run
        statements: run
        payments_by_item: run
        summaries: list view add edit delete open
        imports: run
    """,
    # Documents; sees summaries to choose one, and neither opens nor closes any, in files as well. No money.
    "billing-clerk": """
        customers: list view add edit delete
        invoices: list view add edit delete post reverse
        adjustments: list view add edit delete post reverse write_off
        ageing: run
        summaries: list view
        imports: run
    """,
    # Reads and runs everything, and writes nothing.
    "auditor": """
        customers: list view
        invoices: list view
        adjustments: list view
        advances: list view
        payments: list view
        refunds: list view
        deposits: list view
        reconciliation: run
        ageing: run
        ledger: run
        statements: run
        payments_by_item: run
        summaries: list view
        imports: run
        configuration: view
        roles: view
        audit: view
    """,
    # Documents, money and reports; names summaries and neither opens nor closes any.
    "integrator": """
        customers: list view add edit delete
        invoices: list view add edit delete post reverse
        adjustments: list view add edit delete post reverse write_off
        advances: list view add delete post reverse
        payments: list view add post reverse
        refunds: list view add post void
        deposits: list view add post reverse
        matching: apply unapply
        reconciliation: run
        ageing: run
        ledger: run
        statements: run
        payments_by_item: run
        summaries: list view add
        imports: run
        configuration: view
    """,
}

CHECKOUT = "invoices.add+invoices.post+payments.add+payments.post"
# Whoever may import no kind of file reads the history, and uploads nothing.
IMPORTER = "imports.run+customers.add|invoices.add|adjustments.add|advances.add|payments.add|refunds.add"


@dataclass(frozen=True)
class Row:
    """One way to call one address; ``needs`` is empty where the method does nothing."""

    method: str
    address: str
    needs: str
    objects: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.address}"

    def allows(self, rights: Set[str]) -> bool:
        """Whether somebody with these rights, a member, may do it."""
        if self.needs in ("member", "signed-in", "anybody"):
            return True
        needed = self.needs.replace("CHECKOUT", CHECKOUT).replace("IMPORTER", IMPORTER).split("+")
        return all(not rights.isdisjoint(either.split("|")) for either in needed)

    def path(self, keys: dict[str, str]) -> str:
        """The address with the objects' keys in it."""
        places = iter(self.objects)
        fixed = self.address.replace("<slug:kind>.<slug:ending>", "customers.csv")
        fixed = fixed.replace("<str:code>", "forbidden")
        return re.sub(r"<(?:int|str|path):\w+>", lambda _place: keys[next(places)], fixed)


def rights_of(role: str) -> frozenset[str]:
    """What the table says that a role may do."""
    lines = [line.split(":") for line in ROLES[role].strip().splitlines()]
    return frozenset(f"{subject.strip()}.{verb}" for subject, verbs in lines for verb in verbs.split())


def table(name: str) -> Iterator[list[str]]:
    """The lines of a table, in columns."""
    for line in (Path(__file__).parent / name).read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split()


def _named(objects: list[str]) -> tuple[str, ...]:
    return tuple(objects[0].split(",")) if objects else ()


def pages() -> list[Row]:
    """A row for GET and one for POST of each page."""
    found = []
    for address, reading, writing, *objects in table("pages.txt"):
        for method, needs in (("GET", reading), ("POST", reading if writing == "same" else writing)):
            found.append(Row(method, address, "" if needs == "." else needs, _named(objects)))
    return found


def calls() -> list[Row]:
    return [
        Row(method, address, needs, _named(objects))
        for method, address, needs, *objects in table("calls.txt")
    ]
