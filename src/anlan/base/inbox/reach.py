"""Whose work the home page shows: mine, my department's, or the whole plant's.

A row lies at the place of its scope path. What lies at the place of my own post is mine; what was
handed to a department or team below it is theirs. What was sent to me alone is mine everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor, Post
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import SEES_OWN_NODE_ONLY, OrganisationKind

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Reach:
    """One reading of the day's work. `places` are scope paths, None for everything;
    `is_exact` leaves out what lies below them."""

    key: str
    label: Text
    places: tuple[str, ...] | None = None
    is_exact: bool = False

    def holds(self, place: str) -> bool:
        """Tell whether work at a scope path belongs here; an empty one was sent to the person."""
        if self.places is None or not place:
            return True
        if self.is_exact:
            return place in self.places
        return place.startswith(self.places)


EVERYTHING = Reach("plant", _("Whole plant"))


def reaches_of(actor: Actor) -> list[Reach]:
    """Return the readings this person may choose from, the narrowest first.

    One alone for people outside a plant, whose rows belong to others, and for those who see only
    their own node. One query, for people of a team.
    """
    posts = [post for post in actor.posts if _is_inside(post)]
    if not posts or len(posts) < len(actor.posts):
        return [EVERYTHING]
    found = [
        Reach("mine", pgettext_lazy("work", "Mine"), tuple({post.path for post in posts}), True)
    ]
    departments = {path for post in posts if (path := _department(post))}
    if departments:
        found.append(Reach("department", _name(posts, departments), tuple(sorted(departments))))
    return [*found, EVERYTHING]


def _is_inside(post: Post) -> bool:
    return post.enterprise_id is not None and post.role not in SEES_OWN_NODE_ONLY


def _department(post: Post) -> str:
    if post.kind == OrganisationKind.DEPARTMENT:
        return post.path
    if post.kind != OrganisationKind.TEAM:
        return ""
    above = post.path[: post.path.rstrip("/").rindex("/") + 1]
    # A team right below the enterprise has no department.
    return above if above != post.reading_path() else ""


def _name(posts: Sequence[Post], departments: set[str]) -> Text:
    if len(departments) > 1:
        return _("My departments")
    (path,) = departments
    for post in posts:
        if post.path == path:
            return post.organisation_name
    node = Organisation.objects.filter(path=path).only("name", "short_name").first()
    return (node.short_name or node.name) if node else _("My departments")
