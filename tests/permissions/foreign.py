"""What somebody is told who names another company's thing, against what he is told of one that is nowhere."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import connection

from arledger.companies.models import Entity
from arledger.core.scope import company_scope
from tests.integrator import Integrator
from tests.permissions.calling import Said, bare
from tests.permissions.furnished import Furnished, furnished
from tests.permissions.named import Named, name

REFUSED = (400, 404, 422)
TENANTS = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = 'company_id'
ORDER BY 1
"""


@dataclass(frozen=True)
class Two:
    """Two companies: the caller's own names, those of another entity in his company, and another company's."""

    own: Named
    elsewhere: Named
    theirs: Named
    member: Integrator
    limited: Integrator

    @property
    def made(self) -> Furnished:
        return self.own.made


def two_companies() -> Two:
    """``member`` may do everything; ``limited`` the same within an entity that has nothing yet."""
    with furnished("QUOKKA") as made, furnished("NUMBAT") as others:
        pass
    with company_scope(others.company.pk):
        theirs = name(others, "ZQBTHEIRS")
    with company_scope(made.company.pk):
        b = made.books
        other = Entity.objects.create(company=made.company, code="ZQNELSEENT", name="ZQNELSE entity").pk
        elsewhere = name(made, "ZQNELSE", entity=other)
        b.configure(summary_frequency=dict.fromkeys(elsewhere.summaries, "daily"))
        own = name(made, "ZQAOWN")
        member, limited = made.member("administrator"), made.member("administrator", "limited")
        made.limit(limited, own.keys["entity"])
    for api in (member, limited):
        api.get("/terms")  # notes that the token is used
    return Two(own, elsewhere, theirs, member, limited)


def contents(company: int) -> dict[str, tuple[int, int]]:
    """Of each of a company's tables how many rows it has, and a figure that any change of them changes."""
    with connection.cursor() as cursor, company_scope(company):
        cursor.execute(TENANTS)
        tables = [table for (table,) in cursor.fetchall()]
        each = [
            f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)"
            f" FROM {table} t WHERE company_id = {company}"
            for table in tables
        ]
        cursor.execute(" UNION ALL ".join(each))
        return {table: (count, int(figure)) for table, count, figure in cursor.fetchall()}


def without(said: Said, text: str) -> Said:
    """An answer without the text that was sent (or the key in it), and what differs between any two answers."""
    return bare(Said(said.status, said.text.replace(text, "#")), [text.partition("_")[2] or text])


def nothing(faults: dict[str, str]) -> None:
    """Fail with all faults there are."""
    if faults:
        pytest.fail("\n".join(f"{key}: {value}" for key, value in faults.items()), pytrace=False)
