from django.db import migrations


class Migration(migrations.Migration):
    """The shipped roles of companies that exist learn the rights to run the reports."""

    dependencies = [("companies", "0003_credits_and_refunds")]
    operations = [
        migrations.RunSQL(
            [
                # Row security shows even the owner one company at a time.
                "ALTER TABLE companies_role NO FORCE ROW LEVEL SECURITY;",
                "UPDATE companies_role SET rights = ARRAY(SELECT DISTINCT x"
                " FROM unnest(rights || ARRAY['reconciliation.run', 'ledger.run', 'statements.run']::varchar[]) AS x ORDER BY x)"
                " WHERE shipped AND code IN ('administrator', 'ar-manager', 'ar-clerk', 'auditor', 'integrator');",
                "ALTER TABLE companies_role FORCE ROW LEVEL SECURITY;",
            ],
            migrations.RunSQL.noop,
        )
    ]
