"""A customer's matches by date are read from their index alone: reports as of a day add up thousands of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_lettering")]
    operations = [
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                fields=["company", "customer", "date"],
                include=["charge_document", "credit_document", "amount"],
                name="ledger_application_of_customer",
            ),
        ),
        migrations.RemoveIndex(model_name="application", name="ledger_application_account"),
    ]
