"""Row security as the only guard: the same answers with every company filter of the product switched off (SPEC 4)."""

from __future__ import annotations

import re

from django.db import DatabaseError, connection, transaction

from arledger.core.scope import company_scope
from tests.permissions.bodies import Call, kind_at, named_in
from tests.permissions.calling import Said, bare, everything, ids_of, keys_of
from tests.permissions.foreign import REFUSED, Two, nothing
from tests.permissions.matrix import Row
from tests.permissions.members import CODES
from tests.permissions.test_foreign_names import asked, filters, looked_for, refused, sent
from tests.permissions.unguarded import Unguarded, unguarded


def told(two: Two, said: Said) -> bool:
    """Whether an answer says anything of the other company."""
    return two.theirs.made.secret in said.text or two.theirs.mark in said.text


def read(two: Two) -> dict[str, str]:
    """What every page, list, report, file and call that only reads answers, by its row."""
    made = two.made

    def reads(row: Row) -> bool:
        return row.method == "GET"

    found = everything(made, two.member, keys_of(made), ids_of(made), reads)
    answers = {str(row): bare(said, ()) for row, said in found}
    timed = re.compile(r"in [0-9.]+ s\b")
    return {row: f"{said.status} {timed.sub('', said.text)}" for row, said in answers.items()}


def test_everything_reads_the_same(two: Two) -> None:
    """Pages, lists, reports, exports, searches: nothing of another company joins in when nobody filters."""
    guarded = read(two)
    with unguarded() as found:
        opened = read(two)
    nothing({row: difference(guarded[row], said) for row, said in opened.items() if said != guarded[row]})
    assert [row for row, said in opened.items() if told(two, Said(0, said))] == []
    assert found.left == set()
    assert len(opened) > 200
    assert found.guards > 1_000
    alone(two, found)


def difference(one: str, other: str) -> str:
    """Where two texts part."""
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return f"{one[max(at - 60, 0) : at + 60]!r} became {other[max(at - 60, 0) : at + 60]!r}"


def alone(two: Two, found: Unguarded) -> None:
    """The statements as they were sent without filters, in other scopes.

    In none, nothing shows; in the other company's its things do, and none of those they were sent for: there was no
    guard but row security.
    """
    own, other = two.made.secret, two.theirs.made.secret
    shown = 0
    for statement, params in found.statements.items():
        with company_scope(0):
            rows = rows_of(statement, params)
        assert own not in rows, statement
        assert other not in rows, statement
        with company_scope(two.theirs.made.company.pk):
            rows = rows_of(statement, params)
        assert own not in rows, statement
        shown += other in rows
    assert len(found.statements) > 150
    assert shown > 30


def rows_of(statement: str, params: object) -> str:
    """What a statement finds, as a text; nothing where it fails for want of a row."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)  # type: ignore[arg-type]
            return str(cursor.fetchall())
    except DatabaseError:
        return ""


def test_no_address_leads_to_another_companys_things(two: Two) -> None:
    theirs, faults = two.theirs.made, {}
    with unguarded():
        for row, said in everything(
            two.made, two.member, keys_of(theirs), ids_of(theirs), lambda row: bool(row.objects)
        ):
            if said.status not in (400, 404, 405) or told(two, said):
                faults[str(row)] = f"{said.status}"
    nothing(faults)


def test_no_body_names_another_companys_things(two: Two) -> None:
    faults = {}
    calls = named_in(two.own, two.member.get("/configuration").body)
    tried = [(call, place) for call in calls if "bulk" not in call.path for place in call.places()]
    with unguarded():
        for call, place in tried:
            said = naming_theirs(two, call, place)
            if not refused(call, said) or told(two, said):
                faults[f"{call} {place}"] = said.text
    nothing(faults)


def naming_theirs(two: Two, call: Call, place: str) -> Said:
    return sent(two.member, call, call.naming(place, two.theirs.id(kind_at(place))))


def test_no_filter_finds_another_companys_things(two: Two) -> None:
    faults = {}
    with unguarded():
        for path, name in filters():
            for text in list(looked_for(two.theirs, path, name).values())[:1]:
                said = asked(two.member, "GET", f"{path}?{name}={text}")
                echoed = said.text.replace(text, "") if name in CODES or said.status in REFUSED else said.text
                if said.status not in (200, *REFUSED) or told(two, Said(said.status, echoed)):
                    faults[f"{path}?{name}={text}"] = said.text
    nothing(faults)
