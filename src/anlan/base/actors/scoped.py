"""Rows that belong to an enterprise, and the manager that refuses to forget it."""

from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any, Self, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.models.sql.where import WhereNode
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.fields import ScopePathField, WithoutIndex
from anlan.base.actors.reading import from_row
from anlan.base.errors import NotYours
from anlan.base.ids import uuid7

M = TypeVar("M", bound=models.Model)


class UnscopedQuery(RuntimeError):
    """A query on scoped rows was run without saying for whom. A programmer's mistake."""


class ScopedQuerySet(models.QuerySet[M]):
    """A query that runs only after `for_actor` (or, with a reason, `unscoped`)."""

    _for_whom: str = ""

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._for_whom = self._for_whom
        return clone

    def for_actor(self, actor: Actor) -> Self:
        """Return the rows this actor sees."""
        rows: Self = self.filter(actor.scope.q())
        rows._for_whom = actor.name or "nobody"
        return rows

    def unscoped(self, reason: str) -> Self:
        """Return all rows; `reason` says why that is right here, for whoever reads the code."""
        rows = self.all()
        rows._for_whom = reason
        return rows

    def lock(self, pk: UUID | str) -> M:
        """Return one row, locked until the transaction ends. Raises NotYours."""
        return self.select_for_update(of=("self",)).one(pk)

    def one(self, pk: UUID | str) -> M:
        """Return one row by id. Raises NotYours when it is not there or not yours."""
        self._demand_scope()
        try:
            return self.get(pk=pk)
        # Django reports a malformed UUID as ValidationError, which is a wrong address too.
        except (ObjectDoesNotExist, ValidationError, ValueError, TypeError) as error:
            raise NotYours() from error

    def _demand_scope(self) -> None:
        if not self._for_whom:
            raise UnscopedQuery(
                f"{self.model.__name__}: say for whom: .for_actor(actor) or .unscoped(reason)"
            )

    def _fetch_all(self) -> None:
        self._demand_scope()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Iterator[M]:
        self._demand_scope()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        self._demand_scope()
        return super().count()

    def exists(self) -> bool:
        self._demand_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._demand_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._demand_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._demand_scope()
        return super().delete()


def by_key(rows: models.QuerySet[M], ids: Iterable[Any]) -> models.QuerySet[M]:
    """Return those of `rows` that have one of a page of keys, looked up by their keys.

    The planner takes an enterprise for one row of millions, and would look through all that
    belongs to it for the fifty that are named. The conditions on the place stay, but are hidden
    from the indexes.
    """
    found = rows.filter(pk__in=list(ids)).order_by()
    _without_index(found.query.where)
    return found


def _without_index(where: WhereNode) -> None:
    """Hide the places compared from indexes; `where` is one query's own copy down to its leaves,
    which copies of it share."""
    for n, child in enumerate(where.children):
        if isinstance(child, WhereNode):
            _without_index(child)
        elif isinstance(getattr(getattr(child, "lhs", None), "target", None), ScopePathField):
            hidden: Any = copy(child)
            hidden.lhs = WithoutIndex(hidden.lhs)
            where.children[n] = hidden


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """The manager of scoped rows."""


class ScopedModel(models.Model):
    """A row of an enterprise.

    `scope_path` is where it belongs (see `anlan.base.actors.scope`), `enterprise` the owner.
    `version` rises with each change; it is the row's ETag.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    enterprise = models.ForeignKey(
        "actors.Organisation",
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("enterprise"),
    )
    scope_path = ScopePathField()
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    objects = ScopedManager()
    from_db = classmethod(from_row)  # type: ignore[assignment]

    class Meta:
        abstract = True
