"""Raw SQL cannot match what does not belong together (SPEC 10): one company, customer, currency, charge and credit."""

from __future__ import annotations

import pytest

from tests.guards.conftest import Person

SIDES = "ledger_application_sides"


def test_charge_and_credit_match(someone: Person) -> None:
    """So that the refusals below are not for another reason."""
    statement, values = someone.apply(someone.ours.charge, someone.ours.rest, 1)
    assert someone.run(statement, *values) == 1


@pytest.mark.parametrize("customer", ["customer", "other_customer"])
def test_two_customers_cannot_be_matched(someone: Person, customer: str) -> None:
    ours = someone.ours
    statement, values = someone.apply(ours.stranger_charge, ours.rest, 1, customer_id=getattr(ours, customer))
    someone.refused(statement, *values, by=SIDES)


def test_two_currencies_cannot_be_matched(someone: Person) -> None:
    statement, values = someone.apply(someone.ours.charge, someone.ours.dollar_credit, 1)
    someone.refused(statement, *values, by=SIDES)


def test_a_charge_cannot_be_matched_with_a_charge(someone: Person) -> None:
    statement, values = someone.apply(someone.ours.charge, someone.ours.second_charge, 1)
    someone.refused(statement, *values, by=SIDES)


def test_a_credit_cannot_be_matched_with_a_credit(someone: Person) -> None:
    statement, values = someone.apply(someone.ours.inline_credit, someone.ours.rest, 1)
    someone.refused(statement, *values, by=SIDES)


def test_the_sides_cannot_be_swapped(someone: Person) -> None:
    statement, values = someone.apply(someone.ours.rest, someone.ours.charge, 1)
    someone.refused(statement, *values, by=SIDES)


def test_a_line_cannot_be_matched_with_itself(someone: Person) -> None:
    statement, values = someone.apply(someone.ours.charge, someone.ours.charge, 1)
    someone.refused(statement, *values, by=SIDES)


def test_a_draft_cannot_be_matched(someone: Person) -> None:
    ours = someone.ours
    statement, values = someone.apply(ours.draft_line, ours.rest, 1)
    someone.refused(statement, *values, by=SIDES)


def test_a_draft_cannot_match(someone: Person) -> None:
    ours = someone.ours
    statement, values = someone.apply(ours.charge, ours.rest, 1, document_id=ours.draft)
    someone.refused(statement, *values, by=SIDES)


@pytest.mark.parametrize("column", ["charge_document_id", "credit_document_id"])
def test_the_documents_are_those_of_the_lines(someone: Person, column: str) -> None:
    ours = someone.ours
    statement, values = someone.apply(ours.charge, ours.rest, 1, **{column: ours.second})
    someone.refused(statement, *values, by=SIDES)


def test_a_match_is_not_earlier_than_its_documents(someone: Person) -> None:
    ours = someone.ours
    statement, values = someone.apply(ours.charge, ours.rest, 1, date="2026-03-14")
    someone.refused(statement, *values, by=SIDES)


def test_a_match_is_no_finer_than_the_currency(someone: Person) -> None:
    statement, values = someone.apply(someone.ours.charge, someone.ours.rest, "0.001")
    someone.refused(statement, *values, by=SIDES)
