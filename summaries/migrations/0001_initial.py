import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("companies", "0006_summary_frequencies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Summary",
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
                            ("invoices", "Invoices"),
                            ("adjustments", "Adjustments"),
                            ("deposits", "Deposits"),
                            ("payments", "Payments"),
                            ("advances", "Advances"),
                            ("refunds", "Refunds"),
                        ],
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(max_length=100)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed")], default="open", max_length=6
                    ),
                ),
                ("automatic", models.BooleanField()),
                (
                    "frequency",
                    models.CharField(
                        choices=[
                            ("each", "each transaction"),
                            ("daily", "daily"),
                            ("weekly", "weekly"),
                            ("monthly", "monthly"),
                            ("user", "user-specified"),
                        ],
                        max_length=8,
                    ),
                ),
                ("time_zone", models.CharField(blank=True, default="", max_length=64)),
                ("slot_start", models.DateTimeField(null=True)),
                ("slot_end", models.DateTimeField(null=True)),
                ("gl_date", models.DateField(null=True)),
                ("undeposited", models.BooleanField(default=False)),
                ("control_count", models.IntegerField(null=True)),
                ("control_total", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.BigIntegerField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.BigIntegerField(null=True)),
                ("version", models.IntegerField(default=1)),
                (
                    "bank_account",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="companies.bankaccount",
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
                (
                    "entity",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="companies.entity",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("automatic", True)),
                        fields=["company", "type", "slot_end"],
                        name="summaries_summary_slot",
                    ),
                    models.Index(
                        condition=models.Q(("automatic", False), ("state", "open")),
                        fields=["company", "type", "gl_date", "id"],
                        name="summaries_summary_choice",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "type__in",
                                ["invoices", "adjustments", "deposits", "payments", "advances", "refunds"],
                            )
                        ),
                        name="summaries_summary_type",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "open")),
                            models.Q(("closed_at__isnull", False), ("state", "closed")),
                            _connector="OR",
                        ),
                        name="summaries_summary_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("automatic", True),
                                ("control_count__isnull", True),
                                ("control_total__isnull", True),
                                ("frequency__in", ["daily", "weekly", "monthly"]),
                                ("gl_date__isnull", True),
                                ("slot_end__isnull", False),
                                ("slot_start__isnull", False),
                                ("slot_start__lte", models.F("slot_end")),
                            ),
                            models.Q(
                                ("automatic", True),
                                ("control_count__isnull", True),
                                ("control_total__isnull", True),
                                ("frequency", "each"),
                                ("gl_date__isnull", True),
                                ("slot_end", models.F("slot_start")),
                                ("slot_start__isnull", False),
                                ("type", "payments"),
                            ),
                            models.Q(
                                ("automatic", False),
                                ("frequency", "user"),
                                ("gl_date__isnull", False),
                                ("slot_end__isnull", True),
                                ("slot_start__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="summaries_summary_slot_or_gl_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("bank_account__isnull", False), ("type", "payments"), ("undeposited", False)
                            ),
                            models.Q(
                                ("bank_account__isnull", True), ("type", "payments"), ("undeposited", True)
                            ),
                            models.Q(
                                ("automatic", False), ("bank_account__isnull", True), ("type", "payments")
                            ),
                            models.Q(
                                models.Q(("type", "payments"), _negated=True),
                                ("bank_account__isnull", True),
                                ("undeposited", False),
                            ),
                            _connector="OR",
                        ),
                        name="summaries_summary_bank_of_payments",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("control_count__isnull", True), ("control_count__gte", 0), _connector="OR"
                        ),
                        name="summaries_summary_control_count",
                    ),
                ],
            },
        ),
    ]
