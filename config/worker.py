"""What `celery --app config.worker` starts: worker and beat."""

from config.celery import app
from config.environment import stop_if_misconfigured

__all__ = ["app"]

stop_if_misconfigured()
