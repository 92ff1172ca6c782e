from django.db import migrations

from arledger.core.tenancy import CREATE_ROLE, grant, grant_keys, sql_file


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [
        migrations.RunSQL(CREATE_ROLE, migrations.RunSQL.noop),
        sql_file(__file__, "audit.sql"),
        grant("SELECT, INSERT, UPDATE, DELETE", "core_job", "core_schedule"),
        grant_keys("core_job"),
    ]
