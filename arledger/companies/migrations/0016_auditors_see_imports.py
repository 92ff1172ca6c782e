from django.db import migrations


class Migration(migrations.Migration):
    """Auditors read and run everything (SPEC 4), imports too; without a right to add they bring no file in."""

    dependencies = [("companies", "0014_discount_account")]
    operations = [
        migrations.RunSQL(
            [
                # Row security shows even the owner one company at a time.
                "ALTER TABLE companies_role NO FORCE ROW LEVEL SECURITY;",
                "UPDATE companies_role SET rights ="
                " ARRAY(SELECT DISTINCT x FROM unnest(rights || '{imports.run}'::varchar[]) AS x ORDER BY x)"
                " WHERE shipped AND code = 'auditor';",
                "ALTER TABLE companies_role FORCE ROW LEVEL SECURITY;",
            ],
            migrations.RunSQL.noop,
        )
    ]
