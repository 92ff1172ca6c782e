from django.db import migrations

from arledger.core.tenancy import grant, grant_keys, sql_file, tenant_table

DOCUMENT = "ledger_document"
LINE = "ledger_line"
ACCOUNT = "companies_account"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("customers", "0002_guards"),
        ("companies", "0002_guards"),
        ("core", "0002_guards"),
    ]
    operations = [
        tenant_table(
            DOCUMENT,
            references={
                "customer_id": "customers_customer",
                "entity_id": "companies_entity",
                "sequence_id": "companies_numbersequence",
                "term_id": "companies_term",
                "bank_account_id": "companies_bankaccount",
                "reverses_id": DOCUMENT,
            },
        ),
        # Lines are written and, while a draft, replaced: nobody but the bookkeeping triggers updates one.
        tenant_table(
            LINE,
            references={
                "document_id": DOCUMENT,
                "customer_id": "customers_customer",
                "account_id": ACCOUNT,
                "control_account_id": ACCOUNT,
                "location_id": "companies_location",
            },
            rights="SELECT, INSERT, DELETE",
        ),
        tenant_table(
            "ledger_reservation",
            references={"document_id": DOCUMENT, "line_id": LINE},
            rights="SELECT, INSERT, DELETE",
        ),
        tenant_table(
            "ledger_application",
            references={
                "document_id": DOCUMENT,
                "charge_line_id": LINE,
                "credit_line_id": LINE,
                "charge_document_id": DOCUMENT,
                "credit_document_id": DOCUMENT,
                "customer_id": "customers_customer",
                "reverses_id": "ledger_application",
            },
            rights="SELECT, INSERT",
        ),
        grant_keys(DOCUMENT, LINE, "ledger_application"),
        sql_file(__file__, "money.sql"),
        sql_file(__file__, "facts.sql"),
        sql_file(__file__, "applications.sql"),
        sql_file(__file__, "journal.sql"),
        grant("SELECT", "ledger_journal"),
        # Large loads refresh the planner's statistics themselves (arledger.core.sql.analyze).
        grant("MAINTAIN", "customers_customer", DOCUMENT, LINE, "ledger_application"),
    ]
