"""What the shell needs of an actor, so that this app stands below `base.actors`."""

from typing import Any, Protocol


class Viewer(Protocol):
    """The part of `base.actors.Actor` that screens use."""

    @property
    def name(self) -> str:
        """The person's name."""

    @property
    def at_own_node_only(self) -> bool:
        """Tell whether the person sees an own node alone, not the plant around it."""

    def may(self, permission: str) -> bool:
        """Tell whether one of the posts grants the permission anywhere."""


def viewer_of(request: Any) -> Viewer | None:
    """Return who looks at the page, or None for somebody not signed in."""
    user = getattr(request, "user", None)
    actor: Viewer | None = getattr(request, "actor", None)
    if actor is None or (user is not None and not user.is_authenticated):
        return None
    return actor
