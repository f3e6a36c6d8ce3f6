"""How many requests a token has in a minute; counted in Redis, by one window each.

A broker that does not answer stops nobody: it only counts.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

WINDOW, HOUR = 60, 3600  # seconds
PATIENCE = 0.25


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a token stands: `left` of `limit`, and all of it again in `reset` seconds.

    Headers as draft-ietf-httpapi-ratelimit-headers has them.
    """

    limit: int
    left: int
    reset: int

    @property
    def is_over(self) -> bool:
        return self.left < 0

    def headers(self) -> dict[str, str]:
        found = {
            "RateLimit-Policy": f'"token";q={self.limit};w={WINDOW}',
            "RateLimit": f'"token";r={max(0, self.left)};t={self.reset}',
        }
        return found | ({"Retry-After": str(self.reset)} if self.is_over else {})


@lru_cache(maxsize=1)
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    )


def count(digest: bytes) -> Pace | None:
    """One more request of the token with this digest; None when nobody counts."""
    key = f"api:pace:{digest.hex()[:32]}"
    try:
        with _redis(settings.REDIS_URL).pipeline(transaction=True) as steps:
            steps.set(key, 0, ex=WINDOW, nx=True)
            steps.incr(key)
            steps.ttl(key)
            _, used, left = steps.execute()
    except redis.RedisError as problem:
        logger.warning("Requests of the API are not counted: %s", problem)
        return None
    limit: int = settings.API_REQUESTS_PER_MINUTE
    return Pace(limit, limit - used, max(1, left))


def is_first(digest: bytes, what: str) -> bool:
    """Whether the token did `what` for the first time within the hour, as far as
    anybody counts."""
    key = f"api:first:{digest.hex()[:32]}:{what}"
    try:
        return bool(_redis(settings.REDIS_URL).set(key, 1, ex=HOUR, nx=True))
    except redis.RedisError:
        return True
