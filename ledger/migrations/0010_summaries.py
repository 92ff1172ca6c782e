import django.db.models.deletion
from django.db import migrations, models

from arledger.core.tenancy import sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0006_summary_frequencies"),
        ("customers", "0003_without_search_index"),
        ("ledger", "0009_quick_guards"),
        ("summaries", "0002_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="summary",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="documents",
                to="summaries.summary",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("summary__isnull", False)),
                fields=["company", "summary", "-date", "-id"],
                name="ledger_document_in_summary",
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE ledger_document ADD CONSTRAINT ledger_document_summary_id_fk"
            " FOREIGN KEY (company_id, summary_id) REFERENCES summaries_summary (company_id, id);",
            migrations.RunSQL.noop,
        ),
        sql_file(__file__, "summaries.sql"),
    ]
