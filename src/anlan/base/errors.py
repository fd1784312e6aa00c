"""One family of errors that people and programs can use.

`Refused` is a rule's no (409), `NotYours` is shown as not found (404), `BadInput` names field,
row and remedy (422), `Unavailable` speaks of something outside (503). Each carries a code, data
for its text, a clause where a standard says so, and a remedy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class AnlanError(Exception):
    """Base of every error that is meant to be read by a person."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    text: ClassVar[Text] = _("Something went wrong.")
    clause: ClassVar[str] = ""
    remedy: ClassVar[Text] = ""

    def __init__(self, **data: Any) -> None:
        """Keep `data` for the text; the keys are the text's named placeholders."""
        self.data: dict[str, Any] = data
        super().__init__(self.code)

    def __str__(self) -> str:
        return self.message()

    def message(self) -> str:
        """Return the text in the active language, filled with this error's data."""
        return str(self.text) % self.data if self.data else str(self.text)

    def remedy_text(self) -> str:
        """Return what to do about it, in the active language; empty when nothing is known."""
        return str(self.remedy) % self.data if self.data else str(self.remedy)


class Refused(AnlanError):
    """A rule says no. Subclass it with a code of its own."""

    code = "refused"
    status = 409
    text = _("This is not allowed now.")


class Forbidden(AnlanError):
    """The actor sees the record but may not do this."""

    code = "forbidden"
    status = 403
    text = _("Your role may not do this.")
    remedy = _("Ask the administrator of your organisation for the role you need.")


class NotYours(AnlanError):
    """The record is outside the actor's scope, or does not exist: the two look the same."""

    code = "not_found"
    status = 404
    text = _("Nothing here under this address.")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the input. `row` counts from 1 as in the person's own sheet."""

    field: str
    text: Text
    remedy: Text = ""
    row: int | None = None
    code: str = "invalid"

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it, in the active language, without what is empty."""
        told: dict[str, Any] = {
            "field": self.field,
            "text": str(self.text),
            "remedy": str(self.remedy),
            "row": self.row,
            "code": self.code,
        }
        return {name: value for name, value in told.items() if value not in ("", None)}


class BadInput(AnlanError):
    """The input cannot be taken; every problem is listed, not just the first."""

    code = "bad_input"
    status = 422
    text = _("Some entries need correcting.")

    def __init__(self, problems: Sequence[Problem] | Problem) -> None:
        super().__init__()
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)

    def by_field(self) -> Mapping[str, list[str]]:
        """Return the texts of the problems for each field."""
        found: dict[str, list[str]] = {}
        for problem in self.problems:
            found.setdefault(problem.field, []).append(str(problem.text))
        return found

    def message(self) -> str:
        return "; ".join(f"{p.field}: {p.text}" for p in self.problems)


class Unavailable(AnlanError):
    """Something outside does not answer. `retry_after` is in seconds."""

    code = "unavailable"
    status = 503
    text = _("A service that this needs does not answer.")
    remedy = _("Try again in a moment.")

    def __init__(self, *, retry_after: int = 30, permanent: bool = False, **data: Any) -> None:
        super().__init__(**data)
        self.retry_after = retry_after
        self.permanent = permanent


@dataclass(slots=True)
class Problems:
    """Collects problems so that all are told at once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, field_name: str, text: Text, remedy: Text = "", *, code: str = "invalid") -> None:
        """Note one problem."""
        self.found.append(Problem(field_name, text, remedy, code=code))

    def raise_if_any(self) -> None:
        """Raise BadInput with all that was noted."""
        if self.found:
            raise BadInput(self.found)
