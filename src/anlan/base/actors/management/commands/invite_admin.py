"""Invites the first system administrator: prints a link that works once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.actors.services import invitation_create
from anlan.base.actors.services.areas import ROOT_CODE


class Command(BaseCommand):
    """Print an invitation for a system administrator."""

    help = "Print a link, valid once and for 7 days, that makes a system administrator."

    def add_arguments(self, parser: Any) -> None:
        """Take the area by its code; the whole country if left out."""
        parser.add_argument("--area", default=ROOT_CODE, help="administrative division code")
        parser.add_argument("--name", default="", help="whom the link is for")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the invitation and print its address."""
        area = Organisation.objects.get(kind=OrganisationKind.AREA, code=options["area"])
        _invitation, secret = invitation_create(
            SYSTEM, organisation_id=area.pk, role=Role.SYSTEM_ADMIN, name=options["name"]
        )
        base = settings.PUBLIC_URL.rstrip("/") or "http://127.0.0.1:8000"
        self.stdout.write(base + reverse("people:invitation", args=[secret]))
