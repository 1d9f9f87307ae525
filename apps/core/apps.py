from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        """Read every app's permissions: one that nobody declared is denied."""
        autodiscover_modules("policies")
