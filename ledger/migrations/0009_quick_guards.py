from django.db import migrations

from arledger.core.tenancy import sql_file


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_open_credits")]
    operations = [
        sql_file(__file__, "quick_amounts.sql"),
        sql_file(__file__, "quick_facts.sql"),
        sql_file(__file__, "quick_applications.sql"),
    ]
