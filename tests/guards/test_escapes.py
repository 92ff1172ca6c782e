"""The application's role has no way out of what it may do: not by role, setting, trigger, function or shadow."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests import servers
from tests.conftest import SERVERS
from tests.guards.conftest import Person
from tests.guards.test_facts import POST, copy_of_line


def test_behind_the_role_is_a_login_that_may_nothing(app: Person) -> None:
    app.run("RESET ROLE")
    assert app.one("SELECT current_user") == "arledger_web"
    tables = app.rows(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace = 'public'::regnamespace"
    )
    for (table,) in tables:
        app.refused(f"SELECT FROM {table}", by="42501")


@pytest.mark.parametrize(
    "role", ["arledger_owner", "postgres", "pg_write_all_data", "pg_execute_server_program"]
)
def test_it_cannot_become_anybody_else(app: Person, role: str) -> None:
    """22023: there is no such role on this server."""
    app.run("RESET ROLE")
    app.refused(f"SET ROLE {role}", by=["42501", "22023"])
    app.refused(f"SET SESSION AUTHORIZATION {role}", by=["42501", "22023"])


def test_neither_role_nor_login_is_privileged(app: Person) -> None:
    for role in ("arledger_app", "arledger_web", "arledger_owner"):
        found = app.rows(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = %s", role
        )
        assert found == [(False, False, False)], role
    assert app.rows("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'arledger_app'") == [(False,)]


@pytest.mark.parametrize(
    "setting",
    [
        "session_replication_role = replica",
        "session_replication_role = local",
        "allow_system_table_mods = on",
    ],
)
def test_triggers_cannot_be_switched_off_by_a_setting(someone: Person, setting: str) -> None:
    someone.refused(f"SET {setting}", by="42501")


def test_row_security_cannot_be_switched_off(someone: Person) -> None:
    """Off means that a query which would be filtered fails."""
    someone.run("SET LOCAL row_security = off")
    someone.refused("SELECT count(*) FROM ledger_line", by="42501")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE ledger_line DISABLE TRIGGER ALL",
        "ALTER TABLE ledger_line DISABLE TRIGGER changed",
        "ALTER TABLE ledger_line NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE ledger_line DROP CONSTRAINT ledger_line_never_over_applied",
        "ALTER TABLE ledger_application OWNER TO arledger_app",
        "DROP TRIGGER booked ON ledger_application",
        "DROP TABLE ledger_application",
        "DROP POLICY company ON ledger_document",
        "CREATE POLICY mine ON ledger_document USING (true)",
        "CREATE RULE away AS ON INSERT TO ledger_application DO INSTEAD NOTHING",
        "CREATE TRIGGER mine AFTER INSERT ON ledger_application EXECUTE FUNCTION core_refuse()",
        "CREATE OR REPLACE FUNCTION core_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE FUNCTION public.round(numeric, integer) RETURNS numeric LANGUAGE sql AS 'SELECT $1'",
        "ALTER FUNCTION ledger_refuse(text, text) RENAME TO gone",
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE EXTENSION IF NOT EXISTS dblink",
        "CREATE ROLE mine",
        "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION core_refuse()",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
        "LOAD 'auto_explain'",
        "CREATE TEMP TABLE child () INHERITS (ledger_line)",
        "ALTER TABLE ledger_line ENABLE ALWAYS TRIGGER changed",
    ],
)
def test_the_guards_are_not_its_own_to_change(app: Person, statement: str) -> None:
    app.refused(statement, by="42501")


def test_it_cannot_give_itself_a_right(app: Person) -> None:
    """PostgreSQL answers with a warning only."""
    app.run("GRANT ALL ON ledger_line TO arledger_app")
    app.refused("UPDATE ledger_line SET applied_amount = 0", by="42501")


def shadow(app: Person, *tables: str) -> None:
    """Empty tables of the session's own that hide those of the books from careless functions."""
    for table in tables:
        app.run(f"CREATE TEMP TABLE {table} (LIKE public.{table})")


SHADOWED = ["ledger_document", "companies_numbersequence", "ledger_reservation", "companies_company"]


def test_a_temporary_table_hides_no_document_from_the_guard_of_new_lines(app: Person) -> None:
    statement, values = copy_of_line(app, app.ours.draft_line, app.ours.invoice, "0")
    shadow(app, *SHADOWED)
    app.refused(
        statement.replace("INTO ledger_line", "INTO public.ledger_line"), *values, by="ledger_line_posted"
    )


def test_nor_from_the_guard_of_deleted_lines(app: Person) -> None:
    shadow(app, *SHADOWED)
    app.refused(
        "DELETE FROM public.ledger_line WHERE id = %s", app.ours.stranger_charge, by="ledger_line_posted"
    )


def test_nor_from_the_guards_of_documents(app: Person) -> None:
    shadow(app, *SHADOWED, "ledger_line")
    app.run("UPDATE public.ledger_document SET total = 0 WHERE id = %s", app.ours.draft)
    app.refused(POST.replace("UPDATE", "UPDATE public."), app.ours.draft, by="ledger_document_lines")
    posted = "UPDATE public.ledger_document SET state = 'draft', sequence_id = NULL WHERE id = %s"
    app.refused(posted, app.ours.invoice, by="ledger_document_posted")


def test_nor_from_the_guards_of_applications_and_reservations(app: Person) -> None:
    ours = app.ours
    statement, values = app.apply(ours.charge, ours.rest, "50.01")
    shadow(app, *SHADOWED, "ledger_line", "ledger_application")
    app.refused(statement.replace("INTO ", "INTO public."), *values, by="ledger_line_never_over_applied")
    app.refused(
        "INSERT INTO public.ledger_reservation (company_id, document_id, line_id, amount) VALUES (%s, %s, %s, 300)",
        ours.company,
        ours.draft,
        ours.charge,
        by="ledger_line_never_over_applied",
    )


def test_nor_the_head_of_the_audit_trail(app: Person) -> None:
    before = app.one("SELECT sequence FROM core_audithead")
    shadow(app, "core_audithead")
    app.run(
        "INSERT INTO core_auditevent (company_id, at, actor, source, address, action, object_kind, object_ids)"
        " VALUES (%s, now(), '', '', '', '', '', '{}')",
        app.ours.company,
    )
    assert app.one("SELECT sequence FROM public.core_audithead") == before + 1


BLINDFOLD = " RETURNING set_config('arledger.company', '0', true)"
CHANGED = "ledger_company_changed"


def test_a_statement_cannot_leave_the_company_before_its_guard_looks(someone: Person) -> None:
    """RETURNING is evaluated before the guards run; row security would then show them no document at all."""
    ours = someone.ours
    statement, values = copy_of_line(someone, ours.draft_line, ours.invoice, "0")
    someone.refused(statement + BLINDFOLD, *values, by=CHANGED)
    someone.refused("DELETE FROM ledger_line WHERE id = %s" + BLINDFOLD, ours.stranger_charge, by=CHANGED)
    someone.refused("UPDATE ledger_document SET total = 1 WHERE id = %s" + BLINDFOLD, ours.draft, by=CHANGED)
    someone.refused(
        "DELETE FROM ledger_document WHERE id = %s" + BLINDFOLD, ours.draft, by=[CHANGED, "23503"]
    )
    someone.refused(
        "DELETE FROM ledger_reservation WHERE document_id = %s" + BLINDFOLD, ours.holder, by=CHANGED
    )
    someone.refused(
        "INSERT INTO ledger_reservation (company_id, document_id, line_id, amount) VALUES (%s, %s, %s, 1)"
        + BLINDFOLD,
        ours.company,
        ours.draft,
        ours.charge,
        by=CHANGED,
    )
    statement, values = someone.apply(ours.charge, ours.rest, 1)
    someone.refused(statement + BLINDFOLD, *values, by=CHANGED)


def test_a_blindfolded_guard_posts_no_document_of_other_lines(someone: Person) -> None:
    """A receipt of 0 needs no lines: a guard that saw none would let one with lines through."""
    holder = someone.ours.holder
    someone.run("DELETE FROM ledger_reservation WHERE document_id = %s", holder)
    someone.run("UPDATE ledger_document SET total = 0, amount = 0 WHERE id = %s", holder)
    someone.refused(POST + BLINDFOLD, holder, by=CHANGED)


# A table of one's own that looks like what the bookkeeping functions read as "added" or "before".
LIKE_APPLICATIONS = (
    "CREATE TEMP TABLE fake (company_id bigint, document_id bigint, charge_line_id bigint, credit_line_id bigint,"
    " charge_document_id bigint, credit_document_id bigint, customer_id bigint, amount numeric, date date,"
    " reverses_id bigint, line_id bigint, state text, number text, sequence_id bigint, id bigint)"
)


def product_functions(app: Person) -> list[str]:
    rows = app.rows(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    )
    return [str(row[0]) for row in rows]


def test_the_bookkeeping_functions_cannot_be_hung_on_a_table_of_ones_own(app: Person) -> None:
    """They move open amounts as the owner: fired by a forged table, they would move them without a fact."""
    app.run(LIKE_APPLICATIONS)
    found = product_functions(app)
    assert len(found) >= 5, found
    for function in found:
        for event, names in (("INSERT", "NEW TABLE AS added"), ("DELETE", "OLD TABLE AS before")):
            app.refused(
                f"CREATE TRIGGER forged AFTER {event} ON fake REFERENCING {names} FOR EACH STATEMENT"
                f" EXECUTE FUNCTION {function}",
                by="42501",
            )


def test_nor_a_forged_row_move_an_amount(app: Person) -> None:
    """The whole attack at once, in case the right to make the trigger comes back."""
    ours = app.ours
    values = [ours.company, ours.receipt, ours.charge, ours.rest, ours.invoice, ours.receipt, ours.customer]
    named = ", ".join(str(value) for value in values)
    app.run(LIKE_APPLICATIONS)
    app.refused(
        "DO $$ BEGIN CREATE TRIGGER forged AFTER INSERT ON fake REFERENCING NEW TABLE AS added FOR EACH STATEMENT"
        " EXECUTE FUNCTION ledger_application_inserted();"
        f" INSERT INTO fake VALUES ({named}, 50, '2026-03-15'); END $$",
        by="42501",
    )


WITHIN = """
CREATE FUNCTION pg_temp.within() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {statement};
    RETURN NULL;
END $$;
CREATE TEMP TABLE mine (id int);
CREATE TRIGGER deep AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION pg_temp.within();
"""


@pytest.mark.parametrize(
    ("statement", "by"),
    [
        ("UPDATE ledger_line SET applied_amount = 0", "42501"),
        ("UPDATE ledger_line SET amount = 1", "42501"),
        ("DELETE FROM ledger_line WHERE id = {stranger_charge}", "ledger_line_posted"),
        ("UPDATE ledger_document SET description = 'x' WHERE id = {invoice}", "ledger_document_posted"),
        ("DELETE FROM ledger_application", "42501"),
        ("UPDATE core_auditevent SET action = 'x'", "42501"),
        ("UPDATE core_audithead SET sequence = 0", "42501"),
        ("UPDATE companies_numbersequence SET last_value = 0", "companies_numbersequence_grows"),
    ],
)
def test_depth_inside_a_trigger_of_ones_own_gives_no_right(app: Person, statement: str, by: str) -> None:
    app.cursor.execute(WITHIN.format(statement=statement.format(**vars(app.ours))))
    app.refused("INSERT INTO mine VALUES (1)", by=by)


def test_a_function_of_ones_own_is_no_privilege(app: Person) -> None:
    app.cursor.execute(
        "CREATE FUNCTION pg_temp.steal() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS"
        " 'UPDATE ledger_line SET applied_amount = 0 RETURNING id'"
    )
    app.refused("SELECT pg_temp.steal()", by="42501")


def test_a_prepared_plan_does_not_outlive_its_company(app: Person) -> None:
    """A plan made in one company filters by the other after the switch."""
    app.run("PREPARE mine AS SELECT count(*) FROM ledger_line WHERE company_id = $1")
    for _ in range(7):
        assert app.one(f"EXECUTE mine({app.ours.company})") > 0
    app.run("SELECT set_config('arledger.company', %s, true)", str(app.theirs.company))
    assert app.one(f"EXECUTE mine({app.ours.company})") == 0


def another_session(role: str) -> psycopg.Connection[Any]:
    url = SERVERS.runtime_url if role == "app" else SERVERS.owner_url
    connection = psycopg.connect(servers.with_database(url, servers.COMMITTED))
    if role == "app":
        connection.execute("SET ROLE arledger_app")
    return connection


@pytest.mark.parametrize("how", ["add", "delete"])
def test_a_line_cannot_slip_in_or_out_while_its_document_is_posted(someone: Person, how: str) -> None:
    """Two sessions: the poster's sum does not see the other's line, so they must wait for each other."""
    ours = someone.ours
    statement, values = (
        copy_of_line(someone, ours.draft_line, ours.draft)
        if how == "add"
        else ("DELETE FROM ledger_line WHERE id = %s", [ours.draft_line])
    )
    someone.run(statement, *values)
    with another_session(someone.role) as connection:
        connection.execute("SELECT set_config('arledger.company', %s, false)", [str(ours.company)])
        connection.execute("SET lock_timeout = '300ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            connection.execute(POST, [ours.draft])
        connection.rollback()
