"""An invoice on paper: its lines, its inline credits, what is open of it today; drafts and reversed ones marked."""

from __future__ import annotations

import pytest

from arledger.companies.models import Entity, Membership, MembershipEntity
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.paper import Paper, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures(at_the_time_of_the_books.__name__)]


def pdf(b: Books, key: int, *, language: str = "en") -> Paper:
    clerk = Clerk(b, language=language)
    answer = clerk.client.get(f"{clerk.root}/invoices/{key}/invoice.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return read(answer.content)


def test_it_says_what_its_page_says() -> None:
    with books() as b:
        key = b.invoice(300, 100, -20, reference="PO-7", bill_to="Acme Ltd\n1 Street")
        b.receipt(80, [key])
        found = pdf(b, key)
        assert found.title == "Invoice INV-00001"
        for words in (
            b.company.name,
            "Acme Ltd",
            "1 Street",
            "PO-7",
            "Mar 15, 2026",
            "Amount EUR",
            "\u221220.00",
            "Charges 400.00 EUR",
            "Credits \u221220.00 EUR",
            "Total 380.00 EUR",
            "Settled 80.00 EUR",
            "Open on Mar 15, 2026 300.00 EUR",
        ):
            assert found.says(words), words


def test_its_file_is_named_after_it_and_saved() -> None:
    with books() as b:
        key, draft = b.invoice(1), b.invoice(1, post=False)
        clerk = Clerk(b)
        page = clerk.open(f"/invoices/{key}/")
        answer = clerk.client.get(page.links["PDF"])
        assert answer["Content-Disposition"] == 'attachment; filename="INV-00001.pdf"'
        assert clerk.client.get(page.links["PDF"]).content == answer.content
        answer = clerk.client.get(f"{clerk.root}/invoices/{draft}/invoice.pdf")
        assert answer["Content-Disposition"] == 'attachment; filename="Invoice.pdf"'


def test_a_number_from_elsewhere_names_the_file_harmlessly() -> None:
    with books() as b:
        key = b.invoice(1, number='A/1\\..\\"2')
        clerk = Clerk(b)
        answer = clerk.client.get(f"{clerk.root}/invoices/{key}/invoice.pdf")
        assert "A-1-..-" in answer["Content-Disposition"]
        assert not set("/\n") & set(answer["Content-Disposition"])


def test_a_draft_and_a_reversed_invoice_say_so() -> None:
    with books() as b:
        draft, key = b.invoice(5, post=False), b.invoice(7)
        mirror = b.reverse(key)
        found = pdf(b, draft)
        assert "DRAFT" in found.text
        assert found.says("nothing is owed for it yet")
        assert not found.says("Open on")
        found = pdf(b, key)
        assert "REVERSED" in found.text
        assert found.says("Reversed on Mar 15, 2026 by INV-00002: wrong")
        assert found.says("Open on Mar 15, 2026 0.00 EUR")
        assert pdf(b, mirror).says("This reverses INV-00001.")


def test_amounts_in_french_and_markup_in_names() -> None:
    with books() as b:
        name = "ACME #1 $100$ @home *x* _y_ \\z \"q\" 'r'"
        key = b.invoice("1234567.89", customer=b.add_customer(name), description="#panic() *note*")
        found = pdf(b, key, language="fr")
        assert (found.language, found.says(name), found.says("#panic() *note*")) == ("fr", True, True)
        assert "1\u202f234\u202f567,89 EUR" in found.text
        assert "15 mars 2026" in found.text


def test_letter_in_america() -> None:
    with books(time_zone="America/New_York") as b:
        assert pdf(b, b.invoice(1)).width == 612


def test_only_for_those_who_may_see_it() -> None:
    with books() as b:
        ours = Entity.objects.create(company=b.company, code="E1", name="One")
        theirs = Entity.objects.create(company=b.company, code="E2", name="Two")
        key = b.invoice(1, entity_id=theirs.pk, on=TODAY)
        clerk, limited = Clerk(b), Clerk(b)
        member = Membership.objects.get(company=b.company, user=limited.user)
        MembershipEntity.objects.create(company=b.company, membership=member, entity=ours)
        address = f"{clerk.root}/invoices/{key}/invoice.pdf"
        assert clerk.client.get(address).status_code == 200
        assert limited.client.get(address).status_code == 404
        payment = f"{clerk.root}/invoices/{b.receipt(1)}/invoice.pdf"
        assert clerk.client.get(payment).status_code == 404
    with books() as other:
        foreign = Clerk(other)
        assert foreign.client.get(address).status_code == 404
        assert foreign.client.get(address.replace(clerk.root, foreign.root)).status_code == 404


def test_a_credit_memo_prints_with_its_reason() -> None:
    with books() as b:
        key = b.adjustment(-40, reason="goods returned")
        clerk = Clerk(b)
        found = read(clerk.client.get(clerk.open(f"/credits/adjustments/{key}/").links["PDF"]).content)
        assert found.title == "Adjustment ADJ-00001"
        assert found.says("goods returned")
        assert found.says("Open on Mar 15, 2026 \u221240.00 EUR")
