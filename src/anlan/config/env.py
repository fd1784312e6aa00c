"""Typed readers for the `ANLAN_*` environment variables, and the list of all of them.

    PORT = env.integer("ANLAN_PORT", 8000, minimum=1, maximum=65535, help="Port of the web server.")

Every call also enters the variable into `DOCS`; the settings page of the docs is checked
against it, and `anlan doctor` names set variables that nobody reads. A bad value stops
start-up and says which variable, what is wrong and what to write instead.

A name may be declared twice (by the settings and by the supervisor) if both say the same;
`help` may be left out by one of them. Secrets and addresses with passwords may come from a
file: `ANLAN_X_FILE=/run/secrets/x` is read instead of `ANLAN_X`.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Final, TypeVar, overload
from urllib.parse import urlsplit

PREFIX: Final = "ANLAN_"
FILE_SUFFIX: Final = "_FILE"
TRUE: Final = frozenset({"1", "true", "yes", "on"})
FALSE: Final = frozenset({"0", "false", "no", "off"})

T = TypeVar("T")


class Required:
    """The type of `REQUIRED`, the default of a variable that has none."""

    def __repr__(self) -> str:
        return "required"


REQUIRED: Final = Required()


class BadSetting(SystemExit):
    """A variable is missing or cannot be read. Uncaught, it prints its text and exits with 1.

    It is a SystemExit so that no well-meant `except Exception` lets a process run on with half
    its settings, and so that an operator sees one sentence instead of a traceback.
    """

    def __init__(self, name: str, problem: str, remedy: str) -> None:
        self.name, self.problem, self.remedy = name, problem, remedy
        super().__init__(f"{name}: {problem} {remedy}")


@dataclass(frozen=True, slots=True)
class Setting:
    """One documented variable. `default` is the text shown to people."""

    name: str
    kind: str
    default: str
    help: str
    from_file: bool = False


DOCS: dict[str, Setting] = {}
"""Every declared variable by name, in the order of declaration."""


def _declare(name: str, kind: str, default: object, help: str, from_file: bool) -> Setting:
    if not name.startswith(PREFIX) or name != name.upper():
        raise ValueError(f"{name}: a setting is upper case and starts with {PREFIX}")
    shown = "" if default is None else str(default)
    new = Setting(name, kind, shown, " ".join(help.split()), from_file)
    old = DOCS.get(name)
    if old is not None:
        if (old.kind, old.from_file) != (kind, from_file) or (
            help and old.help and old.help != new.help
        ):
            raise ValueError(f"{name} is declared twice and differently: {old} / {new}")
        new = replace(new if help else old, help=old.help or new.help)
    DOCS[name] = new
    return new


def _raw(name: str, from_file: bool) -> str | None:
    """The variable's text; None if unset or empty. Raises BadSetting for an unreadable file."""
    value = os.environ.get(name, "")
    if not from_file:
        return value or None
    variable = name + FILE_SUFFIX
    path = os.environ.get(variable, "")
    if not path:
        return value or None
    if value:
        raise BadSetting(name, f"is set and so is {variable}.", "Unset one of them.")
    try:
        content = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(
            variable,
            f"cannot read {path} ({getattr(error, 'strerror', None) or error}).",
            "Give a text file that this user may read.",
        ) from error
    if not content:
        raise BadSetting(variable, f"{path} is empty.", "Put the value on its first line.")
    return content


def _read(
    name: str,
    kind: str,
    default: object,
    help: str,
    parse: Callable[[str], T],
    *,
    from_file: bool = False,
) -> T | None:
    _declare(name, kind, default, help, from_file)
    raw = _raw(name, from_file)
    if raw is not None:
        return parse(raw.strip() if not from_file else raw)
    if isinstance(default, Required):
        also = f" or {name}{FILE_SUFFIX} to a file that holds it" if from_file else ""
        raise BadSetting(name, "is not set.", f"Set it{also}. It is: {DOCS[name].help}")
    return None


def _or_default(name: str, default: object, remedy: str) -> str:
    """`remedy`, with the way back to the default if there is one."""
    if isinstance(default, Required) or default is None or default == "":
        return remedy
    return f"{remedy[:-1]}, or unset it to use {default}."


@overload
def text(
    name: str, default: str | Required = ..., *, help: str = ..., choices: Iterable[str] = ...
) -> str: ...
@overload
def text(
    name: str, default: None, *, help: str = ..., choices: Iterable[str] = ...
) -> str | None: ...
def text(
    name: str,
    default: str | Required | None = REQUIRED,
    *,
    help: str = "",
    choices: Iterable[str] = (),
) -> str | None:
    """A text; with `choices`, one of them."""
    allowed = tuple(choices)

    def parse(raw: str) -> str:
        if allowed and raw not in allowed:
            remedy = _or_default(name, default, f"Use one of {', '.join(allowed)}.")
            raise BadSetting(name, f"{raw!r} is not known.", remedy)
        return raw

    kind = " | ".join(allowed) if allowed else "text"
    value = _read(name, kind, default, help, parse)
    return value if value is not None or isinstance(default, Required) else default


@overload
def integer(
    name: str,
    default: int | Required = ...,
    *,
    help: str = ...,
    minimum: int | None = ...,
    maximum: int | None = ...,
) -> int: ...
@overload
def integer(
    name: str,
    default: None,
    *,
    help: str = ...,
    minimum: int | None = ...,
    maximum: int | None = ...,
) -> int | None: ...
def integer(
    name: str,
    default: int | Required | None = REQUIRED,
    *,
    help: str = "",
    minimum: int | None = None,
    maximum: int | None = None,
) -> int | None:
    """A whole number within `minimum` and `maximum`, both included."""
    if minimum is not None and maximum is not None:
        span = f" from {minimum} to {maximum}"
    elif minimum is not None:
        span = f" of at least {minimum}"
    else:
        span = f" of at most {maximum}" if maximum is not None else ""

    def parse(raw: str) -> int:
        try:
            number = int(raw)
        except ValueError:
            number = None
        if (
            number is None
            or (minimum is not None and number < minimum)
            or (maximum is not None and number > maximum)
        ):
            remedy = _or_default(name, default, f"Give a whole number{span}.")
            raise BadSetting(name, f"{raw!r} is not a whole number{span}.", remedy)
        return number

    value = _read(name, "integer", default, help, parse)
    return value if value is not None or isinstance(default, Required) else default


def flag(name: str, default: bool | Required = False, *, help: str = "") -> bool:
    """Yes or no: 1/true/yes/on or 0/false/no/off, in any case."""

    def parse(raw: str) -> bool:
        lowered = raw.lower()
        if lowered not in TRUE | FALSE:
            raise BadSetting(name, f"{raw!r} is neither yes nor no.", "Write 1 or 0.")
        return lowered in TRUE

    shown: object = default if isinstance(default, Required) else int(default)
    value = _read(name, "flag", shown, help, parse)
    if value is None:
        assert not isinstance(default, Required)
        return default
    return value


@overload
def url(
    name: str,
    default: str | Required = ...,
    *,
    help: str = ...,
    schemes: Iterable[str] = ...,
    several: bool = ...,
) -> str: ...
@overload
def url(
    name: str,
    default: None,
    *,
    help: str = ...,
    schemes: Iterable[str] = ...,
    several: bool = ...,
) -> str | None: ...
def url(
    name: str,
    default: str | Required | None = REQUIRED,
    *,
    help: str = "",
    schemes: Iterable[str] = (),
    several: bool = False,
) -> str | None:
    """An address with scheme; may hold a password: `NAME_FILE` works, errors never show it.

    With `several`, one or more of them with commas between, returned as they stand.
    """
    allowed = tuple(schemes)

    def parse(raw: str) -> str:
        for one in raw.split(",") if several else [raw]:
            require(one.strip())
        return raw

    def require(one: str) -> None:
        wanted = " or ".join(f"{scheme}://…" for scheme in allowed) or "scheme://host…"
        if several:
            wanted += ", each with its scheme, commas between"
        try:
            parts = urlsplit(one)
            parts.port  # noqa: B018  (raises ValueError for a bad port)
        except ValueError as error:
            raise BadSetting(name, f"is not an address ({error}).", f"Write {wanted}") from error
        if not parts.scheme or "://" not in one or (allowed and parts.scheme not in allowed):
            raise BadSetting(name, "is not an address of the right kind.", f"Write {wanted}")

    value = _read(name, "address", default, help, parse, from_file=True)
    return value if value is not None or isinstance(default, Required) else default


@overload
def path(
    name: str, default: str | Path | Required = ..., *, help: str = ..., must_exist: bool = ...
) -> Path: ...
@overload
def path(name: str, default: None, *, help: str = ..., must_exist: bool = ...) -> Path | None: ...
def path(
    name: str,
    default: str | Path | Required | None = REQUIRED,
    *,
    help: str = "",
    must_exist: bool = False,
) -> Path | None:
    """A file or folder; `~` is expanded, a relative one is taken from the working folder."""

    def parse(raw: str) -> Path:
        found = Path(raw).expanduser()
        if must_exist and not found.exists():
            raise BadSetting(name, f"{raw} is not there.", "Give an existing file or folder.")
        return found

    value = _read(name, "path", default, help, parse)
    if value is None and default is not None and not isinstance(default, Required):
        return Path(default).expanduser()
    return value


@overload
def secret(name: str, default: str | Required = ..., *, help: str = ...) -> str: ...
@overload
def secret(name: str, default: None, *, help: str = ...) -> str | None: ...
def secret(name: str, default: str | Required | None = REQUIRED, *, help: str = "") -> str | None:
    """A secret text from `NAME` or from the file named by `NAME_FILE`; its default is not shown."""
    shown: object = "set" if isinstance(default, str) and default else default
    value = _read(name, "secret", shown, help, lambda raw: raw, from_file=True)
    return value if value is not None or isinstance(default, Required) else default


def words(name: str, default: Iterable[str] = (), *, help: str = "") -> list[str]:
    """A list of words separated by commas; blanks around them are dropped."""
    fallback = list(default)

    def parse(raw: str) -> list[str]:
        return [word.strip() for word in raw.split(",") if word.strip()]

    value = _read(name, "list", ",".join(fallback), help, parse)
    return fallback if value is None else value


def unknown(environ: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """Set `ANLAN_*` variables that nothing reads, each with the likely intended name or None.

    Meaningful once the settings are imported. A misspelt variable is otherwise silent.
    """
    known = set(DOCS) | {s.name + FILE_SUFFIX for s in DOCS.values() if s.from_file}
    found = {}
    for name in sorted(os.environ if environ is None else environ):
        if name.startswith(PREFIX) and name not in known:
            close = get_close_matches(name, sorted(known), n=1, cutoff=0.8)
            found[name] = close[0] if close else None
    return found
