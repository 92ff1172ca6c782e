"""Policies do not tell the planner which company is meant: what it knows of one may be out of date (docs/adr/0067).

Tables that are made from here on have their policy in this form at once.
"""

from django.db.migrations import Migration as DjangoMigration
from django.db.migrations.operations import RunSQL

from arledger.core.tenancy import VISIBLE

ALTER = """
DO $$
DECLARE t text;
BEGIN
    FOR t IN SELECT tablename FROM pg_policies WHERE schemaname = 'public' AND policyname = 'company' LOOP
        EXECUTE format('ALTER POLICY company ON %I USING ({visible})', t);
    END LOOP;
END $$;
""".replace("{visible}", VISIBLE.replace("'", "''"))


class Migration(DjangoMigration):
    dependencies = [("core", "0007_configured")]
    operations = [RunSQL(ALTER, RunSQL.noop)]
