import django.db.models.deletion
from django.db import migrations, models

from arledger.core.tenancy import sql_file, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0003_credits_and_refunds"),
        ("ledger", "0010_summaries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lettering",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("charge_code", models.CharField(max_length=60, null=True)),
                ("credit_code", models.CharField(max_length=60, null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.application",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="companies.company",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "application"), name="ledger_lettering_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                condition=models.Q(("tax_receipt_eligible", True)),
                fields=["company", "customer", "document"],
                name="ledger_line_tax_receipt",
            ),
        ),
        tenant_table(
            "ledger_lettering",
            references={"application_id": "ledger_application"},
            rights="SELECT, INSERT",
        ),
        sql_file(__file__, "lettering.sql"),
    ]
