from importlib import import_module

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "arledger.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let jobs wake workers, in every process that may add one."""
        tasks = import_module("arledger.core.tasks")
        import_module("arledger.core.jobs").wake_with(tasks.wake)
