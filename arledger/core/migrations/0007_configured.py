"""The history of the settings by an index of its own: few events among very many."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0006_outbox_in_turn"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(
                fields=["company_id", "sequence"],
                condition=models.Q(action="configure"),
                name="core_auditevent_configured",
            ),
        ),
    ]
