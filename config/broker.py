"""The Redis transport of Celery, with one thing put right (kombu 5.7).

A worker that loses its broker closes the old channel, and acknowledges on it what it
finishes later. The channel then raises AttributeError, which nobody expects: the
worker ends. As a connection error it is logged, and the worker goes on.
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import ConnectionError as Disconnected


class Channel(redis.Channel):
    """Says that its connection is gone."""

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if self.connection is None or self.connection.client is None:
            raise Disconnected("The connection to the broker was lost meanwhile.")
        params: dict[str, Any] = super()._connparams(asynchronous)  # type: ignore[misc]
        return params


class Transport(redis.Transport):
    """As kombu's, with our channel."""

    Channel = Channel


def use() -> None:
    """From now on `redis://` means this transport."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = "config.broker:Transport"
