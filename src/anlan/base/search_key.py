"""Search keys: what people type to find a row, kept beside it in lower case.

The database has no trigrams and no Chinese collation, so a key column answers name, code,
full pinyin and pinyin initials alike with one `contains`.
"""

from functools import lru_cache

from django.db.models import F, Func, TextField, Value

MAX_LENGTH = 600


def search_key(*texts: str) -> str:
    """Return the key of these texts: themselves, their full pinyin and their initials.

    The parts are separated by spaces; at most 600 characters are kept. Names read more than
    one way (重庆) get the reading of their words.
    """
    parts: list[str] = []
    for text in texts:
        plain = " ".join(text.lower().split())
        if not plain:
            continue
        parts.append(plain)
        if not plain.isascii():
            parts.extend(_spelt(plain))
    return " ".join(dict.fromkeys(parts))[:MAX_LENGTH]


# Registers repeat themselves: a plant has one word for a hundred pressure gauges.
@lru_cache(maxsize=10_000)
def _spelt(plain: str) -> tuple[str, str]:
    """Return the full pinyin of a text and its initials."""
    # Its tables are a tenth of the time that a process takes to start; most never spell.
    from pypinyin import lazy_pinyin

    # Once for both: reading the syllables is the costly part, imports read thousands.
    syllables = lazy_pinyin(plain, errors=list)  # type: ignore[arg-type]
    return "".join(syllables), "".join(syllable[:1] for syllable in syllables)


def by_spelling() -> Func:
    """Return what short lists are ordered by: the pinyin of the name, which follows it in the key.

    Computed for every row, so for lists to choose from; long registers keep to their indexes.
    """
    return Func(
        F("search_key"), Value(" "), Value(2), function="split_part", output_field=TextField()
    )


def typed(text: str) -> str:
    """Return what somebody typed as it would stand in a key."""
    return " ".join(text.lower().split())
