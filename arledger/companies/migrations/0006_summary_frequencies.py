from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0005_rights_of_setting_up"),
    ]

    operations = [
        migrations.AddField(
            model_name="configuration",
            name="summary_frequency_adjustments",
            field=models.CharField(
                choices=[
                    ("each", "each transaction"),
                    ("daily", "daily"),
                    ("weekly", "weekly"),
                    ("monthly", "monthly"),
                    ("user", "user-specified"),
                ],
                default="daily",
                max_length=8,
                verbose_name="summaries of adjustments",
            ),
        ),
        migrations.AddField(
            model_name="configuration",
            name="summary_frequency_advances",
            field=models.CharField(
                choices=[
                    ("each", "each transaction"),
                    ("daily", "daily"),
                    ("weekly", "weekly"),
                    ("monthly", "monthly"),
                    ("user", "user-specified"),
                ],
                default="daily",
                max_length=8,
                verbose_name="summaries of advances",
            ),
        ),
        migrations.AddField(
            model_name="configuration",
            name="summary_frequency_deposits",
            field=models.CharField(
                choices=[
                    ("each", "each transaction"),
                    ("daily", "daily"),
                    ("weekly", "weekly"),
                    ("monthly", "monthly"),
                    ("user", "user-specified"),
                ],
                default="daily",
                max_length=8,
                verbose_name="summaries of deposits",
            ),
        ),
        migrations.AddField(
            model_name="configuration",
            name="summary_frequency_invoices",
            field=models.CharField(
                choices=[
                    ("each", "each transaction"),
                    ("daily", "daily"),
                    ("weekly", "weekly"),
                    ("monthly", "monthly"),
                    ("user", "user-specified"),
                ],
                default="daily",
                max_length=8,
                verbose_name="summaries of invoices",
            ),
        ),
        migrations.AddField(
            model_name="configuration",
            name="summary_frequency_payments",
            field=models.CharField(
                choices=[
                    ("each", "each transaction"),
                    ("daily", "daily"),
                    ("weekly", "weekly"),
                    ("monthly", "monthly"),
                    ("user", "user-specified"),
                ],
                default="daily",
                max_length=8,
                verbose_name="summaries of payments",
            ),
        ),
        migrations.AddField(
            model_name="configuration",
            name="summary_frequency_refunds",
            field=models.CharField(
                choices=[
                    ("each", "each transaction"),
                    ("daily", "daily"),
                    ("weekly", "weekly"),
                    ("monthly", "monthly"),
                    ("user", "user-specified"),
                ],
                default="daily",
                max_length=8,
                verbose_name="summaries of refunds",
            ),
        ),
        migrations.AddConstraint(
            model_name="configuration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("summary_frequency_invoices__in", ["daily", "weekly", "monthly", "user"])
                ),
                name="companies_configuration_invoices_frequency",
            ),
        ),
        migrations.AddConstraint(
            model_name="configuration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("summary_frequency_adjustments__in", ["daily", "weekly", "monthly", "user"])
                ),
                name="companies_configuration_adjustments_frequency",
            ),
        ),
        migrations.AddConstraint(
            model_name="configuration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("summary_frequency_deposits__in", ["daily", "weekly", "monthly", "user"])
                ),
                name="companies_configuration_deposits_frequency",
            ),
        ),
        migrations.AddConstraint(
            model_name="configuration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("summary_frequency_payments__in", ["each", "daily", "weekly", "monthly", "user"])
                ),
                name="companies_configuration_payments_frequency",
            ),
        ),
        migrations.AddConstraint(
            model_name="configuration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("summary_frequency_advances__in", ["daily", "weekly", "monthly", "user"])
                ),
                name="companies_configuration_advances_frequency",
            ),
        ),
        migrations.AddConstraint(
            model_name="configuration",
            constraint=models.CheckConstraint(
                condition=models.Q(("summary_frequency_refunds__in", ["daily", "weekly", "monthly", "user"])),
                name="companies_configuration_refunds_frequency",
            ),
        ),
    ]
