import django.db.models.deletion
from django.db import migrations, models

TABLE = "companies_entityconfiguration"
NAMES = ("customer_sequence", "matching_sequence")


def key() -> models.ForeignKey:
    return models.ForeignKey(
        to="companies.numbersequence",
        on_delete=django.db.models.deletion.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )


class Migration(migrations.Migration):
    """An entity may number its customers and matchings by itself, as it does its documents (SPEC 3)."""

    dependencies = [("companies", "0011_set_up")]
    operations = [
        *(migrations.AddField("entityconfiguration", name, key()) for name in NAMES),
        migrations.RunSQL(
            [
                f"ALTER TABLE {TABLE} ADD CONSTRAINT {TABLE}_{name}_id_fk"
                f" FOREIGN KEY (company_id, {name}_id) REFERENCES companies_numbersequence (company_id, id);"
                for name in NAMES
            ],
            migrations.RunSQL.noop,
        ),
    ]
