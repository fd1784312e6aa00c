"""One form for the many ways in which a short Chinese text is typed."""

import re
import unicodedata

_SPACE = re.compile(r"\s+")
_LIST_NUMBER = re.compile(
    r"^(?:\(?\d{1,3}[.、)）]|[①-⑳]|[（(][一二三四五六七八九十]{1,3}[）)])(?!\d)"
)
# NFKC turns full-width commas into ASCII ones; the patterns know the Chinese ones.
_PUNCTUATION = str.maketrans({",": "，", ";": "；", "!": "。", "?": "？", "｡": "。"})


def clean(text: str) -> str:
    """Return the text as the patterns expect it.

    NFKC (full-width letters and digits become plain ones), upper case, Chinese commas, no white
    space between Chinese characters, no leading list number.
    """
    # Circled numbers would become plain digits under NFKC and look like quantities.
    shorter = _LIST_NUMBER.sub("", text.strip())
    folded = unicodedata.normalize("NFKC", shorter).upper().translate(_PUNCTUATION)
    return _SPACE.sub("", folded)
