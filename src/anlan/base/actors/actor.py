"""The actor: who acts, with their posts and their scope."""

from dataclasses import dataclass
from uuid import UUID

from anlan.base.actors.roles import SEES_OWN_NODE_ONLY, OrganisationKind, Role
from anlan.base.actors.scope import EVERYTHING, NOTHING, Scope


@dataclass(frozen=True, slots=True)
class Post:
    """One membership: a role at an organisation.

    `path` is the organisation's scope path. `enterprises` are the ids of the enterprises that a
    park or group holds. `enterprise_id` is set inside an enterprise.
    """

    organisation_id: UUID
    organisation_name: str
    kind: OrganisationKind
    role: Role
    path: str
    enterprise_id: UUID | None = None
    enterprises: frozenset[UUID] = frozenset()

    def reading_path(self) -> str:
        """Return the path this post reads: the whole enterprise for its own people.

        A workshop head must see the tank next door; a contractor must not.
        """
        if self.enterprise_id is None or self.role in SEES_OWN_NODE_ONLY:
            return self.path
        segment = f"e{self.enterprise_id.hex}/"
        return self.path[: self.path.index(segment) + len(segment)]

    def covers(self, scope_path: str, enterprise_id: UUID | None = None) -> bool:
        """Tell whether a row lies where this post may act (not merely read)."""
        return scope_path.startswith(self.path) or (
            enterprise_id is not None and enterprise_id in self.enterprises
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Made once a request by `load_actor`; `SYSTEM` is the product itself.

    `token_scopes` is None for a person at the screen; for an API token it is the set of
    permission prefixes the token may use, on top of what the person may do.
    """

    user_id: UUID | None
    name: str
    posts: tuple[Post, ...]
    scope: Scope
    language: str = "zh-hans"
    token_scopes: frozenset[str] | None = None

    @property
    def is_system(self) -> bool:
        """Tell whether this is the product itself."""
        return self.scope.everything and self.user_id is None

    @property
    def roles(self) -> frozenset[Role]:
        """Return all roles held."""
        return frozenset(post.role for post in self.posts)

    @property
    def home(self) -> Post | None:
        """Return the post whose place is shown first, or None for somebody without one."""
        return self.posts[0] if self.posts else None

    @property
    def own_enterprise_id(self) -> UUID | None:
        """Return the enterprise a person of an enterprise works for, or None for officers."""
        return next((post.enterprise_id for post in self.posts if post.enterprise_id), None)

    @property
    def at_own_node_only(self) -> bool:
        """Tell whether all posts see their own node alone, as a contractor's: not the plant."""
        return bool(self.posts) and all(post.role in SEES_OWN_NODE_ONLY for post in self.posts)

    @property
    def only_enterprise_id(self) -> UUID | None:
        """Return the one enterprise that everything this actor sees lies in; None for others."""
        held = {post.enterprise_id for post in self.posts}
        return held.pop() if len(held) == 1 and not self.scope.everything else None

    def may(
        self, permission: str, scope_path: str | None = None, enterprise_id: UUID | None = None
    ) -> bool:
        """Tell whether one of the posts grants `permission`, there if a place is given."""
        from anlan.base.actors import policy

        return policy.allows(self, permission, scope_path, enterprise_id)


def scope_of(posts: tuple[Post, ...]) -> Scope:
    """Return the reading scope of these posts together."""
    if not posts:
        return NOTHING
    enterprises: set[UUID] = set()
    for post in posts:
        enterprises |= post.enterprises
    return Scope.of((post.reading_path() for post in posts), enterprises)


SYSTEM = Actor(user_id=None, name="Anlan", posts=(), scope=EVERYTHING)
NOBODY = Actor(user_id=None, name="", posts=(), scope=NOTHING)
