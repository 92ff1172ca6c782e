"""The receipt on paper: of a payment and of an advance; and what leads to a draft that was posted meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import services
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.paper import Paper, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures(at_the_time_of_the_books.__name__)]


def receipt(clerk: Clerk, path: str) -> Paper:
    answer = clerk.client.get(clerk.open(path).links["PDF"])
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return read(answer.content)


def test_a_payment_says_what_came_in_from_whom_and_what_it_paid() -> None:
    with books() as b:
        first, second = b.invoice(100), b.invoice(50)
        key = b.receipt(180, [first, second], reference="VIR-7", leave=True)
        found = receipt(Clerk(b), f"/payments/{key}/")
        assert found.title == "Receipt PAY-00001"
        for words in (
            b.company.name,
            "Received from",
            "VIR-7",
            "Mar 15, 2026",
            "INV-00001 Mar 15, 2026 A 100.00",
            "INV-00002 Mar 15, 2026 B 50.00",
            "Received 180.00 EUR",
            "Applied 150.00 EUR",
            "Available 30.00 EUR",
        ):
            assert found.says(words), words
        assert "DRAFT" not in found.text
        assert "REVERSED" not in found.text


def test_a_credit_used_with_it_is_no_money_received() -> None:
    with books() as b:
        invoice, memo = b.invoice(100), b.adjustment(-40)
        found = receipt(Clerk(b), f"/payments/{b.receipt(60, [invoice], credits=[memo])}/")
        assert found.says("Received 60.00 EUR")
        assert found.says("Applied 60.00 EUR")
        assert found.says("Available 0.00 EUR")


def test_an_advance_in_french() -> None:
    with books() as b:
        b.number_advances()
        clerk = Clerk(b, language="fr")
        found = receipt(clerk, f"/credits/advances/{b.advance('1234.5')}/")
        assert found.language == "fr"
        assert "1\u202f234,50 EUR" in found.text
        assert found.says("ADV-00001")


def test_a_draft_is_marked_and_a_reversed_one_says_when_and_why() -> None:
    with books() as b:
        clerk, key = Clerk(b), b.receipt(20, [b.invoice(20)])
        draft = clerk.client.get(f"{clerk.root}/payments/{b.receipt(10, leave=True, post=False)}/receipt.pdf")
        assert "DRAFT" in read(draft.content).text
        assert draft["Content-Disposition"] == 'attachment; filename="Receipt.pdf"'
        services.reverse(actor=b.actor, ids=[key], on=TODAY + timedelta(days=1), reason="bounced")
        found = receipt(clerk, f"/payments/{key}/")
        assert "REVERSED" in found.text
        assert found.says("Reversed on Mar 16, 2026 by PAY-00002: bounced")


def drafts(b: Books) -> list[tuple[str, int]]:
    """Drafts of two kinds, with their addresses: those whose forms are work screens and those that have lines."""
    return [("payments", b.receipt(10, leave=True, post=False)), ("invoices", b.invoice(10, post=False))]


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("verb", ["edit", "post", "delete"])
def test_a_draft_posted_meanwhile_is_led_to(place: int, verb: str) -> None:
    with books() as b:
        clerk, (kind, key) = Clerk(b), drafts(b)[place]
        here = f"/{kind}/{key}/"
        button = {"payments": "Post payment", "invoices": "Post invoice"}[kind]
        asked = clerk.open(f"{here}post/")
        late = clerk.open(f"{here}{verb}/").form("" if verb == "edit" else "confirm")
        assert "is posted." in asked.press(button, form="confirm").text
        refused = clerk.send(f"{clerk.root}{here}{verb}/", {**late.fields, "idempotency_key": "another"})
        number = {"payments": "PAY-00001", "invoices": "INV-00001"}[kind]
        assert (refused.status, f"{number} is posted already" in refused.text) == (409, True)
        assert refused.links[f"Open {number}"] == f"{clerk.root}{here}"
