"""Raw SQL cannot draw a number twice or give one back (SPEC 5)."""

from __future__ import annotations

from tests.guards.conftest import Person

POST = (
    "UPDATE ledger_document SET state = 'posted', number = %s, gl_date = date, posted_at = now(),"
    " due_date = date, sequence_id = %s, sequence_value = %s WHERE id = %s"
)


def drawn(someone: Person) -> tuple[str, int, int]:
    """Number, sequence and value of the posted invoice."""
    found = someone.rows(
        "SELECT number, sequence_id, sequence_value FROM ledger_document WHERE id = %s", someone.ours.invoice
    )[0]
    return found[0], found[1], found[2]


def test_a_number_is_used_once(someone: Person) -> None:
    number, _, _ = drawn(someone)
    someone.refused(POST, number, None, None, someone.ours.draft, by="ledger_document_number")


def test_a_number_is_drawn_once(someone: Person) -> None:
    _, sequence, value = drawn(someone)
    someone.refused(POST, "other", sequence, value, someone.ours.draft, by="ledger_document_drawn_once")


def test_a_number_is_drawn_before_it_is_used(someone: Person) -> None:
    _, sequence, _ = drawn(someone)
    someone.refused(POST, "N-1", sequence, 1_000_000, someone.ours.draft, by="ledger_document_number_drawn")


def test_a_sequence_without_a_value_numbers_nothing(someone: Person) -> None:
    _, sequence, _ = drawn(someone)
    someone.refused(POST, "N-1", sequence, None, someone.ours.draft, by="ledger_document_number_drawn")


def test_a_counter_is_never_lowered(someone: Person) -> None:
    _, sequence, _ = drawn(someone)
    someone.refused(
        "UPDATE companies_numbersequence SET last_value = last_value - 1 WHERE id = %s",
        sequence,
        by="companies_numbersequence_grows",
    )


def test_nor_lowered_on_conflict(someone: Person) -> None:
    _, sequence, _ = drawn(someone)
    someone.refused(
        "INSERT INTO companies_numbersequence SELECT * FROM companies_numbersequence WHERE id = %s"
        " ON CONFLICT (company_id, id) DO UPDATE SET last_value = 0",
        sequence,
        by="companies_numbersequence_grows",
    )


def test_a_counter_in_use_is_not_removed(someone: Person) -> None:
    _, sequence, _ = drawn(someone)
    someone.refused("DELETE FROM companies_numbersequence WHERE id = %s", sequence, by="23503")


def test_a_draft_holds_no_drawn_number(someone: Person) -> None:
    """A drawn number belongs to what is posted, or a deleted draft would leave a gap."""
    _, sequence, _ = drawn(someone)
    someone.run("UPDATE companies_numbersequence SET last_value = last_value + 1 WHERE id = %s", sequence)
    someone.refused(
        "UPDATE ledger_document SET number = 'N-1', sequence_id = %s, sequence_value ="
        " (SELECT last_value FROM companies_numbersequence WHERE id = %s) WHERE id = %s",
        sequence,
        sequence,
        someone.ours.draft,
        by="ledger_document_draft_is_unnumbered",
    )
