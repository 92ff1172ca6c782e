from django.db import migrations, models

from arledger.core.tenancy import sql_file


class Migration(migrations.Migration):
    """Whether a company captures tax on a cash basis, who runs the installation, and what may change of a company."""

    dependencies = [("companies", "0010_own_rules_and_events")]
    operations = [
        migrations.AddField(
            "configuration",
            "cash_basis_tax",
            models.BooleanField(default=False, verbose_name="the company captures tax on a cash basis"),
        ),
        migrations.AddField(
            "user",
            "is_operator",
            models.BooleanField(default=False, verbose_name="founds companies"),
        ),
        sql_file(__file__, "own_company.sql"),
    ]
