"""The door for the API: who is behind a raw token."""

from anlan.base.actors.services.tokens import actor_for_token

__all__ = ["actor_for_token"]
