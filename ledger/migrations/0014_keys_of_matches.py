"""No key of a match where its lines imply it, and keys that a rehearsal need not have checked (docs/adr/0062).

A match names two lines, their documents and their customer. Its guard compares all of them with the lines, neither a
match nor a line ever changes, and the lines have keys of their own to document and customer.
"""

from django.db import migrations

from arledger.core.tenancy import sql_file

IMPLIED = ("charge_document_id", "credit_document_id", "customer_id")
DEFERRABLE = ("document_id", "charge_line_id", "credit_line_id")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0013_keys_checked_once")]
    operations = [
        migrations.RunSQL(
            [
                f"ALTER TABLE ledger_application DROP CONSTRAINT ledger_application_{name}_fk"
                for name in IMPLIED
            ],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            [
                f"ALTER TABLE ledger_application ALTER CONSTRAINT ledger_application_{name}_fk"
                " DEFERRABLE INITIALLY IMMEDIATE"
                for name in DEFERRABLE
            ],
            migrations.RunSQL.noop,
        ),
        sql_file(__file__, "lines_of_documents.sql"),
    ]
