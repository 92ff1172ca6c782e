"""A company's rows are nobody else's: read, written or referred to; every table, found in the catalogue (DESIGN 2)."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.guards.conftest import Person

TENANT_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = 'company_id'
  AND c.relname <> 'core_job' ORDER BY 1
"""
KEYS = """
SELECT conrelid::regclass::text, a.attname, confrelid::regclass::text, k.condeferrable
FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey)
WHERE k.contype = 'f' AND cardinality(k.conkey) = 2 AND a.attname <> 'company_id' ORDER BY 1, 2
"""
# A row whose keys may be tried, where the first one would not do: only a draft's may change at all.
ROW = {
    "ledger_document": "state = 'draft' AND kind = 'payment'",
    "ledger_line": "position = 1 AND amount = 10",
    "summaries_summary": "type = 'payments' AND automatic AND bank_account_id IS NOT NULL",
}
# Whose keys no update gives: they are tried on a copy.
INSERTED = {
    "ledger_line",
    "ledger_reservation",
    "ledger_application",
    "ledger_deposititem",
    "ledger_attachment",
    "ledger_lettering",
    "summaries_summary",
    "companies_numberjump",
    "imports_importpart",
    "imports_importentry",
    "imports_importfault",
}
# Keys that make a copy a row of its own.
FRESH: dict[str, dict[str, Any]] = {
    "ledger_line": {"position": 99},
    "ledger_deposititem": {"in_force": False},
    "companies_numberjump": {"first": 1},
    "imports_importpart": {"position": 99},
    "imports_importentry": {"first_row": 99, "last_row": 99},
    "summaries_summary": {"slot_start": "2000-01-01Z", "slot_end": "2000-01-02Z"},
}


# Keys that a guard looks up anyway: it is asked first where they wait.
LOOKED_UP = {
    ("ledger_application", "charge_line_id"): "ledger_application_sides",
    ("ledger_application", "credit_line_id"): "ledger_application_sides",
    ("ledger_application", "document_id"): "ledger_application_sides",
    ("ledger_line", "document_id"): "ledger_line_of_document",
}


def tables(someone: Person) -> list[str]:
    found = [str(row[0]) for row in someone.rows(TENANT_TABLES)]
    assert len(found) >= 18, found
    return found


def inside(someone: Person, company: int) -> None:
    someone.run("SELECT set_config('arledger.company', %s, true)", str(company))


def written_columns(someone: Person, table: str) -> list[str]:
    rows = someone.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
        " ORDER BY ordinal_position",
        table,
    )
    return [str(row[0]) for row in rows]


def copy(someone: Person, table: str, changes: dict[str, Any]) -> tuple[str, list[object]]:
    """The statement that writes a copy of one of our rows with changes."""
    row = someone.one(f"SELECT to_jsonb(t) FROM {table} t WHERE {ROW.get(table, 'true')} LIMIT 1")
    names = ", ".join(written_columns(someone, table))
    return (
        f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE"
        f" SELECT {names} FROM jsonb_populate_record(NULL::{table}, %s)",
        [Jsonb(row | {"id": 10**12} | FRESH.get(table, {}) | changes)],
    )


def test_both_companies_have_rows_everywhere(app: Person) -> None:
    """So that the refusals below refuse something."""
    for company in (app.ours.company, app.theirs.company):
        inside(app, company)
        assert [t for t in tables(app) if not app.one(f"SELECT count(*) FROM {t}")] == []


def test_another_companys_rows_cannot_be_read(someone: Person) -> None:
    for table in [*tables(someone), "ledger_journal"]:
        assert someone.one(f"SELECT count(*) FROM {table} WHERE company_id = %s", someone.theirs.company) == 0
        assert someone.one(f"SELECT count(DISTINCT company_id) FROM {table}") == 1, table


@pytest.mark.parametrize("company", ["", "0", "-1"])
def test_without_a_company_nothing_can_be_read(someone: Person, company: str) -> None:
    someone.run("SELECT set_config('arledger.company', %s, true)", company)
    for table in [*tables(someone), "ledger_journal"]:
        assert someone.one(f"SELECT count(*) FROM {table}") == 0, table


def test_a_row_for_another_company_cannot_be_written(someone: Person) -> None:
    for table in tables(someone):
        error = someone.refused(
            *flat(copy(someone, table, {"company_id": someone.theirs.company})), by="42501"
        )
        lacking = f"permission denied for table {table}" in str(error) and someone.role == "app"
        assert "row-level security" in str(error) or lacking, (table, error)


def flat(statement: tuple[str, list[object]]) -> list[Any]:
    return [statement[0], *statement[1]]


def test_another_companys_rows_cannot_be_changed_or_removed(app: Person) -> None:
    for table in tables(app):
        for statement in (
            f"UPDATE {table} SET company_id = company_id WHERE company_id = %s",
            f"DELETE FROM {table} WHERE company_id = %s",
        ):
            try:
                with app.cursor.connection.transaction():
                    assert app.run(statement, app.theirs.company) == 0, statement
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation):
                continue  # no right at all, or append-only: as good


def test_our_rows_cannot_be_given_to_another_company(someone: Person) -> None:
    for table in tables(someone):
        where = ROW.get(table, "true")
        someone.refused(
            f"UPDATE {table} SET company_id = %s WHERE {where}",
            someone.theirs.company,
            # row security, or a table whose rows never change
            by=["42501", f"{table}_append_only", "ledger_line_posted"],
        )


def test_every_key_stays_inside_the_company(someone: Person) -> None:
    """Foreign keys ignore row security: only composite ones keep another company's object out."""
    found = someone.rows(KEYS)
    assert len(found) >= 40, found
    for table, column, target, _waits in found:
        error = someone.refused(
            *flat(referring(someone, table, column, target)), by=["23503", "ledger_application_sides"]
        )
        if error.sqlstate == "23503":
            assert f"_{column}_fk" in str(error.diag.constraint_name)


def referring(someone: Person, table: str, column: str, target: str) -> tuple[str, list[object]]:
    """The statement that lets a row of ours refer to one of theirs."""
    inside(someone, someone.theirs.company)
    theirs = someone.one(f"SELECT max(id) FROM {target}")
    inside(someone, someone.ours.company)
    if table in INSERTED:
        undo = {"amount": -1} if column == "reverses_id" else {}
        return copy(someone, table, {column: theirs} | undo)
    if column == "sequence_id":  # which a document has from its posting only
        posting = "state = 'posted', number = 'N-1', gl_date = date, posted_at = now(), sequence_value = 1"
        return f"UPDATE {table} SET {posting}, {column} = %s WHERE id = %s", [theirs, someone.ours.holder]
    return f"UPDATE {table} SET {column} = %s WHERE {ROW.get(table, 'true')}", [theirs]


def test_a_key_that_may_wait_is_asked_in_the_end(someone: Person) -> None:
    """Or a guard refuses what it looks up anyway."""
    found = [(table, column, target) for table, column, target, waits in someone.rows(KEYS) if waits]
    assert {table for table, *_rest in found} == {"ledger_document", "ledger_line", "ledger_application"}
    for table, column, target in found:
        statement, values = referring(someone, table, column, target)
        refused = pytest.raises(psycopg.Error)
        with refused as caught, someone.cursor.connection.transaction():
            someone.run("SET CONSTRAINTS ALL DEFERRED")
            someone.run(statement, *values)
            someone.run("SET CONSTRAINTS ALL IMMEDIATE")
        name = caught.value.diag.constraint_name
        assert name == LOOKED_UP.get((table, column), f"{table}_{column}_fk")


def test_a_line_does_not_wait_for_its_document(someone: Person) -> None:
    """Else it could join one that another session is about to commit as posted."""
    statement, values = copy(someone, "ledger_line", {"document_id": 10**12})
    someone.run("SET CONSTRAINTS ledger_line_document_id_fk DEFERRED")
    someone.refused(statement, *values, by="ledger_line_of_document")


@pytest.mark.parametrize("column", ["charge_document_id", "credit_document_id", "customer_id"])
def test_what_a_match_says_of_its_lines_is_theirs(someone: Person, column: str) -> None:
    """No key is needed: the guard compares it with the lines, which have keys."""
    of_another = {"customer_id": someone.ours.other_customer}.get(column, someone.ours.draft)
    for key in (10**12, of_another):
        someone.refused(
            *flat(copy(someone, "ledger_application", {column: key})), by="ledger_application_sides"
        )


def test_own_memberships_are_the_only_thing_seen_across_companies(app: Person) -> None:
    inside(app, app.theirs.company)
    user = app.one("SELECT user_id FROM companies_membership")
    inside(app, app.ours.company)
    app.run("SELECT set_config('arledger.user', %s, true)", str(user))
    assert app.one("SELECT count(*) FROM companies_membership WHERE user_id = %s", user) == 1
    assert app.run("UPDATE companies_membership SET active = true WHERE user_id = %s", user) == 0
    assert app.run("DELETE FROM companies_membership WHERE user_id = %s", user) == 0
