"""What the database itself says of every table: tenancy, keys, rights, functions (DESIGN 2; read from pg_catalog)."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from arledger.core import currency, money
from arledger.core.database import APPLICATION_ROLE
from arledger.core.tenancy import COMPANY, VISIBLE

Cursor = psycopg.Cursor[Any]
# A worker claims jobs before it knows whose they are; what a job names is read inside the company's scope.
BEFORE_A_COMPANY = {"core_job"}
# Without a key to the company: the mandatory one to a table that has it (docs/adr/0055).
THROUGH = {
    "ledger_line": ("document_id", "ledger_document"),
    "ledger_application": ("document_id", "ledger_document"),
}
# Without a key of their own: the lines of a match imply them (docs/adr/0062).
OF_ITS_LINES = {
    ("ledger_application", f"{name}_id") for name in ("charge_document", "credit_document", "customer")
}
# The installation's own tables: no company owns a row of them.
GLOBAL = {
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "companies_company",
    "companies_user",
    "core_job",
    "core_schedule",
    "django_content_type",
    "django_migrations",
    "django_session",
    "mfa_authenticator",
    "usersessions_usersession",
}
SEARCH_PATH = '"search_path=public, pg_temp"'
# What the application may do with each table; where nothing is said: all four. MAINTAIN is ANALYZE after a load.
FULL = {"SELECT", "INSERT", "UPDATE", "DELETE"}
# Columns that may be changed of a table where others may not.
CHANGEABLE = {("companies_company", name) for name in ("name", "base_currency", "time_zone", "language")}
RIGHTS = {
    "api_apitoken": {"SELECT", "INSERT", "UPDATE"},
    "auth_group": set(),
    "auth_group_permissions": set(),
    "auth_permission": {"SELECT"},
    "companies_account": {"SELECT", "INSERT", "UPDATE"},
    "companies_bankaccount": {"SELECT", "INSERT", "UPDATE"},
    "companies_company": {"SELECT", "INSERT"},
    "companies_configuration": {"SELECT", "INSERT", "UPDATE"},
    "companies_entity": {"SELECT", "INSERT", "UPDATE"},
    "companies_journal": {"SELECT", "INSERT", "UPDATE"},
    "companies_location": {"SELECT", "INSERT", "UPDATE"},
    "companies_numberjump": {"SELECT", "INSERT"},
    "companies_numbersequence": {"SELECT", "INSERT", "UPDATE"},
    "companies_term": {"SELECT", "INSERT", "UPDATE"},
    "companies_user": {"SELECT", "INSERT", "UPDATE"},
    "core_auditevent": {"SELECT", "INSERT"},
    "core_audithead": {"SELECT"},
    "core_exportchunk": {"SELECT", "INSERT", "DELETE"},
    "django_content_type": {"SELECT"},
    "django_migrations": {"SELECT"},
    "customers_customer": FULL | {"MAINTAIN"},
    "imports_import": {"SELECT", "INSERT", "UPDATE"},
    "imports_importentry": {"SELECT", "INSERT", "DELETE", "MAINTAIN"},
    "imports_importfault": {"SELECT", "INSERT", "DELETE", "MAINTAIN"},
    "imports_importpart": {"SELECT", "INSERT", "DELETE"},
    "ledger_application": {"SELECT", "INSERT", "MAINTAIN"},
    "ledger_deposititem": {"SELECT", "INSERT", "DELETE"},
    "ledger_document": FULL | {"MAINTAIN"},
    "ledger_journal": {"SELECT"},
    "ledger_lettering": {"SELECT", "INSERT"},
    "ledger_line": {"SELECT", "INSERT", "DELETE", "MAINTAIN"},
    "ledger_reservation": {"SELECT", "INSERT", "DELETE"},
    "ledger_stagedfile": {"SELECT", "INSERT", "DELETE"},
}


@pytest.fixture
def cursor(owner_cursor: Cursor) -> Cursor:
    return owner_cursor


def column(cursor: Cursor, statement: str, *values: object) -> list[Any]:
    return [row[0] for row in cursor.execute(statement, values).fetchall()]


def all_tables(cursor: Cursor) -> set[str]:
    statement = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    return set(column(cursor, statement))


def tenant_tables(cursor: Cursor) -> set[str]:
    found = column(
        cursor,
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'company_id'"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace",
    )
    tables = set(found) - BEFORE_A_COMPANY
    assert len(tables) >= 18
    return tables


def test_every_table_is_a_companys_or_reviewed(cursor: Cursor) -> None:
    assert all_tables(cursor) - tenant_tables(cursor) == GLOBAL


def test_every_company_table_forces_row_security(cursor: Cursor) -> None:
    forced = column(cursor, "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    assert tenant_tables(cursor) <= set(forced)


def test_every_company_table_shows_and_takes_its_companys_rows_only(cursor: Cursor) -> None:
    """A second policy may only show more of one's own: the memberships of the person signed in."""
    rows = cursor.execute(
        "SELECT tablename, policyname, permissive, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'public'"
    ).fetchall()
    cursor.execute(
        "CREATE TEMP TABLE shape (company_id bigint);"
        f" CREATE POLICY p ON shape USING ({VISIBLE}) WITH CHECK (company_id = {COMPANY})"
    )
    shape = "SELECT qual, with_check FROM pg_policies WHERE tablename = 'shape'"
    shows, takes = cursor.execute(shape).fetchall()[0]
    main = {row[0]: row[1:] for row in rows if row[1] == "company"}
    for table in tenant_tables(cursor):
        assert main.get(table) == ("company", "PERMISSIVE", "ALL", shows, takes), table
    assert [row[:2] + row[3:4] for row in rows if row[1] != "company"] == [
        ("companies_membership", "also", "SELECT")
    ]


def test_the_company_leads_every_key(cursor: Cursor) -> None:
    keys = dict(
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'p'"
        ).fetchall()
    )
    for table in tenant_tables(cursor):
        assert keys[table] == "PRIMARY KEY (company_id, id)", table


def test_every_reference_stays_inside_the_company(cursor: Cursor) -> None:
    rows = cursor.execute(
        "SELECT conrelid::regclass::text, confrelid::regclass::text, pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE contype = 'f'"
    ).fetchall()
    tenants = tenant_tables(cursor)
    own = [row for row in rows if row[0] in tenants]
    for table, target, definition in own:
        key = definition.removesuffix(" DEFERRABLE")
        inside = key.startswith("FOREIGN KEY (company_id, ") and key.endswith("(company_id, id)")
        to_company = key == "FOREIGN KEY (company_id) REFERENCES companies_company(id)"
        person = (table, target) == ("companies_membership", "companies_user")
        assert inside or to_company or person, (table, definition)
    assert {row[0] for row in own if row[1] == "companies_company"} == tenants - THROUGH.keys()


def test_the_key_to_the_company_is_left_out_only_where_another_implies_it(cursor: Cursor) -> None:
    for table, (name, target) in THROUGH.items():
        implied = cursor.execute(
            "SELECT pg_get_constraintdef(k.oid), k.convalidated, bool_and(a.attnotnull) FROM pg_constraint k"
            " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey)"
            " WHERE k.conrelid = %s::regclass AND k.conname = %s GROUP BY k.oid",
            [table, f"{table}_{name}_fk"],
        ).fetchone()
        definition = f"FOREIGN KEY (company_id, {name}) REFERENCES {target}(company_id, id)"
        assert implied is not None
        assert (implied[0].removesuffix(" DEFERRABLE"), *implied[1:]) == (definition, True, True)
        assert target not in THROUGH


def test_every_column_named_like_a_key_is_one(cursor: Cursor) -> None:
    """A column ``…_id`` without a foreign key would refer to anything."""
    rows = cursor.execute(
        "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname LIKE '%\\_id'"
        " AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f'"
        " AND a.attnum = ANY(k.conkey))"
    ).fetchall()
    tenants = tenant_tables(cursor)
    # Who did it may have left; an idempotency key belongs to whoever asked.
    people = {
        ("core_auditevent", "user_id"),
        ("core_idempotencykey", "user_id"),
        ("ledger_application", "actor_id"),
    }
    assert {(table, name) for table, name in rows if table in tenants} == people | OF_ITS_LINES


def test_the_application_has_no_more_rights_than_it_needs(cursor: Cursor) -> None:
    everything = [*FULL, "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"]
    for table in all_tables(cursor) | {"ledger_journal"}:
        held = {
            right
            for right in everything
            if cursor.execute(
                "SELECT has_table_privilege(%s, %s, %s)", [APPLICATION_ROLE, table, right]
            ).fetchone()
            == (True,)
        }
        assert held == RIGHTS.get(table, FULL), table
    by_column = cursor.execute(
        "SELECT attrelid::regclass::text, attname::text, attacl::text FROM pg_attribute"
        " WHERE attacl IS NOT NULL AND attrelid >= 16384"
    ).fetchall()
    assert {(table, name) for table, name, _acl in by_column} == CHANGEABLE
    assert all(f"{{{APPLICATION_ROLE}=w/" in acl and "," not in acl for _table, _name, acl in by_column)


def test_nobody_else_has_any(cursor: Cursor) -> None:
    granted = column(
        cursor,
        "SELECT DISTINCT coalesce(r.rolname, 'PUBLIC') FROM pg_class c, aclexplode(c.relacl) x"
        " LEFT JOIN pg_roles r ON r.oid = x.grantee WHERE c.relnamespace = 'public'::regnamespace"
        " AND x.grantee <> c.relowner",
    )
    assert granted == [APPLICATION_ROLE]
    assert column(cursor, "SELECT has_schema_privilege(%s, 'public', 'CREATE')", APPLICATION_ROLE) == [False]


def test_what_runs_as_the_owner_is_called_by_nobody(cursor: Cursor) -> None:
    rows = cursor.execute(
        "SELECT proname, has_function_privilege(%s, oid, 'EXECUTE'), proconfig::text FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND prosecdef",
        [APPLICATION_ROLE],
    ).fetchall()
    assert len(rows) >= 5
    for function, executable, configuration in rows:
        assert not executable, function
        assert SEARCH_PATH in configuration, function


def test_no_function_can_be_shown_other_tables(cursor: Cursor) -> None:
    """A temporary table comes before the books' own in a search path that does not say otherwise."""
    tables = all_tables(cursor)
    rows = cursor.execute(
        "SELECT proname, prosrc, proconfig::text FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang"
        " WHERE pronamespace = 'public'::regnamespace AND l.lanname IN ('plpgsql', 'sql')"
    ).fetchall()
    readers = [row for row in rows if any(f" {table}" in f" {row[1]}" for table in tables)]
    assert len(readers) >= 7
    assert [row[0] for row in readers if SEARCH_PATH not in (row[2] or "")] == []


def test_the_database_knows_each_currencys_decimals_as_the_code_does(cursor: Cursor) -> None:
    codes = sorted(currency.codes())
    assert len(codes) > 150
    rows = cursor.execute(
        "SELECT code, ledger_scale(code) FROM unnest(%s::text[]) AS code", [codes]
    ).fetchall()
    assert {code: scale for code, scale in rows if scale != currency.minor_units(code)} == {}


def test_amounts_are_refused_where_the_columns_end(cursor: Cursor) -> None:
    """numeric(18, 4) holds 14 digits before the decimals, and the code refuses from there on."""
    assert money.LIMIT == 10**14
    largest = money.LIMIT - 1
    rows = cursor.execute(
        "SELECT numeric_precision, numeric_scale, table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type = 'numeric' AND column_name LIKE '%amount'"
        " AND table_name IN ('ledger_document', 'ledger_line', 'ledger_reservation', 'ledger_application',"
        " 'ledger_deposititem')"
    ).fetchall()
    assert len(rows) >= 7
    assert {row[:2] for row in rows} == {(18, 4)}
    assert cursor.execute("SELECT %s::numeric(18, 4)", [largest]).fetchone() == (largest,)
    with pytest.raises(psycopg.errors.NumericValueOutOfRange):
        cursor.execute("SELECT %s::numeric(18, 4)", [money.LIMIT])
