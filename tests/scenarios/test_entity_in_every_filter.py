"""The filter *entity* of every list, report, file and call (SPEC 12, 15.2, docs/adr/0050).

Whoever adds a list or a report finds it missing here: it gets the filter, or a reason below why entities mean nothing
to it. The figures are those of two entities and the top level, whose parts add up to the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.context import MENU, Item, address
from arledger.companies.entity_pages import ByEntity
from arledger.companies.models import Entity
from arledger.core.export_sources import Asked, sources
from arledger.core.http.listing import Lister
from tests.build import books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.scenarios.entities import World, part, world

__all__ = ["at_the_time_of_the_books", "world"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
OPENAPI = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"

# What belongs to no entity, or to all of them at once.
LISTS = {
    "AuditLister": "events are of the company",
    "ImportLister": "a file may hold rows of several entities",
    "FaultLister": "the rows of one file",
}
PLACES = {
    "home:index": "no list; the entity of the top bar narrows it",
    "reconciliation:workbench": "one customer's account; the entity of the top bar narrows it",
    "reports:journal": "whole books only: a match between entities is booked in both",
    "reports:proof": "whole books only: a match between entities moves the balance from one to the other",
    "imports:list": LISTS["ImportLister"],
}
FILES = {
    "audit": LISTS["AuditLister"],
    "journal": PLACES["reports:journal"],
    "fec": PLACES["reports:journal"],
    "proof": PLACES["reports:proof"],
    "imports": LISTS["ImportLister"],
}
CALLS = {
    "/api/v1/reports/proof": PLACES["reports:proof"],
    "/api/v1/entities": "the entities themselves",
    "/api/v1/locations": "set up once",
    "/api/v1/accounts": "set up once",
    "/api/v1/bank-accounts": "set up once",
    "/api/v1/terms": "set up once",
    "/api/v1/number-sequences": "set up once",
    "/api/v1/journals": "set up once",
    "/api/v1/users": "people are of the company",
    "/api/v1/roles": "roles are of the company",
    "/api/v1/tokens": "programs are of the company",
    "/api/v1/webhooks": "programs are of the company",
    "/api/v1/webhooks/{key}/deliveries": "programs are of the company",
    "/api/v1/exports": "one's own files",
    "/api/v1/imports": LISTS["ImportLister"],
    "/api/v1/imports/{key}/errors": LISTS["FaultLister"],
    "/api/v1/events": LISTS["AuditLister"],
}


# Every list, page, file and call has it ----------------------------------------------------------------------


def listers(of: type[Lister] = Lister) -> Iterator[type[Lister]]:
    for one in of.__subclasses__():
        yield one
        yield from listers(one)


def test_every_list_filters_by_entity() -> None:

    assert address("home:index")
    shown = {
        one.__name__: one
        for one in listers()
        if hasattr(one, "name") and one.__module__.split(".")[0] != "tests"
    }
    assert len(shown) > 10
    lacking = {name for name, one in shown.items() if not issubclass(one, ByEntity)}
    assert lacking == set(LISTS)


def places(items: tuple[Item, ...] = MENU) -> Iterator[Item]:
    for item in items:
        if item.prefix != "/settings/":
            yield from [item] if item.route else []
            yield from places(item.children)


def offered(page: Page) -> bool:
    return any("entity" in form.fields for form in page.forms if not form.action.endswith("/switch/"))


def test_every_page_of_the_menu_offers_it_where_there_are_entities(world: World) -> None:
    clerk = Clerk(world.b)
    lacking = set()
    for item in places():
        page = clerk.open(address(item.route).replace("//", "/"))
        assert page.status == 200, item.route
        if not offered(page):
            lacking.add(item.route)
    assert lacking == set(PLACES)
    assert offered(clerk.open(f"/reports/statements/{world.b.customer}/"))


def test_no_page_offers_it_where_there_are_none() -> None:
    with books() as b:
        clerk = Clerk(b)
        b.configure(refunds_enabled=True)
        for item in places():
            assert not offered(clerk.open(address(item.route))), item.route


PAGES = [
    "/customers/",
    "/invoices/",
    "/credits/",
    "/credits/adjustments/",
    "/credits/advances/",
    "/payments/",
    "/refunds/",
    "/deposits/",
    "/summaries/",
    "/matching/unreconciled/",
    "/matching/queue/",
    "/reports/reconciliation/",
    "/reports/ledger/",
    "/reports/ageing/?detail=1",
    "/reports/payments-by-item/",
    "/reports/tax-receipts/",
]


def test_what_is_chosen_stands_in_a_pill_and_costs_the_same(world: World) -> None:
    clerk = Clerk(world.b)

    def ask(path: str, entity: object) -> tuple[Page, int]:
        address = f"{path}{'&' if '?' in path else '?'}entity={entity}"
        clerk.open(address)
        with CaptureQueriesContext(connection) as asked:
            page = clerk.open(address)
        return page, len(asked)

    costs = {}
    for path in PAGES:
        page, costs[path] = ask(path, world.nice)
        assert page.status == 200, path
        assert "Entity NICE NICE Remove filter Entity" in page.text, path
        back = next(url for words, url in page.links.items() if words == "Remove filter Entity")
        assert f"entity={world.nice}" not in back, path
        for wrong in (10**9, "x", "%00"):
            found = clerk.open(f"{path}{'&' if '?' in path else '?'}entity={wrong}")
            assert found.status in (200, 400), path
    for times in (10, 10, 10):
        part(world, world.nice, times)
    Entity.objects.create(company=world.b.company, code="ZZ", name="More")
    assert {path: ask(path, world.nice)[1] for path in PAGES} == costs


def test_every_file_and_call_has_it(world: World) -> None:
    b = world.b
    asked = Asked(actor=b.actor, company=b.company, features=frozenset(), query="", format="csv")
    lacking = {
        name
        for name, one in sources().items()
        if one.parameters is None or "entity" not in one.parameters(asked)
    }
    assert lacking == set(FILES)
    described = yaml.load(OPENAPI.read_text(), Loader=yaml.CSafeLoader)["paths"]
    missing = set()
    for path, operations in described.items():
        names = {one.get("name") for one in operations.get("get", {}).get("parameters", ())}
        if ("cursor" in names or "after" in names or "/reports/" in path) and "entity" not in names:
            missing.add(path)
    assert missing == set(CALLS)
