from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether a company runs its own rules and events on documents: a switch that is off."""

    dependencies = [("companies", "0009_second_factor_and_sessions")]
    operations = [
        migrations.AddField(
            "configuration",
            "own_rules_and_events",
            models.BooleanField(default=False, verbose_name="own rules and events on documents"),
        )
    ]
