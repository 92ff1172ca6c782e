import django.contrib.postgres.fields
from django.db import migrations, models

from arledger.core.tenancy import tenant_table

KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_quick_audit"),
        ("companies", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", KEY),
                ("company_id", models.BigIntegerField()),
                ("owner", models.BigIntegerField()),
                ("source", models.TextField()),
                ("format", models.TextField()),
                ("query", models.TextField(default="")),
                ("language", models.TextField()),
                ("title", models.TextField()),
                ("name", models.TextField(default="")),
                ("job", models.BigIntegerField()),
                ("rows_done", models.IntegerField(default=0)),
                ("rows_expected", models.IntegerField(null=True)),
                ("size", models.BigIntegerField(null=True)),
                ("problem", models.TextField(default="")),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["company_id", "owner", "id"], name="core_export_owner")],
            },
        ),
        migrations.CreateModel(
            name="ExportChunk",
            fields=[
                ("id", KEY),
                ("company_id", models.BigIntegerField()),
                ("export_id", models.BigIntegerField()),
                ("position", models.IntegerField()),
                ("content", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company_id", "export_id", "position"), name="core_exportchunk_position"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", KEY),
                ("company_id", models.BigIntegerField()),
                ("owner", models.BigIntegerField()),
                ("place", models.TextField()),
                ("name", models.TextField()),
                ("query", models.TextField()),
                ("shared", models.BooleanField(default=False)),
                (
                    "default_for",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company_id", "place", "owner", "name"), name="core_savedview_name"
                    )
                ],
            },
        ),
        tenant_table("core_export"),
        tenant_table(
            "core_exportchunk",
            references={"export_id": "core_export"},
            rights="SELECT, INSERT, DELETE",
            # Spreadsheets and PDF are compressed already; pieces of CSV are read as a whole.
            extra=["ALTER TABLE core_exportchunk ALTER COLUMN content SET STORAGE EXTERNAL;"],
        ),
        tenant_table("core_savedview"),
    ]
