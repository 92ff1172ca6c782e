from django.db import migrations

from arledger.core.tenancy import grant


class Migration(migrations.Migration):
    """The application keeps second factors and the list of each person's sessions."""

    dependencies = [
        ("companies", "0008_numbers_from_elsewhere"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
    ]
    operations = [
        grant("SELECT, INSERT, UPDATE, DELETE", "mfa_authenticator", "usersessions_usersession"),
    ]
