"""Saved views: one's own, shared, default; never another company's (UX: lists)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.core.models import SavedView
from tests.build import Books, books
from tests.clerk import Clerk

pytestmark = pytest.mark.django_db
PLACE = "invoices:list"


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def keep(clerk: Clerk, name: str, query: str = "tab=open", place: str = PLACE, **more: str) -> int:
    fields = {"place": place, "query": query, "name": name, **more}
    status: int = clerk.client.post(f"{clerk.root}/views/save/", fields).status_code
    return status


def menu(clerk: Clerk, place: str = PLACE) -> set[str]:
    """The names of the views one may choose from."""
    return set(clerk.open(f"/views/?place={place}").links)


def test_a_view_is_saved_found_and_used(b: Books) -> None:
    clerk = Clerk(b)
    page = clerk.open("/invoices/?tab=open&sort=-total&cursor=")
    assert f"/views/?place={PLACE.replace(':', '%3A')}" in page.links["Saved views"]
    assert keep(clerk, "Mine", "tab=open&sort=-total&cursor=abc&q=") == 303
    view = SavedView.objects.get(company_id=b.company.pk)
    assert (view.query, view.owner, view.shared) == ("tab=open&sort=-total", clerk.user.pk, False)
    assert "Mine" in menu(clerk)
    assert clerk.open("/views/?place=invoices:list").links["Mine"].endswith("/invoices/?tab=open&sort=-total")
    keep(clerk, "Mine", "tab=overdue")
    assert SavedView.objects.get(company_id=b.company.pk).query == "tab=overdue", "saved again, replaced"
    assert "Mine" not in menu(clerk, "payments:list")
    assert keep(clerk, "") == 400
    assert keep(clerk, "x", place="nowhere:list") == 404
    assert keep(clerk, "x", place="account_login") == 404
    assert keep(Clerk(b, "billing-clerk"), "x", place="payments:list") == 403


def test_it_is_ones_own_until_shared_and_never_another_companys(b: Books) -> None:
    clerk, colleague = Clerk(b), Clerk(b)
    keep(clerk, "Mine")
    view = SavedView.objects.get(company_id=b.company.pk)
    path = f"{clerk.root}/views/{view.pk}/"
    assert "Mine" not in menu(colleague)
    assert colleague.client.post(path, {"action": "delete"}).status_code == 404
    assert clerk.client.post(path, {"action": "change", "name": "Ours", "shared": "on"}).status_code == 303
    assert "Ours" in menu(colleague)
    assert colleague.client.post(path, {"action": "change", "name": "Stolen"}).status_code == 404
    assert colleague.client.post(path, {"action": "delete"}).status_code == 404
    assert colleague.client.post(path, {"action": "default"}).status_code == 303
    clerk.client.post(path, {"action": "change", "name": "Mine again"})
    view.refresh_from_db()
    assert view.default_for == [], "no longer the default of whom it is hidden from"
    with books() as other:
        stranger = Clerk(other)
        assert "Mine" not in menu(stranger)
        answer = stranger.client.post(f"{stranger.root}/views/{view.pk}/", {"action": "default"})
        assert answer.status_code == 404
        assert stranger.client.get(f"{stranger.root}/invoices/").status_code == 200


def test_a_page_opens_with_its_default_from_elsewhere_only(b: Books) -> None:
    clerk = Clerk(b)
    for place, path, query in (
        (PLACE, "/invoices/", "tab=open"),
        ("reports:ageing", "/reports/ageing/", "basis=document&buckets=10%2C20"),
        ("reports:reconciliation", "/reports/reconciliation/", "customers=all"),
        ("reports:ledger", "/reports/ledger/", "customers=active"),
        ("reconciliation:unreconciled", "/matching/unreconciled/", "tab=payment"),
    ):
        keep(clerk, "First", "sort=date", place)
        keep(clerk, "Start", query, place, default="on")
        url = f"{clerk.root}{path}"
        answer = clerk.client.get(url)
        assert (answer.status_code, answer.headers.get("Location")) == (302, f"{url}?{query}"), path
        assert clerk.client.get(f"{url}?{query}").status_code == 200
        here = f"http://testserver{url}?{query}"
        assert clerk.client.get(url, HTTP_REFERER=here).status_code == 200, "all filters cleared"
        assert clerk.client.get(url, HTTP_HX_REQUEST="true").status_code == 200
        assert Clerk(b).client.get(url).status_code == 200, "a colleague's page opens as ever"
    view = SavedView.objects.get(company_id=b.company.pk, place=PLACE, name="Start")
    clerk.client.post(f"{clerk.root}/views/{view.pk}/", {"action": "undefault"})
    assert clerk.client.get(f"{clerk.root}/invoices/").status_code == 200


def test_what_is_no_longer_understood_is_said_by_the_page(b: Books) -> None:
    clerk = Clerk(b)
    keep(clerk, "Old", "tab=gone", default="on")
    answer = clerk.client.get(f"{clerk.root}/invoices/", follow=True)
    assert answer.status_code == 400
    assert "no tab of that name" in answer.content.decode()


def test_views_cost_a_page_nothing(b: Books) -> None:
    clerk = Clerk(b)

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert clerk.client.get(f"{clerk.root}{path}").status_code == 200
        return len(found)

    cost("/invoices/")
    before = cost("/invoices/"), cost("/views/?place=invoices:list")
    for number in range(20):
        keep(clerk, f"View {number}")
    assert (cost("/invoices/"), cost("/views/?place=invoices:list")) == before
