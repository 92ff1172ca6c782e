from django.db import migrations

from arledger.core.tenancy import USER, grant, sql_file, tenant_table

ACCOUNT = "companies_account"
ENTITY = "companies_entity"
SEQUENCE = "companies_numbersequence"


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0001_initial"),
        ("companies", "0001_initial"),
        ("core", "0002_guards"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("sessions", "0001_initial"),
    ]
    operations = [
        grant("SELECT, INSERT, UPDATE", "companies_user"),
        # Its base currency and time zone are part of every figure: nobody changes a company by a statement.
        grant("SELECT, INSERT", "companies_company"),
        grant(
            "SELECT, INSERT, UPDATE, DELETE",
            "django_session",
            "account_emailaddress",
            "account_emailconfirmation",
        ),
        grant("SELECT", "django_content_type", "auth_permission", "django_migrations"),
        tenant_table("core_auditevent", rights="SELECT, INSERT"),
        tenant_table("core_audithead", rights="SELECT"),
        tenant_table("core_idempotencykey"),
        tenant_table("core_outboxevent"),
        tenant_table(ENTITY, rights="SELECT, INSERT, UPDATE"),
        tenant_table(ACCOUNT, rights="SELECT, INSERT, UPDATE"),
        tenant_table("companies_location", references={"entity_id": ENTITY}, rights="SELECT, INSERT, UPDATE"),
        tenant_table(
            "companies_bankaccount",
            references={"account_id": ACCOUNT, "entity_id": ENTITY},
            rights="SELECT, INSERT, UPDATE",
        ),
        tenant_table("companies_term", rights="SELECT, INSERT, UPDATE"),
        tenant_table(SEQUENCE, rights="SELECT, INSERT, UPDATE"),
        tenant_table("companies_role"),
        tenant_table(
            "companies_membership", references={"role_id": "companies_role"}, also_visible=f"user_id = {USER}"
        ),
        tenant_table(
            "companies_membershipentity",
            references={"membership_id": "companies_membership", "entity_id": ENTITY},
        ),
        tenant_table(
            "companies_configuration",
            references={
                "match_sequence_id": SEQUENCE,
                "customer_sequence_id": SEQUENCE,
                "invoice_sequence_id": SEQUENCE,
                "payment_sequence_id": SEQUENCE,
                "matching_sequence_id": SEQUENCE,
                "receivable_account_id": ACCOUNT,
                "overpayments_account_id": ACCOUNT,
                "undeposited_account_id": ACCOUNT,
                "exchange_account_id": ACCOUNT,
                "revenue_account_id": ACCOUNT,
            },
            rights="SELECT, INSERT, UPDATE",
        ),
        tenant_table(
            "companies_entityconfiguration",
            references={
                "entity_id": ENTITY,
                "invoice_sequence_id": SEQUENCE,
                "payment_sequence_id": SEQUENCE,
            },
        ),
        sql_file(__file__, "sequences.sql"),
    ]
