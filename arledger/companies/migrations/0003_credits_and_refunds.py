import django.db.models.deletion
from django.db import migrations, models

from arledger.core.tenancy import sql_file, tenant_table

SEQUENCE = "companies_numbersequence"
ACCOUNT = "companies_account"
JOURNAL = "companies_journal"
# What every company must have from now on; filled by sql/credits_and_refunds.sql where a company exists already.
REQUIRED = {
    "adjustment_sequence": "numbersequence",
    "refund_sequence": "numbersequence",
    "deposit_sequence": "numbersequence",
    "advances_account": "account",
    "write_off_account": "account",
    "refund_journal": "journal",
}
OVERRIDES = ("adjustment_sequence", "advance_sequence", "refund_sequence", "deposit_sequence")


def key(to: str, *, null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        to=f"companies.{to}",
        on_delete=django.db.models.deletion.DO_NOTHING,
        null=null,
        blank=null,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )


def switch(name: str) -> models.BooleanField:
    return models.BooleanField(default=False, verbose_name=name)


class Migration(migrations.Migration):
    dependencies = [("companies", "0002_guards")]
    operations = [
        migrations.CreateModel(
            name="Journal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
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
            options={"abstract": False},
        ),
        migrations.AddConstraint(
            model_name="journal",
            constraint=models.UniqueConstraint(fields=("company", "code"), name="companies_journal_code"),
        ),
        tenant_table(JOURNAL, rights="SELECT, INSERT, UPDATE"),
        *(
            migrations.AddField("configuration", name, switch(text))
            for name, text in {
                "limit_credits_to_entity": "limit credits to the entity that owns them",
                "refunds_enabled": "record customer refunds",
                "refund_two_person": "refunds need a second person to post",
            }.items()
        ),
        migrations.AddField(
            "configuration",
            "refund_two_person_above",
            models.DecimalField(decimal_places=4, default=0, max_digits=18, verbose_name="above this amount"),
        ),
        migrations.AddField(
            "configuration",
            "write_off_limit",
            models.DecimalField(
                blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="largest write-off"
            ),
        ),
        migrations.AddField("configuration", "advance_sequence", key("numbersequence", null=True)),
        *(migrations.AddField("configuration", name, key(to, null=True)) for name, to in REQUIRED.items()),
        migrations.AddField(
            "entityconfiguration",
            "refunds_enabled",
            models.BooleanField(blank=True, null=True, verbose_name="record customer refunds"),
        ),
        *(
            migrations.AddField("entityconfiguration", name, key("numbersequence", null=True))
            for name in OVERRIDES
        ),
        migrations.AddField("entityconfiguration", "refund_journal", key("journal", null=True)),
        sql_file(__file__, "credits_and_refunds.sql"),
        *(migrations.AlterField("configuration", name, key(to, null=False)) for name, to in REQUIRED.items()),
        migrations.RunSQL(
            [
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk"
                f" FOREIGN KEY (company_id, {column}) REFERENCES {target} (company_id, id);"
                for table, column, target in (
                    *(
                        ("companies_configuration", f"{name}_id", f"companies_{to}")
                        for name, to in {**REQUIRED, "advance_sequence": "numbersequence"}.items()
                    ),
                    *(("companies_entityconfiguration", f"{name}_id", SEQUENCE) for name in OVERRIDES),
                    ("companies_entityconfiguration", "refund_journal_id", JOURNAL),
                )
            ],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE companies_configuration ADD CONSTRAINT companies_configuration_limits CHECK ("
            "refund_two_person_above >= 0 AND refund_two_person_above < 1e15"
            " AND (write_off_limit IS NULL OR (write_off_limit >= 0 AND write_off_limit < 1e15)));",
            migrations.RunSQL.noop,
        ),
    ]
