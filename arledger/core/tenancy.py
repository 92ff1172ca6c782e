"""Migration operations that put a table under company scope, in one style (DESIGN 2).

Plain foreign keys ignore row security, so every key is composite: ``(company_id, x_id)``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db.migrations.operations import RunSQL

# What RunSQL takes: a statement, or one with its parameters.
Statement = str | tuple[str, dict[str, Any] | list[Any] | tuple[Any, ...] | tuple[()] | None]

ROLE = "arledger_app"
COMPANY = "nullif(current_setting('arledger.company', true), '')::bigint"
# The planner looks into the condition itself, but not into a sub-select (docs/adr/0067).
VISIBLE = f"company_id = (SELECT {COMPANY})"
USER = "nullif(current_setting('arledger.user', true), '')::bigint"

CREATE_ROLE = f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS;
        EXECUTE format('GRANT {ROLE} TO %I', current_user);
    END IF;
END $$;
GRANT USAGE ON SCHEMA public TO {ROLE};
"""


def grant(rights: str, *tables: str) -> RunSQL:
    """Give the runtime role ``rights`` on tables that belong to no company."""
    statements: list[Statement] = [f"GRANT {rights} ON {table} TO {ROLE};" for table in tables]
    return RunSQL(statements, RunSQL.noop)


def grant_keys(*tables: str) -> RunSQL:
    """Let the runtime role draw primary keys ahead of an insert."""
    return RunSQL(
        [
            f"DO $$ BEGIN EXECUTE format('GRANT USAGE ON SEQUENCE %s TO {ROLE}',"
            f" pg_get_serial_sequence('{table}', 'id')); END $$;"
            for table in tables
        ],
        RunSQL.noop,
    )


def tenant_table(
    table: str,
    *,
    references: Mapping[str, str] | None = None,
    rights: str = "SELECT, INSERT, UPDATE, DELETE",
    also_visible: str = "",
    extra: Sequence[str] = (),
) -> RunSQL:
    """Composite primary and foreign keys, forced row security and the runtime role's rights for ``table``.

    ``references`` maps a column to the table it points to; ``also_visible`` is a further condition under
    which a row may be read (never written).
    """
    statements: list[Statement] = [
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, ADD PRIMARY KEY (company_id, id);",
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_company_fk"
        " FOREIGN KEY (company_id) REFERENCES companies_company (id);",
        *(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk"
            f" FOREIGN KEY (company_id, {column}) REFERENCES {target} (company_id, id);"
            for column, target in (references or {}).items()
        ),
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;",
        f"CREATE POLICY company ON {table} USING ({VISIBLE}) WITH CHECK (company_id = {COMPANY});",
        f"GRANT {rights} ON {table} TO {ROLE};",
        *extra,
    ]
    if also_visible:
        statements.append(f"CREATE POLICY also ON {table} FOR SELECT USING ({also_visible});")
    return RunSQL(statements, RunSQL.noop)


def sql_file(migration: str, name: str) -> RunSQL:
    """The statements of ``sql/<name>`` beside the migration module ``migration`` (its ``__file__``)."""
    return RunSQL((Path(migration).parent / "sql" / name).read_text(), RunSQL.noop)
