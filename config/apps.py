from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Loads Celery wherever Django is set up, so that every process finds its broker.

    Not in this package's __init__: what starts the servers needs neither.
    """

    name = "config"

    def ready(self) -> None:
        __import__("config.celery")
