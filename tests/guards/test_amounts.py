"""Raw SQL cannot make the amounts of the books wrong: what is open, applied, promised and entered (DESIGN 2)."""

from __future__ import annotations

import pytest

from tests.guards.conftest import Person

OVER = "ledger_line_never_over_applied"
# The stored key that lists sort totals by is no number either.
NO_KEY = "0A000"
DRAFT = (
    "INSERT INTO ledger_document (company_id, kind, state, customer_id, currency, date, total, reference,"
    " description, bill_to, method, reason, exchange_rate, created_at, updated_at, version)"
    " VALUES (%s, 'invoice', 'draft', %s, %s, '2026-03-15', %s, '', '', '', '', '', %s, now(), now(), 1)"
    " RETURNING id"
)


def draft_line(
    someone: Person, amount: object, currency: str = "EUR", column: str = ""
) -> tuple[str, list[object]]:
    names = f"(company_id, document_id, customer_id, currency, position, description, amount{column}"
    return f"INSERT INTO ledger_line {names}, tax_code) VALUES (%s, %s, %s, %s, 99, '', %s", [
        someone.ours.company,
        someone.ours.draft,
        someone.ours.customer,
        currency,
        amount,
    ]


def test_more_than_is_open_cannot_be_applied(someone: Person) -> None:
    ours = someone.ours
    statement, values = someone.apply(ours.charge, ours.rest, "50.01")
    assert someone.one("SELECT open_amount FROM ledger_line WHERE id = %s", ours.rest) == -50
    someone.refused(statement, *values, by=OVER)


def test_two_applications_of_one_statement_count_together(someone: Person) -> None:
    ours = someone.ours
    statement, values = someone.apply(ours.charge, ours.rest, 30)
    both = statement + ", (" + ", ".join(["%s"] * len(values)) + ")"
    someone.refused(both, *values, *values, by=OVER)


def test_two_applications_one_after_the_other_count_together(someone: Person) -> None:
    statement, values = someone.apply(someone.ours.charge, someone.ours.rest, 30)
    someone.run(statement, *values)
    someone.refused(statement, *values, by=OVER)


def test_what_a_draft_reserved_cannot_be_applied(someone: Person) -> None:
    ours = someone.ours
    assert someone.rows(
        "SELECT open_amount, reserved_amount FROM ledger_line WHERE id = %s", ours.second_charge
    ) == [(70, 40)]
    statement, values = someone.apply(ours.second_charge, ours.rest, "30.01")
    someone.refused(statement, *values, by=OVER)


def test_more_than_is_open_cannot_be_reserved(someone: Person) -> None:
    ours = someone.ours
    statement = (
        "INSERT INTO ledger_reservation (company_id, document_id, line_id, amount) VALUES (%s, %s, %s, %s)"
    )
    someone.refused(statement, ours.company, ours.holder, ours.charge, "180.01", by=OVER)


def test_more_than_is_left_unreserved_cannot_be_reserved(someone: Person) -> None:
    ours = someone.ours
    statement = (
        "INSERT INTO ledger_reservation (company_id, document_id, line_id, amount) VALUES (%s, %s, %s, %s)"
    )
    someone.refused(statement, ours.company, ours.draft, ours.second_charge, "30.01", by=OVER)


@pytest.mark.parametrize("amount", ["0", "-5", "NaN", "0.001"])
def test_a_reservation_is_a_proper_amount_of_the_lines_sign(someone: Person, amount: str) -> None:
    ours = someone.ours
    statement = (
        "INSERT INTO ledger_reservation (company_id, document_id, line_id, amount) VALUES (%s, %s, %s, %s)"
    )
    names = ["ledger_reservation_money", "ledger_reservation_sides"]
    someone.refused(statement, ours.company, ours.draft, ours.charge, amount, by=names)


def test_a_posted_document_cannot_reserve(someone: Person) -> None:
    ours = someone.ours
    statement = (
        "INSERT INTO ledger_reservation (company_id, document_id, line_id, amount) VALUES (%s, %s, %s, 1)"
    )
    someone.refused(statement, ours.company, ours.receipt, ours.charge, by="ledger_reservation_sides")


def test_a_draft_cannot_reserve_a_drafts_line(someone: Person) -> None:
    ours = someone.ours
    statement = (
        "INSERT INTO ledger_reservation (company_id, document_id, line_id, amount) VALUES (%s, %s, %s, 1)"
    )
    someone.refused(statement, ours.company, ours.holder, ours.draft_line, by="ledger_reservation_sides")


def test_a_reservation_never_changes(someone: Person) -> None:
    someone.refused("UPDATE ledger_reservation SET amount = 1", by="ledger_reservation_append_only")


def test_a_reservation_cannot_be_truncated_away(someone: Person) -> None:
    someone.refused("TRUNCATE ledger_reservation", by="ledger_reservation_append_only")


@pytest.mark.parametrize("column", ["applied_amount", "reserved_amount", "amount", "open_amount", "is_open"])
def test_the_stored_amounts_of_a_posted_line_cannot_be_set(someone: Person, column: str) -> None:
    value = "true" if column == "is_open" else "1"
    # 428C9: a generated column takes no value
    someone.refused(
        f"UPDATE ledger_line SET {column} = {value} WHERE id = %s",
        someone.ours.charge,
        by=["ledger_line_posted", "428C9", OVER],
    )


@pytest.mark.parametrize("column", ["applied_amount", "reserved_amount", "open_amount"])
def test_a_line_is_born_open(someone: Person, column: str) -> None:
    statement, values = draft_line(someone, 10, column=f", {column}")
    someone.refused(statement + ", 1, '')", *values, by=["ledger_line_born_open", "428C9"])


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "0.001", "100000000000000", "1e15"])
def test_an_amount_is_a_number_the_currency_and_the_books_can_hold(someone: Person, amount: str) -> None:
    statement, values = draft_line(someone, amount)
    # 22003: beyond numeric(18, 4)
    someone.refused(statement + ", '')", *values, by=["ledger_line_money", "22003"])


@pytest.mark.parametrize(
    ("currency", "good", "bad"), [("JPY", "7", "7.5"), ("KWD", "7.125", "7.1255"), ("EUR", "7.12", "7.125")]
)
def test_each_currency_has_its_decimals(someone: Person, currency: str, good: str, bad: str) -> None:
    statement, values = draft_line(someone, bad, currency)
    someone.refused(statement + ", '')", *values, by="ledger_line_money")
    statement, values = draft_line(someone, good, currency)
    assert someone.run(statement + ", '')", *values) == 1


@pytest.mark.parametrize(
    ("total", "rate"), [("NaN", 1), ("0.001", 1), ("1e14", 1), (0, "NaN"), (0, 0), (0, -1), (0, "1e9")]
)
def test_totals_and_rates_are_proper_numbers(someone: Person, total: object, rate: object) -> None:
    ours = someone.ours
    someone.refused(
        DRAFT, ours.company, ours.customer, "EUR", total, rate, by=["ledger_document_money", "22003", NO_KEY]
    )


def test_a_currency_is_three_capital_letters(someone: Person) -> None:
    ours = someone.ours
    someone.refused(DRAFT, ours.company, ours.customer, "eur", 0, 1, by="ledger_document_currency")


@pytest.mark.parametrize("amount", ["NaN", "0", "-1", "0.001"])
def test_an_application_is_of_a_proper_positive_amount(someone: Person, amount: str) -> None:
    statement, values = someone.apply(someone.ours.charge, someone.ours.rest, amount)
    names = ["ledger_application_money", "ledger_application_sign", "ledger_application_sides"]
    someone.refused(statement, *values, by=names)


def test_more_than_was_applied_cannot_be_unapplied(someone: Person) -> None:
    ours = someone.ours
    undo = {"reverses_id": ours.application}
    statement, values = someone.apply(ours.charge, ours.paid, "-120.01", **undo)
    someone.refused(statement, *values, by=["ledger_application_undone", OVER])


def test_unapplying_more_of_one_match_than_it_is_cannot_hide_behind_another(someone: Person) -> None:
    """The line has 170 applied, so the amounts alone would allow it."""
    ours = someone.ours
    statement, values = someone.apply(ours.charge, ours.rest, 50)
    someone.run(statement, *values)
    made = someone.one("SELECT max(id) FROM ledger_application")
    statement, values = someone.apply(ours.charge, ours.rest, -60, reverses_id=made)
    someone.refused(statement, *values, by=["ledger_application_undone", OVER])


def test_two_unapplies_of_one_statement_count_together(someone: Person) -> None:
    ours = someone.ours
    statement, values = someone.apply(ours.charge, ours.paid, -70, reverses_id=ours.application)
    both = statement + ", (" + ", ".join(["%s"] * len(values)) + ")"
    someone.refused(both, *values, *values, by=["ledger_application_undone", OVER])


def test_an_unapply_names_the_lines_it_undoes(someone: Person) -> None:
    ours = someone.ours
    statement, values = someone.apply(ours.second_charge, ours.rest, -30, reverses_id=ours.application)
    someone.refused(statement, *values, by="ledger_application_undone")


def test_an_unapply_is_not_earlier_than_what_it_undoes(someone: Person) -> None:
    ours = someone.ours
    undo = {"reverses_id": ours.application, "date": "2026-03-14"}
    statement, values = someone.apply(ours.charge, ours.paid, -1, **undo)
    someone.refused(statement, *values, by=["ledger_application_sides", "ledger_application_undone"])


def test_an_unapply_cannot_be_unapplied(someone: Person) -> None:
    ours = someone.ours
    statement, values = someone.apply(ours.charge, ours.paid, -20, reverses_id=ours.application)
    someone.run(statement, *values)
    undo = someone.one("SELECT max(id) FROM ledger_application")
    statement, values = someone.apply(ours.charge, ours.paid, -20, reverses_id=undo)
    someone.refused(statement, *values, by="ledger_application_undone")
