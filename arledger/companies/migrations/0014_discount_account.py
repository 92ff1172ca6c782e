import django.db.models.deletion
from django.db import migrations, models

from arledger.core.tenancy import sql_file

ACCOUNT = "companies_account"
CONFIGURATION = "companies_configuration"


def key(*, null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        to="companies.account",
        on_delete=django.db.models.deletion.DO_NOTHING,
        null=null,
        blank=null,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )


class Migration(migrations.Migration):
    """The account of discounts becomes a setting (SPEC 3); billing clerks may import their documents (SPEC 4)."""

    dependencies = [("companies", "0012_every_sequence_of_an_entity")]
    operations = [
        migrations.AddField("configuration", "discount_account", key(null=True)),
        sql_file(__file__, "discount_account.sql"),
        migrations.AlterField("configuration", "discount_account", key(null=False)),
        migrations.RunSQL(
            f"ALTER TABLE {CONFIGURATION} ADD CONSTRAINT {CONFIGURATION}_discount_account_id_fk"
            f" FOREIGN KEY (company_id, discount_account_id) REFERENCES {ACCOUNT} (company_id, id);",
            migrations.RunSQL.noop,
        ),
    ]
