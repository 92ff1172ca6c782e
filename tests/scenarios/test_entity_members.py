"""A member limited to an entity sees it and the top level, in whatever he opens, asks or fetches (SPEC 4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from arledger.companies.entity_forms import NONE, TOP
from arledger.companies.models import Membership, MembershipEntity, User
from arledger.core.actor import Actor
from arledger.core.export_services import table_of
from arledger.core.export_sources import Asked, sources
from ledger.models import Document
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.integrator import Integrator
from tests.scenarios.entities import World, world

__all__ = ["at_the_time_of_the_books", "world"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
FILES = (
    "invoices",
    "payments",
    "adjustments",
    "advances",
    "refunds",
    "deposits",
    "credits",
    "summaries",
    "unreconciled",
    "ageing-detail",
    "tax-receipts",
)
LISTS = ("customers", "invoices", "payments", "adjustments", "advances", "refunds", "deposits", "summaries")


def limit(world: World, user: User) -> None:
    member = Membership.objects.get(company=world.b.company, user=user)
    MembershipEntity.objects.create(company=world.b.company, membership=member, entity_id=world.lyon)


def limited(world: World) -> Actor:
    return replace(world.b.actor, entities=frozenset([world.lyon]))


def rows(world: World, actor: Actor, name: str, query: str = "") -> Counter[str]:
    asked = Asked(
        actor=actor, company=world.b.company, features=frozenset(["refunds"]), query=query, format="csv"
    )
    return Counter(str(row) for row in table_of(sources()[name], asked).rows())


@pytest.mark.parametrize("name", FILES)
def test_each_list_and_file_holds_his_own_and_the_top_level(world: World, name: str) -> None:
    every = world.b.actor
    own, top, theirs = (rows(world, every, name, f"entity={key}") for key in (world.lyon, TOP, world.nice))
    assert rows(world, limited(world), name) == own + top
    assert theirs, "there is something that he must not see"


def test_customers_are_his_own_and_shared_ones_and_owe_what_he_may_see(world: World) -> None:
    found = rows(world, limited(world), "customers")
    assert sorted(found) == sorted(
        f"['{code}', '{name}', 'yes', 'EUR', Decimal('{balance}'), Decimal('0.00'), Decimal('{credits}')]"
        for code, name, balance, credits in (
            ("C00001", "Acme", "2925.00", "1818.00"),
            ("C00002", f"Of {world.lyon}", "0.00", "0.00"),
            ("C00004", "Of None", "0.00", "0.00"),
        )
    )


def test_each_report_adds_up_to_his_own_and_the_top_level(world: World) -> None:
    api = Integrator(world.b)
    limit(world, api.user)
    figure = "2925.00"
    assert api.get("/reports/ageing")["totals"]["total"] == figure
    assert api.get("/reports/ledger")["totals"]["closing"] == figure
    customer = api.get("/customers?q=Acme")["results"][0]["code"]
    for way in ("open_items", "balance_forward"):
        address = f"/reports/statement?customer={customer}&type={way}"
        assert api.get(address)["totals"]["balance"] == figure, way
    refused = api.get("/reports/proof")
    assert (refused.status, refused.codes) == (403, ["proof_needs_all_entities"])


def test_the_api_knows_nothing_of_the_others(world: World) -> None:
    every, api = Integrator(world.b), Integrator(world.b)
    limit(world, api.user)
    for name in LISTS:
        found = [row["id"] for row in api.get(f"/{name}?limit=200")["results"]]
        own = [
            row["id"]
            for text in ("LYON", NONE)
            for row in every.get(f"/{name}?limit=200&entity={text}")["results"]
        ]
        assert sorted(found) == sorted(own), name
        theirs = every.get(f"/{name}?limit=200&entity=NICE")["results"]
        assert theirs, name
        assert api.get(f"/{name}/{theirs[0]['id']}").status == 404, name
        assert api.get(f"/{name}?entity=NICE").status == 404, name
        assert api.get(f"/{name}?entity=LYON").status == 200, name
    assert [row["code"] for row in api.get("/entities")["results"]] == ["LYON"]
    credits = {row["number"] for row in api.get("/credits?limit=200")["results"]}
    theirs = {row["number"] for row in every.get("/credits?limit=200&entity=NICE")["results"]}
    assert not credits & theirs


def test_search_palette_and_home_know_nothing_of_them_either(world: World) -> None:
    clerk = Clerk(world.b)
    limit(world, clerk.user)
    hidden = Document.objects.filter(company=world.b.company, entity=world.nice, number__isnull=False)
    shown = Document.objects.filter(company=world.b.company, entity=world.lyon, number__isnull=False)
    for path in ("/search/?q=", "/palette/?q="):
        for document in hidden.exclude(kind="matching"):
            assert f"/{document.pk}/" not in str(clerk.open(path + str(document.number)).links), path
    for document in shown.filter(kind="invoice"):
        page: Any = clerk.client.get(f"{clerk.root}/search/?q={document.number}", follow=True)
        assert page.redirect_chain[-1][0].endswith(f"/invoices/{document.pk}/")
    text = clerk.open("/").text
    # Open charges of 40 + 7 − 4 and of 4,700; credits of 18 and of 1,800.
    assert "4,743.00" in text
    assert "5,213.00" not in text
