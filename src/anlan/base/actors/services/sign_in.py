"""Sign-in as history tells it. Called at the border to django-allauth."""

from django.db import transaction

from anlan.base.actors import events
from anlan.base.actors.actor import NOBODY, Actor
from anlan.base.actors.models import User
from anlan.base.actors.scope import NOTHING
from anlan.base.audit.events import Event
from anlan.base.audit.services import record


def oneself(user: User) -> Actor:
    """Return an actor that only names the account: what happens at the door sees nothing."""
    return Actor(user.pk, user.display_name, (), NOTHING, language=user.language)


@transaction.atomic
def account_note(user: User, event: Event, **after: object) -> None:
    """Write what an account did about itself."""
    record(oneself(user), event, user, after=after or None)


@transaction.atomic
def failed_sign_in_note(user: User | None, *, ip: str, device: str) -> None:
    """Write a failed sign-in.

    What was typed as a name is left out unless it names an account: people type their password
    into the wrong field.
    """
    record(NOBODY, events.SIGN_IN_FAILED, user, after={"ip": ip, "device": device[:200]})
