"""No page links to what the person may not open, whatever it names (SPEC 4)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from arledger.companies.models import Entity, Membership
from arledger.companies.people_services import change_member
from arledger.companies.role_services import set_up_role
from tests.build import TODAY, Books, books, person
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]

PAGES = (
    "/",
    "/customers/",
    "/customers/{customer}/",
    "/invoices/",
    "/invoices/{invoice}/",
    "/matching/why/{invoice}/",
    "/payments/",
    "/refunds/",
    "/summaries/",
    "/credits/",
    "/credits/adjustments/",
    "/credits/adjustments/{memo}/",
    "/matching/unreconciled/",
    "/matching/queue/",
    "/reports/reconciliation/?include_all=on",
    "/reports/ageing/?detail=1",
    "/reports/payments-by-item/",
    "/reports/proof/",
    "/reports/ledger/",
)
LINK = re.compile(r'href="(/c/[^/"]+/(?:customers|invoices|payments|refunds|summaries|credits/[a-z]+)/\d+/)"')


def furnish(b: Books) -> dict[str, int]:
    """An invoice that a memo and a receipt pay in part, a refund of the rest of the memo, a receipt nobody matched."""
    b.configure(refunds_enabled=True)
    invoice, memo = b.invoice(300, 100), b.adjustment(-150)
    b.match((b.line(invoice), b.line(memo), 50))
    b.receipt(120, [invoice])
    b.refund({memo: 30})
    b.receipt(40, leave=True)
    return {"customer": b.customer, "invoice": invoice, "memo": memo}


def offered(clerk: Clerk, things: dict[str, int]) -> tuple[int, dict[str, str]]:
    """How many pages the person sees, and where they lead: address by the page that names it."""
    seen = 0
    links: dict[str, str] = {}
    for page in PAGES:
        answer = clerk.client.get(clerk.root + page.format(**things))
        if answer.status_code == 200:
            seen += 1
            links |= dict.fromkeys(LINK.findall(answer.content.decode()), page)
    return seen, links


def refused(clerk: Clerk, links: dict[str, str]) -> dict[str, str]:
    return {address: page for address, page in links.items() if clerk.client.get(address).status_code != 200}


@pytest.mark.usefixtures("at_the_time_of_the_books")
class TestLinks:
    def test_a_billing_clerk_is_not_led_to_receipts(self, db: None) -> None:
        with books() as b:
            things = furnish(b)
            clerk = Clerk(b, "billing-clerk")
            seen, links = offered(clerk, things)
            assert seen >= 6
            assert f"{clerk.root}/invoices/{things['invoice']}/" in links
            assert refused(clerk, links) == {}

    @pytest.mark.parametrize(
        "rights",
        [
            ["invoices.list", "invoices.view", "reconciliation.run", "ageing.run", "payments_by_item.run"],
            ["customers.list", "payments.list", "adjustments.list", "refunds.list", "summaries.list"],
            ["adjustments.view", "matching.apply", "ledger.run", "reconciliation.run"],
        ],
    )
    def test_nor_is_anybody_with_few_rights(self, db: None, rights: list[str]) -> None:
        with books() as b:
            things = furnish(b)
            person(b)  # somebody has to be left who may give rights
            set_up_role(actor=b.actor, code="few", name="Few", rights=rights)
            clerk = Clerk(b, "few")
            seen, links = offered(clerk, things)
            assert seen >= 3
            assert refused(clerk, links) == {}

    def test_what_is_switched_off_is_named_and_not_linked(self, db: None) -> None:
        with books() as b:
            things = furnish(b)
            b.configure(refunds_enabled=False)
            clerk = Clerk(b)
            page = clerk.open(f"/credits/adjustments/{things['memo']}/")
            assert "REF-" in page.text
            assert refused(clerk, offered(clerk, things)[1]) == {}

    def test_matches_with_another_entity_are_neither_linked_nor_offered_to_undo(self, db: None) -> None:
        with books() as b:
            person(b)  # somebody has to be left who may give rights
            north = Entity.objects.create(company=b.company, code="N", name="North")
            south = Entity.objects.create(company=b.company, code="S", name="South")
            own, other = b.invoice(100, entity_id=north.pk), b.invoice(100, entity_id=south.pk)
            receipt = b.receipt(150, [own, other])
            clerk = Clerk(b, "ar-clerk")
            at = f"{clerk.root}/payments/{receipt}/"
            everything = clerk.client.get(at).content.decode()
            assert f"/invoices/{other}/" in everything
            undo = re.compile(r"/matching/\d+/unapply/")
            both = set(undo.findall(everything))
            assert len(both) == 2
            member = Membership.objects.get(company=b.company, user=clerk.user)
            change_member(actor=b.actor, key=member.pk, entities=[north.pk])
            page = clerk.client.get(at).content.decode()
            assert f"/invoices/{own}/" in page
            assert f"/invoices/{other}/" not in page
            offers = set(undo.findall(page))
            assert len(offers) == 1
            assert clerk.client.get(clerk.root + offers.pop()).status_code == 200
            hidden = (both - set(undo.findall(page))).pop()
            assert clerk.client.get(clerk.root + hidden).status_code == 404

    def test_why_something_is_open_names_what_another_entity_did_and_does_not_link_it(self, db: None) -> None:
        with books() as b:
            person(b)  # somebody has to be left who may give rights
            north = Entity.objects.create(company=b.company, code="N", name="North")
            south = Entity.objects.create(company=b.company, code="S", name="South")
            charge = b.invoice(100, entity_id=north.pk)
            other = b.receipt(10, [charge], entity_id=south.pk)
            own = b.receipt(20, [charge], entity_id=north.pk)
            later = b.receipt(5, [charge], on=TODAY + timedelta(days=2), entity_id=south.pk)
            draft = b.receipt(30, [charge], post=False, entity_id=south.pk)
            names = [str(b.document(key)) for key in (other, own, later, draft)]
            clerk = Clerk(b, "ar-clerk")
            member = Membership.objects.get(company=b.company, user=clerk.user)
            for limits, linked in (([], [other, own, later, draft]), ([north.pk], [own])):
                change_member(actor=b.actor, key=member.pk, entities=limits)
                for at in (f"/matching/why/{charge}/", f"/invoices/{charge}/"):
                    page = clerk.client.get(clerk.root + at).content.decode()
                    assert [
                        key for key in (other, own, later, draft) if f"/payments/{key}/" in page
                    ] == linked
                    assert all(name in page for name in names[:2])

    def test_reports_of_whole_books_are_in_no_menu_of_a_limited_member(self, db: None) -> None:
        with books() as b:
            person(b)  # somebody has to be left who may give rights
            north = Entity.objects.create(company=b.company, code="N", name="North")
            clerk = Clerk(b, "ar-manager")
            for limits, offered_there in (([], True), ([north.pk], False)):
                member = Membership.objects.get(company=b.company, user=clerk.user)
                change_member(actor=b.actor, key=member.pk, entities=limits)
                menu = clerk.open("/reports/reconciliation/")
                for name in ("journal", "proof"):
                    address = f"{clerk.root}/reports/{name}/"
                    assert (address in menu.links.values()) is offered_there
                    palette = clerk.client.get(f"{clerk.root}/palette/?q={name}").content.decode()
                    assert (f'"{address}"' in palette) is offered_there
                    assert (clerk.client.get(address).status_code == 200) is offered_there
