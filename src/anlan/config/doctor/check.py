"""One check's result, and how checks are run."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from anlan.config.supervisor.installation import Installation

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`warn` works but should be seen to; `fail` does not work or is not safe."""

    check: str
    status: Status
    says: str
    remedy: str = ""


Check = Callable[[Installation], Iterable[Finding]]


def ok(check: str, says: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", says)


def warn(check: str, says: str, remedy: str) -> Finding:
    """Works, but."""
    return Finding(check, "warn", says, remedy)


def fail(check: str, says: str, remedy: str) -> Finding:
    """Does not work, or is not safe."""
    return Finding(check, "fail", says, remedy)


def run(checks: Iterable[Check], here: Installation) -> Iterator[Finding]:
    """Run checks one after the other; one that breaks is a finding and not the end."""
    for check in checks:
        try:
            yield from check(here)
        except Exception as error:  # the doctor must reach the last bed whatever it meets
            name = check.__name__.replace("_", " ")
            yield fail(name, f"the check itself failed: {error}", "Report this as a bug.")
