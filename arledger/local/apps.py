from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "arledger.local"
    label = "local"
    default_auto_field = "django.db.models.BigAutoField"
