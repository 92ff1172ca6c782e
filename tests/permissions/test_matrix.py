"""Every page and every call × every shipped role, own and other company, restricted to an entity (SPEC 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from arledger.companies.models import Entity
from arledger.companies.roles import SHIPPED
from arledger.core.permissions import RIGHTS
from arledger.core.scope import company_scope
from tests.architecture.test_doors import OPEN, routes
from tests.permissions.calling import (
    browser,
    everything,
    ids_of,
    keys_of,
    make_call,
    open_page,
    told_apart,
)
from tests.permissions.furnished import Furnished, furnished
from tests.permissions.matrix import ROLES, Row, calls, pages, rights_of

pytestmark = [pytest.mark.long, pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


@pytest.fixture
def made() -> Iterator[Furnished]:
    with furnished("QUOKKA") as found:
        yield found


def test_every_route_has_a_row() -> None:
    found = {row.address.removeprefix("/") for row in pages()}
    methods = {(row.method, f"api/v1{row.address}") for row in calls()}
    doors, answered = set(), set()
    for address, pattern in routes():
        rights = getattr(pattern.callback, "rights", None)
        if rights is None and address not in OPEN:
            doors.add(address)
        answered |= {(method, address) for method in rights or ()}
    assert found == doors
    assert methods == answered


def test_rows_say_something_once() -> None:
    for rows in (pages(), calls()):
        assert len({str(row) for row in rows}) == len(rows)
    for row in (*pages(), *calls()):
        known = RIGHTS | {"member", "signed-in", "anybody", "CHECKOUT", "IMPORTER", ""}
        assert set(row.needs.replace("|", "+").split("+")) <= known, row
        assert len(row.objects) == len(re.findall("<int:|<path:|<str:(?!code)", row.address)), row


@pytest.mark.parametrize("role", SHIPPED, ids=lambda role: role.code)
def test_a_shipped_role_may_do_what_the_table_says(role: object) -> None:
    code, rights = role.code, role.rights  # type: ignore[attr-defined]
    assert rights == rights_of(code)


def test_there_are_no_other_roles() -> None:
    assert {role.code for role in SHIPPED} == set(ROLES)


def wrong(row: Row, status: int, rights: frozenset[str]) -> bool:
    if not row.allows(rights):
        return status != 403
    return status == 403 or status >= 500


def test_what_each_role_is_answered(made: Furnished) -> None:
    """A row that let somebody in is not called again for a role that holds all of his rights and more.

    Doors and services only ever ask whether a right is held (``Actor.require``), never for a role.
    """
    faults: dict[str, int] = {}
    let_in: dict[Row, list[frozenset[str]]] = {}
    for role in sorted(ROLES, key=lambda role: len(rights_of(role))):
        rights, api = rights_of(role), made.member(role)

        def chosen(row: Row, rights: frozenset[str] = rights) -> bool:
            return not any(fewer <= rights for fewer in let_in.get(row, ()))

        for row, said in everything(made, api, keys_of(made), ids_of(made), chosen):
            if row.allows(rights):
                let_in.setdefault(row, []).append(rights)
            if wrong(row, said.status, rights):
                faults[f"{role}: {row}"] = said.status
    assert "\n".join(f"{k} {v}" for k, v in faults.items()) == ""


def test_nobody_gets_in(made: Furnished) -> None:
    api, client, faults = made.member("administrator"), browser(None), {}
    for row in pages():
        said = open_page(client, made.company.code, row, keys_of(made))
        if said.status != 302 or "/accounts/login/" not in said.text:
            faults[str(row)] = said.status
    for row in calls():
        said = make_call(api, row, ids_of(made), token="")
        if said.status != 401 and row.needs != "anybody":
            faults[str(row)] = said.status
    assert "\n".join(f"{k} {v}" for k, v in faults.items()) == ""


# Of the company as a whole, whatever entity somebody is limited to.
COMPANY_WIDE = {"account", "term", "sequence", "journal", "bank", "location", "role", "member", "user"}
# Of one person, whatever they are about; jobs of the company.
PERSONAL = {"token", "export", "view", "import", "webhook"}


def of_an_entity(row: Row) -> bool:
    return bool(row.objects) and not set(row.objects) & (COMPANY_WIDE | PERSONAL)


def test_a_member_of_one_entity_sees_its_objects_and_no_others() -> None:
    """Of the entity: what everybody sees. Of another: as if it were not there."""
    with furnished("NUMBAT", "N") as made:
        pass
    with company_scope(made.company.pk):
        south = Entity.objects.create(company=made.company, code="S", name="South").pk
    inside, outside = made.member("administrator", "inside"), made.member("administrator", "outside")
    made.limit(inside, made.keys["entity"])
    made.limit(outside, south)
    seen = everything(made, inside, keys_of(made), ids_of(made), of_an_entity)
    faults = {str(row): said.status for row, said in seen if hidden(row, said.status)}
    assert faults == {}
    assert told_apart(made, outside, made, of_an_entity) == {}


def hidden(row: Row, status: int) -> bool:
    """Whether an answer is as if the object were not there; nothing was paid that a tax receipt could show."""
    return status in (403, 404) and "receipt.pdf" not in row.address


def test_a_member_of_one_entity_sees_what_belongs_to_none(made: Furnished) -> None:
    limited = made.member("administrator", "limited")
    with company_scope(made.company.pk):
        made.limit(limited, Entity.objects.create(company=made.company, code="S", name="South").pk)
    seen = everything(made, limited, keys_of(made), ids_of(made), of_an_entity)
    faults = {str(row): said.status for row, said in seen if hidden(row, said.status)}
    assert set(faults) == {str(row) for row in (*pages(), *calls()) if "entity" in row.objects and row.needs}


def test_another_companys_objects_are_as_if_they_were_not_there(made: Furnished) -> None:
    with furnished("NUMBAT") as theirs:
        pass
    assert told_apart(made, made.member("administrator"), theirs, lambda row: bool(row.objects)) == {}


def test_another_company_is_as_if_it_were_not_there(made: Furnished) -> None:
    stranger = browser(made.member("administrator"))
    with furnished("NUMBAT") as theirs:
        pass
    answers = {
        str(row): open_page(stranger, theirs.company.code, row, keys_of(theirs)).status for row in pages()
    }
    assert {row: status for row, status in answers.items() if status != 404} == {}
