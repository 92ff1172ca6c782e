from importlib import import_module

from django.apps import AppConfig


class RefundsConfig(AppConfig):
    name = "refunds"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Whoever switches refunds off is told what that leaves behind."""
        following = import_module("arledger.companies.following")
        following.when_refunds_stop(import_module("refunds.stopping").left_behind)
