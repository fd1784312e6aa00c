"""What imports put on the home page: files that were checked and wait for a decision."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.imports.queries import runs_of
from anlan.base.imports.states import RunState
from anlan.base.inbox import today


def install() -> None:
    """Register the provider; called once when the app starts."""
    today.provider("imports")(_waiting)


def _waiting(actor: Actor, day: dt.date) -> today.Contribution:
    """One statement: the person's own imports whose preview waits."""
    runs = list(runs_of(actor).filter(state=RunState.CHECKED)[: today.LIMIT])
    return today.Contribution(
        items=[
            today.Item(
                _("Import of %(file)s is checked") % {"file": run.file_name},
                reverse("imports:run", args=[run.pk]),
                action=_("Look and decide"),
                context=_("%(create)s new, %(update)s changed, %(wrong)s wrong")
                % {key: run.counts.get(key, 0) for key in ("create", "update", "wrong")},
                icon="table-import",
                decides=True,
            )
            for run in runs
        ]
    )
