"""Search keys: what people type to find a row, kept beside it in lower case.

The database has no trigrams and no Chinese collation, so a key column answers name, code,
full pinyin and pinyin initials alike with one `contains`.
"""

from pypinyin import Style, lazy_pinyin

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
            parts.append("".join(lazy_pinyin(plain)))
            parts.append("".join(lazy_pinyin(plain, style=Style.FIRST_LETTER)))
    return " ".join(dict.fromkeys(parts))[:MAX_LENGTH]


def typed(text: str) -> str:
    """Return what somebody typed as it would stand in a key."""
    return " ".join(text.lower().split())
