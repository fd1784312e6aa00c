"""Words of the product that are kept with a row and made when somebody reads them.

Declare what may be said, once, where it is said; keep it in a `PhraseField`; show it as any text:

    LATE = phrases.declare("findings.late", _("%(n)s days overdue"))
    row.cause = LATE(n=3)                     # stored as {"say": "findings.late", "with": {"n": 3}}
    str(row.cause)                            # in the reader's language
    row.title = f"{finding.number} {…}"       # somebody's own words: stored and shown as they are

Stored is the code, not the text: rewording changes old rows too, and every declared text is one
the catalogues are tested for. What a person wrote, and rows from before, are plain JSON strings.
An engine that words its reasons in each language itself gives them with `Phrase.told`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import F, Func, Q, TextField
from django.db.models.lookups import IContains
from django.utils.functional import Promise
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

SAY, WITH, TOLD = "say", "with", "told"
Shown = Mapping[str, Callable[[Any], str]]


class Phrase:
    """Words that are made when read: `str(phrase)` speaks the active language. Immutable.

    `data` is what JSON holds: a string as it stands, `{"say": code, "with": {…}}` of a declared
    text, or `{"told": {"zh-hans": …, "en": …}}`.
    """

    __slots__ = ("data",)

    def __init__(self, data: Any = "") -> None:
        if isinstance(data, Phrase):
            data = data.data
        elif isinstance(data, Promise):
            data = str(data)
        self.data: str | dict[str, Any] = data

    @classmethod
    def told(cls, *, zh: str, en: str) -> "Phrase":
        """Return words that somebody else has worded in both languages."""
        return cls({TOLD: {"zh-hans": zh, "en": en}})

    def __str__(self) -> str:
        if isinstance(self.data, str):
            return self.data
        if TOLD in self.data:
            texts = self.data[TOLD]
            is_english = to_locale(get_language() or "zh-hans").startswith("en")
            return str(texts["en" if is_english else "zh-hans"])
        code = self.data[SAY]
        known = _declared.get(code)
        return known.words(self.data.get(WITH, {})) if known is not None else str(code)

    def __repr__(self) -> str:
        return f"Phrase({self.data!r})"

    def __bool__(self) -> bool:
        return bool(self.data)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Phrase | str):
            return self.data == Phrase(other).data
        return NotImplemented

    def __hash__(self) -> int:
        return hash(repr(self.data))


def is_phrase(value: Any) -> bool:
    """Tell whether what JSON held is the data of a phrase rather than a plain text."""
    return isinstance(value, dict) and (
        value.keys() == {TOLD} or (value.keys() == {SAY, WITH} and isinstance(value[WITH], dict))
    )


@dataclass(frozen=True, slots=True)
class Declared:
    """A text the product may say. Its named places (`%(n)s`) are filled when it is read; `shown`
    turns stored codes into the reader's words. A value may be a phrase itself, or a list of them.
    """

    code: str
    text: str | Promise
    shown: Shown = field(default_factory=dict)

    def __call__(self, **values: Any) -> Phrase:
        """Return the phrase with these values: texts, numbers, phrases, lists of them."""
        return Phrase({SAY: self.code, WITH: {key: _plain(one) for key, one in values.items()}})

    def words(self, values: Mapping[str, Any]) -> str:
        """Return the text in the active language; as it stands where a value is missing."""
        told = {
            key: self.shown[key](one) if key in self.shown else _said(one)
            for key, one in values.items()
        }
        try:
            return str(self.text) % told
        except (KeyError, ValueError, TypeError):
            return str(self.text)


_declared: dict[str, Declared] = {}


def declare(code: str, text: str | Promise, **shown: Callable[[Any], str]) -> Declared:
    """Declare a text (`gettext_lazy`) under a code. Raises ValueError when the code is taken."""
    known = _declared.get(code)
    if known is not None and str(known.text) != str(text):
        raise ValueError(f"phrase {code!r} is declared twice")
    return _declared.setdefault(code, Declared(code, text, shown))


def declared() -> tuple[Declared, ...]:
    """Return everything the product may say."""
    return tuple(_declared.values())


def _plain(value: Any) -> Any:
    if isinstance(value, Phrase):
        return value.data
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, int | float | str | None) else str(value)


def _said(value: Any) -> Any:
    if isinstance(value, list):
        return _(", ").join(str(_said(one)) for one in value)
    return str(Phrase(value)) if is_phrase(value) else value


class PhraseField(models.JSONField):
    """A column of phrases (jsonb). Takes a `Phrase` or somebody's own text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", Phrase)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Phrase | None:
        """Return the phrase."""
        found = super().from_db_value(value, expression, connection)
        return None if found is None else Phrase(found)

    def to_python(self, value: Any) -> Any:
        """Return the phrase of whatever was assigned."""
        return value if value is None else Phrase(value)

    def get_prep_value(self, value: Any) -> Any:
        """Return what JSON holds."""
        if isinstance(value, Phrase | Promise):
            return Phrase(value).data
        return super().get_prep_value(value)

    def value_to_string(self, obj: Any) -> Any:
        """Return what a dump of the row holds."""
        return self.get_prep_value(self.value_from_object(obj))


# The values of a declared text, both tongues of a told one, somebody's own words; never the keys.
_KEPT = (
    "COALESCE(NULLIF(jsonb_path_query_array(%(expressions)s, '$.*.*')::text, '[]'),"
    " %(expressions)s #>> '{}')"
)


def said(field_name: str, terms: Iterable[str]) -> Q:
    """Return the condition that every word is found in a phrase as the reader has it.

    Own words and values are searched as stored; words of declared texts in the active language.
    """
    found = Q()
    kept = Func(F(field_name), template=_KEPT, output_field=TextField())
    for term in terms:
        one = Q(IContains(kept, term))
        codes = [each.code for each in declared() if term.casefold() in str(each.text).casefold()]
        if codes:
            one |= Q(**{f"{field_name}__{SAY}__in": codes})
        found &= one
    return found
