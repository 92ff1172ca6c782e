"""Keys that a large posting would have checked twice, for the row as it is inserted and as it is posted or applied,
may wait for its end (``ledger.posting.keys_checked_once``); and no key to the company where a mandatory one implies it.
"""

from django.db import migrations

DEFERRABLE = {
    "ledger_document": ("company", "customer_id", "term_id", "entity_id"),
    "ledger_line": ("document_id", "customer_id", "account_id", "control_account_id", "location_id"),
}
IMPLIED = ("ledger_line", "ledger_application")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0012_matches_of_a_customer")]
    operations = [
        migrations.RunSQL(
            [
                f"ALTER TABLE {table} ALTER CONSTRAINT {table}_{column}_fk DEFERRABLE INITIALLY IMMEDIATE"
                for table, columns in DEFERRABLE.items()
                for column in columns
            ],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            [f"ALTER TABLE {table} DROP CONSTRAINT {table}_company_fk" for table in IMPLIED],
            migrations.RunSQL.noop,
        ),
    ]
