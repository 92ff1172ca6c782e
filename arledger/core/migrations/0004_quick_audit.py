from django.db import migrations

from arledger.core.tenancy import sql_file


class Migration(migrations.Migration):
    dependencies = [("core", "0003_audit_by_time")]
    operations = [
        sql_file(__file__, "audit_chain.sql"),
        # Row security asks the company first and finds no use for it: containment is not leakproof.
        migrations.RemoveIndex(model_name="auditevent", name="core_auditevent_objects"),
    ]
