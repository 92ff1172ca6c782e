from django.db import migrations

from arledger.core.tenancy import sql_file


class Migration(migrations.Migration):
    dependencies = [("core", "0005_exports_and_saved_views")]
    operations = [sql_file(__file__, "outbox_order.sql")]
