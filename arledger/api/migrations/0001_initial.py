import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from arledger.core.tenancy import tenant_table


class Migration(migrations.Migration):
    initial = True
    dependencies = [("companies", "0005_rights_of_setting_up")]
    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), null=True, size=None
                    ),
                ),
                ("secret_hash", models.BinaryField()),
                ("ending", models.CharField(max_length=4)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
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
                    "membership",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="companies.membership",
                    ),
                ),
            ],
        ),
        # A token that was shown to somebody stays on record: it is revoked, never deleted.
        tenant_table(
            "api_apitoken",
            references={"membership_id": "companies_membership"},
            rights="SELECT, INSERT, UPDATE",
            extra=[
                "ALTER TABLE api_apitoken ADD CONSTRAINT api_apitoken_shape CHECK ("
                "octet_length(secret_hash) = 32 AND expires_at > created_at);",
            ],
        ),
    ]
