"""People, organisations and who does what where."""

from datetime import timedelta
from functools import cache
from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import connections, models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.fields import EnterpriseInPath, ScopePathField
from anlan.base.actors.reading import from_row
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.ids import uuid7


class Organisation(models.Model):
    """A node of the one tree: areas hold parks, groups and enterprises; those hold departments.

    `path` is materialised (see `anlan.base.actors.scope`). `code` is the administrative division
    code (GB/T 2260) of an area, the enterprise code of an enterprise, or free. A park lies in its
    area but its enterprises keep their own county's path; `park` and `group` say where an
    enterprise also belongs.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=OrganisationKind.choices)
    code = models.CharField(_("code"), max_length=32, blank=True)
    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", verbose_name=_("belongs to")
    )
    path = ScopePathField(unique=True)
    park = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("park")
    )
    group = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("group")
    )
    # The enterprise this node is or lies in, read from the path by the database, so that the
    # departments of a park's enterprises are found by one indexed comparison.
    owner_enterprise_id = models.GeneratedField(
        expression=EnterpriseInPath("path"),
        output_field=models.UUIDField(null=True),
        db_persist=True,
    )
    # A GeoJSON Polygon or MultiPolygon in CGCS2000 degrees: the outline of an area or park.
    boundary = models.JSONField(_("boundary"), null=True, blank=True)
    search_key = models.CharField(max_length=600, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(_("demonstration"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    from_db = classmethod(from_row)  # type: ignore[assignment]

    class Meta:
        verbose_name = _("organisation")
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(kind=OrganisationKind.AREA),
                name="organisation_one_area_per_code",
            ),
            models.CheckConstraint(
                condition=Q(path__endswith="/"), name="organisation_path_ends_in_slash"
            ),
        ]
        indexes = [
            # The enterprises of a park or a group: read once a request for its officers.
            models.Index(fields=["park"], condition=Q(park__isnull=False), name="org_of_park"),
            models.Index(fields=["group"], condition=Q(group__isnull=False), name="org_of_group"),
            models.Index(fields=["owner_enterprise_id"], name="org_of_enterprise"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_path(self) -> str:
        """Return the path under the name that scoped rows use, so that policy can judge both."""
        return self.path

    @property
    def enterprise_id(self) -> UUID | None:
        """Return the id of the enterprise this node is or lies in, else None."""
        for part in self.path.split("/"):
            if part.startswith("e") and len(part) == 33:
                return UUID(hex=part[1:])
        return None


class UserManager(BaseUserManager["User"]):
    """Finds accounts by user name without regard to case, and by key with a written statement."""

    def get(self, *args: Any, **wanted: Any) -> "User":
        """Return the one account; by its key alone, as every request asks for its own, without
        the ORM's making of a query, which takes longer than the answer."""
        key = wanted.get("pk")
        # What a relation makes of this class has conditions of its own.
        if args or len(wanted) != 1 or not isinstance(key, UUID) or type(self) is not UserManager:
            return super().get(*args, **wanted)
        with connections[self.db].cursor() as cursor:
            statement, names = _account_by_key()
            cursor.execute(statement, [key])
            row = cursor.fetchone()
        if row is None:
            raise User.DoesNotExist(f"No account {key}.")
        return cast(User, User.from_db(self.db, names, row))

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


@cache
def _account_by_key() -> tuple[str, list[str]]:
    """Return the statement that reads an account whole, and the names of what it returns."""
    fields = User._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'SELECT {columns} FROM "{User._meta.db_table}" WHERE id = %s'  # noqa: S608 - names of ours
    return statement, [field.attname for field in fields]


class User(AbstractBaseUser):
    """An account. What it sees comes from its memberships alone.

    `deactivated_at` ends sign-in and keeps the history readable.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(_("user name"), max_length=60, unique=True)
    display_name = models.CharField(_("name"), max_length=60)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("mobile number"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    search_key = models.CharField(max_length=600, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(_("demonstration"), default=False)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    objects = UserManager()
    from_db = classmethod(from_row)  # type: ignore[assignment]

    class Meta:
        verbose_name = _("account")
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_name_unique_without_case"),
            # An e-mail signs in, so it names one account.
            models.UniqueConstraint(
                Lower("email"), condition=~Q(email=""), name="user_email_unique_without_case"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        """Return the name shown."""
        return self.display_name


class Membership(models.Model):
    """A role that an account holds at an organisation, from one day until another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=32, choices=Role.choices)
    is_home = models.BooleanField(_("shown first"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(ended_at__isnull=True),
                name="membership_held_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.organisation}"

    @property
    def scope_path(self) -> str:
        """Return the place of the role."""
        return self.organisation.path

    @property
    def enterprise_id(self) -> UUID | None:
        """Return the enterprise whose history this belongs to."""
        return self.organisation.enterprise_id


class Invitation(models.Model):
    """An offer of one role at one organisation, taken up once.

    Only the hash of the link's secret is kept. It is open until it is accepted or withdrawn or
    `expires_at` has passed; `invited_by` is empty for one made by the product itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    role = models.CharField(_("role"), max_length=32, choices=Role.choices)
    name = models.CharField(_("name"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("invitation")
        indexes = [
            # The open invitations on the members page.
            models.Index(
                fields=["organisation"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name or self.email} · {self.get_role_display()} · {self.organisation}"

    @property
    def scope_path(self) -> str:
        """Return the place of the offered role."""
        return self.organisation.path

    @property
    def enterprise_id(self) -> UUID | None:
        """Return the enterprise whose history this belongs to."""
        return self.organisation.enterprise_id


class ApiToken(models.Model):
    """A key for programs, acting as its owner within `scopes`.

    Only the SHA-256 of the secret is kept: it is 256 random bits, so a slow hash adds nothing.
    `prefix` is the part shown to people. `scopes` are permission prefixes; `read` alone lets a
    token see and change nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.BinaryField(max_length=32)
    scopes = ArrayField(models.CharField(max_length=80), verbose_name=_("may do"))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("API token")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__lte=models.F("created_at") + timedelta(days=366)),
                name="api_token_expires_within_a_year",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
