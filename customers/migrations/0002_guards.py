from django.db import migrations

from arledger.core.tenancy import grant_keys, tenant_table


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial"), ("companies", "0002_guards")]
    operations = [
        tenant_table(
            "customers_customer",
            references={
                "term_id": "companies_term",
                "parent_id": "customers_customer",
                "entity_id": "companies_entity",
            },
        ),
        grant_keys("customers_customer"),
        migrations.RunSQL(
            "CREATE EXTENSION IF NOT EXISTS pg_trgm;"
            " CREATE INDEX customers_customer_search ON customers_customer"
            " USING gin ((sort_key || ' ' || lower(code)) gin_trgm_ops);",
            migrations.RunSQL.noop,
        ),
    ]
