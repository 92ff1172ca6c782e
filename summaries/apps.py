from importlib import import_module

from django.apps import AppConfig


class SummariesConfig(AppConfig):
    name = "summaries"
    label = "summaries"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Closing the books closes their summaries; changed frequencies count at once."""
        following = import_module("arledger.companies.following")
        services = import_module("summaries.services")
        following.when_closed(services.close_with_the_books)
        following.when_rescheduled(services.reschedule)
