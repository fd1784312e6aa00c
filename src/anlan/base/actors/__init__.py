"""Actors and scope: who acts, what they see, what they may do.

The public names, for every module:

- `Actor`, `Scope`, `Post`: who acts, loaded once a request (`request.actor`)
- `ScopedModel`, `ScopedManager`: rows that belong to an enterprise
- `policy.require(actor, permission, row)`: may they
- `wall.acting_as(scope)`: the second wall, PostgreSQL row-level security
"""

from anlan.base.actors.actor import SYSTEM, Actor, Post
from anlan.base.actors.scope import Scope

__all__ = ["SYSTEM", "Actor", "Post", "Scope"]
