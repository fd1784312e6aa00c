"""How many requests a caller may make."""

from django.http import HttpRequest
from ninja.throttling import SimpleRateThrottle


class PerPerson(SimpleRateThrottle):
    """A rate for each account; tokens of one person share it."""

    scope = "person"

    def get_cache_key(self, request: HttpRequest) -> str | None:
        """Return the cache key of the caller, None (no limit) for the unknown: they get 401."""
        actor = getattr(request, "actor", None)
        if actor is None or actor.user_id is None:
            return None
        return f"throttle_api_{actor.user_id}"
