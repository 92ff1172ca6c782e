import django.db.models.deletion
from django.db import migrations, models

from arledger.companies.models import Account
from arledger.core.tenancy import tenant_table


class Migration(migrations.Migration):
    """Sequences may go on after a number given elsewhere; opening balances get an account to stand against."""

    dependencies = [("companies", "0007_automatic_matching")]
    operations = [
        migrations.AlterField(
            "account",
            "kind",
            models.CharField(choices=Account.Kind.choices, max_length=20, verbose_name="kind"),
        ),
        migrations.CreateModel(
            name="NumberJump",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("number", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
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
                (
                    "sequence",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="companies.numbersequence",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(first__gte=1, last__gte=models.F("first")),
                        name="companies_numberjump_forward",
                    ),
                    models.UniqueConstraint(
                        fields=["company", "sequence", "first"], name="companies_numberjump_once"
                    ),
                ],
            },
        ),
        tenant_table(
            "companies_numberjump",
            references={"sequence_id": "companies_numbersequence"},
            rights="SELECT, INSERT",
        ),
        migrations.RunSQL(
            [
                # Row security shows even the owner one company at a time.
                "ALTER TABLE companies_account NO FORCE ROW LEVEL SECURITY;",
                "INSERT INTO companies_account (company_id, code, name, active, kind)"
                " SELECT c.id, '890000', CASE WHEN c.language = 'fr' THEN 'Soldes d’ouverture' ELSE 'Opening balances' END,"
                " true, 'opening' FROM companies_company c ON CONFLICT DO NOTHING;",
                "ALTER TABLE companies_account FORCE ROW LEVEL SECURITY;",
            ],
            migrations.RunSQL.noop,
        ),
    ]
