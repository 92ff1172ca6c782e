from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0006_deposits"),
    ]

    operations = [
        migrations.CreateModel(
            name="Deposit",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("ledger.document",),
        ),
    ]
