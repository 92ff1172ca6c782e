"""Raw SQL cannot change, remove or forge what was posted (SPEC 5, 17)."""

from __future__ import annotations

import psycopg
import pytest

from tests.guards.conftest import Person

POSTED = "ledger_document_posted"
LINES = "ledger_line_posted"
POST = (
    "UPDATE ledger_document SET state = 'posted', number = 'N-1', gl_date = date, posted_at = now(),"
    " due_date = date WHERE id = %s"
)
# For each type of column a value that no fact has.
OF_ANY_TYPE = {
    "bigint": "1",
    "integer": "77",
    "numeric": "77",
    "date": "'2020-01-01'",
    "timestamp with time zone": "'2020-01-01T00:00Z'",
    "character varying": "'x'",
    "text": "'x'",
    "boolean": "true",
}


def columns(cursor: psycopg.Cursor[tuple[str, str]], table: str) -> list[tuple[str, str]]:
    """The columns of a table that are written, with their types."""
    return cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    ).fetchall()


@pytest.mark.parametrize("document", ["invoice", "receipt"])
def test_no_column_of_a_posted_document_changes(someone: Person, document: str) -> None:
    key = getattr(someone.ours, document)
    found = columns(someone.cursor, "ledger_document")
    assert len(found) > 25
    for column, kind in found:
        someone.refused(
            f"UPDATE ledger_document SET {column} = {OF_ANY_TYPE[kind]} WHERE id = %s",
            key,
            # another number of the sequence, a posted document without date: other guards are as good
            by=[POSTED, "23503", "23514", "23505", "42501", "428C9"],
        )


def test_even_the_same_values_are_no_update(someone: Person) -> None:
    someone.refused(
        "UPDATE ledger_document SET reason = reason WHERE id = %s", someone.ours.invoice, by=POSTED
    )


def test_a_posted_document_cannot_become_a_draft_again(someone: Person) -> None:
    statement = "UPDATE ledger_document SET state = 'draft', sequence_id = NULL, number = NULL WHERE id = %s"
    someone.refused(statement, someone.ours.invoice, by=POSTED)


def test_a_posted_document_cannot_be_deleted(someone: Person) -> None:
    """Not even one without lines, which no foreign key keeps."""
    ours = someone.ours
    someone.refused("DELETE FROM ledger_document WHERE id = %s", ours.stranger, by=[POSTED, "23503"])
    someone.run("DELETE FROM ledger_line WHERE document_id = %s", ours.draft)
    someone.run("DELETE FROM ledger_attachment WHERE document_id = %s", ours.draft)
    someone.run("UPDATE ledger_document SET kind = 'matching', total = 0 WHERE id = %s", ours.draft)
    someone.run(POST, ours.draft)
    someone.refused("DELETE FROM ledger_document WHERE id = %s", ours.draft, by=POSTED)


@pytest.mark.parametrize("line", ["charge", "stranger_charge", "paid", "rest"])
def test_no_column_of_a_posted_line_changes(someone: Person, line: str) -> None:
    key = getattr(someone.ours, line)
    for column, kind in columns(someone.cursor, "ledger_line"):
        someone.refused(
            f"UPDATE ledger_line SET {column} = {OF_ANY_TYPE[kind]} WHERE id = %s",
            key,
            by=[LINES, "23503", "23514", "23505"],
        )


def test_a_posted_line_cannot_be_deleted(someone: Person) -> None:
    """``stranger`` was never matched: no foreign key helps."""
    someone.refused("DELETE FROM ledger_line WHERE id = %s", someone.ours.stranger_charge, by=LINES)


def copy_of_line(
    someone: Person, line: int, document: int, amount: str = "amount"
) -> tuple[str, list[object]]:
    """The statement that writes a line like ``line`` on ``document``."""
    names = [name for name, _ in columns(someone.cursor, "ledger_line")]
    own = {
        "id": "nextval(pg_get_serial_sequence('ledger_line', 'id'))",
        "document_id": "%s",
        "position": "99",
    }
    own |= {"applied_amount": "0", "reserved_amount": "0", "amount": amount}
    taken = ", ".join(own.get(name, name) for name in names)
    return (
        f"INSERT INTO ledger_line ({', '.join(names)}) SELECT {taken} FROM ledger_line WHERE id = %s",
        [document, line],
    )


def test_a_posted_document_gets_no_other_line(someone: Person) -> None:
    statement, values = copy_of_line(someone, someone.ours.draft_line, someone.ours.invoice)
    someone.refused(statement, *values, by=LINES)


def test_nor_a_line_of_nothing(someone: Person) -> None:
    """A line of 0 changes no total: only the rule itself stops it."""
    statement, values = copy_of_line(someone, someone.ours.draft_line, someone.ours.invoice, "0")
    someone.refused(statement, *values, by=LINES)


def test_a_draft_line_cannot_move_into_a_posted_document(someone: Person) -> None:
    ours = someone.ours
    someone.refused(
        "UPDATE ledger_line SET document_id = %s, position = 99 WHERE id = %s",
        ours.invoice,
        ours.draft_line,
        by=LINES,
    )


def test_a_posted_line_cannot_move_into_a_draft(someone: Person) -> None:
    ours = someone.ours
    someone.refused(
        "UPDATE ledger_line SET document_id = %s, position = 99 WHERE id = %s",
        ours.draft,
        ours.stranger_charge,
        by=LINES,
    )


@pytest.mark.parametrize(
    "table", ["ledger_document", "ledger_line", "ledger_application", "ledger_reservation"]
)
def test_the_books_cannot_be_truncated(someone: Person, table: str) -> None:
    someone.refused(f"TRUNCATE {table} CASCADE", by=["23514"])


def test_a_truncated_company_would_take_the_books_along(someone: Person) -> None:
    someone.refused("TRUNCATE companies_company CASCADE", by=["23514"])


@pytest.mark.parametrize(
    "change",
    [
        "amount = amount + 1",
        "date = date - 1",
        "charge_code = 'zz'",
        "reason = 'x'",
        "recorded_at = now()",
        "reverses_id = NULL",
        "actor_id = 1",
    ],
)
def test_an_application_never_changes(someone: Person, change: str) -> None:
    someone.refused(f"UPDATE ledger_application SET {change}", by="ledger_application_append_only")


def test_an_application_cannot_be_deleted(someone: Person) -> None:
    someone.refused("DELETE FROM ledger_application", by="ledger_application_append_only")


@pytest.mark.parametrize("table", ["ledger_document", "ledger_line", "ledger_application"])
def test_merge_is_no_way_around(someone: Person, table: str) -> None:
    key = {"ledger_document": "invoice", "ledger_line": "charge", "ledger_application": "application"}[table]
    column = "description" if table != "ledger_application" else "reason"
    someone.refused(
        f"MERGE INTO {table} t USING (SELECT %s::bigint AS id) s ON t.id = s.id"
        f" WHEN MATCHED THEN UPDATE SET {column} = 'x'",
        getattr(someone.ours, key),
        by="23514",
    )
    someone.refused(
        f"MERGE INTO {table} t USING (SELECT %s::bigint AS id) s ON t.id = s.id WHEN MATCHED THEN DELETE",
        getattr(someone.ours, key),
        by=["23514", "23503"],
    )


@pytest.mark.parametrize("table", ["ledger_document", "ledger_line", "ledger_application"])
def test_an_insert_that_updates_on_conflict_is_no_way_around(someone: Person, table: str) -> None:
    key = {"ledger_document": "invoice", "ledger_line": "charge", "ledger_application": "application"}[table]
    names = ", ".join(name for name, _ in columns(someone.cursor, table))
    column = "description" if table != "ledger_application" else "reason"
    someone.refused(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE id = %s"
        f" ON CONFLICT (company_id, id) DO UPDATE SET {column} = 'x'",
        getattr(someone.ours, key),
        by="23514",
    )


@pytest.mark.parametrize("table", ["ledger_document", "ledger_line", "ledger_application", "core_auditevent"])
def test_copy_is_no_way_in(app: Person, table: str) -> None:
    """0A000: PostgreSQL refuses COPY FROM where row security applies."""
    app.refused(f"COPY {table} FROM STDIN", by="0A000")


def test_a_document_is_not_born_posted(someone: Person) -> None:
    names = ", ".join(name for name, _ in columns(someone.cursor, "ledger_document") if name != "id")
    for keep in ("number", "NULL"):
        taken = names.replace("number", keep).replace("sequence_id", "NULL").replace("sequence_value", "NULL")
        someone.refused(
            f"INSERT INTO ledger_document ({names}) SELECT {taken} FROM ledger_document WHERE id = %s",
            someone.ours.invoice,
            by=["ledger_document_born_draft", "ledger_document_number", "ledger_document_posted_is_complete"],
        )


def test_a_draft_whose_lines_add_up_may_be_posted(someone: Person) -> None:
    """So that the refusals below are not for another reason."""
    assert someone.run(POST, someone.ours.draft) == 1


@pytest.mark.parametrize("total", ["total + 0.01", "0", "-total"])
def test_a_document_is_the_sum_of_its_lines(someone: Person, total: str) -> None:
    draft = someone.ours.draft
    someone.run(f"UPDATE ledger_document SET total = {total} WHERE id = %s", draft)
    someone.refused(POST, draft, by="ledger_document_lines")


def test_total_and_state_cannot_change_in_one_step_either(someone: Person) -> None:
    someone.refused(
        POST.replace("SET", "SET total = total + 1,"), someone.ours.draft, by="ledger_document_lines"
    )


def test_a_line_of_another_customer_does_not_fit(someone: Person) -> None:
    ours = someone.ours
    someone.run("UPDATE ledger_document SET customer_id = %s WHERE id = %s", ours.other_customer, ours.draft)
    someone.refused(POST, ours.draft, by="ledger_document_lines")


def test_a_line_in_another_currency_does_not_fit(someone: Person) -> None:
    someone.run("UPDATE ledger_document SET currency = 'USD' WHERE id = %s", someone.ours.draft)
    someone.refused(POST, someone.ours.draft, by="ledger_document_lines")


def test_an_invoice_without_lines_is_not_posted(someone: Person) -> None:
    draft = someone.ours.draft
    someone.run("DELETE FROM ledger_line WHERE document_id = %s", draft)
    someone.run("UPDATE ledger_document SET total = 0 WHERE id = %s", draft)
    someone.refused(POST, draft, by="ledger_document_lines")


@pytest.mark.parametrize("missing", ["number = 'N-1',", "gl_date = date,", "posted_at = now(),"])
def test_what_is_posted_is_complete(someone: Person, missing: str) -> None:
    statement = POST.replace(missing, "")
    someone.refused(statement, someone.ours.draft, by="ledger_document_posted_is_complete")


def test_a_receipt_is_worth_its_lines(someone: Person) -> None:
    holder = someone.ours.holder
    someone.run("DELETE FROM ledger_reservation WHERE document_id = %s", holder)
    someone.run("UPDATE ledger_document SET amount = amount + 1 WHERE id = %s", holder)
    someone.refused(POST, holder, by="ledger_document_lines")


def test_a_draft_that_still_reserves_is_not_posted(someone: Person) -> None:
    someone.refused(POST, someone.ours.holder, by="ledger_reservation_of_draft")


@pytest.mark.parametrize("original", ["draft", "receipt", "invoice", "dollars"])
def test_a_mirror_mirrors_one_posted_document_of_its_kind(someone: Person, original: str) -> None:
    """The draft of 30 is no mirror of itself, of a receipt, of 300 or of another customer's."""
    ours = someone.ours
    key = getattr(ours, original) if original != "dollars" else ours.stranger
    someone.run("UPDATE ledger_document SET reverses_id = %s WHERE id = %s", key, ours.draft)
    someone.refused(POST, ours.draft, by="ledger_document_mirror")


def test_a_posted_document_is_found_by_its_key_alone(app: Person) -> None:
    """The guards compare keys: nobody can give a posted document another one."""
    app.refused(
        "UPDATE ledger_document SET id = id + 1000000 WHERE id = %s", app.ours.stranger, by=[POSTED, "23503"]
    )


def test_the_journal_is_a_view_nobody_writes(someone: Person) -> None:
    for statement in (
        "INSERT INTO ledger_journal (id) VALUES ('x')",
        "UPDATE ledger_journal SET amount = 0",
        "DELETE FROM ledger_journal",
    ):
        # 55000: a view over a union cannot be written
        someone.refused(statement, by="55000")
