from django.db import migrations

from arledger.core.tenancy import grant_keys, sql_file, tenant_table


class Migration(migrations.Migration):
    dependencies = [("summaries", "0001_initial"), ("companies", "0006_summary_frequencies")]
    operations = [
        tenant_table(
            "summaries_summary",
            references={"entity_id": "companies_entity", "bank_account_id": "companies_bankaccount"},
        ),
        grant_keys("summaries_summary"),
        sql_file(__file__, "guards.sql"),
    ]
