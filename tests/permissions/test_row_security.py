"""Another company's things where every check in Python looks for them: row security alone keeps them away (SPEC 4).

The actor is made to act for the other company while the database shows his own: each ``company_id`` that a selector
filters by then asks for the other company's rows, and each id in the address is one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from arledger.companies import middleware as page_middleware
from arledger.companies.standing import Standing, standing
from tests.permissions.calling import everything, ids_of, keys_of
from tests.permissions.furnished import Furnished, furnished
from tests.permissions.matrix import Row, pages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def astray(theirs: Furnished, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever comes in act for another company, in the scope of his own."""

    @contextmanager
    def entered(**asked: object) -> Iterator[Standing | None]:
        with standing(**asked) as found:  # type: ignore[arg-type]
            assert found is not None
            yield replace(found, actor=replace(found.actor, company_id=theirs.company.pk))

    monkeypatch.setattr(page_middleware, "standing", entered)


def test_row_security_alone_hides_another_companys_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is done, and nothing of theirs is said. A fault is as good as a 404: the rows were not there."""
    with furnished("QUOKKA") as made, furnished("NUMBAT") as theirs:
        api = made.member("administrator")
    astray(theirs, monkeypatch)
    own_pages = set(pages())

    def named(row: Row) -> bool:
        return bool(row.objects) and row in own_pages

    faults = {}
    for row, said in everything(made, api, keys_of(theirs), ids_of(theirs), named):
        if said.status < 400 or theirs.secret in said.text:
            faults[str(row)] = said.status
    assert faults == {}
