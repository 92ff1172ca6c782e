import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from arledger.core.tenancy import grant_keys, tenant_table


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("companies", "0008_numbers_from_elsewhere"),
    ]

    operations = [
        migrations.CreateModel(
            name="Import",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("customers", "Customers"),
                            ("invoices", "Invoices"),
                            ("adjustments", "Adjustments"),
                            ("advances", "Advances"),
                            ("payments", "Payments"),
                            ("refunds", "Refunds"),
                            ("opening_balances", "Opening balances"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "uploaded"),
                            ("checking", "checking"),
                            ("checked", "checked"),
                            ("committing", "importing"),
                            ("committed", "imported"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="uploaded",
                        max_length=12,
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("all", "All or nothing"), ("good", "Good ones only")],
                        default="all",
                        max_length=4,
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[("post", "Post"), ("draft", "Leave as drafts")], default="post", max_length=5
                    ),
                ),
                ("file_name", models.CharField(max_length=150)),
                ("size", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("insisted", models.BooleanField(default=False)),
                ("is_workbook", models.BooleanField(default=False)),
                ("encoding", models.CharField(blank=True, default="", max_length=20)),
                ("delimiter", models.CharField(blank=True, default="", max_length=1)),
                ("dates", models.CharField(max_length=10)),
                ("decimal_mark", models.CharField(max_length=1)),
                (
                    "header",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("first_column", models.IntegerField(default=0)),
                ("lines", models.BigIntegerField(default=0)),
                ("by_user", models.BigIntegerField(null=True)),
                ("by_name", models.TextField()),
                (
                    "rights",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "entities",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                ("source", models.CharField(max_length=20)),
                ("address", models.TextField(blank=True, default="")),
                ("job", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("rows_total", models.BigIntegerField(default=0)),
                ("rows_blank", models.BigIntegerField(default=0)),
                ("rows_ok", models.BigIntegerField(default=0)),
                ("rows_failed", models.BigIntegerField(default=0)),
                ("entries_ok", models.BigIntegerField(default=0)),
                ("entries_failed", models.BigIntegerField(default=0)),
                ("drafts", models.BigIntegerField(default=0)),
                ("done_through", models.BigIntegerField(default=0)),
                ("reason", models.JSONField(default=dict)),
                ("notes", models.JSONField(default=list)),
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
        ),
        migrations.CreateModel(
            name="ImportEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_row", models.BigIntegerField()),
                ("last_row", models.BigIntegerField()),
                ("rows", models.IntegerField()),
                ("written", models.BigIntegerField(null=True)),
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
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="imports.import",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportFault",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row", models.BigIntegerField()),
                ("heading", models.TextField(blank=True, default="")),
                ("place", models.IntegerField(null=True)),
                ("text", models.TextField(blank=True, default="")),
                ("code", models.TextField()),
                ("messages", models.JSONField()),
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
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="imports.import",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.IntegerField()),
                ("content", models.BinaryField()),
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
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="imports.import",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(fields=["company", "-id"], name="imports_import_history"),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(fields=["company", "sha256"], name="imports_import_hash"),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "type__in",
                        [
                            "customers",
                            "invoices",
                            "adjustments",
                            "advances",
                            "payments",
                            "refunds",
                            "opening_balances",
                        ],
                    )
                ),
                name="imports_import_type",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["uploaded", "checking", "checked", "committing", "committed", "failed", "cancelled"],
                    )
                ),
                name="imports_import_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["checked", "committed"]), _negated=True),
                    (
                        "rows_total",
                        django.db.models.expressions.CombinedExpression(
                            models.F("rows_ok"), "+", models.F("rows_failed")
                        ),
                    ),
                    _connector="OR",
                ),
                name="imports_import_every_row_accounted",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("insisted", False), models.Q(("state__in", ["cancelled", "failed"]), _negated=True)
                ),
                fields=("company", "type", "sha256"),
                name="imports_import_same_file",
            ),
        ),
        migrations.AddIndex(
            model_name="importentry",
            index=models.Index(
                condition=models.Q(("written__isnull", False)),
                fields=["company", "written"],
                name="imports_importentry_written",
            ),
        ),
        migrations.AddConstraint(
            model_name="importentry",
            constraint=models.UniqueConstraint(
                fields=("company", "owner", "first_row"), name="imports_importentry_once"
            ),
        ),
        migrations.AddIndex(
            model_name="importfault",
            index=models.Index(fields=["company", "owner", "row", "id"], name="imports_importfault_rows"),
        ),
        migrations.AddConstraint(
            model_name="importpart",
            constraint=models.UniqueConstraint(
                fields=("company", "owner", "position"), name="imports_importpart_once"
            ),
        ),
        tenant_table("imports_import", rights="SELECT, INSERT, UPDATE"),
        tenant_table(
            "imports_importpart",
            references={"owner_id": "imports_import"},
            rights="SELECT, INSERT, DELETE",
            # Workbooks are compressed already, and text is read once or twice: trying costs more than it saves.
            extra=["ALTER TABLE imports_importpart ALTER COLUMN content SET STORAGE EXTERNAL;"],
        ),
        tenant_table(
            "imports_importentry",
            references={"owner_id": "imports_import"},
            rights="SELECT, INSERT, DELETE, MAINTAIN",
        ),
        tenant_table(
            "imports_importfault",
            references={"owner_id": "imports_import"},
            rights="SELECT, INSERT, DELETE, MAINTAIN",
        ),
        grant_keys("imports_import", "imports_importpart", "imports_importentry", "imports_importfault"),
    ]
